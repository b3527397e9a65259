package import BusinessTime
package import Service
import Synchronization

/// What the parts of the daemon share, and what `/health`, `/ready` and `/metrics` show.
package final class DaemonState: Sendable {
  package struct Facts: Sendable {
    package var book: RuleBook
    package var startedAt: Instant
    package var lastRun: Instant?
    package var lastRunMilliseconds: Int64 = 0
    package var runs = 0
    /// Those over everybody among them, committed or not.
    package var everybodyRuns = 0
    package var lastEverybody: Instant?
    /// How many contacts runs looked at.
    package var lookedAt = 0
    package var actions = 0
    package var dispatched = 0
    package var deliveries = 0
    package var events = 0
    package var lastSync: Instant?
    package var lastBackup: Instant?
    package var nextWake: Instant?
    package var waitingDeliveries = 0
    package var waitingActions = 0
    package var parkedActions = 0
    package var failedActions = 0
    /// What is wrong at the moment, by the part that it is wrong in, and since when.
    package var problems: [Part: Problem] = [:]
  }

  /// A part of the daemon that can fail by itself.
  package enum Part: String, Sendable, CaseIterable {
    case evaluation, dispatch, inbox, sync, rulebook, backup, clock
    /// The log of the database cannot be made short.
    case log
    /// Actions, and deliveries, that wait in too great a number.
    case outbox, backlog
    /// Deliveries that could not be worked in, and actions that will not be carried out by themselves.
    case rejected, undone
    /// HubSpot was not read for too long.
    case lag
  }

  package struct Problem: Hashable, Sendable {
    package var reason: String
    package var since: Instant
    /// Whether the policy holds it up, and not a failure.
    package var isHalt = false
    /// How many things it is about, where it is about a number.
    package var count = 0
  }

  private let facts: Mutex<Facts>
  /// When events that are not yet decided about were received.
  private let arrivals = Mutex<[Instant]>([])

  package init(book: RuleBook, startedAt: Instant) {
    facts = Mutex(Facts(book: book, startedAt: startedAt))
  }

  package var current: Facts { facts.withLock { $0 } }

  package var book: RuleBook { facts.withLock { $0.book } }

  package func update(_ body: (inout sending Facts) -> Void) {
    facts.withLock { body(&$0) }
  }

  // MARK: - How long decisions take

  package func noteArrivals(_ times: some Sequence<Instant>) { arrivals.withLock { $0 += times } }

  package func takeArrivals() -> [Instant] {
    arrivals.withLock { times in
      defer { times = [] }
      return times
    }
  }

  package func putBack(_ times: [Instant]) { noteArrivals(times) }

  /// - Returns: whether it is news.
  @discardableResult
  package func report(_ part: Part, _ reason: String?, isHalt: Bool = false, count: Int = 0, now: Instant) -> Bool {
    facts.withLock { facts in
      let known = facts.problems[part]
      guard let reason else {
        facts.problems[part] = nil
        return known != nil
      }
      facts.problems[part] = Problem(reason: reason, since: known?.since ?? now, isHalt: isHalt, count: count)
      // A number that moves is no news.
      if count > 0, let known { return known.count == 0 }
      return known?.reason != reason
    }
  }
}
