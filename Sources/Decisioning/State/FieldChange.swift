package import BusinessTime
package import RuleSemantics

/// A field, journey or segment that took another value. A new record is no change of its fields.
package struct FieldChange: Hashable, Sendable {
  package enum Source: String, Hashable, Sendable, CaseIterable {
    case rule, sync, test
    /// When it happened is not known, and so it sets off nothing.
    case `import`
    /// A journey or segment, in an earlier run.
    case transition
  }

  /// Unique and stable among changes of fields; without meaning for a transition.
  package var id: Int64
  package var subject: Subject
  package var row: Int32
  /// `.field` or, for a journey or segment, `.definition`.
  package var attribute: Reference.Attribute
  package var old: Value
  package var new: Value
  package var at: Instant
  package var source: Source

  package init(
    id: Int64, subject: Subject, row: Int32, attribute: Reference.Attribute, old: Value, new: Value, at: Instant,
    source: Source
  ) {
    self.id = id
    self.subject = subject
    self.row = row
    self.attribute = attribute
    self.old = old
    self.new = new
    self.at = at
    self.source = source
  }
}
