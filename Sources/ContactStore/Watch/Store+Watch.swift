import BusinessTime
import GRDB
package import RuleEngine
package import RuleSemantics

// Which rows of the data this program writes to: noted by triggers of the one connection that writes, in a table of that
// connection. Nothing of it is in the file, and no writer has to remember to tell.
extension Store {
  /// Above so many rows nobody wants to know each.
  private static let most = 20_000

  /// Begins to note what is written to the tables of a rule book, and forgets what was noted before.
  ///
  /// - Returns: `DataChanges.foreignVersion` of now.
  package func watch(_ program: CheckedProgram) throws(StoreError) -> Int64 {
    try write { database in
      let triggers = try String.fetchAll(
        database, sql: "SELECT name FROM temp.sqlite_schema WHERE type = 'trigger' AND name LIKE 'watch_%'")
      for trigger in triggers { try database.execute(sql: "DROP TRIGGER temp.\(quoted(trigger))") }
      try database.execute(
        sql: """
          CREATE TEMP TABLE IF NOT EXISTS watched (
            table_number INTEGER, record INTEGER, at INTEGER, id INTEGER, own INTEGER NOT NULL DEFAULT 0);
          DELETE FROM temp.watched;
          """)
      for (number, table) in WatchedTable.all(of: program).enumerated() {
        for event in ["INSERT", "UPDATE", "DELETE"] {
          try database.execute(sql: table.trigger(event, number: number))
        }
      }
      return try Store.foreignVersion(database)
    }
  }

  /// What was noted since the last time.
  ///
  /// - Parameter reads: the fields and events that are of interest.
  package func takeChanges(
    of program: CheckedProgram, reading reads: ReadSet
  ) throws(StoreError) -> DataChanges {
    try write { database in
      var changes = DataChanges()
      changes.foreignVersion = try Store.foreignVersion(database)
      let count = try Int.fetchOne(database.cachedStatement(sql: "SELECT count(*) FROM temp.watched")) ?? 0
      if count == 0 { return changes }
      defer { try? database.execute(sql: "DELETE FROM temp.watched") }
      if count > Store.most {
        changes.isTooMuch = true
        return changes
      }
      let noted = try Row.fetchAll(
        database.cachedStatement(
          sql:
            """
            SELECT table_number, record, at, id, min(own) AS own FROM temp.watched
            GROUP BY table_number, record, at, id ORDER BY min(rowid)
            """))
      try WatchReader(database: database, program: program, reads: reads).read(noted, into: &changes)
      return changes
    }
  }

  /// Whether another program has committed since, without a write of its own.
  package func foreignVersion() throws(StoreError) -> Int64 {
    do { return try pool.writeWithoutTransaction(Store.foreignVersion) } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }

  /// Before a run writes; `nil` where nothing is noted.
  static func watchMark(_ database: Database) throws -> Int64? {
    let isWatched = try Bool.fetchOne(
      database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM temp.sqlite_schema WHERE name = 'watched')"))
    guard isWatched == true else { return nil }
    return try Int64.fetchOne(database.cachedStatement(sql: "SELECT coalesce(max(rowid), 0) FROM temp.watched"))
  }

  /// What was written since is what a run decided, not what happened.
  static func markAsOwn(after mark: Int64, _ database: Database) throws {
    try database.cachedStatement(sql: "UPDATE temp.watched SET own = 1 WHERE rowid > ?").execute(arguments: [mark])
  }

  private static func foreignVersion(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version")) ?? 0
  }
}

/// A table whose rows are noted. A row that is gone has no time.
struct WatchedTable {
  enum Kind {
    case contact, account, deal
    case event(EventID)
    /// What is known of contacts beside their data.
    case other
    /// Messages that count no longer.
    case withdrawn
  }

  let kind: Kind
  let name: String
  private let record: String
  private let isEvent: Bool
  /// Rows of the other kind that are gone are a change like any other.
  private var isData: Bool {
    switch kind {
    case .other, .withdrawn: false
    case .contact, .account, .deal, .event: true
    }
  }

  static func all(of program: CheckedProgram) -> [WatchedTable] {
    let events = program.events.indices.map { index in
      let layout = TableLayout(.event(EventID(index)), program: program)
      return WatchedTable(
        kind: .event(EventID(index)), name: layout.name, record: layout.ownerColumn, isEvent: true)
    }
    return [
      WatchedTable(kind: .account, name: "account", record: "_id", isEvent: false),
      WatchedTable(kind: .contact, name: "contact", record: "_id", isEvent: false),
      WatchedTable(kind: .deal, name: "deal", record: "_id", isEvent: false),
      WatchedTable(kind: .other, name: "consent", record: "contact", isEvent: false),
      WatchedTable(kind: .withdrawn, name: "message_withdrawn", record: "contact", isEvent: false),
    ] + events
  }

  func trigger(_ event: String, number: Int) -> String {
    let row = event == "DELETE" ? "OLD" : "NEW"
    // An event is told by its key; one that was written to is none that could be added.
    let isGone = isData && (event == "DELETE" || isEvent && event == "UPDATE")
    let at = isGone ? "NULL" : isEvent ? "NEW._at" : "0"
    let id = isEvent && !isGone ? "NEW._id" : "0"
    return """
      CREATE TEMP TRIGGER \(quoted("watch_\(event.lowercased())_\(name)")) AFTER \(event) ON main.\(quoted(name))
      BEGIN INSERT INTO watched (table_number, record, at, id) VALUES (\(number), \(row).\(quoted(record)), \(at), \(id)); END
      """
  }
}

