/// Diagnostics as workflow commands, one a line, which GitHub shows beside the changed lines of a pull request.
/// Source: GitHub Docs, "Workflow commands for GitHub Actions".
package func gitHubAnnotations(of diagnostics: [Diagnostic], in book: SourceBook) -> String {
  diagnostics.map { diagnostic in
    let file = book[diagnostic.range.file]
    let start = file.position(at: diagnostic.range.start)
    let end = file.position(at: diagnostic.range.end)
    var properties = [
      ("file", file.path), ("line", String(start.line)), ("endLine", String(end.line)),
    ]
    // Columns are understood only within one line.
    if start.line == end.line {
      properties += [("col", String(start.column)), ("endColumn", String(end.column))]
    }
    properties.append(("title", diagnostic.id.rawValue))
    let text = ([diagnostic.message] + diagnostic.help.map { "help: \($0)" }).joined(separator: "\n")
    let list = properties.map { "\($0.0)=\(escapedProperty($0.1))" }.joined(separator: ",")
    return "::\(command(for: diagnostic.severity)) \(list)::\(escapedData(text))\n"
  }.joined()
}

private func command(for severity: Severity) -> String {
  switch severity {
  case .error: "error"
  case .warning: "warning"
  case .hint: "notice"
  }
}

private func escapedData(_ text: String) -> String {
  text.flatMap { character -> String in
    switch character {
    case "%": "%25"
    case "\r": "%0D"
    case "\n": "%0A"
    case "\r\n": "%0D%0A"
    default: String(character)
    }
  }.reduce(into: "") { $0.append($1) }
}

private func escapedProperty(_ text: String) -> String {
  escapedData(text).reduce(into: "") { result, character in
    switch character {
    case ":": result += "%3A"
    case ",": result += "%2C"
    default: result.append(character)
    }
  }
}
