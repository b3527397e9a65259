package import BusinessTime
package import RuleEngine
package import RuleSemantics

/// What is known of people over a span of time, for a simulation: how they were at its start, and what happened since.
package struct SimulationHistory: Sendable {
  /// How records were at the start. Its events go on to the end; those after the time at hand count for nothing.
  package var snapshot: Snapshot
  /// What the runs before the start left behind.
  package var state: DecisionState
  /// What people and sources changed since, rules aside; ascending by time.
  package var changes: [Change]

  package init(snapshot: Snapshot, state: DecisionState, changes: [Change]) {
    self.snapshot = snapshot
    self.state = state
    self.changes = changes
  }

  package struct Change: Sendable {
    package enum What: Sendable {
      case field(Table, FieldIndex, old: Value, new: Value, FieldChange.Source)
      case consent(purpose: String, isGiven: Bool)
    }

    package var at: Instant
    /// Unique among the changes of fields, as `FieldChange.id`.
    package var id: Int64
    package var row: Int32
    package var what: What

    package init(at: Instant, id: Int64, row: Int32, what: What) {
      self.at = at
      self.id = id
      self.row = row
      self.what = what
    }
  }
}
