import GRDB

/// A database of contacts: one SQLite file with its write-ahead log. Readers see one moment and never block; there is
/// one writer at a time.
package struct Store: Sendable {
  package let path: String
  let pool: DatabasePool
  let timeoutSeconds: Double
  /// When loaded columns are kept in a file for the next load; `nil` for never.
  package var columnFile: ColumnFile.Policy? = ColumnFile.Policy()
  let schemaMemo = SchemaMemo()

  /// Opens a database, and brings its own tables up to date; the tables of the rule book's data follow `migrate`.
  ///
  /// - Parameter create: whether a missing file is made rather than an error.
  package static func open(
    _ path: String, create: Bool = false, timeoutSeconds: Double = 5
  ) throws(StoreError) -> Store {
    do {
      let isThere = try FileFacts.check(path)
      if !isThere, !create { throw StoreError.missingDatabase(path: path) }
      if isThere { try probe(path, timeoutSeconds: timeoutSeconds) }
      var configuration = configuration(timeoutSeconds: timeoutSeconds)
      configuration.prepareDatabase { database in
        try database.execute(
          sql: "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = FILE")
      }
      let pool = try DatabasePool(path: path, configuration: configuration)
      let store = Store(path: path, pool: pool, timeoutSeconds: timeoutSeconds)
      try SystemSchema.migrator.migrate(pool)
      try StateHistory.ensure(pool)
      return store
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }

  /// Lets go of the file; an open transaction is rolled back.
  package func close() throws(StoreError) {
    do { try pool.close() } catch { throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds) }
  }

  private static func configuration(timeoutSeconds: Double) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(timeoutSeconds)
    configuration.foreignKeysEnabled = true
    configuration.label = "abm-rules"
    return configuration
  }

  /// Looks before anything is changed, so that a file which is not ours stays as it is.
  private static func probe(_ path: String, timeoutSeconds: Double) throws {
    var configuration = configuration(timeoutSeconds: timeoutSeconds)
    configuration.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    try queue.read { database in
      let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
      let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
      guard application == SystemSchema.applicationID || (application == 0 && tables == 0) else {
        throw StoreError.foreignDatabase(path: path)
      }
      guard version <= SystemSchema.version else {
        throw StoreError.newerVersion(path: path, found: version, supported: SystemSchema.version)
      }
    }
  }

  /// A read of one moment.
  func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do { return try pool.read(body) } catch { throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds) }
  }

  /// One transaction; nothing of it stays when it throws.
  func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do {
      return try pool.writeWithoutTransaction { database in
        var result: Result?
        // Immediate: a writer that waits for another waits at the start, when nothing is lost.
        try database.inTransaction(.immediate) {
          result = try body(database)
          return .commit
        }
        guard let result else { preconditionFailure("a committed transaction has a result") }
        return result
      }
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }
}
