import BusinessTime
import GRDB
import RuleSemantics

/// Takes records of HubSpot into their table, inside a transaction.
final class RecordSync {
  private let database: Database
  private let program: CheckedProgram
  private let object: SyncedObject
  private let layout: TableLayout
  private let now: Int64
  /// The records are as they were then, or later.
  private let asOf: Int64
  /// Of a full reading, which like any import sets off no rule.
  private let importID: Int64?
  /// Names of the fields that it is an import of: the others were read before.
  private let importedFields: Set<String>
  /// Whether all were read anew together: what has the same key then is the same.
  private let isCertain: Bool
  /// Positions of fields of which our value wins.
  private let winners: Set<Int>
  private let parsers: [Int: ValueParser]
  private var counts = SyncCounts()

  private let byHubSpotID: RawStatement
  private let byKey: RawStatement
  private let link: RawStatement

  init(
    _ database: Database, program: CheckedProgram, object: SyncedObject, importID: Int64?, winners: Set<String>,
    isCertain: Bool, asOf: Instant, now: Instant
  ) throws {
    self.database = database
    self.program = program
    self.object = object
    self.importID = importID
    importedFields = try String.fetchSet(
      database, sql: "SELECT field FROM import_field WHERE import_id = ?", arguments: [importID])
    self.isCertain = isCertain
    self.now = now.milliseconds
    self.asOf = asOf.milliseconds
    let layout = TableLayout(object.table, program: program)
    self.layout = layout
    let record = TableLayout.record(object.table, program)
    let style = ValueParser.Style(
      dates: .iso, zone: Zone(identifier: program.policy.zone) ?? .utc, decimalComma: false)
    var parsers: [Int: ValueParser] = [:]
    for (index, field) in record.fields.enumerated() {
      parsers[index] = ValueParser(
        index == layout.keyField ? .text : field.type, missingSpellings: field.missingSpellings, program: program,
        style: style)
    }
    self.parsers = parsers
    self.winners = Set(record.fields.indices.filter { winners.contains(record.fields[$0].name) })
    byHubSpotID = try RawStatement(
      database, "SELECT record, modified_at FROM hubspot_record WHERE object = ? AND hubspot_id = ?")
    byKey = try RawStatement(
      database,
      "SELECT _id FROM \(quoted(layout.name)) WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE")
    link = try RawStatement(
      database,
      """
      INSERT INTO hubspot_record (object, hubspot_id, record, modified_at) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET record = excluded.record, modified_at = coalesce(excluded.modified_at, modified_at)
      """)
  }

  func add(_ records: [SyncedRecord]) throws -> SyncCounts {
    if isCertain {
      // Those that are known come first, of each the older: what had the key of another may have let go of it.
      let records = records.sorted { ($0.hubspotID.count, $0.hubspotID) < ($1.hubspotID.count, $1.hubspotID) }
      let known = try Set(records.filter { try linked($0.hubspotID) != nil }.map(\.hubspotID))
      for record in records where known.contains(record.hubspotID) { try add(record) }
      for record in records where !known.contains(record.hubspotID) { try add(record) }
    } else {
      for record in records { try add(record) }
    }
    return counts
  }

  private func add(_ record: SyncedRecord) throws {
    if try isOutdated(record) {
      counts.unchanged += 1
      return
    }
    try linkCompany(record)
    guard var key = record.key, !key.isEmpty else {
      counts.keyless += 1
      return
    }
    var known = try linked(record.hubspotID)
    if known == nil, let other = try self.record(named: key) {
      // A record that came by a file is this one; one that HubSpot has under another id is another deal, or the same
      // person or company twice, of which the older one counts.
      let isTaken = try primary(of: other) != nil
      if object == .deals, isTaken {
        key += " (\(record.hubspotID))"
        known = try self.record(named: key)
      } else if isTaken, !isCertain {
        // The other may have another key by now, and this one the key that it had.
        try doubt(record.hubspotID, other)
        counts.unchanged += 1
        return
      } else {
        known = other
      }
    }
    let id: Int64
    let isNew = known == nil
    if let known {
      id = known
    } else {
      try database.execute(
        sql: """
          INSERT INTO \(quoted(layout.name)) (\(quoted(layout.keyColumn)), _created_at, _updated_at, _created_by, _updated_by)
          VALUES (?, ?, ?, ?, ?)
          """, arguments: [key, now, now, importID, importID])
      id = database.lastInsertedRowID
    }
    link.bind(1, object.rawValue)
    link.bind(2, record.hubspotID)
    link.bind(3, id)
    link.bind(4, ifPresent: record.modifiedAt?.milliseconds)
    try link.run()
    let isBack = try restore(record)
    guard try primary(of: id) == record.hubspotID else {
      // Of one that is there twice the older counts, but whoever wants nothing more under either gets nothing more.
      if object == .contacts, record.isSuppressed == true { _ = try set("_suppressed", to: 1.databaseValue, id) }
      counts.unchanged += 1
      return
    }
    var isChanged = try writeFields(record, id, key: key, isNew: isNew)
    if try writeOwn(record, id) { isChanged = true }
    if isNew {
      counts.inserted += 1
    } else if isChanged || isBack {
      counts.updated += 1
    } else {
      counts.unchanged += 1
    }
  }

