package import BusinessTime
package import ContactStore
import RuleDiagnostics
import RuleSemantics

/// The queue of what people are asked before it is done.
package enum ApprovalService {
  /// What an argument of the command line names: an id, or a rule with everything of it that waits.
  ///
  /// - Returns: ids in their order, each once.
  package static func ids(
    named names: [String], _ store: Store, isApproval: Bool, now: Instant
  ) throws -> [Int64] {
    let records = try store.approvals(now: now, all: true)
    var ids: [Int64] = []
    for name in names {
      let found: [Int64]
      if let id = Int64(name) {
        found = records.filter { $0.id == id }.map(\.id)
      } else {
        // A rule's name means what waits, not what it asked in the past.
        found = records.filter { $0.rule == name && isWaiting($0, isApproval: isApproval) }.map(\.id)
      }
      guard !found.isEmpty else {
        throw UnknownApproval(name: name, waiting: records.filter { $0.status == .open }.map(\.rule))
      }
      ids += found.filter { !ids.contains($0) }
    }
    return ids
  }

  private static func isWaiting(_ record: ApprovalRecord, isApproval: Bool) -> Bool {
    switch record.status {
    case .open: true
    case .approved: !isApproval
    case .rejected: isApproval
    case .expired, .used, .refused, .lapsed, .moot, .takenBack: false
    }
  }

  /// What came of an answer.
  package struct Outcome: Hashable, Sendable {
    /// Written down now.
    package var answered: [Int64] = []
    /// Said before.
    package var unchanged: [Int64] = []
    /// Its time is over, or a run took it up.
    package var late: [Int64] = []
    /// Somebody else said no, by id.
    package var refusedBy: [Int64: String] = [:]
    /// How many were taken out of sequences, by name, since what let them in was taken back.
    package var removed: [String: Int] = [:]
  }

  /// Says yes or no. Where an approval of a sequence is taken back, those whom it let in are taken out.
  package static func answer(
    _ ids: [Int64], isApproval: Bool, by name: String, note: String?, isForced: Bool, _ book: RuleBook, _ store: Store,
    now: Instant
  ) throws -> Outcome {
    let results = try store.answer(
      ids, isApproval: isApproval, by: name, note: note, isForced: isForced, now: now)
    var outcome = Outcome()
    for (id, result) in zip(ids, results) {
      switch result {
      case .written: outcome.answered.append(id)
      case .unchanged: outcome.unchanged.append(id)
      case .tooLate: outcome.late.append(id)
      case .refusedBefore(let other): outcome.refusedBy[id] = other
      }
    }
    let sequences = Set(book.program.sequences.flatMap { [$0.name, $0.formerName ?? $0.name] })
    for record in try store.approvals(now: now, all: true)
    where record.status == .takenBack && outcome.answered.contains(record.id) && sequences.contains(record.rule) {
      let keys = try store.approvalSubjects(of: record.id, limit: .max, program: book.program).map(\.key)
      let removed = try SequenceCommands(book, store, at: now).remove(
        // What the outbox holds of them is stopped by the answer, which says more.
        keys, from: record.rule, withdraws: false)
      outcome.removed[record.rule, default: 0] += removed.done.count
    }
    return outcome
  }

  package struct UnknownApproval: WrongUsage, CustomStringConvertible {
    let name: String
    let waiting: [String]

    package var description: String {
      let hint = nearest(to: name, among: waiting).map { "; did you mean `\($0)`?" } ?? ""
      return "nothing called `\(name)` waits for approval\(hint); abm-rules approvals list shows what does"
    }
  }
}
