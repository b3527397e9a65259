package import BusinessTime
import GRDB
package import RuleSemantics

/// An activity of HubSpot that is an event of the rule book.
package struct SyncedEvent: Hashable, Sendable {
  /// Of the activity; the same activity is the same event however often it is read.
  package var hubspotID: String
  /// HubSpot's ids of the contacts, each of whom it is an event of.
  package var contacts: [String]
  package var at: Instant
  /// By position of the field.
  package var values: [Int: String]

  package init(hubspotID: String, contacts: [String], at: Instant, values: [Int: String]) {
    self.hubspotID = hubspotID
    self.contacts = contacts
    self.at = at
    self.values = values
  }
}

/// A person who looks after records.
package struct SyncedOwner: Hashable, Sendable {
  package var id: String
  package var email: String
  package var isArchived: Bool

  package init(id: String, email: String, isArchived: Bool) {
    self.id = id
    self.email = email
    self.isArchived = isArchived
  }
}

/// A value of ours that is to be written back.
package struct SyncCorrection: Hashable, Sendable {
  package var object: SyncedObject
  package var hubspotID: String
  package var property: String
  package var value: String
}

extension Store {
  // MARK: - Cursors

  /// `nil` for what was never read.
  package func syncCursor(_ stream: String) throws(StoreError) -> SyncCursor? {
    try syncCursors().first { $0.stream == stream }
  }

