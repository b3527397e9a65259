import GRDB

/// Keeps what tables held before: for each, a table of the same columns and the name with `_past` behind it, written by
/// triggers, so that no writer can forget it. A row of it says what stood under a key before a change: `existed` is 0
/// where nothing did. All changes are numbered in one sequence, `state_revision`.
enum StateHistory {
  /// Tables that are logs themselves, that decisions do not read, or that other columns tell apart by time.
  private static let untracked: Set<String> = [
    "schema_field", "import", "import_field", "kept_columns", "name", "field_history", "rulebook", "rulebook_file",
    "run",
    "run_rule", "run_basis", "record_past", "field_appeared", "decision", "override", "outbox", "state_revision",
    "approval_answer", "restored", "contact", "account", "deal", "asset", "stranger_event", "contact_gone",
    "account_gone", "deal_gone", "record_erased", "record_merged", "asset_renamed",
  ]
  /// Of tables that belong to carrying decisions out.
  private static let untrackedPrefixes = ["sqlite_", "grdb_", "hubspot", "dispatch", "outbox", "webhook", "_kept_"]

  struct Table {
    var name: String
    var columns: [String]
    var key: [String]
    /// Whether the key is made by the database when a row is inserted.
    var hasRowID: Bool
    /// Whether rows come in by imports, which `_import` tells apart.
    var isEvent: Bool
  }

  /// Every table whose past is kept, by name.
  static func tables(_ database: Database) throws -> [Table] {
    let names = try String.fetchAll(
      database, sql: "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")
    return try names.compactMap { name in
      guard !untracked.contains(name), !name.hasSuffix("_past"),
        !untrackedPrefixes.contains(where: { name.hasPrefix($0) })
      else { return nil }
      let rows = try Row.fetchAll(
        database, sql: "SELECT name, type, pk FROM pragma_table_info(?, 'main')", arguments: [name])
      let key = rows.filter { $0["pk"] as Int > 0 }.sorted { ($0["pk"] as Int) < ($1["pk"] as Int) }
      guard !key.isEmpty else { return nil }
      let hasRowID = key.count == 1 && (key[0]["type"] as String).uppercased() == "INTEGER"
      return Table(
        name: name, columns: rows.map { $0["name"] }, key: key.map { $0["name"] }, hasRowID: hasRowID,
        isEvent: name.hasPrefix("event_"))
    }
  }

  /// Begins to keep the past of tables that it is not yet kept of, and takes in new columns.
  static func track(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS state_revision (value INTEGER NOT NULL) STRICT;
        INSERT INTO state_revision SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM state_revision);
        """)
    for table in try tables(database) { try track(table, database) }
    try RecordHistory.track(database)
  }

  /// The same where it is not done yet: a table that came since is taken up too.
  static func ensure(_ pool: DatabasePool) throws {
    // On the connection that writes: one that only reads could be the last to be closed, and would leave the log behind.
    let isComplete = try pool.writeWithoutTransaction { database in
      let triggers = try String.fetchSet(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
      return try tables(database).allSatisfy { triggers.contains("past_delete_\($0.name)") }
    }
    if !isComplete { try pool.write(track) }
  }

  /// Lets go of a table before its columns change; `track` takes it up again.
  static func untrackEvents(_ database: Database) throws {
    let triggers = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'past_*_event_*'")
    for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(quoted(trigger))") }
    try RecordHistory.untrackRemovals(database)
  }

  private static func track(_ table: Table, _ database: Database) throws {
    let past = quoted("\(table.name)_past")
    let kept = try String.fetchAll(
      database, sql: "SELECT name FROM pragma_table_info(?, 'main')", arguments: ["\(table.name)_past"])
    if kept.isEmpty {
      let columns = table.columns.map { "\(quoted($0)) ANY" }.joined(separator: ", ")
      try database.execute(
        sql: "CREATE TABLE \(past) (entry INTEGER PRIMARY KEY, existed INTEGER NOT NULL, \(columns)) STRICT")
    }
    let missing = kept.isEmpty ? [] : table.columns.filter { !kept.contains($0) }
    for column in missing { try database.execute(sql: "ALTER TABLE \(past) ADD COLUMN \(quoted(column)) ANY") }
    let isTracked =
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = ?)",
        arguments: ["past_delete_\(table.name)"]) ?? false
    if isTracked, missing.isEmpty { return }
    for event in ["insert", "update", "move", "delete"] {
      try database.execute(sql: "DROP TRIGGER IF EXISTS \(quoted("past_\(event)_\(table.name)"))")
    }
    try database.execute(sql: triggers(of: table))
  }

  private static func triggers(of table: Table) -> String {
    let (name, past) = (quoted(table.name), quoted("\(table.name)_past"))
    let columns = table.columns.map(quoted)
    let names = (["entry", "existed"] + columns).joined(separator: ", ")
    let next = "UPDATE state_revision SET value = value + 1;"
    let number = "(SELECT value FROM state_revision)"
    func matches(_ row: String) -> String {
      table.key.map { "\(row).\(quoted($0)) = NEW.\(quoted($0))" }.joined(separator: " AND ")
    }
    let old = columns.map { "OLD.\($0)" }.joined(separator: ", ")
    // What stands where a row goes to: nothing, or what it takes the place of.
    let placed = table.columns.map { column in
      table.key.contains(column) ? "NEW.\(quoted(column))" : "o.\(quoted(column))"
    }
    let isThere = "o.\(quoted(table.key[0])) IS NOT NULL"
    let place = """
      INSERT INTO \(past) (\(names)) SELECT \(number), \(isThere), \(placed.joined(separator: ", "))
        FROM (SELECT 1) LEFT JOIN \(name) AS o ON \(matches("o"));
      """
    let isMoved = table.key.map { "NEW.\(quoted($0)) IS NOT OLD.\(quoted($0))" }.joined(separator: " OR ")
    let onlyKey = table.columns.map { table.key.contains($0) ? "NEW.\(quoted($0))" : "NULL" }
    let insertion: String
    if table.hasRowID {
      // The key is known once the row is there.
      insertion = """
        CREATE TRIGGER \(quoted("past_insert_\(table.name)")) AFTER INSERT ON \(name) BEGIN
          \(next)
          INSERT INTO \(past) (\(names)) VALUES (\(number), 0, \(onlyKey.joined(separator: ", ")));
        END;
        """
    } else {
      insertion = """
        CREATE TRIGGER \(quoted("past_insert_\(table.name)")) BEFORE INSERT ON \(name)
        \(table.isEvent ? "WHEN NEW._import IS NULL" : "") BEGIN
          \(next)
          \(place)
        END;
        """
    }
    return insertion + """

