import BusinessTime
import RuleEngine
import RuleSemantics

// What a rule does for one candidate: all of it, or nothing where a message has to wait.
extension Decider {
  func act(
    _ plan: RulePlan, _ candidate: Candidate, _ history: History, _ batch: OccurrenceBatch?, _ draft: inout RuleDraft
  ) {
    let rule = plan.rule
    var firing = candidate.firing ?? draft.firings[candidate.row] ?? history.firings[candidate.row]
    // Each occurrence arms an `on` rule.
    if rule.trigger != nil { firing.isArmed = true }
    let isOver = { (span: TimeSpan, start: Instant) in self.isOver(span, since: start, rule.subject, candidate.row) }
    guard rule.frequency.repetition.allows(firing, isOver: isOver) else {
      if candidate.position == nil { lookAgain(rule.frequency.repetition, firing, rule.subject, candidate.row) }
      finish(candidate, .tooSoon, plan, history, &draft.settled)
      return
    }
    let mark = ledger.mark
    let held = history.occurrence(rule.subject, candidate.row, candidate.position == nil ? nil : candidate.occurrence)
    let hold = history.hasHolds ? state.holds[held] : nil
    let heldSince = hold?.since
    if let refusal = draft.approval.refusal(of: held) {
      return refuse(refusal, plan, candidate, firing, history, batch, &draft)
    }
    assigned = nil
    // A run over all asks again, or finds that the question is moot; anything less waits for the answer.
    if !options.appliesPopulationPolicies, draft.approval.isOpen, draft.approval.covers(held) {
      var resolved = resolveAll(plan, candidate, batch)
      for index in resolved.indices where resolved[index].outcome == .act || resolved[index].outcome.isQuestion {
        resolved[index].outcome = .needsApproval(.asked)
      }
      return record(resolved, plan, candidate, &draft)
    }
    let position = plan.experiment.map { arm(of: $0, rule.subject, candidate.row, &draft) }
    let armPlan = position.flatMap { plan.experiment?.arms[$0] }
    let takenArm = position.flatMap { plan.experiment?.armNames[$0] }
    var resolved =
      if let armPlan { resolveAll(armPlan, candidate, batch) } else { resolveAll(plan, candidate, batch) }
    if let perAccount = rule.frequency.perAccount, isLimitReached(perAccount, candidate.row, plan, history, draft) {
      for index in resolved.indices { resolved[index].outcome = .accountLimit(perAccount.limit, per: perAccount.per) }
    }
    for index in resolved.indices where resolved[index].outcome == .act {
      resolved[index].outcome = outcome(of: resolved[index], candidate.row, heldSince: heldSince)
    }

    // An arm that does nothing has its turn like the others.
    let verdict = resolved.isEmpty && armPlan != nil ? .acts : Verdict(of: resolved.lazy.map(\.outcome))
    if verdict != .acts { ledger.undo(to: mark) }
    if verdict == .acts || verdict == .comesToNothing { claim(resolved, for: rule.name) }
    switch verdict {
    case .waits(let until):
      look(rule.subject, candidate.row, at: until)
      for index in resolved.indices where resolved[index].outcome == .act || resolved[index].outcome.isQuestion {
        resolved[index].outcome = .held(until: until, .together)
      }
      draft.report.waiting += 1
      draft.messaged.insert(candidate.row)
      draft.intentions.append(
        Intention(occurrence: held.named(rule.name), acts: false, isNew: heldSince == nil, messages: true))
      if hold?.until != until {
        draft.effects.holds.append(.init(occurrence: held.named(rule.name), since: heldSince ?? now, until: until))
      }
    case .expires:
      for index in resolved.indices where resolved[index].outcome == .act {
        resolved[index].outcome = .dropped(.expired(since: heldSince ?? now))
      }
      draft.firings[candidate.row] = firing.passed(at: now)
      finish(candidate, .expired, plan, history, &draft.effects)
    case .acts:
      draft.report.acted += 1
      if let arm = takenArm { draft.report.arms.insert(arm) }
      draft.acted.insert(candidate.row)
      let messages = resolved.contains { $0.isMessage && $0.outcome == .act }
      if messages { draft.messaged.insert(candidate.row) }
      draft.intentions.append(
        Intention(occurrence: held.named(rule.name), acts: true, isNew: heldSince == nil, messages: messages))
      for action in resolved where action.outcome == .act || action.outcome.isQuestion {
        apply(action, rule.name, rule.subject, candidate.row, &draft.effects)
      }
      draft.firings[candidate.row] = .acted(at: now)
      finish(candidate, .acted, plan, history, &draft.effects)
    case .isDropped:
      draft.firings[candidate.row] = firing.passed(at: now)
      finish(candidate, .heldBack, plan, history, &draft.effects)
    case .comesToNothing:
      finish(candidate, .heldBack, plan, history, &draft.effects)
    }
    if let turn = draft.firings[candidate.row], candidate.position == nil {
      lookAgain(rule.frequency.repetition, turn, rule.subject, candidate.row)
    }
    lookAgain(after: resolved, plan, candidate, history)
    record(resolved, plan, candidate, &draft)
  }

