package import BusinessTime
package import Decisioning
package import RuleSemantics

/// An action that waits to be carried out, or was.
package struct OutboxEntry: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable, CaseIterable {
    case pending
    /// Being carried out; where a program ended meanwhile, it is not known whether it was.
    case claimed
    /// An attempt was made of which nobody knows the outcome; found out before anything is done again.
    case unknown
    /// Handed over; the other side has not said yet what became of it.
    case waiting
    case done
    /// The other side will not do it, and says why; a result like another.
    case refused
    /// It cannot be done as it is: for a person, who mends the cause and tries again.
    case failed
    /// Whether it was done cannot be found out: for a person to decide.
    case parked
    /// Not to be done any more.
    case dropped

    /// Whether something is still to be done.
    package var isOpen: Bool {
      switch self {
      case .pending, .claimed, .unknown, .waiting: true
      case .done, .refused, .failed, .parked, .dropped: false
      }
    }
  }

  package var id: Int64
  package var idempotencyKey: String
  package var run: Int64
  /// When it was decided.
  package var decidedAt: Instant
  package var rule: String
  package var subject: Subject
  /// The `_id` of the contact or account.
  package var record: Int64
  /// The key of the contact or account.
  package var key: String
  package var action: ActionID
  /// JSON.
  package var arguments: String
  /// JSON.
  package var request: String
  package var status: Status
  package var attempts: Int
  /// How many of them came to nothing that is known.
  package var unknowns: Int
  /// Not before then; `nil` for at once.
  package var dueAt: Instant?
  /// When the first attempt was made of which nobody knows the outcome.
  package var doubtfulSince: Instant?
  package var finishedAt: Instant?
  package var result: String?
  /// What the other side calls what it did.
  package var remote: String?
  /// When a person had it tried again last.
  package var retriedAt: Instant?

  /// What the rule acted upon, and the name that the rule had then; `nil` for what keeps a `sync to hubspot` up to date.
  package var origin: (rule: String, occurrence: OccurrenceKey)? {
    // `KIND:RULE|SUBJECT:KEY|OCCURRENCE|INDEX`; the key of a record may hold any character.
    let parts = idempotencyKey.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count >= 4, let head = parts.first, let colon = head.firstIndex(of: ":"), head[..<colon] != "sync",
      let occurrence = OccurrenceKey(text: String(parts[parts.count - 2]))
    else { return nil }
    return (String(head[head.index(after: colon)...]), occurrence)
  }
}

extension [OutboxEntry.Status: Int] {
  /// How many entries wait to be carried out, of those counted.
  package var waiting: Int { reduce(0) { $1.key.isOpen ? $0 + $1.value : $0 } }
}

/// What became of a claimed action.
package struct OutboxSettlement: Hashable, Sendable {
  package var id: Int64
  package var status: OutboxEntry.Status
  /// What the other side said, or what is wrong.
  package var result: String?
  package var remote: String?
  /// For a status that is open.
  package var dueAt: Instant?
  /// Whether a request may have done something that it is not known to have done.
  package var isDoubtful: Bool

  package init(
    id: Int64, status: OutboxEntry.Status, result: String? = nil, remote: String? = nil, dueAt: Instant? = nil,
    isDoubtful: Bool = false
  ) {
    self.id = id
    self.status = status
    self.result = result
    self.remote = remote
    self.dueAt = dueAt
    self.isDoubtful = isDoubtful
  }
}