      CREATE TRIGGER \(quoted("past_update_\(table.name)")) BEFORE UPDATE ON \(name) BEGIN
        \(next)
        INSERT INTO \(past) (\(names)) VALUES (\(number), 1, \(old));
      END;
      CREATE TRIGGER \(quoted("past_move_\(table.name)")) BEFORE UPDATE ON \(name) WHEN \(isMoved) BEGIN
        \(next)
        \(place)
      END;
      CREATE TRIGGER \(quoted("past_delete_\(table.name)")) BEFORE DELETE ON \(name) BEGIN
        \(next)
        INSERT INTO \(past) (\(names)) VALUES (\(number), 1, \(old));
      END;
      """
  }

  // MARK: - Forgetting

  /// What is deleted for good is deleted from the past too.
  static func forget(_ table: String, _ database: Database) throws {
    try database.execute(sql: "DROP TABLE IF EXISTS \(quoted("\(table)_past"))")
  }

  static func forget(_ column: String, of table: String, _ database: Database) throws {
    for past in ["\(table)_past", "\(table)_gone"] { try forget(column, in: past, database) }
  }

  private static func forget(_ column: String, in past: String, _ database: Database) throws {
    let columns = try String.fetchAll(
      database, sql: "SELECT name FROM pragma_table_info(?, 'main')", arguments: [past])
    guard columns.contains(column) else { return }
    try database.execute(sql: "ALTER TABLE \(quoted(past)) DROP COLUMN \(quoted(column))")
  }

  // MARK: - Going back

  /// Puts tables of the same names before those of the database, which hold what these held at a revision: whoever reads
  /// them by their plain names on this connection reads the past. The database itself stays as it is.
  ///
  /// - Parameter importID: The last import whose events are known; `nil` for all.
  static func goBack(_ database: Database, to revision: Int64, importID: Int64?) throws {
    for table in try tables(database) {
      let past = "main.\(quoted("\(table.name)_past"))"
      let isChanged =
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM \(past) WHERE entry > ?)", arguments: [revision])
        ?? false
      let hidesImports =
        try table.isEvent
        && importID.map { id in
          try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM import WHERE id > ? AND kind = ?)",
            arguments: [id, table.name])
            ?? false
        } ?? false
      guard isChanged || hidesImports else { continue }
      try shadow(table, database, revision, importID: table.isEvent ? importID : nil)
    }
  }

  private static func shadow(_ table: Table, _ database: Database, _ revision: Int64, importID: Int64?) throws {
    let name = quoted(table.name)
    let columns = table.columns.map(quoted).joined(separator: ", ")
    let key = table.key.map(quoted).joined(separator: ", ")
    try database.execute(
      sql: """
        CREATE TEMP TABLE \(name) (\(columns), PRIMARY KEY (\(key))) WITHOUT ROWID;
        INSERT INTO temp.\(name) (\(columns)) SELECT \(columns) FROM main.\(name);
        """)
    let past = "main.\(quoted("\(table.name)_past"))"
    // Of all that happened to a key since, the first says what it was before.
    try database.execute(
      sql: "DELETE FROM temp.\(name) WHERE (\(key)) IN (SELECT \(key) FROM \(past) WHERE entry > ?)",
      arguments: [revision])
    try database.execute(
      sql: """
        INSERT INTO temp.\(name) (\(columns)) SELECT \(columns) FROM (
          SELECT min(entry), existed, \(columns) FROM \(past) WHERE entry > ? GROUP BY \(key)) WHERE existed = 1
        """, arguments: [revision])
    if let importID {
      try database.execute(
        sql: "DELETE FROM temp.\(name) WHERE _import > ?", arguments: [importID])
    }
  }
}
