import BusinessTime
import Decisioning
import GRDB
package import RuleEngine
package import RuleSemantics

/// A run that was committed, and all that is needed to decide it again.
package struct PastRun: Hashable, Sendable {
  package var record: RunRecord
  package var basis: RunBasis
  package var kept: RunProtocol
}

extension Store {
  /// - Parameter id: `nil` for the last run.
  /// - Returns: `nil` where there is no such run.
  package func pastRun(_ id: Int64?) throws(StoreError) -> PastRun? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT run.id, run.at, run.rulebook, run.contacts, run.halted, b.revision, b.field_history, b.import_id, b.contact,
            b.account, b.deal, b.options, b.digest
          FROM run LEFT JOIN run_basis AS b ON b.run = run.id WHERE run.id = coalesce(?, (SELECT max(id) FROM run))
          """, arguments: [id])
      guard let row else { return nil }
      let record = RunRecord(
        id: row["id"], at: Instant(milliseconds: row["at"]), rulebook: row["rulebook"], contacts: row["contacts"],
        isHalted: row["halted"] == 1)
      guard let revision = row["revision"] as Int64? else { throw StoreError.withoutBasis(run: record.id) }
      return PastRun(
        record: record,
        basis: RunBasis(
          revision: revision, fieldHistory: row["field_history"], importID: row["import_id"], contact: row["contact"],
          account: row["account"], deal: row["deal"]),
        kept: RunProtocol(options: row["options"], digest: row["digest"]))
    }
  }

  /// How many records were erased for good since a run, so that it cannot be decided upon all that it was.
  package func erasedRecords(since run: PastRun) throws(StoreError) -> Int {
    try read { database in try RecordHistory.erased(since: run.basis, database) }
  }

  /// The ids of all runs, ascending.
  package func runIDs() throws(StoreError) -> [Int64] {
    try read { database in try Int64.fetchAll(database, sql: "SELECT id FROM run ORDER BY id") }
  }

  /// What a run found when it loaded: records, events and state as they were then.
  package func load(
    _ program: CheckedProgram, reading reads: ReadSet, asOf run: PastRun,
    about few: (contacts: [Int64], accounts: [Int64])? = nil
  ) throws(StoreError) -> LoadedState {
    try past { database in
      try requireSchema(of: program, database)
      try StateHistory.goBack(database, to: run.basis.revision, importID: run.basis.importID)
      try RecordHistory.goBack(database, to: run.basis)
      let scope = try few.map { try LoadScope(database, contacts: $0.contacts, accounts: $0.accounts) }
      return try load(database, program, reads, run.record.at, scope)
    }
  }

  /// A read on a connection whose state tables are what they were before an instant: as the first run from then on found
  /// them. Fields are as they are now.
  func past<Result>(before start: Instant, _ body: (Database) throws -> Result) throws(StoreError) -> Result {
    try past { database in
      let next = try Row.fetchOne(
        database,
        sql: """
          SELECT run.id, b.revision FROM run LEFT JOIN run_basis AS b ON b.run = run.id WHERE run.at >= ?
          ORDER BY run.id LIMIT 1
          """, arguments: [start.milliseconds])
      if let next {
        guard let revision = next["revision"] as Int64? else { throw StoreError.withoutBasis(run: next["id"]) }
        try StateHistory.goBack(database, to: revision, importID: nil)
      }
      try database.execute(
        sql: """
          CREATE TEMP VIEW field_history AS SELECT * FROM main.field_history
          WHERE at < \(start.milliseconds) OR (at = \(start.milliseconds) AND rule IS NULL)
          """)
      return try body(database)
    }
  }

  /// A read on a connection of its own, on which tables may be put before those of the database; nothing of it stays.
  func past<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(timeoutSeconds)
      configuration.label = "abm-rules past"
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }
      return try queue.inDatabase { database in
        var result: Result?
        try database.inTransaction(.deferred) {
          result = try body(database)
          return .rollback
        }
        guard let result else { preconditionFailure("a body that does not throw has a result") }
        return result
      }
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }
}
