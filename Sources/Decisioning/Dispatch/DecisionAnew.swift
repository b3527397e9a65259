package import BusinessTime
package import RuleEngine
package import RuleSemantics

/// An action that was decided some time ago and waits to be carried out.
package struct WaitingAction: Hashable, Sendable {
  /// The rule or sequence, by its name as the store knows it.
  package var rule: String
  package var subject: Subject
  package var row: Int32
  package var occurrence: OccurrenceKey
  /// Of a step of a sequence: where the contact is in it, or how that ended.
  package var enrolment: Enrolment?
  /// What the rule itself wrote when it decided the action; it must not be its own undoing.
  package var written: [FieldChange]

  package init(
    rule: String, subject: Subject, row: Int32, occurrence: OccurrenceKey, enrolment: Enrolment? = nil,
    written: [FieldChange] = []
  ) {
    self.rule = rule
    self.subject = subject
    self.row = row
    self.occurrence = occurrence
    self.enrolment = enrolment
    self.written = written
  }
}

/// Asks of actions that waited whether they would still be decided: the condition of the rule, of a step of a sequence
/// the goal and the exits, as of now. How often a rule acts is not asked: this is the turn that it had.
package struct DecisionAnew {
  private let plan: DecisionPlan
  private let state: DecisionState
  private let snapshot: Snapshot
  private let now: Instant
  private let calendar: BusinessCalendar
  private let options: DecisionOptions

  /// From then on an action that has not been carried out is decided anew.
  package static let freshness = TimeSpan(24, .hours)
  /// How long after it was decided an action may be carried out at most, unless a cap holds messages longer.
  package static let ageLimit = TimeSpan(7, .days)

  /// - Parameter snapshot: of now, with the messages that went out.
  package init(
    _ snapshot: Snapshot, plan: DecisionPlan, state: DecisionState, now: Instant, calendar: BusinessCalendar,
    holidays: [Set<CivilDate>]
  ) {
    self.plan = plan
    self.state = state
    self.snapshot = snapshot
    self.now = now
    self.calendar = calendar
    options = DecisionOptions(looksAhead: false, holidays: holidays)
  }

  /// `act`, or why not; one for each, in their order.
  package func outcomes(of actions: [WaitingAction]) -> [Outcome] {
    var outcomes = [Outcome](repeating: .act, count: actions.count)
    let plain = decider(snapshot)
    for (rule, indices) in Dictionary(grouping: actions.indices, by: { actions[$0].rule }) {
      let own = indices.map { actions[$0] }
      let written = own.flatMap(\.written).sorted { $0.id < $1.id }
      let found = self.outcomes(of: own, decidedBy: rule, written.isEmpty ? plain : decider(putting(back: written)))
      for (index, outcome) in zip(indices, found) { outcomes[index] = outcome }
    }
    return outcomes
  }

  private func decider(_ snapshot: Snapshot) -> Decider {
    Decider(
      evaluation: Evaluation(plan: plan.evaluation, snapshot: snapshot, now: now, calendar: calendar), plan: plan,
      state: state, options: options)
  }

  private func putting(back written: [FieldChange]) -> Snapshot {
    var snapshot = snapshot
    var texts = snapshot.texts
    for change in written.reversed() {
      guard case .field(let field) = change.attribute else { continue }
      let type = plan.program.record(of: change.subject)[field].type
      func put(_ records: inout RecordTable) {
        guard records.columns.indices.contains(field.index) else { return }
        records.columns[field.index].set(change.old, at: Int(change.row), type: type, texts: &texts)
      }
      switch change.subject {
      case .contact: put(&snapshot.contacts)
      case .account: put(&snapshot.accounts)
      }
    }
    snapshot.texts = texts
    return snapshot
  }

  private func outcomes(of actions: [WaitingAction], decidedBy name: String, _ decider: Decider) -> [Outcome] {
    let isStep = if case .enrolment? = actions.first?.occurrence { true } else { false }
    if isStep {
      let plan =
        plan.sequences.first { $0.sequence.name == name } ?? plan.sequences.first { $0.sequence.formerName == name }
      return plan.map { steps(actions, $0, decider) } ?? actions.map { _ in .lapsed(.withoutRule) }
    }
    let plan = plan.rules.first { $0.rule.name == name } ?? plan.rules.first { $0.rule.formerName == name }
    guard let plan else { return actions.map { _ in .lapsed(.withoutRule) } }
    return plan.rule.trigger == nil ? standing(actions, plan, decider) : occurring(actions, plan, decider)
  }

  private func standing(_ actions: [WaitingAction], _ plan: RulePlan, _ decider: Decider) -> [Outcome] {
    guard let condition = plan.condition else { return actions.map { _ in .act } }
    let truths = decider.evaluation.truths(condition, of: plan.rule.subject)
    return actions.map { truths[Int($0.row)] == 1 ? .act : .lapsed(.condition) }
  }

  private func occurring(_ actions: [WaitingAction], _ plan: RulePlan, _ decider: Decider) -> [Outcome] {
    func name(_ row: Int32, _ key: OccurrenceKey) -> RuleOccurrence {
      RuleOccurrence(rule: plan.rule.name, subject: plan.rule.subject, row: row, occurrence: key)
    }
    let wanted = Set(actions.map { name($0.row, $0.occurrence) })
    let found = decider.recorded(for: plan, from: .earliest).filter { wanted.contains(name($0.row, $0.key)) }
    let truths =
      plan.condition.map { OccurrenceBatch(found, plan.rule, in: decider).truths($0, decider.evaluation) }
      ?? found.map { _ in 1 }
    let answers = Dictionary(zip(found.map { name($0.row, $0.key) }, truths), uniquingKeysWith: { first, _ in first })
    return actions.map { action in
      guard let truth = answers[name(action.row, action.occurrence)] else { return .lapsed(.occurrence) }
      return truth == 1 ? .act : .lapsed(.condition)
    }
  }

  /// Where the version that somebody went through is no longer at hand, since they are through, the present one is asked.
  private func steps(_ actions: [WaitingAction], _ plan: SequencePlan, _ decider: Decider) -> [Outcome] {
    var outcomes = [Outcome](repeating: .lapsed(.occurrence), count: actions.count)
    let known = actions.indices.filter { actions[$0].enrolment != nil }
    let present = plan.sequence.version
    func version(_ index: Int) -> String {
      actions[index].enrolment.map { plan.versions[$0.version] == nil ? present : $0.version } ?? present
    }
    for (name, indices) in Dictionary(grouping: known, by: version) {
      guard let version = plan.versions[name] else { continue }
      let batch = SequenceBatch(indices.compactMap { actions[$0].enrolment }, version, decider.evaluation)
      for (position, index) in indices.enumerated() {
        if batch.isGoalReached(at: position) {
          outcomes[index] = .lapsed(.left(.goal))
        } else if let exit = batch.exit(at: position) {
          outcomes[index] = .lapsed(.left(.exited(exit)))
        } else {
          outcomes[index] = .act
        }
      }
    }
    return outcomes
  }
}
