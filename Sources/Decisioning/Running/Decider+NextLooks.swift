import BusinessTime
import RuleEngine
import RuleSemantics

// What time will make due, of those that are decided about: written down on the way, so that nobody has to look for it.
extension Decider {
  /// What lies behind is due with the next run.
  func look(_ subject: Subject, _ row: Int32, at instant: Instant) {
    if options.looksAhead { decisions.nextLooks.add(subject, row, at: max(instant, now)) }
  }

  /// The rule may not act again yet.
  func lookAgain(_ repetition: CheckedRule.Frequency.Repetition, _ firing: Firing, _ subject: Subject, _ row: Int32) {
    guard options.looksAhead, case .onceEvery(let span) = repetition, let last = firing.last else { return }
    look(subject, row, at: calendars[subject, row].add(span, to: last))
  }

  /// What kept actions from being done, and will not for ever.
  func lookAgain(after resolved: [ResolvedAction], _ plan: RulePlan, _ candidate: Candidate, _ history: History) {
    guard options.looksAhead else { return }
    let (subject, row) = (plan.rule.subject, candidate.row)
    for action in resolved {
      switch action.outcome {
      case .repeated(_, let sentAt):
        look(subject, row, at: calendars.common.add(program.policy.neverRepeatAsset, to: sentAt))
      case .noCandidate: lookForCandidates(subject, row)
      case .overridden(let winner):
        // Who had their turn leaves the place to others in the next run; upkeep never does.
        let hadTurn = decisions.changes.firings.contains { change in
          change.rule == winner && change.subject == subject && change.row == row && change.firing.last == now
        }
        if hadTurn || self.plan.sequences.contains(where: { $0.sequence.name == winner }) {
          look(subject, row, at: now)
        }
      case .enrolledBefore(let last):
        guard let sequence = self.plan.sequences.first(where: { $0.sequence.name == action.target }) else { continue }
        lookAgain(sequence.sequence.frequency.repetition, .acted(at: last), .contact, row)
      case .accountLimit(_, let span):
        // The first of the others to be out of it makes room.
        let others = contacts(ofAccount: account(of: subject, row: row)).filter { $0 != row }
        let start = calendars.common.subtract(span, from: now)
        let times = others.compactMap { history.firings[$0].reached }.filter { $0 > start }
        if let first = times.min() { look(subject, row, at: calendars.common.add(span, to: first)) }
      default: break
      }
    }
  }

  /// Assets come and go with the date, and what was recommended may be again.
  private func lookForCandidates(_ subject: Subject, _ row: Int32) {
    let zone = calendars.common.zone
    look(subject, row, at: zone.startOfDay(zone.day(of: now).adding(days: 1)))
    guard subject == .contact else { return }
    for recommendation in program.recommendations {
      guard let span = recommendation.neverRepeat else { continue }
      let start = calendars.common.subtract(span, from: now)
      let times = state.recommendations[row].map(\.at).filter { $0 > start && $0 <= now }
      if let first = times.min() { look(subject, row, at: calendars.common.add(span, to: first)) }
    }
  }

  /// What people are asked runs out.
  func lookAtQuestions() {
    guard options.looksAhead else { return }
    for question in state.approvals.questions.values where question.answer == nil && question.expiresAt > now {
      decisions.nextLooks.addEverybody(at: question.expiresAt)
    }
    for question in decisions.changes.approvals.asked { decisions.nextLooks.addEverybody(at: question.expiresAt) }
    let open = state.approvals.items.filter { $0.answer == nil && $0.expiresAt > now }
    for item in open + decisions.changes.approvals.askedItems {
      look(item.action.subject, item.action.row, at: item.expiresAt)
    }
  }

  // MARK: - Some of all

  /// Notes what a decision about some alone must leave to one about everybody: beginnings, and questions about how many.
  func leaveToEverybody(_ rule: RulePlan, _ draft: RuleDraft) {
    guard let population = options.population else { return }
    // While a question is open nothing begins.
    if draft.approval.isOpen { return }
    let isBeginning = draft.report.isEdited || draft.report.isNew && !rule.rule.frequency.isPaused
    let isAsked = draft.approval.rule != nil && (draft.approval.refusal != nil || !draft.intentions.isEmpty)
    let acting = Set(draft.intentions.filter { $0.acts || $0.isNew }.map(\.occurrence.row)).count
    let isOver = program.policy.approveOver.exceeded(by: acting, of: population[rule.rule.subject]) != nil
    if isBeginning || isAsked || isOver { decisions.concernsEverybody = true }
  }

  /// The same of those who come into a sequence.
  func leaveToEverybody(_ plan: SequencePlan, _ history: SequenceHistory, _ rows: [Int32], rests: Bool) {
    guard let population = options.population, !rests else { return }
    let question = state.approvals.questions[history.name] ?? state.approvals.questions[plan.sequence.name]
    if let question, question.answer == nil, question.expiresAt > now, question.fingerprint == plan.sequence.version {
      // Nobody comes in while it is open; those who are not in it yet have to be asked about.
      let isNew = rows.contains { row in
        !question.occurrences.contains { $0.subject == .contact && $0.row == row }
      }
      if isNew { decisions.wantsEverybody = true }
      return
    }
    let isBeginning = history.deployment == nil || history.isChanged(by: plan.sequence)
    let isAsked = question != nil
    let isOver = program.policy.approveOver.exceeded(by: rows.count, of: population.contacts) != nil
    if isBeginning || isAsked && !rows.isEmpty || isOver { decisions.concernsEverybody = true }
  }

  /// The same of the whole run.
  func leaveToEverybody() {
    guard let population = options.population else { return }
    if !decisions.changes.begun.isEmpty { decisions.concernsEverybody = true }
    if program.policy.haltOver.exceeded(by: actingContacts.count, of: population.contacts) != nil {
      decisions.concernsEverybody = true
    }
  }
}
