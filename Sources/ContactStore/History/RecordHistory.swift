import GRDB

/// What records were before: their fields by `field_history`, their accounts, owners and suppressions by `record_past`.
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
    }
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
          """, arguments: [lastRecord, kind, basis.revision]) ?? false
    guard isOther || !changed.isEmpty || !appeared.isEmpty else { return }
    try database.execute(
      sql: """
        CREATE TEMP TABLE \(kind) AS SELECT * FROM main.\(kind) WHERE _id <= \(lastRecord);
        CREATE UNIQUE INDEX temp.past_\(kind)_id ON \(kind) (_id);
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
