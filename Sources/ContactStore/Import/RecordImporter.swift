import GRDB

/// Takes contacts, accounts, deals or assets: a row inserts the record of its key, or changes it to what the row says.
final class RecordImporter: RowImporter {
  private let context: RowContext
  private let database: Database
  private let keyColumn: Int
  /// What the row says in the order of the statements' parameters.
  private let stored: [Stored]
  private let consents: [(column: Int, purpose: String)]
  private let select: RawStatement
  private let insert: RawStatement
  private let update: RawStatement
  private let history: RawStatement
  private let staysSuppressed: RawStatement
  private let latestConsent: RawStatement
  private let insertConsent: RawStatement
  private let accounts: OwnerLookup?
  private let firstHistoryID: Int64
  private var changesRecordsTwice = false
  private var expectsNew = true
  private var values: [StoredValue] = []

  private struct Stored {
    var target: ColumnMapping.Target
    var column: Int
    /// In the table.
    var name: String
    /// Whether no record had a value before this import: then values appear rather than change.
    var isNew: Bool
  }

  /// The columns of `select` before those of `stored`.
  private static let ownColumns = 3

  init(_ database: Database, context: RowContext, accounts accountLayout: TableLayout) throws {
    self.context = context
    self.database = database
    let layout = context.layout
    let table = quoted(layout.name)
    let keyTarget: ColumnMapping.Target = layout.keyField.map { .field($0) } ?? .key
    guard let keyColumn = context.mapping.column(of: keyTarget) else {
      preconditionFailure("the mapping of a record has a key")
    }
    self.keyColumn = keyColumn
    var stored: [Stored] = []
    var consents: [(column: Int, purpose: String)] = []
    for (column, target) in context.mapping.columns where target != keyTarget {
      if case .consent(let purpose) = target {
        consents.append((column, purpose))
        continue
      }
      let name = RecordImporter.columnName(target, layout)
      let isKnown =
        try Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE \(quoted(name)) IS NOT NULL)") ?? false
      stored.append(Stored(target: target, column: column, name: name, isNew: !isKnown))
      if !isKnown {
        // Of what appears there is no history; that it was not there before has to be known all the same.
        try database.execute(
          sql: "INSERT OR IGNORE INTO field_appeared (kind, field, import_id) VALUES (?, ?, ?)",
          arguments: [layout.name, name, context.importID])
      }
    }
    self.stored = stored
    self.consents = consents
    let names = stored.map { quoted($0.name) }
    let key = quoted(layout.keyColumn)
    select = try RawStatement(
      database,
      "SELECT \((["_id", "_created_by", "_updated_by"] + names).joined(separator: ", ")) FROM \(table) "
        + "WHERE \(key) = ? COLLATE NOCASE")
    let all = [key] + names + ["_created_at", "_updated_at", "_created_by", "_updated_by"]
    let marks = Array(repeating: "?", count: all.count).joined(separator: ", ")
    insert = try RawStatement(
      database, "INSERT INTO \(table) (\(all.joined(separator: ", "))) VALUES (\(marks)) ON CONFLICT DO NOTHING")
    let assignments = (names + ["_updated_at", "_updated_by"]).map { "\($0) = ?" }
    update = try RawStatement(
      database, "UPDATE \(table) SET \(assignments.joined(separator: ", ")) WHERE _id = ?")
    history = try RawStatement(
      database,
      "INSERT INTO field_history (kind, record, field, at, old, new, import_id) VALUES (?, ?, ?, ?, ?, ?, ?)")
    staysSuppressed = try RawStatement(
      database, "UPDATE hubspot_deleted SET was_suppressed = 1 WHERE object = 'contacts' AND record = ?")
    latestConsent = try RawStatement(
      database, "SELECT granted FROM consent WHERE contact = ? AND purpose = ? ORDER BY at DESC LIMIT 1")
    insertConsent = try RawStatement(
      database, "INSERT OR REPLACE INTO consent (contact, purpose, at, granted, import_id) VALUES (?, ?, ?, ?, ?)")
    let needsAccounts = context.mapping.column(of: .account) != nil
    accounts =
      needsAccounts
      ? try OwnerLookup(database, layout: accountLayout, importID: context.importID, now: context.now) : nil
    firstHistoryID = try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) FROM field_history") ?? 0
  }

  private static func columnName(_ target: ColumnMapping.Target, _ layout: TableLayout) -> String {
    switch target {
    case .field(let index): layout.fields[index].name
    case .key: "_key"
    case .title: "_title"
    case .account: "_account"
    case .owner: "_owner"
    case .suppressed: "_suppressed"
    case .consent, .contact, .at, .id: preconditionFailure("a record has no such column")
    }
  }

  var createdOwners: Int { accounts?.created ?? 0 }
  let counts = RowCounts()

  func add(_ fields: [Bytes]) throws -> RowOutcome {
    let key = fields[keyColumn].trimmed
    if key.isEmpty || isMissingKey(key) {
      return .rejected(reason: "\(context.headers[keyColumn]), the key, is missing")
    }
    do {
      try parse(fields)
    } catch let rejection as Rejection {
      return .rejected(reason: rejection.reason)
    }
    // Files mostly hold either new records or known ones: one search of the index instead of two.
    if expectsNew, try insertRecord(key, fields) { return .inserted }
    select.bind(1, key)
    expectsNew = try !select.step()
    if expectsNew {
      _ = try insertRecord(key, fields)
      return .inserted
    }
    defer { select.reset() }
    return try changeRecord(select.integer(0), fields)
  }

  private func isMissingKey(_ key: Bytes) -> Bool {
    guard let keyField = context.layout.keyField, let parser = context.parsers[keyField] else { return false }
    if case .missing = parser.parse(key) { return true }
    return false
  }

  /// Fills `values`. An account is looked up only when everything else of the row is right.
  private func parse(_ fields: [Bytes]) throws {
    values.removeAll(keepingCapacity: true)
    for entry in stored {
      let bytes = fields[entry.column]
      switch entry.target {
      case .field(let index):
        values.append(try context.value(of: index, bytes, column: entry.column).get())
      case .suppressed:
        values.append(try flagValue(bytes, entry.column).map { .integer($0 ? 1 : 0) } ?? .null)
      default:
        let text = bytes.trimmed
        values.append(text.isEmpty ? .null : .text(text))
      }
    }
    for consent in consents { _ = try flagValue(fields[consent.column], consent.column) }
    for (index, entry) in stored.enumerated() where entry.target == .account {
      guard case .text(let key) = values[index] else { continue }
      values[index] = try accounts?.id(of: key, creating: true).map { .integer($0) } ?? .null
    }
  }

  private func flagValue(_ bytes: Bytes, _ column: Int) throws -> Bool? {
    let text = bytes.trimmed
    if text.isEmpty { return nil }
    guard let value = flag(text) else {
      throw Rejection(reason: "\(context.headers[column]): \(context.shown(bytes)) is not yes or no")
    }
    return value
  }

  /// `false` when the record is there already.
  private func insertRecord(_ key: Bytes, _ fields: [Bytes]) throws -> Bool {
    insert.bind(1, key)
    for (index, value) in values.enumerated() {
      let isUnstated = if case .null = value { stored[index].target == .suppressed } else { false }
      insert.bind(index + 2, isUnstated ? .integer(0) : value)
    }
    let next = values.count + 2
    insert.bind(next, context.now)
    insert.bind(next + 1, context.now)
    insert.bind(next + 2, context.importID)
    insert.bind(next + 3, context.importID)
    guard try insert.run() > 0 else { return false }
    if !consents.isEmpty { _ = try addConsents(database.lastInsertedRowID, fields) }
    return true
  }

  /// `select` is at the record.
  private func changeRecord(_ id: Int64, _ fields: [Bytes]) throws -> RowOutcome {
    let isOwn = select.integer(1) == context.importID
    let isTouched = isOwn || select.integer(2) == context.importID
    var changed = false
    for (index, entry) in stored.enumerated() {
      let old = select.value(index + RecordImporter.ownColumns)
      // An empty cell does not lift a suppression: when in doubt nothing is sent.
      if entry.target == .suppressed, case .null = values[index] { values[index] = old }
      if entry.target == .suppressed, case .integer(1) = values[index] {
        // One that HubSpot deleted is suppressed anyway, and would no longer be when it is restored there.
        staysSuppressed.bind(1, id)
        try staysSuppressed.run()
      }
      if old.equals(values[index]) { continue }
      changed = true
      // First appearances are no changes: of a record, or of a column that nobody had a value in.
      if case .field = entry.target, !isOwn, !entry.isNew { try addHistory(id, entry.name, old, values[index]) }
    }
    if changed {
      for (index, value) in values.enumerated() { update.bind(index + 1, value) }
      update.bind(values.count + 1, context.now)
      update.bind(values.count + 2, context.importID)
      update.bind(values.count + 3, id)
      try update.run()
      if isTouched { changesRecordsTwice = true }
    }
    let hasNewConsent = try addConsents(id, fields)
    return changed || hasNewConsent ? .updated : isTouched ? .duplicate : .unchanged
  }

  private func addHistory(_ id: Int64, _ field: String, _ old: StoredValue, _ new: StoredValue) throws {
    history.bind(1, context.layout.name)
    history.bind(2, id)
    history.bind(3, field)
    history.bind(4, context.now)
    history.bind(5, old)
    history.bind(6, new)
    history.bind(7, context.importID)
    try history.run()
  }

  private func addConsents(_ id: Int64, _ fields: [Bytes]) throws -> Bool {
    var isNew = false
    for consent in consents {
      guard let granted = try flagValue(fields[consent.column], consent.column) else { continue }
      latestConsent.bind(1, id)
      latestConsent.bind(2, consent.purpose)
      var known: Int64?
      if try latestConsent.step() {
        known = latestConsent.integer(0)
        latestConsent.reset()
      }
      if known == (granted ? 1 : 0) { continue }
      insertConsent.bind(1, id)
      insertConsent.bind(2, consent.purpose)
      insertConsent.bind(3, context.now)
      insertConsent.bind(4, Int64(granted ? 1 : 0))
      insertConsent.bind(5, context.importID)
      try insertConsent.run()
      isNew = true
    }
    return isNew
  }

  /// Where a file changes a record several times, only the whole change counts, and none where it ends as it began.
  func finish() throws {
    guard changesRecordsTwice else { return }
    try database.execute(
      sql: """
        CREATE TEMP TABLE repeated AS
          SELECT kind, record, field, min(id) AS first, max(id) AS last FROM field_history WHERE id > \(firstHistoryID)
          GROUP BY kind, record, field HAVING count(*) > 1;
        CREATE INDEX temp.repeated_first ON repeated (first);
        CREATE INDEX temp.repeated_key ON repeated (record, field, kind);
        UPDATE field_history SET new = (
            SELECT later.new FROM temp.repeated AS r JOIN field_history AS later ON later.id = r.last
            WHERE r.first = field_history.id)
          WHERE id IN (SELECT first FROM temp.repeated);
        DELETE FROM field_history WHERE id > \(firstHistoryID) AND EXISTS (
          SELECT 1 FROM temp.repeated AS r
          WHERE r.record = field_history.record AND r.field = field_history.field AND r.kind = field_history.kind
            AND r.first <> field_history.id);
        DELETE FROM field_history WHERE id > \(firstHistoryID) AND old IS new;
        DROP TABLE temp.repeated;
        """)
  }
}