  /// A person said no, or nobody said yes in time: the rule had its turn.
  private func refuse(
    _ refusal: Outcome, _ plan: RulePlan, _ candidate: Candidate, _ firing: Firing, _ history: History,
    _ batch: OccurrenceBatch?, _ draft: inout RuleDraft
  ) {
    let rule = plan.rule
    var resolved = resolveAll(plan, candidate, batch)
    for index in resolved.indices where resolved[index].outcome == .act || resolved[index].outcome.isQuestion {
      resolved[index].outcome = refusal
    }
    // Upkeep has no turns: it leaves the subject alone until the condition is false.
    let isUpkeep = rule.frequency.repetition == .upkeep
    draft.settled.firings.append(
      .init(
        rule: rule.name, subject: rule.subject, row: candidate.row,
        firing: isUpkeep
          ? Firing(last: firing.last, reached: firing.reached, isArmed: firing.isArmed, isExcluded: true)
          : firing.passed(at: now)))
    if candidate.position == nil {
      lookAgain(rule.frequency.repetition, .acted(at: now), rule.subject, candidate.row)
    }
    finish(candidate, .refused, plan, history, &draft.settled)
    record(resolved, plan, candidate, &draft)
  }

  /// What is as it should be is claimed too, or a lower rule would change it and this one change it back for ever.
  func claim(_ resolved: [ResolvedAction], for rule: String) {
    for action in resolved where action.outcome == .act || action.outcome == .already {
      if let claim = action.claim { claims.claimIfFree(claim.target, claim.value, for: rule) }
    }
  }

  /// An occurrence is done with, and so is what was held of it.
  private func finish(
    _ candidate: Candidate, _ result: StateChanges.HandledOccurrence.Result, _ plan: RulePlan, _ history: History,
    _ changes: inout StateChanges
  ) {
    let isOccurrence = candidate.position != nil
    guard isOccurrence || history.hasHolds else { return }
    let key = history.occurrence(plan.rule.subject, candidate.row, isOccurrence ? candidate.occurrence : nil)
    if isOccurrence {
      changes.handled.append(.init(occurrence: key.named(plan.rule.name), result: result, due: candidate.due))
    }
    if history.hasHolds, state.holds[key] != nil { changes.releasedHolds.append(key.named(plan.rule.name)) }
  }

  /// Whether as many other people of the account as the rule allows were reached within its span.
  private func isLimitReached(
    _ perAccount: CheckedRule.PerAccount, _ row: Int32, _ plan: RulePlan, _ history: History, _ draft: RuleDraft
  ) -> Bool {
    let account = account(of: plan.rule.subject, row: row)
    guard plan.rule.subject == .contact, account >= 0 else { return false }
    let start = calendars.common.subtract(perAccount.per, from: now)
    let others = contacts(ofAccount: account).filter { contact in
      if contact == row { return false }
      if draft.acted.contains(contact) || draft.messaged.contains(contact) { return true }
      return history.firings[contact].reached.map { $0 > start } ?? false
    }
    return others.count >= perAccount.limit
  }

  /// Upkeep that changes nothing is not worth a line: that is its usual state.
  private func record(
    _ resolved: [ResolvedAction], _ plan: RulePlan, _ candidate: Candidate, _ draft: inout RuleDraft
  ) {
    let isUpkeep = plan.rule.frequency.repetition == .upkeep
    var actions: [DecidedAction] = []
    for action in resolved where !(isUpkeep && action.outcome == .already) {
      var decided = DecidedAction(
        rule: plan.rule.name, subject: plan.rule.subject, row: candidate.row,
        key: key(of: plan.rule.subject, row: candidate.row), action: action.id, arguments: action.arguments,
        outcome: action.outcome, request: action.request, occurrence: candidate.occurrence, index: action.index)
      if options.describesActions { decided.picks = action.ranking.map { DecidedPicks($0, of: $1, program) } }
      actions.append(decided)
      if action.outcome.isQuestion { draft.effects.approvals.askedItems.append(item(decided, action)) }
      if case .overridden(let by) = action.outcome {
        draft.effects.overrides.append(
          .init(
            rule: plan.rule.name, by: by, subject: plan.rule.subject, row: candidate.row, what: action.target ?? ""))
      }
    }
    if !actions.isEmpty { draft.actions.append((candidate.order, actions)) }
  }
}

/// What becomes of a rule for one candidate, all actions together.
enum Verdict: Hashable {
  case acts
  /// A message is held, and everything goes with it.
  case waits(until: Instant)
  /// A message was held as long as the policy allows; everything ends with it.
  case expires
  /// All that was left was dropped by a cap: the rule had its turn.
  case isDropped
  /// Nothing is done, and the rule had no turn.
  case comesToNothing

  init(of outcomes: some Sequence<Outcome>) {
    var until: Instant?
    var acts = false
    var isDropped = false
    for outcome in outcomes {
      switch outcome {
      // Asking is the rule's turn.
      case .act, .needsApproval: acts = true
      case .held(let time, _): until = max(until ?? time, time)
      case .dropped(.expired):
        self = .expires
        return
      case .dropped(.cap): isDropped = true
      default: break
      }
    }
    if let until {
      self = .waits(until: until)
    } else if acts {
      self = .acts
    } else {
      self = isDropped ? .isDropped : .comesToNothing
    }
  }
}
