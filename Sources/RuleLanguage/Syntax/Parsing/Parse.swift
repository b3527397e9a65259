package import RuleDiagnostics

/// Reads one file. Never fails and always ends: what cannot be understood is reported, and what stands around it is
/// read all the same. The diagnostics are in the order of the text.
package func parse(_ file: SourceFile) -> (tree: SyntaxTree, diagnostics: [Diagnostic]) {
  var lexer = Lexer(file)
  lexer.run()
  var parser = Parser(lexer)
  let declarations = parser.parseDeclarations()
  let diagnostics = sifted(parser.diagnostics, damagedLines: lexer.damagedLines, of: file)
  // What a safe repair restores was understood; but words that run on without a comma may be one misspelled form.
  let misreadings = diagnostics.filter { diagnostic in
    diagnostic.severity == .error
      && (diagnostic.id == .missingComma || !diagnostic.fixes.contains(where: \.isSafe))
  }.map(\.range)
  let tree = SyntaxTree(
    file: file, tokens: lexer.tokens, declarations: declarations,
    canonicalEdits: parser.edits.sorted { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) },
    misreadings: misreadings, damaged: parser.damaged)
  return (tree, diagnostics)
}

/// In the order of the text. A warning that an error touches, or on a line that the lexer could not read, is dropped.
private func sifted(_ diagnostics: [Diagnostic], damagedLines: Set<Int>, of file: SourceFile) -> [Diagnostic] {
  let errors = diagnostics.filter { $0.severity == .error }
  var kept = diagnostics
  if !errors.isEmpty, errors.count < diagnostics.count {
    // An error right behind a sign or word says that it was not meant as that.
    let places = Set(errors.flatMap { [$0.range.start, $0.range.start - 1, $0.range.start - 2] })
    let starts = Set(errors.map(\.range.start))
    kept.removeAll { diagnostic in
      guard diagnostic.severity != .error else { return false }
      return starts.contains(diagnostic.range.start) || places.contains(diagnostic.range.end)
        || damagedLines.contains(file.lineIndex(at: diagnostic.range.start))
    }
  }
  return kept.sorted { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) }
}
