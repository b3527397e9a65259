import BusinessTime
import RuleEngine
import RuleSemantics

/// The state of one `decide`. A class, since it is one thing that all steps work on; it stays on one thread.
final class Decider {
  let evaluation: Evaluation
  let plan: DecisionPlan
  let state: DecisionState
  let options: DecisionOptions
  let snapshot: Snapshot
  let now: Instant
  let calendars: SubjectCalendars
  var decisions: Decisions
  var ledger: MessageLedger
  var claims = Claims()
  /// 1 for each subject that a higher rule keeps lower rules from; empty while there is none.
  var skippedContacts: [UInt8] = []
  var skippedAccounts: [UInt8] = []
  /// Journeys and segments that changed in this run.
  var transitions: [FieldChange] = []
  /// By position in the program; made when an action first asks.
  var recommenders: [Int: Recommender] = [:]
  /// By rule, the rows for which the message of a `when` rule is held: few, where a look for each row would be many.
  let heldRows: [String: Set<Int32>]
  /// The rules of which anything is held.
  let heldRules: Set<String>
  /// The contacts of each account, in the order of their keys; worked out when a rule first asks.
  var contactsOfAccount: [[Int32]]?
  /// Whether a span since an instant has passed, by the common calendar: most turns were taken in few runs.
  private var spansOver: [TimeSpan: [Instant: Bool]] = [:]
  /// Worked out when a message is first decided upon.
  var quietStates: [QuietState.Key: QuietState] = [:]

  /// By team, whom the last turn went to, this run included.
  var turns: [String: String]
  /// Of sequences that had their turn: whether those who came in or out are in it now.
  var memberships: [String: [Int32: Bool]] = [:]
  /// The owner that the actions at hand assign, for those that come after.
  var assigned: (subject: Subject, row: Int32, owner: String)?

  var program: CheckedProgram { plan.program }

  init(evaluation: Evaluation, plan: DecisionPlan, state: DecisionState, options: DecisionOptions) {
    self.evaluation = evaluation
    self.plan = plan
    self.state = state
    self.options = options
    heldRows = state.holds.keys.reduce(into: [:]) { rows, held in
      if held.occurrence == nil { rows[held.rule, default: []].insert(held.row) }
    }
    heldRules = Set(state.holds.keys.lazy.map(\.rule))
    snapshot = evaluation.snapshot
    now = evaluation.now
    calendars = SubjectCalendars(evaluation: evaluation, plan: plan, holidays: options.holidays)
    decisions = Decisions(now: evaluation.now)
    turns = state.sequences.turns
    ledger = MessageLedger(evaluation.snapshot, schema: plan.program[EventID(0)], now: evaluation.now)
  }

  func run() -> Decisions {
    recordTransitions()
    prepareConditions()
    // Higher priorities first, then by name, whether rule or sequence.
    var sequences = plan.sequences[...]
    for rule in plan.rules {
      while let next = sequences.first, next.goesBefore(rule.rule) { decide(sequences.removeFirst()) }
      decide(rule)
    }
    for sequence in sequences { decide(sequence) }
    finishSequences()
    releaseItems()
    dropQuestionsOfOthers()
    syncDefinitions()
    reportVanished()
    lookAtQuestions()
    leaveToEverybody()
    decisions.recommends = !recommenders.isEmpty
    haltIfTooMany()
    return decisions
  }

  /// Of many people all conditions are worked out together; of few, each is as quick by itself.
  private func prepareConditions() {
    for subject in [Subject.contact, .account] where table(of: subject).count >= 1000 {
      let standing = plan.rules.filter { $0.rule.trigger == nil && $0.rule.subject == subject }
      evaluation.prepare(standing.compactMap(\.condition), of: subject, threads: evaluation.threads)
    }
  }

  func table(of subject: Subject) -> RecordTable {
    switch subject {
    case .contact: snapshot.contacts
    case .account: snapshot.accounts
    }
  }

  func key(of subject: Subject, row: Int32) -> String {
    snapshot.texts.text(table(of: subject).keys[Int(row)])
  }

