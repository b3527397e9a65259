/// Diagnostics as a SARIF 2.1.0 log with one run, for code scanning services and editors.
/// Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
package func sarifLog(of diagnostics: [Diagnostic], in book: SourceBook, version: String) -> JSONValue {
  var ids: [DiagnosticID] = []
  var positions: [DiagnosticID: Int] = [:]
  for diagnostic in diagnostics where positions[diagnostic.id] == nil {
    positions[diagnostic.id] = ids.count
    ids.append(diagnostic.id)
  }
  return .members([
    ("$schema", .text("https://json.schemastore.org/sarif-2.1.0.json")),
    ("version", .text("2.1.0")),
    (
      "runs",
      .list([
        .members([
          (
            "tool",
            .members([
              (
                "driver",
                .members([
                  ("name", .text("abm-rules")),
                  ("version", .text(version)),
                  ("rules", .list(ids.map(reportingDescriptor))),
                ])
              )
            ])
          ),
          ("columnKind", .text("unicodeCodePoints")),
          ("results", .list(diagnostics.map { result($0, ruleIndex: positions[$0.id] ?? 0, in: book) })),
        ])
      ])
    ),
  ])
}

private func reportingDescriptor(_ id: DiagnosticID) -> JSONValue {
  .members([
    ("id", .text(id.rawValue)),
    ("shortDescription", message(id.descriptor.summary)),
    ("help", message("abm-rules explain \(id.rawValue)")),
    ("defaultConfiguration", .members([("level", .text(level(of: id.descriptor.severity)))])),
  ])
}

private func result(_ diagnostic: Diagnostic, ruleIndex: Int, in book: SourceBook) -> JSONValue {
  var members: [JSONValue.Member] = [
    .init("ruleId", .text(diagnostic.id.rawValue)),
    .init("ruleIndex", .integer(ruleIndex)),
    .init("level", .text(level(of: diagnostic.severity))),
    .init("message", message(([diagnostic.message] + diagnostic.help.map { "help: \($0)" }).joined(separator: "\n"))),
    .init("locations", .list([location(diagnostic.range, diagnostic.label, in: book)])),
  ]
  if !diagnostic.related.isEmpty {
    members.append(
      .init("relatedLocations", .list(diagnostic.related.map { location($0.range, $0.text, in: book) })))
  }
  if !diagnostic.fixes.isEmpty {
    members.append(.init("fixes", .list(diagnostic.fixes.map { fix($0, in: book) })))
  }
  return .record(members)
}

private func location(_ range: SourceRange, _ text: String, in book: SourceBook) -> JSONValue {
  var members: [JSONValue.Member] = [
    .init(
      "physicalLocation",
      .members([("artifactLocation", artifactLocation(range, in: book)), ("region", region(range, in: book))]))
  ]
  if !text.isEmpty { members.append(.init("message", message(text))) }
  return .record(members)
}

private func fix(_ fix: FixIt, in book: SourceBook) -> JSONValue {
  let changes = Dictionary(grouping: fix.edits, by: \.range.file).sorted { $0.key.index < $1.key.index }
  return .members([
    ("description", message(fix.title)),
    (
      "artifactChanges",
      .list(
        changes.map { _, edits in
          .members([
            ("artifactLocation", artifactLocation(edits[0].range, in: book)),
            (
              "replacements",
              .list(
                edits.map { edit in
                  .members([
                    ("deletedRegion", region(edit.range, in: book)),
                    ("insertedContent", .members([("text", .text(edit.replacement))])),
                  ])
                })
            ),
          ])
        })
    ),
  ])
}

private func artifactLocation(_ range: SourceRange, in book: SourceBook) -> JSONValue {
  .members([("uri", .text(percentEncoded(book[range.file].path)))])
}

private func region(_ range: SourceRange, in book: SourceBook) -> JSONValue {
  let file = book[range.file]
  let start = file.position(at: range.start)
  let end = file.position(at: range.end)
  return .members([
    ("startLine", .integer(start.line)), ("startColumn", .integer(start.column)),
    ("endLine", .integer(end.line)), ("endColumn", .integer(end.column)),
    ("byteOffset", .integer(range.start)), ("byteLength", .integer(range.end - range.start)),
  ])
}

private func message(_ text: String) -> JSONValue { .members([("text", .text(text))]) }

private func level(of severity: Severity) -> String {
  switch severity {
  case .error: "error"
  case .warning: "warning"
  case .hint: "note"
  }
}

/// A path as a relative URI reference: RFC 3986, unreserved characters and slashes stay.
private func percentEncoded(_ path: String) -> String {
  var result = ""
  for byte in path.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "/"):
      result.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      result += "%" + (digits.count == 1 ? "0" : "") + digits
    }
  }
  return result
}
