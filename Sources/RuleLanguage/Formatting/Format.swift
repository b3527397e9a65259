package import RuleSyntax
import RuleDiagnostics

/// The text of a file in the one layout. Comments stay, the meaning stays, and formatting twice changes nothing.
///
/// What the formatter picks: the canonical spelling of everything that has several, indentation, blanks, the alignment
/// of fields, factors and stages, and where a line of more than 100 columns breaks. What it leaves to the author: blank
/// lines (one at most), whether a block stands on one line while it fits, and which fields share a line.
///
/// - Returns: `nil` for a file with syntax errors, which is left alone.
package func format(_ tree: SyntaxTree) -> String? {
  guard !tree.declarations.contains(where: \.isMalformed) else { return nil }
  var tree = tree
  if !tree.canonicalEdits.isEmpty {
    let edited = applying(tree.canonicalEdits, to: tree.file.bytes)
    let canonical = parse(SourceFile(id: tree.file.id, path: tree.file.path, bytes: edited.bytes))
    guard !canonical.diagnostics.contains(where: { $0.severity == .error }) else { return nil }
    tree = canonical.tree
  }
  var layout = Layout(tree: tree, marks: LayoutMarks(of: tree))
  return layout.text()
}

extension Declaration {
  fileprivate var isMalformed: Bool {
    if case .malformed = self { true } else { false }
  }
}
