import BusinessTime
import RuleEngine
import RuleSemantics

// One rule: who is up, what is done for each, and whether a person has to be asked first.
extension Decider {
  func decide(_ rule: RulePlan) {
    var report = Decisions.RuleReport(name: rule.rule.name, range: rule.rule.range)
    report.isPaused = rule.rule.frequency.isPaused
    report.isExecutable = rule.missing.isEmpty
    let history = History(of: rule.rule, in: state, heldRules: heldRules)
    report.isNew = history.deployment == nil
    report.isEdited = history.deployment.map { $0.fingerprint != rule.fingerprint } ?? false
    var draft = RuleDraft(report, approval(of: rule, history))
    let marks = (ledger.mark, claims.mark, turns)

    if rule.rule.trigger == nil {
      for candidate in standingCandidates(of: rule, history, &draft) { act(rule, candidate, history, nil, &draft) }
    } else {
      let (candidates, batch) = dueCandidates(of: rule, history, &draft)
      for candidate in candidates { act(rule, candidate, history, batch, &draft) }
    }

    leaveToEverybody(rule, draft)
    if isFirstReach(rule, draft) { draft.report.existingPeople = draft.messaged.count }
    if settleApproval(of: rule, history, &draft) {
      deploy(rule, history)
      if let experiment = rule.experiment, rule.missing.isEmpty, !rule.rule.frequency.isPaused { begin(experiment) }
    } else {
      ledger.undo(to: marks.0)
      claims.undo(to: marks.1)
      turns = marks.2
    }
    keep(draft, of: rule)
  }

  /// A rule that was never at work and is switched off has no deployment yet.
  private func deploy(_ rule: RulePlan, _ history: History) {
    guard rule.missing.isEmpty, !(history.deployment == nil && rule.rule.frequency.isPaused) else { return }
    let isRenamed = history.name != rule.rule.name
    guard isRenamed || history.deployment?.fingerprint != rule.fingerprint else { return }
    let deployment = Deployment(firstAt: history.deployment?.firstAt ?? now, fingerprint: rule.fingerprint)
    decisions.changes.deployments.append(
      .init(rule: rule.rule.name, formerName: isRenamed ? history.name : nil, deployment: deployment))
  }

  /// Whether a rule that is new messages people who were there before it.
  func isFirstReach(_ rule: RulePlan, _ draft: RuleDraft) -> Bool {
    draft.report.isNew && rule.rule.trigger == nil && rule.sendsMessages && rule.missing.isEmpty
  }

  private func keep(_ draft: RuleDraft, of rule: RulePlan) {
    decisions.rules.append(draft.report)
    // Most runs change nothing for most rules.
    if draft.actions.isEmpty, draft.firings.isEmpty, draft.settled.isEmpty, draft.effects.isEmpty { return }
    for entry in draft.actions.sorted(by: { $0.order < $1.order }) { decisions.actions += entry.actions }
    // In the order of keys, due times and occurrences, whatever became of them.
    decisions.changes.handled += (draft.settled.handled + draft.effects.handled)
      .map { (change: $0, text: $0.occurrence.occurrence?.text ?? "") }
      .sorted {
        ($0.change.occurrence.row, $0.change.due, $0.text) < ($1.change.occurrence.row, $1.change.due, $1.text)
      }
      .map(\.change)
    for changes in [draft.settled, draft.effects] {
      decisions.changes.firings += changes.firings
      decisions.changes.fields += changes.fields
      decisions.changes.lists += changes.lists
      decisions.changes.messages += changes.messages
      decisions.changes.holds += changes.holds
      decisions.changes.releasedHolds += changes.releasedHolds
      decisions.changes.overrides += changes.overrides
      decisions.changes.recommendations += changes.recommendations
      decisions.changes.experiments.assignments += changes.experiments.assignments
      decisions.changes.approvals.askedItems += changes.approvals.askedItems
      decisions.changes.sequences.owners += changes.sequences.owners
      decisions.changes.sequences.requests += changes.sequences.requests
    }
    for row in draft.firings.keys.sorted() {
      guard let firing = draft.firings[row] else { continue }
      decisions.changes.firings.append(
        .init(rule: rule.rule.name, subject: rule.rule.subject, row: row, firing: firing))
    }
  }
}

/// What the state knows of a rule, also under its former name.
struct History {
  /// Under which the state keeps it.
  let name: String
  let deployment: Deployment?
  let firings: FiringTable
  /// Whether anything of it is held.
  let hasHolds: Bool

  /// - Parameter heldRules: the names under which something is held.
  init(of rule: CheckedRule, in state: DecisionState, heldRules: Set<String>) {
    let former = rule.formerName.flatMap { state.deployments[$0] == nil ? nil : $0 }
    name = state.deployments[rule.name] == nil ? former ?? rule.name : rule.name
    deployment = state.deployments[name]
    firings = state.firings[name] ?? FiringTable()
    hasHolds = heldRules.contains(name)
  }

  func occurrence(_ subject: Subject, _ row: Int32, _ occurrence: OccurrenceKey?) -> RuleOccurrence {
    RuleOccurrence(rule: name, subject: subject, row: row, occurrence: occurrence)
  }
}
