import GRDB
import Glibc
import Synchronization

// When what was committed is on the disk. A commit is in the log, which the system writes when it likes: after a crash of the
// program it is there, after a loss of power it may not be. Waiting for the disk takes milliseconds, in which nobody else
// could write if SQLite waited inside the commit (`synchronous = FULL`); so this waits afterwards, and many commits share it.
extension Store {
  /// Returns when all that was committed before is on the disk.
  package func makeDurable() throws(StoreError) {
    // What has left the log meanwhile was on the disk before: a checkpoint waits for both files.
    let log = path + "-wal"
    let descriptor = Glibc.open(log, O_RDONLY | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return }
    guard descriptor >= 0 else { throw .unwritableFile(path: log, reason: String(cString: strerror(errno))) }
    // SQLite locks other files, so that nothing is let go of here.
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .unwritableFile(path: log, reason: String(cString: strerror(errno))) }
  }

  /// Moves what is in the log to the file, beside those who read and write. What comes meanwhile stays in the log; where it
  /// has grown long, writers wait for a moment, so that it begins anew.
  fileprivate func checkpoint() throws(StoreError) {
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(timeoutSeconds)
      configuration.label = "abm-rules.checkpoint"
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }
      let length = try queue.inDatabase { try Store.movePages($0) }
      if length > Store.longestLog { _ = try pool.writeWithoutTransaction { try Store.movePages($0) } }
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }

  /// - Returns: how many pages are in the log, moved or not.
  private static func movePages(_ database: Database) throws -> Int {
    try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(PASSIVE)")?["log"] ?? 0
  }

  /// In pages of 4 kB.
  private static let longestLog = 4_000
}

/// Keeps the log of a database short, instead of the commits that find it long. A class: it remembers how far it came.
package final class LogCheckpoints: Sendable {
  private let store: Store
  private let last = Mutex<timespec?>(nil)

  /// From now on commits leave the log to this.
  package init(_ store: Store) throws(StoreError) {
    self.store = store
    do {
      try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
    } catch {
      throw StoreError(error, path: store.path, timeoutSeconds: store.timeoutSeconds)
    }
  }

  /// Where nothing was written since the last time, it costs a look at the file.
  package func step() throws(StoreError) {
    var facts = stat()
    guard stat(store.path + "-wal", &facts) == 0, facts.st_size > 0 else { return }
    let written = facts.st_mtim
    if let last = last.withLock({ $0 }), last.tv_sec == written.tv_sec, last.tv_nsec == written.tv_nsec { return }
    try store.checkpoint()
    last.withLock { $0 = written }
  }
}