  /// In the order of their names.
  package func syncCursors() throws(StoreError) -> [SyncCursor] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM hubspot_cursor ORDER BY stream").compactMap { row in
        guard let phase = SyncCursor.Phase(rawValue: row["phase"]) else { return nil }
        return SyncCursor(
          stream: row["stream"], phase: phase, properties: row["properties"],
          from: Instant(milliseconds: row["window_from"]), to: Instant(milliseconds: row["window_to"]),
          position: row["position"], importID: row["import_id"], records: row["records"])
      }
    }
  }

  package func save(_ cursor: SyncCursor, now: Instant) throws(StoreError) {
    try write { database in try Store.write(cursor, database, now: now) }
  }

  private static func write(_ cursor: SyncCursor, _ database: Database, now: Instant) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO hubspot_cursor
          (stream, phase, properties, window_from, window_to, position, import_id, records, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        cursor.stream, cursor.phase.rawValue, cursor.properties, cursor.from.milliseconds, cursor.to.milliseconds,
        cursor.position, cursor.importID, cursor.records, now.milliseconds,
      ])
  }

  /// Begins a full reading, which counts as an import of these fields: their values set off no rule.
  ///
  /// - Parameter earlier: the import of a reading that did not come to its end, of whose fields this is one too.
  package func beginSyncImport(
    _ object: SyncedObject, fields: [String], goingOn earlier: Int64? = nil, now: Instant
  ) throws(StoreError) -> Int64 {
    try write { database in
      try database.execute(
        sql: "INSERT INTO import (kind, file, at) VALUES (?, 'hubspot', ?)",
        arguments: [object.table.text, now.milliseconds])
      let id = database.lastInsertedRowID
      for field in Set(fields).sorted() {
        try database.execute(
          sql: "INSERT INTO import_field (kind, field, import_id) VALUES (?, ?, ?)",
          arguments: [object.table.text, field, id])
      }
      try database.execute(
        sql: """
          INSERT OR IGNORE INTO import_field (kind, field, import_id)
            SELECT kind, field, ? FROM import_field WHERE import_id = ?
          """, arguments: [id, earlier])
      return id
    }
  }

  // MARK: - Pages

  /// Takes a page of records and, in the same transaction, the cursor after it.
  ///
  /// - Parameters:
  ///   - winners: names of fields of which a value that a rule set wins over HubSpot's.
  ///   - cursor: `nil` for records that are read out of turn.
  ///   - isCertain: whether they are those of `doubtfulRecords`, all read anew.
  ///   - asOf: the records are as they were then, or later; what was done to them since stays.
  ///   - isKept: `false` to see what would change, and change nothing.
  package func take(
    _ records: [SyncedRecord], of object: SyncedObject, program: CheckedProgram, winners: Set<String>,
    cursor: SyncCursor?, isCertain: Bool = false, asOf: Instant, isKept: Bool = true, now: Instant
  ) throws(StoreError) -> SyncCounts {
    try write(isKept: isKept) { database in
      try requireSchema(of: program, database)
      let sync = try RecordSync(
        database, program: program, object: object, importID: cursor?.importID, winners: winners,
        isCertain: isCertain, asOf: asOf, now: now)
      let counts = try sync.add(records)
      if object == .companies { try sync.adoptLinked(companies: records.map(\.hubspotID)) }
      if object != .deals { try Strangers.adopt(program: program, database, now: now) }
      if let cursor {
        try Store.write(cursor, database, now: now)
        if let id = cursor.importID {
          try database.execute(
            sql: """
              UPDATE import SET rows = rows + ?, inserted = inserted + ?, updated = updated + ?,
                unchanged = unchanged + ?, rejected = rejected + ? WHERE id = ?
              """,
            arguments: [
              records.count, counts.inserted, counts.updated, counts.unchanged, counts.keyless, id,
            ])
        }
      }
      return counts
    }
  }

  private func write<Result>(
    isKept: Bool, _ body: (Database) throws -> Result
  ) throws(StoreError) -> Result {
    if isKept { return try write(body) }
    do {
      return try pool.writeWithoutTransaction { database in
        var result: Result?
        try database.inTransaction(.immediate) {
          result = try body(database)
          return .rollback
        }
        guard let result else { preconditionFailure("a finished transaction has a result") }
        return result
      }
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }

  /// HubSpot's ids of records that are to be read anew together, since they may be one here or not.
  package func doubtfulRecords(_ object: SyncedObject) throws(StoreError) -> [String] {
    try read { database in
      try String.fetchAll(
        database, sql: "SELECT hubspot_id FROM hubspot_doubt WHERE object = ? ORDER BY length(hubspot_id), hubspot_id",
        arguments: [object.rawValue])
    }
  }

  /// Those that were read anew, or are no longer there.
  package func removeDoubts(_ object: SyncedObject, _ ids: [String]) throws(StoreError) {
    try write { database in
      for id in ids {
        try database.execute(
          sql: "DELETE FROM hubspot_doubt WHERE object = ? AND hubspot_id = ?", arguments: [object.rawValue, id])
      }
    }
  }

  /// Has all ids of a record but one read anew.
  static func doubtOthers(
    than hubspotID: String, _ object: SyncedObject, of record: Int64, _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO hubspot_doubt (object, hubspot_id)
          SELECT object, hubspot_id FROM hubspot_record WHERE object = ? AND record = ? AND hubspot_id <> ?
        """, arguments: [object.rawValue, record, hubspotID])
  }

  /// Takes a page of activities as events, and the cursor after it.
  ///
  /// - Returns: how many were new.
  package func take(
    _ events: [SyncedEvent], of type: EventID, program: CheckedProgram, cursor: SyncCursor?, now: Instant
  ) throws(StoreError) -> Int {
    try write { database in
      try requireSchema(of: program, database)
      let layout = TableLayout(.event(type), program: program)
      let record = program[type].record
      let style = ValueParser.Style(
        dates: .iso, zone: Zone(identifier: program.policy.zone) ?? .utc, decimalComma: false)
      let parsers = record.fields.map { ValueParser($0.type, program: program, style: style) }
      let columns = layout.fields.map { ", \(quoted($0.name))" }.joined()
      let marks = Array(repeating: "?", count: layout.fields.count + 5).joined(separator: ", ")
      var inserted = 0
      for event in events {
        var id = "hubspot:\(event.hubspotID)"
        let hash = Int64(bitPattern: id.withUTF8 { hashed($0) })
        let values = layout.fields.indices.map { index -> DatabaseValue in
          guard var text = event.values[index] else { return .null }
          return text.withUTF8 { Store.databaseValue(parsers[index].parse($0)) }
        }
        for contact in event.contacts {
          let owner = try Int64.fetchOne(
            database, sql: "SELECT record FROM hubspot_record WHERE object = 'contacts' AND hubspot_id = ?",
            arguments: [contact])
          guard let owner else {
            let texts = event.values.map { (layout.fields[$0.key].name, $0.value) }
            try Strangers.keep(
              ReceivedEvent(
                type: type, owner: .hubspot(contact), at: event.at, id: "hubspot:\(event.hubspotID)", isNamed: true,
                fields: Dictionary(uniqueKeysWithValues: texts)), program: program, database, now: now)
            continue
          }
          if try Store.correct(layout, owner, id: hash, at: event.at, values, database) { continue }
          try database.execute(
            sql:
              "INSERT INTO \(quoted(layout.name)) (_contact, _at, _id, _recorded_at, _import\(columns)) VALUES (\(marks))",
            arguments: StatementArguments(
              [
                owner.databaseValue, event.at.milliseconds.databaseValue, hash.databaseValue,
                now.milliseconds.databaseValue, cursor?.importID?.databaseValue ?? .null,
              ] + values))
          inserted += 1
        }
      }
      if let cursor { try Store.write(cursor, database, now: now) }
      return inserted
    }
  }

  /// Has an event that is known say what its activity says now, its time too: it may have been put off.
  ///
  /// - Returns: whether it is known.
  private static func correct(
    _ layout: TableLayout, _ owner: Int64, id: Int64, at: Instant, _ values: [DatabaseValue], _ database: Database
  ) throws -> Bool {
    let table = quoted(layout.name)
    let columns = layout.fields.map { quoted($0.name) }
    let known = try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT \((["_at"] + columns).joined(separator: ", ")) FROM \(table) WHERE _contact = ? AND _id = ?"),
      arguments: [owner, id])
    guard let first = known.first else { return false }
    let new = [at.milliseconds.databaseValue] + values
    if known.count == 1, Array(first.databaseValues) == new { return true }
    for other in known.dropFirst() {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE _contact = ? AND _at = ? AND _id = ?",
        arguments: [owner, other["_at"] as Int64, id])
    }
    try database.execute(
      sql: """
        UPDATE \(table) SET \((["_at"] + columns).map { "\($0) = ?" }.joined(separator: ", "))
        WHERE _contact = ? AND _id = ?
        """, arguments: StatementArguments(new + [owner.databaseValue, id.databaseValue]))
    return true
  }

  private static func databaseValue(_ parsed: ValueParser.Parsed) -> DatabaseValue {
    switch parsed {
    case .integer(let value): value.databaseValue
    case .real(let value): value.databaseValue
    case .text(let value), .unresolved(let value): value.text.databaseValue
    case .missing, .outside, .malformed: .null
    }
  }

  // MARK: - Owners

  package func replaceOwners(_ owners: [SyncedOwner]) throws(StoreError) {
    try write { database in
      try database.execute(sql: "DELETE FROM hubspot_owner")
      for owner in owners {
        try database.execute(
          sql: "INSERT OR REPLACE INTO hubspot_owner (id, email, archived) VALUES (?, ?, ?)",
          arguments: [owner.id, owner.email, owner.isArchived])
      }
    }
  }

  package func owners() throws(StoreError) -> [SyncedOwner] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT id, email, archived FROM hubspot_owner ORDER BY id").map { row in
        SyncedOwner(id: row["id"], email: row["email"], isArchived: row["archived"])
      }
    }
  }

  // MARK: - Which of HubSpot's records ours are

  /// HubSpot's ids by the `_id` of our records; those not known to be there are left out.
  package func hubSpotIDs(_ object: SyncedObject, records: Set<Int64>) throws(StoreError) -> [Int64: String] {
    try read { database in
      let statement = try RawStatement(
        database,
        "SELECT hubspot_id FROM hubspot_record WHERE object = ? AND record = ? ORDER BY length(hubspot_id), hubspot_id")
      var ids: [Int64: String] = [:]
      for record in records {
        statement.bind(1, object.rawValue)
        statement.bind(2, record)
        if try statement.step() {
          ids[record] = statement.text(0)
          statement.reset()
        }
      }
      return ids
    }
  }

  /// Those of HubSpot's ids of which no record is known.
  package func unknownHubSpotIDs(_ object: SyncedObject, _ ids: Set<String>) throws(StoreError) -> Set<String> {
    if ids.isEmpty { return [] }
    return try read { database in
      let statement = try RawStatement(
        database, "SELECT 1 FROM hubspot_record WHERE object = ? AND hubspot_id = ?")
      var unknown: Set<String> = []
      for id in ids {
        statement.bind(1, object.rawValue)
        statement.bind(2, id)
        if try !statement.step() { unknown.insert(id) }
        statement.reset()
      }
      return unknown
    }
  }

  /// Records that HubSpot says are deleted, of these.
  package func deletedRecords(_ object: SyncedObject, records: Set<Int64>) throws(StoreError) -> Set<Int64> {
    try read { database in
      var deleted: Set<Int64> = []
      for record in records {
        let isDeleted = try Bool.fetchOne(
          database.cachedStatement(
            sql: """
              SELECT EXISTS (SELECT 1 FROM hubspot_deleted WHERE object = ? AND record = ?)
                AND NOT EXISTS (SELECT 1 FROM hubspot_record WHERE object = ? AND record = ?)
              """), arguments: [object.rawValue, record, object.rawValue, record])
        if isDeleted == true { deleted.insert(record) }
      }
      return deleted
    }
  }

  /// Remembers what HubSpot calls records of ours; not of those that were merged or erased meanwhile.
  package func linkHubSpot(_ object: SyncedObject, _ ids: [Int64: String]) throws(StoreError) {
    if ids.isEmpty { return }
    try write { database in
      for (record, id) in ids.sorted(by: { $0.key < $1.key }) {
        try database.execute(
          sql: """
            INSERT INTO hubspot_record (object, hubspot_id, record)
              SELECT ?, ?, _id FROM \(quoted(object.table.text)) WHERE _id = ?
            ON CONFLICT DO UPDATE SET record = excluded.record
            """, arguments: [object.rawValue, id, record])
      }
    }
  }

  // MARK: - Values written back

  package func corrections(limit: Int) throws(StoreError) -> [SyncCorrection] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM hubspot_correction ORDER BY object, hubspot_id, property LIMIT ?",
        arguments: [limit]
      ).compactMap { row in
        guard let object = SyncedObject(rawValue: row["object"]) else { return nil }
        return SyncCorrection(
          object: object, hubspotID: row["hubspot_id"], property: row["property"], value: row["value"])
      }
    }
  }

  package func removeCorrections(_ corrections: [SyncCorrection]) throws(StoreError) {
    try write { database in
      for correction in corrections {
        try database.execute(
          sql: "DELETE FROM hubspot_correction WHERE object = ? AND hubspot_id = ? AND property = ? AND value = ?",
          arguments: [correction.object.rawValue, correction.hubspotID, correction.property, correction.value])
      }
    }
  }
}
