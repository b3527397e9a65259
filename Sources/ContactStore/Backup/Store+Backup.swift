package import BusinessTime
import Foundation
import GRDB
import Glibc

/// A copy of the database as it was at one moment.
package struct BackupFacts: Hashable, Sendable {
  package var path: String
  package var bytes: Int
  package var contacts: Int
  package var runs: Int
}

extension Store {
  /// Copies the database, while it is in use, to a new file, and opens and checks the copy before it gets its name.
  @discardableResult
  package func backUp(to target: String) throws(StoreError) -> BackupFacts {
    guard !FileManager.default.fileExists(atPath: target) else {
      throw .unwritableFile(path: target, reason: "there is a file of that name already")
    }
    let draft = target + ".part"
    do {
      try? FileManager.default.removeItem(atPath: draft)
      // A reader sees one moment, and does not keep others from writing.
      let reader = try DatabaseQueue(path: path, configuration: readerConfiguration())
      try reader.writeWithoutTransaction { database in
        try database.execute(sql: "VACUUM INTO ?", arguments: [draft])
      }
      try reader.close()
      let facts = try Self.check(backup: draft)
      try Self.synchronize(draft)
      try FileManager.default.moveItem(atPath: draft, toPath: target)
      return BackupFacts(path: target, bytes: facts.bytes, contacts: facts.contacts, runs: facts.runs)
    } catch {
      try? FileManager.default.removeItem(atPath: draft)
      throw StoreError(error, path: target, timeoutSeconds: timeoutSeconds)
    }
  }

  private func readerConfiguration() -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(timeoutSeconds)
    configuration.label = "abm-rules.backup"
    return configuration
  }

  /// Opens a copy and has SQLite look at all of it.
  package static func check(backup path: String) throws(StoreError) -> BackupFacts {
    do {
      guard FileManager.default.fileExists(atPath: path) else { throw StoreError.missingFile(path: path) }
      var configuration = Configuration()
      configuration.readonly = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }
      let facts = try queue.read { database -> BackupFacts in
        guard try Int.fetchOne(database, sql: "PRAGMA application_id") == SystemSchema.applicationID else {
          throw StoreError.foreignDatabase(path: path)
        }
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= SystemSchema.version else {
          throw StoreError.newerVersion(path: path, found: version, supported: SystemSchema.version)
        }
        if let problem = try damage(in: database) { throw StoreError.corrupt(path: path, detail: problem) }
        let hasContacts = try database.tableExists("contact")
        return BackupFacts(
          path: path, bytes: 0,
          contacts: hasContacts ? try Int.fetchOne(database, sql: "SELECT count(*) FROM contact") ?? 0 : 0,
          runs: try Int.fetchOne(database, sql: "SELECT count(*) FROM run") ?? 0)
      }
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
      return BackupFacts(path: path, bytes: size, contacts: facts.contacts, runs: facts.runs)
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: 5)
    }
  }

  /// The first thing that is wrong; `nil` where all is well.
  private static func damage(in database: Database) throws -> String? {
    var cleared: Set<String> = []
    let report = try String.fetchCursor(database, sql: "PRAGMA integrity_check(2147483647)")
    while let line = try report.next() {
      if line == "ok" { continue }
      // SQLite before 3.41 sees missing values where there are none, in tables without row ids of which the primary key
      // does not come first. It is asked again in another way.
      guard let match = line.wholeMatch(of: #/NULL value in (\w+)\.(\w+)/#) else { return line }
      if cleared.contains(line) { continue }
      let (table, column) = (quoted(String(match.1)), quoted(String(match.2)))
      let isMissing = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE \(column) IS NULL)")
      if isMissing != false { return line }
      cleared.insert(line)
    }
    return nil
  }

  /// Puts a backup in the place of a database. What was there is kept beside it, under the name that is returned.
  ///
  /// What was carried out since the backup was made is not known to it. So nothing is carried out from then on until
  /// `resumeDispatch`, and what was about to be is looked up first.
  ///
  /// - Parameter stamp: makes that name, such as `20260302T090000`.
  package static func restore(_ backup: String, to path: String, stamp: String, now: Instant) throws(StoreError)
    -> String?
  {
    _ = try check(backup: backup)
    let manager = FileManager.default
    let draft = path + ".part"
    do {
      try? manager.removeItem(atPath: draft)
      try manager.copyItem(atPath: backup, toPath: draft)
      try suspendDispatch(draft, now)
      try synchronize(draft)
      var name = "\(path).before-\(stamp)"
      // Another restore of the same second.
      var number = 2
      while manager.fileExists(atPath: name) {
        name = "\(path).before-\(stamp)-\(number)"
        number += 1
      }
      let isThere = manager.fileExists(atPath: path)
      // With its log, in which the latest transactions may be, and which SQLite would otherwise play into the backup, also
      // where the database itself is gone. The inbox stays, and is worked in again.
      for suffix in ["-wal", "-shm", ""] where manager.fileExists(atPath: path + suffix) {
        try manager.moveItem(atPath: path + suffix, toPath: name + suffix)
      }
      try manager.moveItem(atPath: draft, toPath: path)
      try synchronizeFolder(of: path)
      return isThere ? name : nil
    } catch {
      try? manager.removeItem(atPath: draft)
      throw StoreError(error, path: path, timeoutSeconds: 5)
    }
  }

  private static func suspendDispatch(_ path: String, _ now: Instant) throws {
    let store = try Store.open(path)
    try store.write { database in
      try database.execute(sql: "INSERT INTO restored (at) VALUES (?)", arguments: [now.milliseconds])
      try database.execute(
        sql: """
          UPDATE outbox
          SET doubtful_since = coalesce(doubtful_since, claimed_at, (SELECT at FROM run WHERE id = outbox.run))
          WHERE status = 'pending'
          """)
    }
    try store.close()
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }

  /// When the database was put back from a backup, where nobody has looked since; nothing is carried out then.
  package func restoredAt() throws(StoreError) -> Instant? {
    try read { database in try Store.restoredAt(database) }
  }

  static func restoredAt(_ database: Database) throws -> Instant? {
    try Int64.fetchOne(database, sql: "SELECT max(at) FROM restored WHERE resumed_at IS NULL")
      .map(Instant.init(milliseconds:))
  }

  /// A person has looked at what would be carried out after a restore.
  ///
  /// - Returns: whether it was not carried out until now.
  package func resumeDispatch(now: Instant) throws(StoreError) -> Bool {
    try write { database in
      try database.execute(
        sql: "UPDATE restored SET resumed_at = ? WHERE resumed_at IS NULL", arguments: [now.milliseconds])
      return database.changesCount > 0
    }
  }

  private static func synchronizeFolder(of path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let descriptor = Glibc.open(folder.isEmpty ? "." : folder, O_RDONLY)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    _ = Glibc.close(descriptor)
  }

  private static func synchronize(_ path: String) throws {
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.synchronize()
    try handle.close()
  }
}
