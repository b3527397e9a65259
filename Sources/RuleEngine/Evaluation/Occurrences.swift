package import RuleSemantics

/// A batch of what set off `on` rules, for each of which a rule's conditions are evaluated. A class, since evaluations
/// remember what they computed by its identity.
package final class Occurrences: Sendable {
  /// As the rules' trigger says it.
  package let occurrence: CheckedRule.Occurrence
  /// A row of the rule's subject for each occurrence.
  package let subjects: [Int32]
  package let triggers: Triggers

  package enum Triggers: Sendable {
    /// Rows of the table of the occurrence's type of event.
    case events(rows: [Int32])
    case interactions(times: [Int64], worths: [Double])
    case changes(old: Column, new: Column, times: [Int64])
  }

  package init(of occurrence: CheckedRule.Occurrence, subjects: [Int32], triggers: Triggers) {
    self.occurrence = occurrence
    self.subjects = subjects
    self.triggers = triggers
  }

  package var count: Int { subjects.count }
}
