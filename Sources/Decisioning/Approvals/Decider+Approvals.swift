import BusinessTime
import RuleEngine
import RuleSemantics

// Whether a person has to be asked before a rule acts, what was said, and what is done about it.
extension Decider {
  /// How many people a new rule may message who were there before it.
  static let peopleWithoutApproval = 100

  func approval(of rule: RulePlan, _ history: History) -> RuleApproval {
    var approval = RuleApproval(isForAll: options.approvedRules.contains(rule.rule.name))
    // Renamed, a rule may have asked under both names; it is edited then, too, and the later question counts.
    for name in [rule.rule.name, history.name] {
      guard let question = state.approvals.questions[name] else { continue }
      approval.rule = name
      // The rule was edited since: it asks anew.
      guard question.fingerprint == rule.fingerprint else { return approval }
      approval.occurrences = question.occurrences
      if let answer = question.answer {
        approval.isApproved = answer.isApproval
        if !answer.isApproval, !approval.isForAll { approval.refusal = answer.rejection }
      } else {
        approval.isOpen = question.expiresAt > now
        if !approval.isOpen, !approval.isForAll { approval.refusal = .approvalExpired(at: question.expiresAt) }
      }
      return approval
    }
    return approval
  }

  /// Why the rule needs a person's word, whatever was said so far.
  ///
  /// - Parameter covered: what was said yes to does not count.
  func approvalNeeded(
    for rule: RulePlan, _ draft: RuleDraft, covered: (RuleOccurrence) -> Bool = { _ in false }
  ) -> Outcome.ApprovalReason? {
    let open = draft.intentions.filter { !covered($0.occurrence) }
    // Whoever is held counts when that begins, or the end of a quiet night would let many through a few at a time. An
    // edited rule has never been asked about whom it held before.
    func counts(_ intention: Intention) -> Bool { intention.isNew || (draft.report.isEdited && intention.acts) }
    func people(_ intentions: [Intention]) -> Int { Set(intentions.filter(counts).map(\.occurrence.row)).count }
    let total = table(of: rule.rule.subject).count
    if let limit = program.policy.approveOver.exceeded(by: people(open), of: total) {
      return .actsOnMany(subjects: people(draft.intentions), limit: limit)
    }
    guard isFirstReach(rule, draft), !rule.rule.frequency.includesExisting else { return nil }
    let messaged = Set(open.filter(\.messages).map(\.occurrence.row)).count
    return messaged > Decider.peopleWithoutApproval ? .firstDeployment(people: draft.messaged.count) : nil
  }

  /// Turns what the rule would do into a question, and takes up the answers that there are.
  ///
  /// - Returns: whether the rule may do it.
  func settleApproval(of rule: RulePlan, _ history: History, _ draft: inout RuleDraft) -> Bool {
    // What is decided about some alone leaves questions about all to a run over all.
    guard options.appliesPopulationPolicies else { return leavesQuestion(draft) ? postpone(rule, &draft) : true }
    let approval = draft.approval
    func settle(_ result: ApprovalChanges.Result) {
      if let name = approval.rule { decisions.changes.approvals.settled.append(.init(rule: name, result: result)) }
    }
    switch approval.refusal {
    case .rejected: settle(.rejected)
    case .approvalExpired: settle(.expired)
    default: break
    }
    guard let reason = approvalNeeded(for: rule, draft) else {
      if approval.isOpen { settle(.moot) }
      return true
    }
    if approval.isForAll {
      draft.report.approvedBeforehand = reason
      if approval.isOpen || approval.isApproved { settle(.used) }
      return true
    }
    if approval.isApproved {
      let isCovered = approvalNeeded(for: rule, draft, covered: approval.covers) == nil
      settle(isCovered ? .used : .moot)
      if isCovered { return true }
    }
    ask(reason, rule, &draft)
    return false
  }

  /// Whether somebody is there of whom an open question does not speak yet: as long as it is open the rule does nothing.
  private func leavesQuestion(_ draft: RuleDraft) -> Bool {
    options.population != nil && draft.approval.isOpen && !draft.intentions.isEmpty
  }

