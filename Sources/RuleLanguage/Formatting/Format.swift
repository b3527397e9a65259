import RuleDiagnostics
package import RuleSyntax

/// The text of a file in the one layout. Comments stay, the meaning stays, and formatting twice changes nothing.
///
/// What the formatter picks: the canonical spelling of everything that has several, indentation, blanks, the alignment
/// of fields, factors and stages, and where a line of more than 100 columns breaks. What it leaves to the author: blank
/// lines (one at most), whether a block stands on one line while it fits, and which fields share a line.
///
/// - Returns: `nil` for a file with syntax errors, which is left alone.
package func format(_ tree: SyntaxTree) -> String? {
  // A tree does not say whether all of it was understood, and what was not must not be moved about. It is read anew
  // until nothing is left to be spelled otherwise.
  var file = tree.file
  for _ in 0..<maximumPasses {
    let source = parse(file)
    guard !source.diagnostics.contains(where: { $0.severity == .error }) else { return nil }
    if source.tree.canonicalEdits.isEmpty {
      var layout = Layout(tree: source.tree, marks: LayoutMarks(of: source.tree))
      return layout.text()
    }
    let edited = applying(source.tree.canonicalEdits, to: file.bytes)
    file = SourceFile(id: file.id, path: file.path, bytes: edited.bytes)
  }
  return nil
}

/// One pass spells everything as it should be; a second would mean that an edit makes another one necessary.
private let maximumPasses = 4