  /// Whether more is known by now: while a page waited to be taken in, a webhook may have had the record read anew,
  /// deleted or merged, and the index of searches lags behind.
  private func isOutdated(_ record: SyncedRecord) throws -> Bool {
    let removedAt = try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT at FROM hubspot_deleted WHERE object = ? AND hubspot_id = ?"),
      arguments: [object.rawValue, record.hubspotID])
    if let removedAt, removedAt >= asOf { return true }
    guard let modifiedAt = record.modifiedAt?.milliseconds else { return false }
    byHubSpotID.bind(1, object.rawValue)
    byHubSpotID.bind(2, record.hubspotID)
    guard try byHubSpotID.step() else { return false }
    defer { byHubSpotID.reset() }
    return byHubSpotID.integerIfPresent(1).map { $0 > modifiedAt } ?? false
  }

  private func linked(_ hubspotID: String) throws -> Int64? {
    byHubSpotID.bind(1, object.rawValue)
    byHubSpotID.bind(2, hubspotID)
    guard try byHubSpotID.step() else { return nil }
    defer { byHubSpotID.reset() }
    return byHubSpotID.integer(0)
  }

  private func record(named key: String) throws -> Int64? {
    byKey.bind(1, key)
    guard try byKey.step() else { return nil }
    defer { byKey.reset() }
    return byKey.integer(0)
  }

  private func doubt(_ hubspotID: String, _ other: Int64) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO hubspot_doubt (object, hubspot_id) VALUES (?, ?)",
      arguments: [object.rawValue, hubspotID])
    try Store.doubtOthers(than: hubspotID, object, of: other, database)
  }

  /// Of several ids that HubSpot has for what is one record here, the oldest.
  private func primary(of record: Int64) throws -> String? {
    try String.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT hubspot_id FROM hubspot_record WHERE object = ? AND record = ?
          ORDER BY length(hubspot_id), hubspot_id LIMIT 1
          """), arguments: [object.rawValue, record])
  }

  // MARK: - Fields

  private func writeFields(_ record: SyncedRecord, _ id: Int64, key: String, isNew: Bool) throws -> Bool {
    var assignments: [String] = []
    var values: [DatabaseValue] = []
    for (index, text) in record.values.sorted(by: { $0.key < $1.key }) where index != layout.keyField {
      let field = layout.fields[index]
      let old = try value(of: field.name, id)
      guard let new = parsed(index, text), old != new else { continue }
      if !isNew, try keepsOurs(index, id) {
        try correct(record, index, ours: old)
        continue
      }
      assignments.append("\(quoted(field.name)) = ?")
      values.append(new)
      if !isNew { try addHistory(record, id, field.name, old, new) }
    }
    // A changed key; where another record has it already, both stay as they are until HubSpot merges them.
    if !isNew, try value(of: layout.keyColumn, id) != key.databaseValue, try !isTaken(key, but: id) {
      assignments.append("\(quoted(layout.keyColumn)) = ?")
      values.append(key.databaseValue)
      // Others were this record since they had the key that it has no more.
      try Store.doubtOthers(than: record.hubspotID, object, of: id, database)
      try database.execute(
        sql: "DELETE FROM hubspot_record WHERE object = ? AND record = ? AND hubspot_id <> ?",
        arguments: [object.rawValue, id, record.hubspotID])
    }
    if assignments.isEmpty { return false }
    try database.execute(
      sql: """
        UPDATE \(quoted(layout.name)) SET \(assignments.joined(separator: ", ")), _updated_at = ?, _updated_by = ?
        WHERE _id = ?
        """, arguments: StatementArguments(values) + [now, importID, id])
    return true
  }

  /// `nil` for a value that is none of the field's: what is known stays, and the report says so.
  private func parsed(_ index: Int, _ text: String) -> DatabaseValue? {
    guard let parser = parsers[index] else { return nil }
    var text = text
    return text.withUTF8 { bytes -> DatabaseValue? in
      let parsed = parser.parse(bytes)
      for member in parser.takeOutsideMembers() { note(index, member) }
      switch parsed {
      case .missing: return .null
      case .integer(let value): return value.databaseValue
      case .real(let value): return value.databaseValue
      case .text(let value), .unresolved(let value): return value.text.databaseValue
      case .outside:
        // Counts as missing, as the language says of a value outside its `one of`.
        note(index, bytes.text)
        return .null
      case .malformed:
        note(index, bytes.text)
        return nil
      }
    }
  }

  private func note(_ index: Int, _ value: String) {
    let field = layout.fields[index].name
    if counts.problems[field, default: []].count < 20, !counts.problems[field, default: []].contains(value) {
      counts.problems[field, default: []].append(value)
    }
  }

  private func value(of column: String, _ id: Int64) throws -> DatabaseValue {
    try DatabaseValue.fetchOne(
      database.cachedStatement(sql: "SELECT \(quoted(column)) FROM \(quoted(layout.name)) WHERE _id = ?"),
      arguments: [id]) ?? .null
  }

  private func isTaken(_ key: String, but id: Int64) throws -> Bool {
    byKey.bind(1, key)
    guard try byKey.step() else { return false }
    defer { byKey.reset() }
    return byKey.integer(0) != id
  }

  /// Whether our value stays: it is on its way to HubSpot or came there after the record was read, or the workspace says
  /// that ours win and a rule set it.
  private func keepsOurs(_ index: Int, _ id: Int64) throws -> Bool {
    guard let subject = object.subject else { return false }
    let field = layout.fields[index].name
    let isUnderWay = try Bool.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT EXISTS (SELECT 1 FROM outbox WHERE subject = ? AND record = ?
            AND (status IN ('pending', 'claimed', 'unknown') OR status = 'done' AND finished_at >= ?)
            AND action IN ('set', 'clear', 'advance') AND json_extract(arguments, '$.field') = ?)
          """), arguments: [subject.code, id, asOf, field])
    if isUnderWay == true { return true }
    guard winners.contains(index) else { return false }
    return try Bool.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT rule IS NOT NULL FROM field_history WHERE kind = ? AND record = ? AND field = ?
          ORDER BY at DESC, id DESC LIMIT 1
          """), arguments: [layout.name, id, field]) ?? false
  }

  /// Has our value written back, unless it is on its way anyway.
  private func correct(_ record: SyncedRecord, _ index: Int, ours: DatabaseValue) throws {
    guard winners.contains(index) else { return }
    let schema = TableLayout.record(object.table, program).fields[index]
    guard let property = schema.hubspotProperty else { return }
    counts.corrections += 1
    try database.execute(
      sql: "INSERT OR REPLACE INTO hubspot_correction (object, hubspot_id, property, value) VALUES (?, ?, ?, ?)",
      arguments: [object.rawValue, record.hubspotID, property, spelled(ours, schema)])
  }

  /// As HubSpot spells it.
  private func spelled(_ value: DatabaseValue, _ field: FieldSchema) -> String {
    if case .choice(let set) = field.type, let name = String.fromDatabaseValue(value),
      let position = program[set].values.firstIndex(of: name)
    {
      return program[set].spellings[position] ?? name
    }
    switch (value.storage, field.type) {
    case (.int64(let number), .flag): return number == 0 ? "false" : "true"
    case (.int64(let number), .time): return Instant(milliseconds: number).description
    case (.string(let text), .list):
      var text = text
      return text.withUTF8 { JSONList.members($0).joined(separator: ";") }
    case (.int64(let number), _): return "\(number)"
    case (.double(let number), _):
      return number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    case (.string(let text), _): return text
    case (.null, _), (.blob, _): return ""
    }
  }

  private func addHistory(
    _ record: SyncedRecord, _ id: Int64, _ field: String, _ old: DatabaseValue, _ new: DatabaseValue
  ) throws {
    // It changed when HubSpot says that the record did, at the latest.
    let at = min(record.modifiedAt?.milliseconds ?? now, now)
    try database.execute(
      sql: "INSERT INTO field_history (kind, record, field, at, old, new, import_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        layout.name, id, field, at, old, new, importedFields.contains(field) ? importID : nil,
      ])
  }

  // MARK: - What no field holds

  private func writeOwn(_ record: SyncedRecord, _ id: Int64) throws -> Bool {
    var isChanged = false
    if let owner = record.owner {
      isChanged = try set("_owner", to: owner.isEmpty ? .null : owner.databaseValue, id) || isChanged
    }
    if object != .companies, let company = record.company {
      var account = DatabaseValue.null
      if let company, let known = try self.account(of: company) { account = known.databaseValue }
      isChanged = try set("_account", to: account, id) || isChanged
    }
    guard object == .contacts else { return isChanged }
    if let isSuppressed = record.isSuppressed, isSuppressed {
      // Never lifted from here: what else suppressed the contact may still hold.
      isChanged = try set("_suppressed", to: 1.databaseValue, id) || isChanged
    }
    for (purpose, isGranted) in record.consents.sorted(by: { $0.key < $1.key }) {
      let known = try Int.fetchOne(
        database.cachedStatement(
          sql: "SELECT granted FROM consent WHERE contact = ? AND purpose = ? ORDER BY at DESC LIMIT 1"),
        arguments: [id, purpose])
      if known == (isGranted ? 1 : 0) || (known == nil && !isGranted) { continue }
      try database.execute(
        sql: "INSERT OR REPLACE INTO consent (contact, purpose, at, granted, import_id) VALUES (?, ?, ?, ?, ?)",
        arguments: [id, purpose, now, isGranted ? 1 : 0, importID])
      isChanged = true
    }
    return isChanged
  }

  private func set(_ column: String, to new: DatabaseValue, _ id: Int64) throws -> Bool {
    if try value(of: column, id) == new { return false }
    try database.execute(
      sql: "UPDATE \(quoted(layout.name)) SET \(column) = ?, _updated_at = ? WHERE _id = ?",
      arguments: [new, now, id])
    return true
  }

  // MARK: - Companies

  private func account(of company: String) throws -> Int64? {
    try Int64.fetchOne(
      database.cachedStatement(
        sql: "SELECT record FROM hubspot_record WHERE object = 'companies' AND hubspot_id = ?"),
      arguments: [company])
  }

  /// Remembers whom a record belongs to, and gives a company that came later its people.
  private func linkCompany(_ record: SyncedRecord) throws {
    guard object != .companies, let company = record.company else { return }
    if let company {
      try database.execute(
        sql: "INSERT OR REPLACE INTO hubspot_link (object, hubspot_id, company) VALUES (?, ?, ?)",
        arguments: [object.rawValue, record.hubspotID, company])
    } else {
      try database.execute(
        sql: "DELETE FROM hubspot_link WHERE object = ? AND hubspot_id = ?",
        arguments: [object.rawValue, record.hubspotID])
    }
  }

  /// Contacts and deals that were read before their company.
  func adoptLinked(companies: [String]) throws {
    for company in companies {
      guard let account = try account(of: company) else { continue }
      for child in [SyncedObject.contacts, .deals] {
        let table = TableLayout(child.table, program: program).name
        try database.execute(
          sql: """
            UPDATE \(quoted(table)) SET _account = ?, _updated_at = ? WHERE _account IS NOT ? AND _id IN (
              SELECT r.record FROM hubspot_link AS l JOIN hubspot_record AS r USING (object, hubspot_id)
              WHERE l.company = ? AND l.object = ?)
            """, arguments: [account, now, account, company, child.rawValue])
      }
    }
  }

  // MARK: - Deleted ones that are back

  private func restore(_ record: SyncedRecord) throws -> Bool {
    let deleted = try Row.fetchOne(
      database.cachedStatement(
        sql: "SELECT record, was_suppressed FROM hubspot_deleted WHERE object = ? AND hubspot_id = ?"),
      arguments: [object.rawValue, record.hubspotID])
    guard let deleted else { return false }
    if object == .contacts, deleted["was_suppressed"] as Int == 0, let id = deleted["record"] as Int64? {
      try database.execute(sql: "UPDATE contact SET _suppressed = 0 WHERE _id = ?", arguments: [id])
    }
    try database.execute(
      sql: "DELETE FROM hubspot_deleted WHERE object = ? AND hubspot_id = ?",
      arguments: [object.rawValue, record.hubspotID])
    return true
  }
}
