import BusinessTime
import ContactStore
import Foundation
import Service
import TestSupport
import Testing

/// A run that ends at any point of its transaction leaves nothing behind, and the run after it does the whole: the same
/// actions as one that was never disturbed, each once, and every wait and hold as it would have been.
struct CrashPointTests {
  /// A database in which much is under way, and a run that is to be decided upon it.
  private final class Scene {
    let workspace: RandomWorkspace
    let book: RuleBook
    let now: Instant
    /// What the database holds before the run, and after it.
    let before: [Substring]
    private(set) var after: [Substring] = []

    init(seed: UInt64) throws {
      var numbers = SeededGenerator(seed: seed)
      workspace = try RandomWorkspace()
      var now = Instant(milliseconds: 1_772_452_800_000)
      try workspace.begin(at: now, &numbers)
      let book = RandomWorkspace.book(RandomWorkspace.rules(&numbers))
      for _ in 0..<4 {
        now = now.adding(milliseconds: Int64.random(in: 1...30, using: &numbers) * 3_600_000)
        try workspace.disturb(at: now, &numbers)
        _ = try RunService.run(book, workspace.store, at: now)
      }
      now = now.adding(milliseconds: 26 * 3_600_000)
      try workspace.disturb(at: now, &numbers)
      (self.book, self.now) = (book, now)
      before = try Copy.content(of: workspace.folder + "/abm.sqlite")
      let undisturbed = try copy("undisturbed")
      try undisturbed.run(book, at: now)
      after = try undisturbed.content()
    }

    func copy(_ name: String) throws -> Copy {
      try Copy(of: workspace.folder + "/abm.sqlite", at: "\(workspace.folder)/\(name).sqlite")
    }
  }

  private struct Copy {
    let path: String

    /// With the log, as it is on the disk at this moment.
    init(of source: String, at path: String) throws {
      self.path = path
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: source + suffix) {
        try? FileManager.default.removeItem(atPath: path + suffix)
        try FileManager.default.copyItem(atPath: source + suffix, toPath: path + suffix)
      }
      try? FileManager.default.removeItem(atPath: path + "-shm")
    }

    func run(_ book: RuleBook, at now: Instant) throws {
      let store = try Store.open(path, create: false)
      defer { try? store.close() }
      _ = try RunService.run(book, store, at: now)
    }

    func content() throws -> [Substring] { try Copy.content(of: path) }

    /// Every row of every table.
    static func content(of path: String) throws -> [Substring] {
      try PastDatabase(path: path).run(".dump --data-only").split(separator: "\n")
        .filter { !$0.hasPrefix("INSERT INTO outbox_crash") }
    }

    /// The actions that are to be carried out, but for fields: what one run sets, a rule that clears it answers in the
    /// next, since effects show there.
    func outbox() throws -> String {
      try PastDatabase(path: path).run(
        """
        SELECT idempotency_key, status FROM outbox WHERE request ->> '$.kind' <> 'update_record' ORDER BY idempotency_key
        """)
    }
  }

  /// Counts the rows that are written, and fails before one of them.
  private static func arm(_ copy: Copy) throws {
    let database = PastDatabase(path: copy.path)
    let tables = try database.run(
      """
      SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'
        AND name NOT LIKE '%\\_past' ESCAPE '\\' AND name <> 'state_revision'
      """
    ).split(separator: "\n")
    let triggers = tables.flatMap { table in
      ["INSERT", "UPDATE", "DELETE"].map { event in
        """
        CREATE TRIGGER "crash_\(event)_\(table)" BEFORE \(event) ON "\(table)" BEGIN
          UPDATE outbox_crash SET written = written + 1;
          SELECT RAISE(ABORT, 'the end') FROM outbox_crash WHERE written = last;
        END;
        """
      }
    }
    try database.run(
      "BEGIN; CREATE TABLE outbox_crash (written INTEGER, last INTEGER); INSERT INTO outbox_crash VALUES (0, 0);"
        + triggers.joined() + "COMMIT;")
  }

  @Test(arguments: [4, 5, 6, 7] as [UInt64])
  func aRunThatEndsBeforeAnyOfItsWritesIsAsIfItNeverBegan(seed: UInt64) throws {
    let scene = try Scene(seed: seed)
    let copy = try scene.copy("armed")
    try Self.arm(copy)
    let crash = PastDatabase(path: copy.path)
    var last = 0
    while true {
      last += 1
      try crash.run("UPDATE outbox_crash SET written = 0, last = \(last)")
      do { try copy.run(scene.book, at: scene.now) } catch is StoreError {
        #expect(try copy.content() == scene.before, "seed \(seed), write \(last)")
        // Opened anew after the end, the run is what it would have been.
        if last % 16 == 1 {
          let again = try Copy(of: copy.path, at: "\(scene.workspace.folder)/again.sqlite")
          try PastDatabase(path: again.path).run("UPDATE outbox_crash SET written = 0, last = 0")
          try again.run(scene.book, at: scene.now)
          #expect(try again.content() == scene.after, "seed \(seed), write \(last)")
          let once = try again.outbox()
          try again.run(scene.book, at: scene.now)
          #expect(try again.outbox() == once)
        }
        continue
      }
      break
    }
    #expect(try copy.content() == scene.after)
    #expect(try Int(crash.run("SELECT written FROM outbox_crash").dropLast()) == last - 1)
    #expect(last > 20)
  }

  /// The machine goes off while the transaction is written to the log: after any of its frames, or in the middle of one.
  @Test(arguments: [2, 5] as [UInt64])
  func aLogThatBreaksOffHoldsTheRunOrNothingOfIt(seed: UInt64) throws {
    let scene = try Scene(seed: seed)
    let whole = try scene.copy("whole")
    // Nothing but the run is in the log.
    try PastDatabase(path: whole.path).run("PRAGMA wal_checkpoint(TRUNCATE)")
    let store = try Store.open(whole.path, create: false)
    _ = try RunService.run(scene.book, store, at: scene.now)
    let cut = try Copy(of: whole.path, at: "\(scene.workspace.folder)/cut.sqlite")
    try store.close()
    let base = try Data(contentsOf: URL(filePath: cut.path))
    let log = try Data(contentsOf: URL(filePath: cut.path + "-wal"))
    let frame = 24 + log[8..<12].reduce(0) { $0 << 8 | Int($1) }
    let frames = (log.count - 32) / frame
    #expect(frames > 5)
    var kept = 0
    for number in 0...frames {
      for extra in number == frames ? [0] : [0, frame / 2] {
        try base.write(to: URL(filePath: cut.path))
        try log.prefix(32 + number * frame + extra).write(to: URL(filePath: cut.path + "-wal"))
        try? FileManager.default.removeItem(atPath: cut.path + "-shm")
        let content = try cut.content()
        let isWhole = content == scene.after
        #expect(isWhole || content == scene.before, "seed \(seed), frame \(number)")
        if isWhole { kept += 1 }
        if number % 8 != 0, number != frames { continue }
        try cut.run(scene.book, at: scene.now)
        if !isWhole { #expect(try cut.content() == scene.after, "seed \(seed), frame \(number)") }
        let once = try cut.outbox()
        try cut.run(scene.book, at: scene.now)
        #expect(try cut.outbox() == once)
      }
    }
    #expect(kept >= 1)
  }
}
