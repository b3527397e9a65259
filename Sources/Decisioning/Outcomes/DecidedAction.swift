package import RuleDiagnostics
package import RuleSemantics

/// An action with everything filled in, and what becomes of it.
package struct DecidedAction: Hashable, Sendable {
  /// The rule or sequence; of a sync the definition.
  package var rule: String
  /// Whether it keeps a `sync to hubspot …` up to date rather than being an action of a rule.
  package var isSync: Bool
  package var subject: Subject
  package var row: Int32
  /// The key of the subject.
  package var key: String
  package var action: ActionID
  /// In the order of the action's descriptor; those not stated are left out.
  package var arguments: [Argument]
  package var outcome: Outcome
  /// What a recommendation found for it; `nil` for any other action.
  package var picks: DecidedPicks?
  /// What would be asked of the CRM; `.null` for an action that cannot be put together.
  package var request: JSONValue
  package var occurrence: OccurrenceKey
  /// Its position among the actions of the rule, from 0.
  package var index: Int
  /// Unique by rule, subject, occurrence and index.
  package var idempotencyKey: String

  package struct Argument: Hashable, Sendable {
    package var parameter: ParameterID
    package var value: JSONValue

    package init(_ parameter: ParameterID, _ value: JSONValue) {
      self.parameter = parameter
      self.value = value
    }
  }

  package init(
    rule: String, isSync: Bool = false, subject: Subject, row: Int32, key: String, action: ActionID,
    arguments: [Argument], outcome: Outcome, request: JSONValue, occurrence: OccurrenceKey, index: Int
  ) {
    self.rule = rule
    self.isSync = isSync
    self.subject = subject
    self.row = row
    self.key = key
    self.action = action
    self.arguments = arguments
    self.outcome = outcome
    self.request = request
    self.occurrence = occurrence
    self.index = index
    let kind = if isSync { "sync" } else if case .enrolment = occurrence { "sequence" } else { "rule" }
    idempotencyKey = "\(kind):\(rule)|\(subject.rawValue):\(key)|\(occurrence.text)|\(index)"
  }

  /// The step of the sequence; `nil` for a rule.
  package var step: String? {
    if case .enrolment(_, let place, _) = occurrence { place.step } else { nil }
  }

  package func argument(_ parameter: ParameterID) -> JSONValue? {
    arguments.first { $0.parameter == parameter }?.value
  }
}