  /// A run over everybody asks anew, with those who came in the meantime.
  private func postpone(_ rule: RulePlan, _ draft: inout RuleDraft) -> Bool {
    decisions.wantsEverybody = true
    withhold(.asked, &draft)
    return false
  }

  private func withhold(_ reason: Outcome.ApprovalReason, _ draft: inout RuleDraft) {
    draft.report.acted = 0
    draft.effects = StateChanges()
    draft.firings = [:]
    for list in draft.actions.indices {
      for index in draft.actions[list].actions.indices {
        switch draft.actions[list].actions[index].outcome {
        case .act, .held: draft.actions[list].actions[index].outcome = .needsApproval(reason)
        default: break
        }
      }
    }
  }

  /// The next run asks again.
  private func ask(_ reason: Outcome.ApprovalReason, _ rule: RulePlan, _ draft: inout RuleDraft) {
    draft.report.approval = reason
    withhold(reason, &draft)
    let occurrences = draft.intentions.map(\.occurrence).sorted { ($0.row, $0.text) < ($1.row, $1.text) }
    if draft.approval.isOpen, draft.approval.occurrences == Set(occurrences.map { $0.named(draft.approval.rule ?? "") })
    {
      return
    }
    decisions.changes.approvals.asked.append(
      .init(
        rule: rule.rule.name, fingerprint: rule.fingerprint, reason: reason, occurrences: occurrences, at: now,
        expiresAt: calendars.common.add(program.policy.approvalsExpireAfter, to: now)))
  }

  // MARK: - Single actions

  func item(_ action: DecidedAction, _ resolved: ResolvedAction) -> ApprovalState.Item {
    let assets: [AssetID] = if case .recommendation(let assets) = resolved.effect { assets } else { [] }
    return .init(
      action: action, expiresAt: calendars.common.add(program.policy.approvalsExpireAfter, to: now), assets: assets)
  }

  /// Whether the rule book has a rule or sequence of that name, or one that was called so.
  private func isAtWork(_ name: String) -> Bool {
    plan.ruleNames.contains(name) || program.sequences.contains { $0.name == name || $0.formerName == name }
  }

  /// Questions under names that are no longer in use are over: a renamed rule, whose text is another, asks anew.
  func dropQuestionsOfOthers() {
    guard options.appliesPopulationPolicies else { return }
    let names = Set(program.rules.map(\.name) + program.sequences.map(\.name))
    let settled = Set(decisions.changes.approvals.settled.map(\.rule))
    for name in state.approvals.questions.keys.sorted() where !names.contains(name) && !settled.contains(name) {
      decisions.changes.approvals.settled.append(.init(rule: name, result: .moot))
    }
  }

  /// Single actions that a person has answered, or that waited too long: done now as they were asked about, or never.
  func releaseItems() {
    let steps = ApprovedSteps(state.approvals.items, in: self)
    for item in state.approvals.items {
      var action = item.action
      if !isAtWork(action.rule) || steps.hasLeft(action, self) {
        decisions.changes.approvals.settledItems.append(.init(idempotencyKey: item.key, result: .moot))
        continue
      }
      let result: ApprovalChanges.Result
      if let answer = item.answer {
        action.outcome = answer.isApproval ? .act : answer.rejection
        result = answer.isApproval ? .used : .rejected
      } else if item.expiresAt <= now {
        action.outcome = .approvalExpired(at: item.expiresAt)
        result = .expired
      } else {
        continue
      }
      decisions.actions.append(action)
      decisions.changes.approvals.settledItems.append(.init(idempotencyKey: item.key, result: result))
      if action.outcome == .act { steps.note(action, self) }
    }
  }
}

extension ApprovalState.Answer {
  /// What becomes of what was said no to.
  var rejection: Outcome { .rejected(by: by, at: at, note: note) }
}

extension RuleOccurrence {
  var text: String { occurrence?.text ?? "" }
}