  /// -1 for a contact without an account.
  func account(of subject: Subject, row: Int32) -> Int32 {
    switch subject {
    case .contact: snapshot.accountOfContact[Int(row)]
    case .account: row
    }
  }

  func contacts(ofAccount account: Int32) -> [Int32] {
    if let contactsOfAccount { return contactsOfAccount[Int(account)] }
    var all = [[Int32]](repeating: [], count: snapshot.accounts.count)
    for (contact, account) in snapshot.accountOfContact.enumerated() where account >= 0 {
      all[Int(account)].append(Int32(contact))
    }
    contactsOfAccount = all
    return all[Int(account)]
  }

  /// Whether a span since an instant has passed for a subject.
  func isOver(_ span: TimeSpan, since start: Instant, _ subject: Subject, _ row: Int32) -> Bool {
    guard calendars.areCommon(for: subject) else { return calendars[subject, row].add(span, to: start) <= now }
    if let known = spansOver[span]?[start] { return known }
    let isOver = calendars.common.add(span, to: start) <= now
    spansOver[span, default: [:]][start] = isOver
    return isOver
  }

  // MARK: - Skipping

  func isSkipped(_ subject: Subject, _ row: Int32) -> Bool {
    switch subject {
    case .contact: !skippedContacts.isEmpty && skippedContacts[Int(row)] == 1
    case .account: !skippedAccounts.isEmpty && skippedAccounts[Int(row)] == 1
    }
  }

  func skip(_ subject: Subject, _ rows: some Sequence<Int32>) {
    func mark(_ flags: inout [UInt8], count: Int) {
      for row in rows {
        if flags.isEmpty { flags = [UInt8](repeating: 0, count: count) }
        flags[Int(row)] = 1
      }
    }
    switch subject {
    case .contact: mark(&skippedContacts, count: snapshot.contacts.count)
    case .account: mark(&skippedAccounts, count: snapshot.accounts.count)
    }
  }

  // MARK: - Reports

  private func reportVanished() {
    decisions.vanishedRules = state.deployments.keys.filter { !plan.ruleNames.contains($0) }.sorted()
    let known = Set(program.sequences.map(\.name) + program.sequences.compactMap(\.formerName))
    decisions.vanishedSequences = state.sequences.deployments.keys.filter { !known.contains($0) }.sorted().map {
      .init(name: $0, enrolled: state.sequences.enrolments[$0]?.count ?? 0)
    }
  }

  /// Those on whom something is done, syncs left out.
  var actingContacts: Set<Int32> {
    var contacts: Set<Int32> = []
    for action in decisions.actions where action.outcome == .act && !action.isSync && action.subject == .contact {
      contacts.insert(action.row)
    }
    // What a quiet night holds goes out all the same.
    for hold in decisions.changes.holds where hold.since == now && hold.occurrence.subject == .contact {
      contacts.insert(hold.occurrence.row)
    }
    return contacts
  }

  private func haltIfTooMany() {
    guard options.appliesPopulationPolicies, !options.ignoresHalt else { return }
    let contacts = actingContacts
    guard let limit = program.policy.haltOver.exceeded(by: contacts.count, of: snapshot.contacts.count) else { return }
    decisions.halt = .init(contacts: contacts.count, limit: limit)
    decisions.changes = StateChanges()
    for index in decisions.actions.indices where decisions.actions[index].outcome == .act {
      decisions.actions[index].outcome = .halted
    }
    for index in decisions.rules.indices { decisions.rules[index].acted = 0 }
    for index in decisions.sequences.indices { decisions.sequences[index].halt() }
  }
}

extension CheckedPolicy.Amount {
  /// The number that `count` of `total` exceeds; `nil` when it does not.
  func exceeded(by count: Int, of total: Int) -> Int? {
    switch self {
    case .contacts(let limit): return count > limit ? limit : nil
    case .share(let share):
      return Double(count) > share * Double(total) ? Int(share * Double(total)) : nil
    case .shareAbove(let share, let people):
      let isOver = count > people && Double(count) > share * Double(total)
      return isOver ? max(people, Int(share * Double(total))) : nil
    }
  }
}
