package import BusinessTime
package import RuleEngine
package import RuleSemantics

/// Something that an `on` rule asks for and that happened to one subject, and where it stands.
package struct OccurrenceTrace: Hashable, Sendable {
  package enum Standing: Hashable, Sendable {
    /// The `where` of the trigger is false or unknown for it.
    case otherwise
    /// The rule was not at work yet; `nil` where it has never been.
    case beforeDeployment(Instant?)
    /// It came to be known more than `DecisionState.lateness` after it happened.
    case recordedTooLate
    /// The time to wait until is missing.
    case noTime
    case waits(until: Instant)
    /// It was due too long ago for this run, and none had looked at it.
    case dueTooLongAgo(Instant)
    /// An earlier run was done with it.
    case handled
    /// This run decides upon it.
    case due
  }

  /// `demo_request`, `lifecycle changed`.
  package var name: String
  package var at: Instant
  package var key: OccurrenceKey
  package var standing: Standing
}

/// What happened to a subject that an `on` rule asks for: latest first.
///
/// - Parameters:
///   - row: of the rule's subject.
///   - start: from when on.
package func traceOccurrences(
  of rule: CheckedRule, row: Int, since start: Instant, _ evaluation: Evaluation, plan: DecisionPlan,
  state: DecisionState, options: DecisionOptions
) -> [OccurrenceTrace] {
  let decider = Decider(evaluation: evaluation, plan: plan, state: state, options: options)
  decider.recordTransitions()
  guard let rulePlan = plan.rules.first(where: { $0.rule.name == rule.name }) else { return [] }
  return decider.traces(of: rulePlan, row: Int32(row), since: start)
}

extension Decider {
  fileprivate func traces(of plan: RulePlan, row: Int32, since start: Instant) -> [OccurrenceTrace] {
    let all = recorded(for: plan, from: start).filter { $0.row == row }
    guard !all.isEmpty else { return [] }
    let history = History(of: plan.rule, in: state, heldRules: heldRules)
    let filter = plan.filter.map { OccurrenceBatch(all, plan.rule, in: self).truths($0, evaluation) }
    let times = dueTimes(of: all, plan)
    return all.indices.map { index in
      var occurrence = all[index]
      occurrence.due = times[index] ?? occurrence.at
      let standing: OccurrenceTrace.Standing =
        if let filter, filter[index] != 1 { .otherwise } else {
          standing(of: occurrence, hasTime: times[index] != nil, plan, history)
        }
      return OccurrenceTrace(
        name: occurrence.name(in: program), at: occurrence.at, key: occurrence.key, standing: standing)
    }
    .sorted { ($1.at, $1.key.text) < ($0.at, $0.key.text) }
  }

  private func standing(
    of occurrence: Occurrence, hasTime: Bool, _ plan: RulePlan, _ history: History
  ) -> OccurrenceTrace.Standing {
    if state.handled.contains(history.occurrence(plan.rule.subject, occurrence.row, occurrence.key)) { return .handled }
    let deployed = history.deployment?.firstAt
    if occurrence.at < deployed ?? now { return .beforeDeployment(deployed) }
    if isRecordedTooLate(occurrence) { return .recordedTooLate }
    if !hasTime { return .noTime }
    if occurrence.due > now { return .waits(until: occurrence.due) }
    return isTooLate(occurrence, plan, history) ? .dueTooLongAgo(occurrence.due) : .due
  }
}

extension Occurrence {
  fileprivate func name(in program: CheckedProgram) -> String {
    switch source {
    case .event(let event, _): program[event].name
    case .change(let change):
      switch change.attribute {
      case .field(let field): "\(program.record(of: change.subject)[field].name) changed"
      case .definition(let definition): "\(program[definition].name) changed"
      case .eventTime, .eventWorth, .oldValue, .newValue: ""
      }
    }
  }
}
