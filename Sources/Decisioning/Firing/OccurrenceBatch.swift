import BusinessTime
import RuleEngine
import RuleSemantics

/// The occurrences of one rule, or the enrolments in one version of a sequence, as the engine takes them.
struct OccurrenceBatch {
  private let occurrences: Occurrences

  init(_ all: [Occurrence], _ rule: CheckedRule, in decider: Decider) {
    let kind = rule.trigger?.occurrence ?? .event(.interactions)
    let triggers: Occurrences.Triggers
    switch kind {
    case .event(.type): triggers = .events(rows: all.map { Int32($0.eventRow ?? 0) })
    case .event(.interactions):
      triggers = .interactions(
        times: all.map(\.at.milliseconds), worths: all.map { $0.worth(decider.program) ?? .nan })
    case .changed(let reference, to: _):
      let owner: Subject = reference.viaAccount ? .account : rule.subject
      let type = decider.program.type(of: reference.attribute, owner)
      triggers = .changes(
        old: decider.evaluation.makeColumn(all.map { $0.change?.old ?? .missing }, type),
        new: decider.evaluation.makeColumn(all.map { $0.change?.new ?? .missing }, type),
        times: all.map(\.at.milliseconds))
    }
    occurrences = Occurrences(of: kind, subjects: all.map(\.row), triggers: triggers)
  }

  init(_ enrolments: [Enrolment], _ sequence: CheckedSequence) {
    var steps: [String: [Int64]] = [:]
    for step in sequence.steps {
      steps[step.name] = enrolments.map { $0.began(step.name)?.milliseconds ?? Column.missingTime }
    }
    occurrences = Occurrences(
      kind: .enrolment, subjects: enrolments.map(\.contact),
      triggers: .enrolments(began: enrolments.map(\.enteredAt.milliseconds), steps: steps))
  }

  /// 0 no, 1 yes, 2 unknown for each occurrence.
  func truths(_ node: NodeID, _ evaluation: Evaluation) -> [UInt8] {
    evaluation.truths(node, occurrences: occurrences)
  }

  func value(_ node: NodeID, at position: Int, _ evaluation: Evaluation) -> Value {
    evaluation.value(node, occurrences: occurrences, row: position)
  }
}

extension Occurrence {
  var eventRow: Int? {
    if case .event(_, let row) = source { row } else { nil }
  }

  var change: FieldChange? {
    if case .change(let change) = source { change } else { nil }
  }

  func worth(_ program: CheckedProgram) -> Double? {
    if case .event(let event, _) = source { program[event].worth } else { nil }
  }
}

extension CheckedProgram {
  /// The type of a field or definition of a contact or account.
  func type(of attribute: Reference.Attribute, _ subject: Subject) -> ValueType {
    switch attribute {
    case .field(let field): record(of: subject)[field].type
    case .definition(let definition): self[definition].type
    case .eventTime, .eventWorth, .oldValue, .newValue: .error
    }
  }
}
