package import BusinessTime
import GRDB

extension Store {
  /// When the next message that is held back may go; `nil` where none is.
  package func nextHoldEnd(after now: Instant) throws(StoreError) -> Instant? {
    try read { database in
      try Int64.fetchOne(
        database, sql: "SELECT min(until) FROM hold WHERE until > ?", arguments: [now.milliseconds]
      ).map { Instant(milliseconds: $0) }
    }
  }

  /// How many entries of the outbox are not yet settled.
  package func outboxWaiting() throws(StoreError) -> Int {
    let counts = try outboxCounts()
    return [.pending, .claimed, .unknown, .waiting].reduce(0) { $0 + (counts[$1] ?? 0) }
  }
}
