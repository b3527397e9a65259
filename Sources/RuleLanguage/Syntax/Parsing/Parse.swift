package import RuleDiagnostics

/// Reads one file. Never fails and always ends: what cannot be understood is reported, and what stands around it is
/// read all the same. The diagnostics are in the order of the text.
package func parse(_ file: SourceFile) -> (tree: SyntaxTree, diagnostics: [Diagnostic]) {
  var lexer = Lexer(file)
  lexer.run()
  var parser = Parser(lexer)
  let declarations = parser.parseDeclarations()
  let tree = SyntaxTree(
    file: file, tokens: lexer.tokens, declarations: declarations,
    canonicalEdits: parser.edits.sorted { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) })
  let diagnostics = parser.diagnostics.sorted {
    ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end)
  }
  return (tree, diagnostics)
}
