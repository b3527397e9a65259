package import BusinessTime
package import ContactStore
package import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// Stands between the outbox and whoever carries it out: asks the policies once more, of each action that was claimed,
/// right before it goes out. A class, since it remembers what it has let through and read; it stays on one thread.
package final class DispatchCheck {
  /// An action that was not let through.
  package struct Refusal: Sendable {
    package let entry: OutboxEntry
    package let outcome: Outcome
  }

  /// In the order in which they were met, since they were forgotten last.
  package private(set) var refusals: [Refusal] = []
  private let book: RuleBook
  private let store: Store
  private let plan: DecisionPlan
  private let holidays: PolicyHolidays
  /// By name, the present and the former ones, whether they are paused.
  private let rules: [String: Bool]
  private let sequences: [String: Bool]
  private var everyone: Everyone?
  /// From how many contacts in a batch on it is quicker to read all of them at once.
  private static let fewContacts = 50
  /// When to look again at what is paused, where the policy does not say how often it is evaluated.
  private static let pauseLook = TimeSpan(15, .minutes)

  /// What was read of everybody, and at which version of the data.
  private struct Everyone {
    let recheck: Recheck
    let rows: [String: Int32]
    let version: Int
    let now: Instant
  }

  package init(_ book: RuleBook, _ store: Store) {
    self.book = book
    self.store = store
    func names(_ all: [(name: String, former: String?, isPaused: Bool)]) -> [String: Bool] {
      let former = all.compactMap { entry in entry.former.map { ($0, entry.isPaused) } }
      return Dictionary(all.map { ($0.name, $0.isPaused) } + former, uniquingKeysWith: { first, _ in first })
    }
    rules = names(book.program.rules.map { ($0.name, $0.formerName, $0.frequency.isPaused) })
    sequences = names(book.program.sequences.map { ($0.name, $0.formerName, $0.frequency.isPaused) })
    // Rules have been decided; what is read is what the policy asks.
    var program = book.program
    program.rules = []
    program.recommendations = []
    program.sequences = []
    program.experiments = []
    program.tests = []
    plan = DecisionPlan(EvaluationPlan(program))
    holidays = PolicyHolidays(of: book)
  }

  /// The actions that may be carried out now, in their order. All others are settled: dropped for good or pending until
  /// a time, with the reason on record.
  ///
  /// - Parameter entries: claimed.
  package func admit(_ entries: [OutboxEntry], now: Instant) throws -> [OutboxEntry] {
    guard !entries.isEmpty else { return [] }
    let facts = try store.dispatchFacts(of: entries, program: book.program)
    let age = oldest(now)
    var outcomes = entries.indices.map { outcome(of: entries[$0], facts[$0], age, now) }
    let waited = entries.indices.filter { outcomes[$0] == .act && hasWaited(entries[$0], facts[$0], now) }
    if !waited.isEmpty {
      let found = try decidedAnew(waited.map { entries[$0] }, waited.map { facts[$0] }, now)
      for (index, outcome) in zip(waited, found) { outcomes[index] = outcome }
    }
    let messages = entries.indices.filter { outcomes[$0] == .act && entries[$0].action.descriptor.isMessage }
    var open = Batch(entries: entries, facts: facts, messages: messages)
    if open.contactCount > Self.fewContacts {
      let everyone = try readEveryone(now)
      open.settle(everyone.recheck, everyone.rows, &outcomes)
    } else {
      // What goes out now is not in what was read of everybody.
      if open.nextKey != nil { everyone = nil }
      while let key = open.nextKey {
        guard let (recheck, rows) = try read(.contact(key: key), now) else {
          open.drop(key, &outcomes)
          continue
        }
        open.settle(recheck, rows, &outcomes)
      }
    }
    let refused = entries.indices.filter { outcomes[$0] != .act }.map { (entry: entries[$0], outcome: outcomes[$0]) }
    if !refused.isEmpty {
      try store.settle(refused, zone: Zone(identifier: book.program.policy.zone) ?? .utc, now: now)
      refusals += refused.map { Refusal(entry: $0.entry, outcome: $0.outcome) }
    }
    return entries.indices.filter { outcomes[$0] == .act }.map { entries[$0] }
  }

  /// Whoever asks for ever says when it has been told; the store has them on record.
  package func forgetRefusals() { refusals.removeAll() }

  // MARK: - Whether it is still to be done

  /// What is known without looking at the record.
  private func outcome(
    of entry: OutboxEntry, _ facts: DispatchFacts, _ age: (decidedAt: Instant, limit: TimeSpan), _ now: Instant
  ) -> Outcome {
    if let answer = facts.withdrawn { return .rejected(by: answer.by, at: answer.at, note: answer.note) }
    if facts.key == nil { return .gone }
    guard entry.action.reachesPeople, let origin = entry.origin else { return .act }
    let isStep = if case .enrolment = origin.occurrence { true } else { false }
    guard let isPaused = isStep ? sequences[entry.rule] : rules[entry.rule] else { return .lapsed(.withoutRule) }
    if let enrolment = facts.enrolment, let ending = enrolment.ending, ending != .finished,
      // What the run did that led it out is done.
      let endedAt = enrolment.endedAt, endedAt > entry.decidedAt
    {
      return .lapsed(.left(ending))
    }
    let decidedAt = max(entry.decidedAt, entry.retriedAt ?? entry.decidedAt)
    if decidedAt < age.decidedAt { return .lapsed(.age(decidedAt: decidedAt, limit: age.limit)) }
    let policy = book.program.policy
    if isPaused || facts.isSequencePaused || facts.enrolment?.isPaused == true {
      return .held(until: policy.calendar().add(policy.evaluateEvery ?? Self.pauseLook, to: now), .paused)
    }
    return .act
  }

  /// When what is carried out now was decided at the earliest, and how long ago that is: as long as a cap may hold
  /// messages, where that is longer than anything else may wait.
  private func oldest(_ now: Instant) -> (decidedAt: Instant, limit: TimeSpan) {
    let holds = book.program.policy.caps.compactMap { cap in
      switch cap.rest {
      case .hold(let upTo): upTo ?? cap.per
      case .drop: nil
      }
    }
    let calendar = book.program.policy.calendar()
    func start(_ limit: TimeSpan) -> (Instant, TimeSpan) { (calendar.subtract(limit, from: now), limit) }
    return holds.map(start).reduce(start(DecisionAnew.ageLimit)) { $1.0 < $0.0 ? $1 : $0 }
  }

  /// Whether it is decided anew. A person's yes to this very action is not asked about again.
  private func hasWaited(_ entry: OutboxEntry, _ facts: DispatchFacts, _ now: Instant) -> Bool {
    guard entry.action.reachesPeople, entry.origin != nil, !facts.isApproved else { return false }
    if facts.heldSince != nil { return true }
    let decidedAt = max(entry.decidedAt, entry.retriedAt ?? entry.decidedAt)
    return book.program.policy.calendar().subtract(DecisionAnew.freshness, from: now) > decidedAt
  }

  /// All of a batch together, upon what is read of their contacts and accounts alone.
  private func decidedAnew(
    _ entries: [OutboxEntry], _ facts: [DispatchFacts], _ now: Instant
  ) throws -> [Outcome] {
    let prepared = try PreparedBook(book, store)
    func records(_ subject: Subject) -> [Int64] { Set(entries.filter { $0.subject == subject }.map(\.record)).sorted() }
    let loaded = try store.load(
      prepared.program, reading: prepared.reads, now: now,
      about: .records(contacts: records(.contact), accounts: records(.account)), everybody: .leftOut,
      messages: .outgone)
    guard let loaded else { preconditionFailure("records that are not there are left out of a load") }
    let written = try store.written(by: entries, rows: loaded.rows, program: prepared.program)
    func rows(_ ids: [Int64]) -> [Int64: Int32] {
      Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, Int32($0)) })
    }
    let (contacts, accounts) = (rows(loaded.rows.contacts), rows(loaded.rows.accounts))
    var outcomes = [Outcome](repeating: .gone, count: entries.count)
    var actions: [(index: Int, action: WaitingAction)] = []
    for (index, entry) in entries.enumerated() {
      guard let row = entry.subject == .contact ? contacts[entry.record] : accounts[entry.record],
        let origin = entry.origin
      else { continue }
      var enrolment = facts[index].enrolment
      enrolment?.contact = row
      actions.append(
        (
          index,
          WaitingAction(
            rule: entry.rule, subject: entry.subject, row: row, occurrence: origin.occurrence, enrolment: enrolment,
            written: written[index])
        ))
    }
    let anew = DecisionAnew(
      loaded.snapshot, plan: prepared.plan, state: loaded.state, now: now, calendar: prepared.calendar,
      holidays: prepared.holidays.days)
    for (entry, outcome) in zip(actions, anew.outcomes(of: actions.map(\.action))) { outcomes[entry.index] = outcome }
    return outcomes
  }

  // MARK: - Whether a message may go out

  private func readEveryone(_ now: Instant) throws -> Everyone {
    let version = try store.dataVersion()
    if let everyone, everyone.version == version, everyone.now == now { return everyone }
    guard let (recheck, rows) = try read(.everyone, now) else {
      preconditionFailure("everybody is always there")
    }
    let everyone = Everyone(recheck: recheck, rows: rows, version: version, now: now)
    self.everyone = everyone
    return everyone
  }

  /// `nil` where the record is not there.
  private func read(_ subject: LoadSubject, _ now: Instant) throws -> (recheck: Recheck, rows: [String: Int32])? {
    let reads = plan.evaluation.readSet.union(plan.readSet)
    guard let loaded = try store.load(plan.program, reading: reads, now: now, about: subject) else { return nil }
    let calendar = book.program.policy.calendar(holidays: holidays.days)
    let sent = try store.sentMessages(
      after: book.program.policy.messageMemory(at: now, calendar), rows: loaded.rows, isEveryone: subject == .everyone)
    let evaluation = Evaluation(plan: plan.evaluation, snapshot: loaded.snapshot, now: now, calendar: calendar)
    let keys = loaded.snapshot.contacts.keys.enumerated().map { row, key in
      (loaded.snapshot.texts.text(key), Int32(row))
    }
    return (
      Recheck(
        evaluation, plan: plan, state: loaded.state, sent: sent, options: DecisionOptions(holidays: holidays.days)),
      Dictionary(keys, uniquingKeysWith: { first, _ in first })
    )
  }
}

