import BusinessTime
import ContactStore
import Foundation
import GRDB
import Testing

@Suite("Backups")
struct BackupTests {
  /// A folder with a database, gone afterwards.
  private func inFolder(_ body: (_ path: (String) -> String, Store) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "abm-backup-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try Store.open(folder.appending(path: "abm.sqlite").path, create: true)
    try body({ folder.appending(path: $0).path }, store)
  }

  private func note(_ name: String, in path: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "INSERT INTO name (text) VALUES (?)", arguments: [name]) }
    try queue.close()
  }

  private func names(in path: String) throws -> [String] {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try queue.read { try String.fetchAll($0, sql: "SELECT text FROM name ORDER BY id") }
  }

  @Test func aBackupIsTheDatabaseAtOneMoment() throws {
    try inFolder { path, store in
      try note("first", in: store.path)
      let facts = try store.backUp(to: path("copy.sqlite"))
      #expect(facts.bytes > 0)
      try note("second", in: store.path)
      #expect(throws: StoreError.self) { try store.backUp(to: path("copy.sqlite")) }
      try store.close()

      let kept = try Store.restore(path("copy.sqlite"), to: store.path, stamp: "now", now: Instant(milliseconds: 0))
      let restored = try names(in: store.path)
      #expect(restored == ["first"])
      // What was there before is not lost.
      let before = try names(in: #require(kept))
      #expect(before == ["first", "second"])
    }
  }

  /// SQLite would play the log of a database that is gone into whatever takes its place.
  @Test func aLogThatIsLeftAloneIsNotPlayedIntoTheBackup() throws {
    try inFolder { path, store in
      try note("first", in: store.path)
      try store.backUp(to: path("copy.sqlite"))
      // With the log as it was, of a connection that never closed.
      let queue = try DatabasePool(path: store.path)
      try queue.write { try $0.execute(sql: "INSERT INTO name (text) VALUES ('second')") }
      let log = try Data(contentsOf: URL(filePath: store.path + "-wal"))
      #expect(!log.isEmpty)
      try queue.close()
      try store.close()
      try FileManager.default.removeItem(atPath: store.path)
      try log.write(to: URL(filePath: store.path + "-wal"))

      #expect(
        try Store.restore(path("copy.sqlite"), to: store.path, stamp: "now", now: Instant(milliseconds: 0)) == nil)
      #expect(try names(in: store.path) == ["first"])
      #expect(FileManager.default.fileExists(atPath: store.path + ".before-now-wal"))
    }
  }

  @Test func nothingIsCarriedOutAfterARestoreUntilSomebodyHasLooked() throws {
    try inFolder { path, store in
      let queue = try DatabaseQueue(path: store.path)
      try queue.write { database in
        try database.execute(
          sql: """
            INSERT INTO rulebook (hash, deployed_at) VALUES ('h', 0);
            INSERT INTO run (id, at, rulebook, contacts) VALUES (1, 5, 'h', 0);
            """)
        for (id, status) in [(1, "pending"), (2, "claimed"), (3, "done")] {
          try database.execute(
            sql: """
              INSERT INTO outbox (id, run, idempotency_key, rule, subject, record, key, action, arguments, request, status)
              VALUES (?, 1, ?, 'r', 0, 1, 'a', 'create note', '{}', '{}', ?)
              """, arguments: [id, "key \(id)", status])
        }
      }
      try queue.close()
      try store.backUp(to: path("copy.sqlite"))
      try store.close()
      _ = try Store.restore(path("copy.sqlite"), to: store.path, stamp: "now", now: Instant(milliseconds: 9))

      let restored = try Store.open(store.path)
      #expect(try restored.restoredAt() == Instant(milliseconds: 9))
      let later = Instant(milliseconds: 100)
      #expect(throws: StoreError.restored(path: store.path, at: Instant(milliseconds: 9))) {
        try restored.claimOutbox(limit: 10, now: later)
      }
      #expect(try restored.resumeDispatch(now: later))
      #expect(try !restored.resumeDispatch(now: later))
      // They may have been done since the backup: they are looked up.
      let entries = try restored.claimOutbox(limit: 10, now: later)
      #expect(entries.map(\.id) == [1])
      #expect(entries.first?.doubtfulSince == Instant(milliseconds: 5))
      #expect(try restored.markInterrupted(until: later) == 2)
    }
  }

  @Test func whatIsDamagedIsNotRestored() throws {
    try inFolder { path, store in
      try note("first", in: store.path)
      try store.backUp(to: path("copy.sqlite"))
      try store.close()
      var bytes = try Data(contentsOf: URL(filePath: path("copy.sqlite")))
      for position in stride(from: 8_192, to: bytes.count, by: 3) { bytes[position] = 0xA5 }
      try bytes.write(to: URL(filePath: path("copy.sqlite")))
      try Data("hello".utf8).write(to: URL(filePath: path("text")))
      for name in ["copy.sqlite", "text", "nothing"] {
        #expect(throws: StoreError.self) {
          try Store.restore(path(name), to: store.path, stamp: "now", now: Instant(milliseconds: 0))
        }
      }
      // The database is as it was.
      let left = try names(in: store.path)
      #expect(left == ["first"])
      #expect(!FileManager.default.fileExists(atPath: store.path + ".before-now"))
    }
  }

  /// SQLite 3.40 sees missing values in this table; there are none.
  @Test func aFalseAlarmIsNone() throws {
    try inFolder { path, store in
      let queue = try DatabaseQueue(path: store.path)
      try queue.write { database in
        try database.execute(
          sql: "INSERT INTO override (run, subject, record, rule, winner, what) VALUES (1, 0, 2, 3, 4, 'persona')")
      }
      try queue.close()
      try store.backUp(to: path("copy.sqlite"))
    }
  }
}
