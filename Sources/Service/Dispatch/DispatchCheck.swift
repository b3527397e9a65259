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
  private var everyone: Everyone?
  /// From how many contacts in a batch on it is quicker to read all of them at once.
  private static let fewContacts = 50

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
    var outcomes = [Outcome](repeating: .act, count: entries.count)
    var messages: [Int] = []
    for index in entries.indices {
      if let answer = facts[index].withdrawn {
        outcomes[index] = .rejected(by: answer.by, at: answer.at, note: answer.note)
      } else if facts[index].key == nil {
        outcomes[index] = .gone
      } else if entries[index].action.descriptor.isMessage {
        messages.append(index)
      }
    }
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