/// Reads the rows that were noted as they are now.
struct WatchReader {
  let database: Database
  let program: CheckedProgram
  let reads: ReadSet

  func read(_ noted: [Row], into changes: inout DataChanges) throws {
    let tables = WatchedTable.all(of: program)
    var records: [Int: [(id: Int64, isOwn: Bool)]] = [:]
    for row in noted {
      let number: Int = row["table_number"]
      let isOwn = row["own"] == 1
      guard let at = row["at"] as Int64? else {
        changes.isTooMuch = true
        continue
      }
      switch tables[number].kind {
      case .contact, .account, .deal: records[number, default: []].append((row["record"], isOwn))
      case .other: changes.others.append(row["record"])
      case .withdrawn:
        changes.others.append(row["record"])
        changes.isLossy = true
      case .event(let type):
        guard reads.eventFields[type] != nil else {
          // Nothing reads it; whoever it is about may have been new a moment ago.
          continue
        }
        guard var event = try event(type, owner: row["record"], at: at, id: row["id"]) else { continue }
        event.isOwn = isOwn
        changes.events.append(event)
      }
    }
    for (number, ids) in records {
      switch tables[number].kind {
      case .contact: changes.contacts = try self.records(.contact, ids, reads.contactFields, reads.contactChanges)
      case .account: changes.accounts = try self.records(.account, ids, reads.accountFields, reads.accountChanges)
      case .deal: changes.deals = try self.records(.deal, ids, reads.dealFields, [])
      case .event, .other, .withdrawn: break
      }
    }
  }

  private func records(
    _ kind: TableLayout.Kind, _ noted: [(id: Int64, isOwn: Bool)], _ fields: Set<FieldIndex>, _ changes: Set<FieldIndex>
  ) throws -> [DataChanges.Record] {
    let layout = TableLayout(kind, program: program)
    let schema = TableLayout.record(kind, program)
    let read = fields.sorted { $0.index < $1.index }
    let account = if case .account = kind { "NULL" } else { "_account" }
    let names = ["_id", quoted(layout.keyColumn), "_owner", account] + read.map { quoted(schema[$0].name) }
    let statement = try RawStatement(
      database.cachedStatement(
        sql: "SELECT \(names.joined(separator: ", ")) FROM \(quoted(layout.name)) WHERE _id = ?"))
    let changed = try RawStatement(
      database.cachedStatement(
        sql: "SELECT max(at) FROM field_history WHERE kind = ? AND field = ? AND record = ?"))
    var found: [DataChanges.Record] = []
    // Written to by both, it was written to by somebody else.
    let ids = Dictionary(noted.map { ($0.id, $0.isOwn) }) { $0 && $1 }
    for (id, isOwn) in ids.sorted(by: { $0.key < $1.key }) {
      statement.bind(1, id)
      defer { statement.reset() }
      guard try statement.step(), let key = statement.textIfPresent(1) else { continue }
      var values = [Value](repeating: .missing, count: schema.fields.count)
      for (position, field) in read.enumerated() {
        values[field.index] = value(statement, 4 + position, schema[field])
      }
      var record = DataChanges.Record(
        id: id, key: key, owner: statement.textIfPresent(2), account: statement.integerIfPresent(3), fields: values)
      record.isOwn = isOwn
      for field in changes {
        changed.bind(1, layout.name)
        changed.bind(2, schema[field].name)
        changed.bind(3, id)
        if try changed.step(), let at = changed.integerIfPresent(0) {
          record.changedAt[field] = Instant(milliseconds: at)
        }
        changed.reset()
      }
      found.append(record)
    }
    return found
  }

  private func event(_ type: EventID, owner: Int64, at: Int64, id: Int64) throws -> DataChanges.Event? {
    let layout = TableLayout(.event(type), program: program)
    let schema = program[type].record
    let read = (reads.eventFields[type] ?? []).sorted { $0.index < $1.index }
    let names = ["_recorded_at"] + read.map { quoted(schema[$0].name) }
    let statement = try RawStatement(
      database.cachedStatement(
        sql: """
          SELECT \(names.joined(separator: ", ")) FROM \(quoted(layout.name))
          WHERE \(layout.ownerColumn) = ? AND _at = ? AND _id = ?
          """))
    statement.bind(1, owner)
    statement.bind(2, at)
    statement.bind(3, id)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    var values = [Value](repeating: .missing, count: schema.fields.count)
    for (position, field) in read.enumerated() { values[field.index] = value(statement, 1 + position, schema[field]) }
    return DataChanges.Event(
      type: type, owner: owner, id: id, at: Instant(milliseconds: at),
      recordedAt: Instant(milliseconds: statement.integer(0)), fields: values)
  }

  private func value(_ statement: RawStatement, _ column: Int, _ field: FieldSchema) -> Value {
    let value = Value(statement.value(column), field.type, program)
    return value == .missing ? field.missingMeans ?? .missing : value
  }
}
