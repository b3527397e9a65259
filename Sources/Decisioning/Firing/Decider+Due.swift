import BusinessTime
import RuleEngine
import RuleSemantics

// `on` rules: which occurrences are due in this run, and what becomes of those that the rule does not act upon.
extension Decider {
  /// The due occurrences whose condition is true, in the order of keys, due times and occurrence keys; with the batch
  /// that they stand in, for what their actions say of `event`.
  func dueCandidates(
    of plan: RulePlan, _ history: History, _ draft: inout RuleDraft
  ) -> (candidates: [Candidate], batch: OccurrenceBatch?) {
    let due = dueOccurrences(of: plan, history, &draft)
    guard !due.isEmpty else { return ([], nil) }
    let batch = OccurrenceBatch(due, plan.rule, in: self)
    let truths = plan.condition.map { batch.truths($0, evaluation) }
    var candidates: [Candidate] = []
    var skipping: [Int32] = []
    for (position, occurrence) in due.enumerated() {
      let truth = truths?[position] ?? 1
      if truth == 2 { draft.report.unknown += 1 }
      if truth == 1 { draft.report.matched += 1 }
      let isSkipping = truth == 1 && plan.rule.skipsLowerRules && !plan.rule.frequency.isPaused
      if isSkipping { skipping.append(occurrence.row) }
      if plan.rule.frequency.isPaused {
        draft.report.skipped += 1
        handle(occurrence, .paused, plan, history, &draft)
      } else if truth != 1 {
        handle(occurrence, .notTrue, plan, history, &draft)
      } else if isSkipped(plan.rule.subject, occurrence.row) {
        draft.report.skipped += 1
        handle(occurrence, .skipped, plan, history, &draft)
      } else {
        candidates.append(
          Candidate(
            row: occurrence.row, occurrence: occurrence.key, due: occurrence.due, position: position, firing: nil,
            order: position))
      }
    }
    skip(plan.rule.subject, skipping)
    // The occurrence is done with, so that the next run skips nothing for it.
    for row in skipping { look(plan.rule.subject, row, at: now) }
    return (ranked(candidates, plan), batch)
  }

  private func dueOccurrences(
    of plan: RulePlan, _ history: History, _ draft: inout RuleDraft
  ) -> [Occurrence] {
    var all = occurrences(of: plan, history)
    if let filter = plan.filter, !all.isEmpty {
      let truths = OccurrenceBatch(all, plan.rule, in: self).truths(filter, evaluation)
      all = zip(all, truths).filter { $0.1 == 1 }.map(\.0)
    }
    guard !all.isEmpty else { return [] }
    let times = dueTimes(of: all, plan)
    var due: [Occurrence] = []
    for (occurrence, time) in zip(all, times) {
      var occurrence = occurrence
      guard let time else {
        skipWithoutTime(occurrence, plan, history, &draft)
        continue
      }
      occurrence.due = time
      if time > now {
        draft.report.waiting += 1
        look(plan.rule.subject, occurrence.row, at: time)
      } else if !isTooLate(occurrence, plan, history) {
        due.append(occurrence)
      }
    }
    return due.map { (occurrence: $0, text: $0.key.text) }
      .sorted { ($0.occurrence.row, $0.occurrence.due, $0.text) < ($1.occurrence.row, $1.occurrence.due, $1.text) }
      .map(\.occurrence)
  }

  /// `nil` where the time to wait until is missing.
  func dueTimes(of occurrences: [Occurrence], _ plan: RulePlan) -> [Instant?] {
    switch plan.rule.trigger?.wait {
    case nil: return occurrences.map(\.at)
    case .duration(let span):
      return occurrences.map { calendars[plan.rule.subject, $0.row].add(span, to: $0.at) }
    case .until:
      guard let until = plan.until else { return occurrences.map { _ in nil } }
      let batch = OccurrenceBatch(occurrences, plan.rule, in: self)
      return occurrences.indices.map { index in
        if case .time(let time) = batch.value(until, at: index, evaluation) { time } else { nil }
      }
    }
  }

  /// Held messages are late because they were held, and not too late.
  func isTooLate(_ occurrence: Occurrence, _ plan: RulePlan, _ history: History) -> Bool {
    guard calendars.common.add(DecisionState.lateness, to: occurrence.due) < now else { return false }
    let key = history.occurrence(plan.rule.subject, occurrence.row, occurrence.key)
    // Nor are those that a person was asked about.
    return state.holds[key] == nil && state.approvals.questions[history.name]?.occurrences.contains(key) != true
  }

  private func skipWithoutTime(
    _ occurrence: Occurrence, _ plan: RulePlan, _ history: History, _ draft: inout RuleDraft
  ) {
    guard !isTooLate(occurrence, plan, history) else { return }
    draft.report.skipped += 1
    handle(occurrence, .noTime, plan, history, &draft)
  }

  private func handle(
    _ occurrence: Occurrence, _ result: StateChanges.HandledOccurrence.Result, _ plan: RulePlan, _ history: History,
    _ draft: inout RuleDraft
  ) {
    let key = history.occurrence(plan.rule.subject, occurrence.row, occurrence.key)
    draft.settled.handled.append(
      .init(occurrence: key.named(plan.rule.name), result: result, due: occurrence.due))
    if state.holds[key] != nil { draft.settled.releasedHolds.append(key.named(plan.rule.name)) }
  }
}
