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
    case evaluation, dispatch, inbox, sync, rulebook, backup, queues
  }

  package struct Problem: Hashable, Sendable {
    package var reason: String
    package var since: Instant
  }

  private let facts: Mutex<Facts>

  package init(book: RuleBook, startedAt: Instant) {
    facts = Mutex(Facts(book: book, startedAt: startedAt))
  }

  package var current: Facts { facts.withLock { $0 } }

  package var book: RuleBook { facts.withLock { $0.book } }

  package func update(_ body: (inout sending Facts) -> Void) {
    facts.withLock { body(&$0) }
  }

  /// - Returns: whether it is news.
  @discardableResult
  package func report(_ part: Part, _ reason: String?, now: Instant) -> Bool {
    facts.withLock { facts in
      let known = facts.problems[part]
      guard let reason else {
        facts.problems[part] = nil
        return known != nil
      }
      facts.problems[part] = Problem(reason: reason, since: known?.since ?? now)
      return known?.reason != reason
    }
  }
}
