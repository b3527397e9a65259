import BusinessTime
import RuleEngine
import RuleSemantics

// Journeys and segments that are no longer what they were after the last run.
extension Decider {
  func recordTransitions() {
    for definition in program.definitions {
      switch definition.body {
      case .journey(let journey): recordStages(definition, journey)
      case .segment: recordMembers(definition)
      case .define, .factorScore, .pointsScore, .malformed: break
      }
    }
  }

  private func recordStages(_ definition: Definition, _ journey: Journey) {
    guard case .choices(let stages) = evaluation.column(of: definition.id) else { return }
    let previous = snapshot.previous.stages[definition.id]
    if previous == nil { decisions.changes.begun.append(definition.id) }
    func value(_ stage: Int32) -> Value { stage < 0 ? .missing : .choice(journey.choices, Int(stage)) }
    for row in stages.indices {
      let (from, to) = (previous?[row] ?? -1, stages[row])
      guard from != to else { continue }
      decisions.changes.stages.append(
        .init(definition: definition.id, subject: definition.subject, row: Int32(row), from: from, to: to))
      if previous != nil { addTransition(definition, row: Int32(row), old: value(from), new: value(to)) }
    }
  }

  private func recordMembers(_ definition: Definition) {
    guard case .flags(let members) = evaluation.column(of: definition.id) else { return }
    let previous = snapshot.previous.members[definition.id]
    if previous == nil { decisions.changes.begun.append(definition.id) }
    for row in members.indices {
      let (was, isMember) = (previous?[row] == 1, members[row] == 1)
      guard was != isMember else { continue }
      decisions.changes.memberships.append(
        .init(definition: definition.id, subject: definition.subject, row: Int32(row), isMember: isMember))
      if previous != nil { addTransition(definition, row: Int32(row), old: .flag(was), new: .flag(isMember)) }
    }
  }

  private func addTransition(_ definition: Definition, row: Int32, old: Value, new: Value) {
    transitions.append(
      FieldChange(
        id: 0, subject: definition.subject, row: row, attribute: .definition(definition.id), old: old, new: new,
        at: now,
        source: .transition))
  }
}
