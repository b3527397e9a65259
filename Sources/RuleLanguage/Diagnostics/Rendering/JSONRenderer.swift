/// Diagnostics as an array of objects: `id`, `severity`, `message`, `file`, `range` (`start` and `end`, each with
/// `line` and `column` from 1 and `offset` in bytes), `labels`, `help`, `data`, `fixes`.
package func jsonValue(of diagnostics: [Diagnostic], in book: SourceBook) -> JSONValue {
  .array(
    diagnostics.map { diagnostic in
      .object([
        "id": .string(diagnostic.id.rawValue),
        "severity": .string(diagnostic.severity.rawValue),
        "message": .string(diagnostic.message),
        "file": .string(book[diagnostic.range.file].path),
        "range": jsonValue(of: diagnostic.range, in: book),
        "labels": .array(labels(of: diagnostic).map { jsonValue(of: $0, in: book) }),
        "help": .array(diagnostic.help.map(JSONValue.string)),
        "data": .array(diagnostic.data.map(JSONValue.string)),
        "fixes": .array(diagnostic.fixes.map { jsonValue(of: $0, in: book) }),
      ])
    })
}

private func labels(of diagnostic: Diagnostic) -> [Diagnostic.Label] {
  let primary = Diagnostic.Label(diagnostic.range, diagnostic.label)
  return (diagnostic.label.isEmpty ? [] : [primary]) + diagnostic.related
}

private func jsonValue(of label: Diagnostic.Label, in book: SourceBook) -> JSONValue {
  .object([
    "file": .string(book[label.range.file].path),
    "range": jsonValue(of: label.range, in: book),
    "text": .string(label.text),
  ])
}

private func jsonValue(of fix: FixIt, in book: SourceBook) -> JSONValue {
  .object([
    "title": .string(fix.title),
    "safe": .bool(fix.isSafe),
    "edits": .array(
      fix.edits.map { edit in
        .object([
          "file": .string(book[edit.range.file].path),
          "range": jsonValue(of: edit.range, in: book),
          "replacement": .string(edit.replacement),
        ])
      }),
  ])
}

func jsonValue(of range: SourceRange, in book: SourceBook) -> JSONValue {
  let file = book[range.file]
  return .object([
    "start": jsonValue(of: range.start, in: file),
    "end": jsonValue(of: range.end, in: file),
  ])
}

private func jsonValue(of offset: Int, in file: SourceFile) -> JSONValue {
  let position = file.position(at: offset)
  return .object([
    "line": .integer(Int64(position.line)), "column": .integer(Int64(position.column)),
    "offset": .integer(Int64(offset)),
  ])
}
