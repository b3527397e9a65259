import GRDB

/// What records were before: their fields by `field_history`, their accounts, owners and suppressions by `record_past`,
/// and those that were taken away, since they were merged into others, by `contact_gone` and its like. Of who was erased
/// nothing stays but that somebody was, in `record_erased`.
enum RecordHistory {
  private static let links = [
    "contact": ["account", "owner", "suppressed"], "account": ["owner"], "deal": ["account", "owner"],
  ]

  /// Begins to keep what records are linked to.
  static func track(_ database: Database) throws {
    for (kind, links) in links.sorted(by: { $0.key < $1.key }) {
      guard try database.tableExists(kind) else { continue }
      let all = ["account", "owner", "suppressed"].map { links.contains($0) ? "OLD._\($0)" : "NULL" }
      let isOther = links.map { "NEW._\($0) IS NOT OLD._\($0)" }.joined(separator: " OR ")
      try database.execute(
        sql: """
          CREATE TRIGGER IF NOT EXISTS past_link_\(kind) AFTER UPDATE OF \(links.map { "_\($0)" }.joined(separator: ", "))
          ON \(kind) WHEN \(isOther) BEGIN
            UPDATE state_revision SET value = value + 1;
            INSERT INTO record_past (entry, kind, record, account, owner, suppressed)
            VALUES ((SELECT value FROM state_revision), '\(kind)', OLD._id, \(all.joined(separator: ", ")));
          END
          """)
      try trackRemovals(of: kind, database)
    }
  }

  private static func trackRemovals(of kind: String, _ database: Database) throws {
    let columns = try String.fetchAll(
      database, sql: "SELECT name FROM pragma_table_info(?, 'main') ORDER BY cid", arguments: [kind])
    let gone = quoted("\(kind)_gone")
    let kept = try String.fetchAll(
      database, sql: "SELECT name FROM pragma_table_info(?, 'main')", arguments: ["\(kind)_gone"])
    if kept.isEmpty {
      let definitions = columns.map { "\(quoted($0)) ANY" }.joined(separator: ", ")
      try database.execute(sql: "CREATE TABLE \(gone) (entry INTEGER PRIMARY KEY, \(definitions)) STRICT")
    }
    for column in columns where !kept.isEmpty && !kept.contains(column) {
      try database.execute(sql: "ALTER TABLE \(gone) ADD COLUMN \(quoted(column)) ANY")
    }
    try database.execute(
      sql: """
        DROP TRIGGER IF EXISTS past_gone_\(kind);
        CREATE TRIGGER past_gone_\(kind) BEFORE DELETE ON \(kind) BEGIN
          UPDATE state_revision SET value = value + 1;
          INSERT INTO \(gone) (entry, \(columns.map(quoted).joined(separator: ", ")))
          VALUES ((SELECT value FROM state_revision), \(columns.map { "OLD.\(quoted($0))" }.joined(separator: ", ")));
        END
        """)
  }

  /// Lets go of the records before their columns change; `track` takes them up again.
  static func untrackRemovals(_ database: Database) throws {
    for kind in links.keys.sorted() { try database.execute(sql: "DROP TRIGGER IF EXISTS past_gone_\(kind)") }
  }

  /// Nothing stays of the record but that there was one.
  static func forget(_ kind: String, record: Int64, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM \(quoted("\(kind)_gone")) WHERE _id = ?", arguments: [record])
    try database.execute(sql: "DELETE FROM record_past WHERE kind = ? AND record = ?", arguments: [kind, record])
    try database.execute(
      sql: """
        UPDATE state_revision SET value = value + 1;
        INSERT INTO record_erased (entry, kind) SELECT value, '\(kind)' FROM state_revision;
        """)
  }

  /// How many were erased since a run.
  static func erased(since basis: RunBasis, _ database: Database) throws -> Int {
    try Int.fetchOne(
      database, sql: "SELECT count(*) FROM record_erased WHERE entry > ?", arguments: [basis.revision]) ?? 0
  }

  /// Puts tables of the same names before those of the database, which hold the records as they were.
  static func goBack(_ database: Database, to basis: RunBasis) throws {
    for (kind, last) in [("contact", basis.contact), ("account", basis.account), ("deal", basis.deal)] {
      guard try database.tableExists(kind) else { continue }
      try goBack(database, kind, lastRecord: last, to: basis)
    }
    try database.execute(
      sql: "CREATE TEMP VIEW field_history AS SELECT * FROM main.field_history WHERE id <= \(basis.fieldHistory)")
  }

  private static func goBack(_ database: Database, _ kind: String, lastRecord: Int64, to basis: RunBasis) throws {
    let columns = try Set(
      String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?, 'main')", arguments: [kind]))
    let changed = try String.fetchAll(
      database, sql: "SELECT DISTINCT field FROM main.field_history WHERE kind = ? AND id > ? ORDER BY field",
      arguments: [kind, basis.fieldHistory]
    ).filter(columns.contains)
    let appeared = try String.fetchAll(
      database, sql: "SELECT DISTINCT field FROM field_appeared WHERE kind = ? AND import_id > ? ORDER BY field",
      arguments: [kind, basis.importID]
    ).filter(columns.contains)
    let isOther =
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM \(kind) WHERE _id > ?)
            OR EXISTS (SELECT 1 FROM record_past WHERE kind = ? AND entry > ?)
            OR EXISTS (SELECT 1 FROM \(kind)_gone WHERE entry > ?)
          """, arguments: [lastRecord, kind, basis.revision, basis.revision]) ?? false
    guard isOther || !changed.isEmpty || !appeared.isEmpty else { return }
    try database.execute(
      sql: """
        CREATE TEMP TABLE \(kind) AS SELECT * FROM main.\(kind) WHERE _id <= \(lastRecord);
        CREATE UNIQUE INDEX temp.past_\(kind)_id ON \(kind) (_id);
        INSERT INTO temp.\(kind) (\(columns.sorted().map(quoted).joined(separator: ", ")))
        SELECT \(columns.sorted().map(quoted).joined(separator: ", ")) FROM main.\(kind)_gone
        WHERE entry > \(basis.revision) AND _id <= \(lastRecord);
        """)
    for field in appeared { try database.execute(sql: "UPDATE temp.\(kind) SET \(quoted(field)) = NULL") }
    // Of all changes since, the first says what there was before.
    for field in changed {
      try database.execute(
        sql: """
          UPDATE temp.\(kind) SET \(quoted(field)) = h.old FROM (
            SELECT record, old, min(id) FROM main.field_history WHERE kind = ? AND field = ? AND id > ? GROUP BY record
          ) AS h WHERE \(kind)._id = h.record
          """, arguments: [kind, field, basis.fieldHistory])
    }
    let links = (links[kind] ?? []).map { "_\($0) = p.\($0)" }.joined(separator: ", ")
    try database.execute(
      sql: """
        UPDATE temp.\(kind) SET \(links) FROM (
          SELECT record, account, owner, suppressed, min(entry) FROM record_past WHERE kind = ? AND entry > ?
          GROUP BY record
        ) AS p WHERE \(kind)._id = p.record
        """, arguments: [kind, basis.revision])
  }
}
