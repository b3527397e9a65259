import BusinessTime
import RuleDiagnostics
import RuleSyntax
import Testing

/// What a text reports, as `line:column id`.
func reports(_ text: String) -> [String] {
  let file = SourceFile(path: "test.abm", text: text)
  return parse(file).diagnostics.map { diagnostic in
    let position = file.position(at: diagnostic.range.start)
    return "\(position.line):\(position.column) \(diagnostic.id.rawValue)"
  }
}

/// The ids that a text reports.
func ids(_ text: String) -> [String] {
  parse(SourceFile(path: "test.abm", text: text)).diagnostics.map(\.id.rawValue)
}

/// The text with all edits applied, which must be in order and apart.
func applying(_ edits: [TextEdit], to text: String) -> String {
  var bytes = Array(text.utf8)
  for edit in edits.sorted(by: { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) }).reversed() {
    bytes.replaceSubrange(edit.range.start..<edit.range.end, with: edit.replacement.utf8)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The text with every safe repair applied.
func repaired(_ text: String) -> String {
  let result = parse(SourceFile(path: "test.abm", text: text))
  var edits: [TextEdit] = []
  for fix in result.diagnostics.flatMap(\.fixes) where fix.isSafe {
    for edit in fix.edits where !edits.contains(where: { overlaps($0.range, edit.range) }) { edits.append(edit) }
  }
  return applying(edits, to: text)
}

private func overlaps(_ left: SourceRange, _ right: SourceRange) -> Bool {
  left == right || (left.start < right.end && right.start < left.end)
}

/// What must hold for every text, however broken: tokens in order and without gaps but trivia, ranges inside the text.
func expectSound(_ bytes: [UInt8], _ location: SourceLocation = #_sourceLocation) {
  let result = parse(SourceFile(id: FileID(0), path: "test.abm", bytes: bytes))
  var end = 0
  for token in result.tree.tokens {
    if token.start < end || token.end < token.start || token.end > bytes.count {
      Issue.record("token \(token) overlaps or leaves the text", sourceLocation: location)
      return
    }
    end = token.end
  }
  #expect(result.tree.tokens.last?.kind == .endOfFile, sourceLocation: location)
  for (edit, next) in zip(result.tree.canonicalEdits, result.tree.canonicalEdits.dropFirst())
  where edit.range.end > next.range.start {
    Issue.record("canonical edits \(edit) and \(next) overlap", sourceLocation: location)
    return
  }
  let ranges =
    result.diagnostics.flatMap { [$0.range] + $0.related.map(\.range) + $0.fixes.flatMap { $0.edits.map(\.range) } }
    + result.tree.canonicalEdits.map(\.range)
  for range in ranges where range.start < 0 || range.start > range.end || range.end > bytes.count {
    Issue.record("\(range) leaves the text", sourceLocation: location)
    return
  }
}

/// The bytes between tokens; what is no blank must be a comment.
func trivia(of tree: SyntaxTree) -> [ArraySlice<UInt8>] {
  var gaps: [ArraySlice<UInt8>] = []
  var end = 0
  for token in tree.tokens {
    if token.start > end { gaps.append(tree.file.bytes[end..<token.start]) }
    end = token.end
  }
  return gaps
}

/// A condition, read as the `when` of a one-line rule.
func condition(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> Expression {
  let result = parse(SourceFile(path: "test.abm", text: "when \(text) then skip lower rules"))
  guard case .rule(let rule)? = result.tree.declarations.first, result.tree.declarations.count == 1 else {
    throw ParseFailure()
  }
  return try #require(rule.condition, sourceLocation: location)
}

struct ParseFailure: Error {}
