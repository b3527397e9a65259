import BusinessTime
import RuleSemantics

/// Where the run changes the enrolments whose steps asked for approval; looked up once for all of them.
struct ApprovedSteps {
  private struct Key: Hashable {
    var sequence: String
    var contact: Int32
    var enteredAt: Instant
  }

  /// Positions in `SequenceChanges.enrolments`.
  private var changed: [Key: Int] = [:]
  /// By name, the present one or the former.
  private var plans: [String: SequencePlan] = [:]

  init(_ items: [ApprovalState.Item], in decider: Decider) {
    guard items.contains(where: { $0.action.step != nil }) else { return }
    for plan in decider.plan.sequences {
      for name in [plan.sequence.formerName, plan.sequence.name].compactMap(\.self) { plans[name] = plan }
    }
    for (index, change) in decider.decisions.changes.sequences.enrolments.enumerated() {
      let enrolment = change.enrolment
      changed[Key(sequence: change.sequence, contact: enrolment.contact, enteredAt: enrolment.enteredAt)] = index
    }
  }

  /// Whether whom a step's action is about leaves the sequence with this run: for its goal, by an exit or by removal, and
  /// not because the way is gone to its end.
  func hasLeft(_ action: DecidedAction, _ decider: Decider) -> Bool {
    guard let change = change(of: action) else { return false }
    return switch decider.decisions.changes.sequences.enrolments[change].enrolment.ending {
    case .goal, .exited, .removed: true
    case .finished, nil: false
    }
  }

  /// Keeps for the report of the sequence that the step did something. Whoever is through by now is not counted.
  func note(_ action: DecidedAction, _ decider: Decider) {
    guard case .enrolment(let enteredAt, let place, _) = action.occurrence, let plan = plans[action.rule] else {
      return
    }
    func note(_ enrolment: inout Enrolment) {
      guard let visit = enrolment.visits.lastIndex(where: { $0.step == place.step }) else { return }
      enrolment.visits[visit].actedAt = decider.now
    }
    if let change = change(of: action) {
      note(&decider.decisions.changes.sequences.enrolments[change].enrolment)
      return
    }
    let history = SequenceHistory(of: plan.sequence, in: decider.state.sequences)
    guard var enrolment = history.enrolment(of: action.row), enrolment.enteredAt == enteredAt else { return }
    note(&enrolment)
    decider.decisions.changes.sequences.enrolments.append(
      .init(sequence: plan.sequence.name, enrolment: enrolment, isNew: false))
  }

  private func change(of action: DecidedAction) -> Int? {
    guard case .enrolment(let enteredAt, _, _) = action.occurrence, let plan = plans[action.rule] else { return nil }
    return changed[Key(sequence: plan.sequence.name, contact: action.row, enteredAt: enteredAt)]
  }
}