/// The messages of a batch that have not been asked about yet.
private struct Batch {
  let entries: [OutboxEntry]
  let facts: [DispatchFacts]
  var messages: [Int]

  var contactCount: Int { Set(messages.map { facts[$0].key }).count }
  var nextKey: String? { messages.first.flatMap { facts[$0].key } }

  /// Asks about all whose contacts were read, in their order.
  mutating func settle(_ recheck: Recheck, _ rows: [String: Int32], _ outcomes: inout [Outcome]) {
    messages.removeAll { index in
      guard let key = facts[index].key, let row = rows[key] else { return false }
      let entry = entries[index]
      let request = JSONValue(text: entry.request)
      let content: MessageContent =
        if let asset = request?.text(of: "asset") { .asset(asset) } else {
          .template(request?.text(of: "template") ?? "")
        }
      outcomes[index] = recheck.outcome(
        of: QueuedMessage(
          row: row, content: content, isTransactional: request?.flag(of: "transactional") ?? false,
          heldSince: facts[index].heldSince))
      return true
    }
  }

  /// The contact went away meanwhile.
  mutating func drop(_ key: String, _ outcomes: inout [Outcome]) {
    messages.removeAll { index in
      guard facts[index].key == key else { return false }
      outcomes[index] = .gone
      return true
    }
  }
}

extension JSONValue {
  fileprivate func text(of name: String) -> String? {
    guard case .record(let members) = self, case .text(let text) = members.first(where: { $0.name == name })?.value
    else { return nil }
    return text
  }

  fileprivate func flag(of name: String) -> Bool {
    guard case .record(let members) = self, case .flag(let flag) = members.first(where: { $0.name == name })?.value
    else { return false }
    return flag
  }
}
