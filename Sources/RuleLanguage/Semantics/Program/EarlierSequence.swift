package import RuleDiagnostics
package import RuleSyntax

/// The text of an earlier version of a sequence, which people who entered it go through to its end.
package struct EarlierSequence: Sendable {
  /// The present name of the sequence.
  package var name: String
  package var version: String
  /// Of a file that is in the source book and holds the one declaration.
  package var tree: SyntaxTree

  package init(name: String, version: String, tree: SyntaxTree) {
    self.name = name
    self.version = version
    self.tree = tree
  }
}

/// An earlier version that does not check with the present declarations: whoever is in it stays where they are.
package struct BrokenSequence: Hashable, Sendable {
  package var name: String
  package var version: String
  /// The first thing that is wrong with it.
  package var problem: Diagnostic

  package init(name: String, version: String, problem: Diagnostic) {
    self.name = name
    self.version = version
    self.problem = problem
  }
}
