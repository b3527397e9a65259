/// Diagnostics as an array of objects: `id`, `severity`, `message`, `file`, `range` (`start` and `end`, each with
/// `line` and `column` from 1 and `offset` in bytes), `labels`, `help`, `data`, `fixes`.
package func jsonValue(of diagnostics: [Diagnostic], in book: SourceBook) -> JSONValue {
  .list(
    diagnostics.map { diagnostic in
      .members([
        ("id", .text(diagnostic.id.rawValue)),
        ("severity", .text(diagnostic.severity.rawValue)),
        ("message", .text(diagnostic.message)),
        ("file", .text(book[diagnostic.range.file].path)),
        ("range", jsonValue(of: diagnostic.range, in: book)),
        ("labels", .list(labels(of: diagnostic).map { jsonValue(of: $0, in: book) })),
        ("help", .list(diagnostic.help.map(JSONValue.text))),
        ("data", .list(diagnostic.data.map(JSONValue.text))),
        ("fixes", .list(diagnostic.fixes.map { jsonValue(of: $0, in: book) })),
      ])
    })
}

private func labels(of diagnostic: Diagnostic) -> [Diagnostic.Label] {
  let primary = Diagnostic.Label(diagnostic.range, diagnostic.label)
  return (diagnostic.label.isEmpty ? [] : [primary]) + diagnostic.related
}

private func jsonValue(of label: Diagnostic.Label, in book: SourceBook) -> JSONValue {
  .members([
    ("file", .text(book[label.range.file].path)),
    ("range", jsonValue(of: label.range, in: book)),
    ("text", .text(label.text)),
  ])
}

private func jsonValue(of fix: FixIt, in book: SourceBook) -> JSONValue {
  .members([
    ("title", .text(fix.title)),
    ("safe", .flag(fix.isSafe)),
    (
      "edits",
      .list(
        fix.edits.map { edit in
          .members([
            ("file", .text(book[edit.range.file].path)),
            ("range", jsonValue(of: edit.range, in: book)),
            ("replacement", .text(edit.replacement)),
          ])
        })
    ),
  ])
}

func jsonValue(of range: SourceRange, in book: SourceBook) -> JSONValue {
  let file = book[range.file]
  return .members([
    ("start", jsonValue(of: range.start, in: file)),
    ("end", jsonValue(of: range.end, in: file)),
  ])
}

private func jsonValue(of offset: Int, in file: SourceFile) -> JSONValue {
  let position = file.position(at: offset)
  return .members([
    ("line", .integer(position.line)), ("column", .integer(position.column)),
    ("offset", .integer(offset)),
  ])
}
