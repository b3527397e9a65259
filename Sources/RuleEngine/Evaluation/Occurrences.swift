package import RuleSemantics

/// A batch of what set off `on` rules, or of enrolments, for each of which conditions are evaluated. A class, since
/// evaluations remember what they computed by its identity.
package final class Occurrences: Sendable {
  package let kind: TriggerKind
  /// A row of the rule's subject for each occurrence.
  package let subjects: [Int32]
  package let triggers: Triggers

  package enum Triggers: Sendable {
    /// Rows of the table of the occurrence's type of event.
    case events(rows: [Int32])
    case interactions(times: [Int64], worths: [Double])
    case changes(old: Column, new: Column, times: [Int64])
    /// When each enrolment began, and by name of a step when it began that; `Column.missingTime` before.
    case enrolments(began: [Int64], steps: [String: [Int64]])
  }

  package init(kind: TriggerKind, subjects: [Int32], triggers: Triggers) {
    self.kind = kind
    self.subjects = subjects
    self.triggers = triggers
  }

  package convenience init(of occurrence: CheckedRule.Occurrence, subjects: [Int32], triggers: Triggers) {
    self.init(kind: TriggerKind(occurrence), subjects: subjects, triggers: triggers)
  }

  package var count: Int { subjects.count }
}
