import BusinessTime
import RuleEngine
import RuleSemantics

// Whether a person has to be asked before a sequence takes so many in. What its steps do for those who are in it was
// asked with that.
extension Decider {
  /// Those who may come in by now: all, or of those whom a person said no to none.
  func allowed(
    _ rows: [Int32], into plan: SequencePlan, _ history: SequenceHistory, _ draft: inout SequenceDraft
  ) -> [Int32] {
    let sequence = plan.sequence
    let asked = [history.name, sequence.name].first { state.approvals.questions[$0] != nil }
    let question = asked.flatMap { state.approvals.questions[$0] }
    // A question about another text says nothing of this one.
    let open = question.flatMap { $0.fingerprint == sequence.version ? $0 : nil }
    func settle(_ result: ApprovalChanges.Result) {
      // A question about all is not over because none of some alone have to be asked about.
      guard options.population == nil, let asked else { return }
      decisions.changes.approvals.settled.append(.init(rule: asked, result: result))
    }
    func isAskedAbout(_ row: Int32) -> Bool {
      asked.map { open?.occurrences.contains(occurrence($0, row)) == true } ?? false
    }
    var rows = rows
    if let open, !options.approvedRules.contains(sequence.name),
      open.answer.map({ !$0.isApproval }) ?? (open.expiresAt <= now)
    {
      settle(open.answer == nil ? .expired : .rejected)
      // They had their turn.
      for row in rows where isAskedAbout(row) { draft.entries[row] = history.entries[row].passed(at: now) }
      rows.removeAll(where: isAskedAbout)
    }
    // A run over all asks again; anything less waits for the answer.
    if !options.appliesPopulationPolicies, let open, open.answer == nil, open.expiresAt > now {
      // Among all it would ask about those too who came in the meantime.
      rows.removeAll { options.population != nil || isAskedAbout($0) }
    }
    guard let reason = approvalNeeded(for: sequence, rows, draft) else {
      if let open, open.answer == nil, open.expiresAt > now { settle(.moot) }
      return rows
    }
    if options.approvedRules.contains(sequence.name) {
      draft.report.approvedBeforehand = reason
      settle(.used)
      return rows
    }
    if open?.answer?.isApproval == true {
      let isCovered = approvalNeeded(for: sequence, rows.filter { !isAskedAbout($0) }, draft) == nil
      settle(isCovered ? .used : .moot)
      if isCovered { return rows }
    }
    ask(reason, sequence, rows, &draft, isOpen: open.map { $0.answer == nil && $0.expiresAt > now } ?? false, asked)
    return []
  }

  private func occurrence(_ sequence: String, _ row: Int32) -> RuleOccurrence {
    RuleOccurrence(rule: sequence, subject: .contact, row: row, occurrence: nil)
  }

  private func approvalNeeded(
    for sequence: CheckedSequence, _ rows: [Int32], _ draft: SequenceDraft
  ) -> Outcome.ApprovalReason? {
    guard options.appliesPopulationPolicies else { return nil }
    if let limit = program.policy.approveOver.exceeded(by: rows.count, of: snapshot.contacts.count) {
      return .actsOnMany(subjects: rows.count, limit: limit)
    }
    let isAsked = draft.isFirstReach && !sequence.frequency.includesExisting
    return isAsked && rows.count > Decider.peopleWithoutApproval ? .firstDeployment(people: rows.count) : nil
  }

  private func ask(
    _ reason: Outcome.ApprovalReason, _ sequence: CheckedSequence, _ rows: [Int32], _ draft: inout SequenceDraft,
    isOpen: Bool, _ asked: String?
  ) {
    draft.report.approval = reason
    let occurrences = rows.sorted().map { occurrence(sequence.name, $0) }
    if isOpen, let asked, let open = state.approvals.questions[asked],
      open.occurrences == Set(rows.map { occurrence(asked, $0) })
    {
      return
    }
    decisions.changes.approvals.asked.append(
      .init(
        rule: sequence.name, fingerprint: sequence.version, reason: reason, occurrences: occurrences, at: now,
        expiresAt: calendars.common.add(program.policy.approvalsExpireAfter, to: now)))
  }
}
