/// What the checker has to say about a rule book: one cause, one report.
package struct Diagnostic: Hashable, Sendable {
  package var id: DiagnosticID
  package var severity: Severity
  /// One lowercase sentence without a period; user text stands in backticks.
  package var message: String
  /// The narrowest range that shows the cause.
  package var range: SourceRange
  /// A few words under the marked range; empty when the message says it all.
  package var label: String
  /// Other places that matter, chiefly the declaration that is contradicted.
  package var related: [Label]
  /// What is accepted, how to go on.
  package var help: [String]
  /// What it means for the people in the database, when one is at hand.
  package var data: [String]
  package var fixes: [FixIt]

  package init(
    _ id: DiagnosticID, _ message: String, at range: SourceRange, label: String = "", related: [Label] = [],
    help: [String] = [], data: [String] = [], fixes: [FixIt] = [], severity: Severity? = nil
  ) {
    self.id = id
    self.severity = severity ?? id.descriptor.severity
    self.message = message
    self.range = range
    self.label = label
    self.related = related
    self.help = help
    self.data = data
    self.fixes = fixes
  }

  package struct Label: Hashable, Sendable {
    package var range: SourceRange
    package var text: String

    package init(_ range: SourceRange, _ text: String) {
      self.range = range
      self.text = text
    }
  }
}

package enum Severity: String, Hashable, Sendable, CaseIterable {
  case error, warning, hint
}

/// A repair. A safe one keeps or restores the meaning that is beyond doubt and is applied by `check --fix`; an unsafe
/// one says in its title what changes.
package struct FixIt: Hashable, Sendable {
  package var title: String
  package var isSafe: Bool
  /// In one file, in order, not overlapping.
  package var edits: [TextEdit]

  package init(_ title: String, isSafe: Bool, edits: [TextEdit]) {
    self.title = title
    self.isSafe = isSafe
    self.edits = edits
  }
}

package struct TextEdit: Hashable, Sendable {
  package var range: SourceRange
  package var replacement: String

  package init(_ range: SourceRange, _ replacement: String) {
    self.range = range
    self.replacement = replacement
  }
}
