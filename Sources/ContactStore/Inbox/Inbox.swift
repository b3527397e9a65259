package import BusinessTime
import Foundation
import GRDB

/// What was received and is not yet worked in. A file of its own beside the database, so that taking something in never
/// waits for a long transaction there; each delivery is on the disk before it is answered. Working in the same thing
/// again changes nothing, so that an entry may be forgotten after its work is committed.
package struct Inbox: Sendable {
  /// Where an entry came from; each lane is worked off in its order, by itself.
  package enum Lane: String, Sendable, CaseIterable {
    /// A delivery of HubSpot's.
    case hubspot
    /// Events of the rule book, sent by other programs.
    case events
  }

  package struct Entry: Hashable, Sendable {
    package var id: Int64
    /// In `events`, the name of the event.
    package var detail: String
    package var receivedAt: Instant
    package var body: [UInt8]
  }

  /// What is to be taken in.
  package struct Delivery: Sendable {
    package var lane: Lane
    package var detail: String
    package var body: [UInt8]

    package init(_ lane: Lane, detail: String = "", body: [UInt8]) {
      self.lane = lane
      self.detail = detail
      self.body = body
    }
  }

  private let queue: DatabaseQueue
  /// Reads do not wait until a write is on the disk.
  private let readers: DatabaseQueue
  private let path: String
  private static let timeoutSeconds = 5.0

  /// The file beside a database.
  package static func path(beside database: String) -> String { database + "-inbox" }

  package static func open(_ path: String) throws(StoreError) -> Inbox {
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(timeoutSeconds)
      configuration.label = "abm-rules.inbox"
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      }
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.write { database in
        try database.execute(
          sql: """
            CREATE TABLE IF NOT EXISTS inbox (
              id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, detail TEXT NOT NULL,
              received_at INTEGER NOT NULL, body BLOB NOT NULL
            ) STRICT;
            CREATE INDEX IF NOT EXISTS inbox_by_lane ON inbox (lane, id);
            CREATE TABLE IF NOT EXISTS inbox_rejected (
              id INTEGER PRIMARY KEY, lane TEXT NOT NULL, detail TEXT NOT NULL, received_at INTEGER NOT NULL,
              body BLOB NOT NULL, reason TEXT NOT NULL
            ) STRICT;
            """)
      }
      var reading = Configuration()
      reading.readonly = true
      reading.busyMode = .timeout(timeoutSeconds)
      reading.label = "abm-rules.inbox-reader"
      return try Inbox(queue: queue, readers: DatabaseQueue(path: path, configuration: reading), path: path)
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }

  /// All or none; on the disk when it returns.
  package func add(_ deliveries: [Delivery], at now: Instant) throws(StoreError) {
    try write { database in
      let statement = try database.cachedStatement(
        sql: "INSERT INTO inbox (lane, detail, received_at, body) VALUES (?, ?, ?, ?)")
      for delivery in deliveries {
        try statement.execute(
          arguments: [delivery.lane.rawValue, delivery.detail, now.milliseconds, Data(delivery.body)])
      }
    }
  }

  /// The oldest of a lane, of those behind an entry.
  package func next(_ lane: Lane, after id: Int64? = nil, limit: Int) throws(StoreError) -> [Entry] {
    try read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: "SELECT id, detail, received_at, body FROM inbox WHERE lane = ? AND id > ? ORDER BY id LIMIT ?"),
        arguments: [lane.rawValue, id ?? 0, limit]
      ).map { row in
        Entry(
          id: row["id"], detail: row["detail"], receivedAt: Instant(milliseconds: row["received_at"]),
          body: Array(row["body"] as Data))
      }
    }
  }

  /// All of a lane up to an entry, after they are worked in.
  package func remove(_ lane: Lane, through id: Int64) throws(StoreError) {
    try write { database in
      try database.execute(sql: "DELETE FROM inbox WHERE lane = ? AND id <= ?", arguments: [lane.rawValue, id])
    }
  }

  /// Puts aside what cannot be worked in, for people to look at.
  package func reject(_ entry: Entry, reason: String) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO inbox_rejected (id, lane, detail, received_at, body, reason)
          SELECT id, lane, detail, received_at, body, ? FROM inbox WHERE id = ?
          """, arguments: [reason, entry.id])
      try database.execute(sql: "DELETE FROM inbox WHERE id = ?", arguments: [entry.id])
    }
  }

  /// How many wait, and since when the oldest does.
  package func backlog() throws(StoreError) -> (count: Int, oldest: Instant?, rejected: Int) {
    try read { database in
      let row = try Row.fetchOne(database, sql: "SELECT count(*) AS count, min(received_at) AS oldest FROM inbox")
      let rejected = try Int.fetchOne(database, sql: "SELECT count(*) FROM inbox_rejected") ?? 0
      let oldest = row?["oldest"] as Int64?
      return (row?["count"] ?? 0, oldest.map { Instant(milliseconds: $0) }, rejected)
    }
  }

  private func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do { return try readers.read(body) } catch {
      throw StoreError(error, path: path, timeoutSeconds: Self.timeoutSeconds)
    }
  }

  private func write(_ body: (Database) throws -> Void) throws(StoreError) {
    do { try queue.write(body) } catch { throw StoreError(error, path: path, timeoutSeconds: Self.timeoutSeconds) }
  }
}
