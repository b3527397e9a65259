package import RuleDiagnostics
import RuleSyntax

extension CheckedProgram {
  /// A part of the rule book on one line, the same whatever its layout: without comments, in the spelling that the
  /// formatter picks.
  package func oneLine(_ range: SourceRange) -> String {
    let text = book.text(range)
    // What is written so is read as a value; in another place its words are the same.
    let head = "define x = "
    var file = SourceFile(path: "", text: head + text)
    let parsed = parse(file)
    if parsed.diagnostics.contains(where: { $0.severity == .error }) {
      return joined(parse(SourceFile(path: "", text: text)).tree)
    }
    file = SourceFile(id: file.id, path: "", bytes: applying(parsed.tree.canonicalEdits, to: file.bytes).bytes)
    return String(joined(parse(file).tree).dropFirst(head.count))
  }

  /// The tokens, with blanks that depend on nothing but the tokens.
  private func joined(_ tree: SyntaxTree) -> String {
    var line = ""
    var last: Token?
    for token in tree.tokens where token.kind != .endOfFile {
      if let last, hasBlank(last.kind, token.kind, tree.file.text(range(last, in: tree))) { line += " " }
      line += tree.file.text(range(token, in: tree))
      last = token
    }
    return line
  }

  private func range(_ token: Token, in tree: SyntaxTree) -> SourceRange {
    SourceRange(file: tree.file.id, start: token.start, end: token.end)
  }

  private func hasBlank(_ left: TokenKind, _ right: TokenKind, _ word: String) -> Bool {
    switch (left, right) {
    case (.textStart, _), (.textSegment, _), (.interpolationStart, _), (_, .textSegment), (_, .interpolationStart),
      (_, .interpolationEnd), (_, .textEnd), (.leftParenthesis, _), (_, .rightParenthesis), (_, .comma), (.dot, _),
      (_, .dot):
      false
    // A call, and not a word before brackets.
    case (.name, .leftParenthesis):
      ["in", "and", "or", "not", "where", "of", "if", "then", "else", "otherwise"].contains(word)
    default: true
    }
  }
}
