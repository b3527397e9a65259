import GRDB
import RuleSemantics

/// Carries out schema changes, inside one transaction.
struct SchemaMigration {
  let database: Database
  let program: CheckedProgram
  let dropping: Bool

  func apply(_ changes: [SchemaChange]) throws {
    let layouts = TableLayout.all(of: program)
    // Views name columns, and SQLite refuses to change what a view names.
    let views = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_schema WHERE type = 'view' AND sql LIKE 'CREATE VIEW \"%'")
    for view in views { try database.execute(sql: "DROP VIEW \(quoted(view))") }
    for change in changes { try apply(change, layouts) }
    for layout in layouts {
      try record(layout)
      try database.execute(sql: layout.view)
    }
  }

  private func apply(_ change: SchemaChange, _ layouts: [TableLayout]) throws {
    func layout(_ table: String) -> TableLayout {
      guard let layout = layouts.first(where: { $0.name == table }) else {
        preconditionFailure("a change of a declared table has its layout")
      }
      return layout
    }
    switch change {
    case .createTable(let table, _):
      try database.execute(sql: layout(table).creation)
    case .addField(let table, let field, _):
      try addColumn(table, field, layout(table).field(field).storage)
    case .convertField(let table, let field, let from, _, _, let lost):
      try convert(layout(table), field, from: StorageType(name: from) ?? .text, keepingOld: lost > 0 && !dropping)
    case .changeKey(let table, _, _):
      try changeKey(layout(table))
    case .replaceTable(let table, _):
      try StateHistory.forget(table, database)
      if dropping {
        try database.execute(sql: "DROP TABLE \(quoted(table))")
      } else {
        let aside = try unusedName("_kept_\(table)", table: nil)
        try database.execute(sql: "ALTER TABLE \(quoted(table)) RENAME TO \(quoted(aside))")
      }
      try database.execute(sql: "DELETE FROM schema_field WHERE table_name = ?", arguments: [table])
      try database.execute(sql: layout(table).creation)
    case .keepField(let table, let field, _):
      try database.execute(
        sql: "UPDATE schema_field SET removed = 1 WHERE table_name = ? AND field = ?", arguments: [table, field])
    case .dropField(let table, let field, _):
      try database.execute(sql: "ALTER TABLE \(quoted(table)) DROP COLUMN \(quoted(field))")
      try StateHistory.forget(field, of: table, database)
      try database.execute(
        sql: "DELETE FROM schema_field WHERE table_name = ? AND field = ?", arguments: [table, field])
      try database.execute(
        sql: "DELETE FROM field_history WHERE kind = ? AND field = ?", arguments: [table, field])
    case .dropTable(let table, _):
      try StateHistory.forget(table, database)
      try database.execute(sql: "DROP TABLE \(quoted(table))")
      try database.execute(sql: "DELETE FROM schema_field WHERE table_name = ?", arguments: [table])
    case .restoreField, .keepTable, .valuesOutside: break
    }
  }

  private func addColumn(_ table: String, _ column: String, _ storage: StorageType) throws {
    try database.execute(sql: "ALTER TABLE \(quoted(table)) ADD COLUMN \(quoted(column)) \(storage.sql)")
  }

  /// Fills a new column with the converted values, then lets it take the place of the old one.
  private func convert(_ layout: TableLayout, _ field: String, from old: StorageType, keepingOld: Bool) throws {
    let table = layout.name
    let index = layout.fields.firstIndex { $0.name == field } ?? 0
    let conversion = ColumnConversion(layout: layout, field: index, from: old, program: program)
    let fresh = try unusedName("_new_\(field)", table: table)
    try addColumn(table, fresh, layout.fields[index].storage)
    let select = try RawStatement(
      database, "SELECT DISTINCT \(quoted(field)) FROM \(quoted(table)) WHERE \(quoted(field)) IS NOT NULL")
    // Distinct values are few beside rows, and the update of one value touches all of its rows at once.
    var pairs: [(old: DatabaseValue, new: DatabaseValue)] = []
    while try select.step() {
      let value = select.value(0)
      pairs.append((databaseValue(value), databaseValue(conversion.convert(value))))
    }
    try database.execute(sql: "CREATE TEMP TABLE conversion (old ANY PRIMARY KEY, new ANY) STRICT, WITHOUT ROWID")
    for pair in pairs {
      try database.execute(sql: "INSERT INTO temp.conversion VALUES (?, ?)", arguments: [pair.old, pair.new])
    }
    try database.execute(
      sql: """
        UPDATE \(quoted(table)) SET \(quoted(fresh)) =
          (SELECT new FROM temp.conversion WHERE old = \(quoted(table)).\(quoted(field)))
        WHERE \(quoted(field)) IS NOT NULL
        """)
    try database.execute(sql: "DROP TABLE temp.conversion")
    if layout.keyField == index { try database.execute(sql: "DROP INDEX \(quoted("\(table)_key"))") }
    if keepingOld {
      let aside = try unusedName("_kept_\(field)", table: table)
      try database.execute(sql: "ALTER TABLE \(quoted(table)) RENAME COLUMN \(quoted(field)) TO \(quoted(aside))")
    } else {
      try database.execute(sql: "ALTER TABLE \(quoted(table)) DROP COLUMN \(quoted(field))")
    }
    try database.execute(sql: "ALTER TABLE \(quoted(table)) RENAME COLUMN \(quoted(fresh)) TO \(quoted(field))")
    if layout.keyField == index { try database.execute(sql: layout.keyIndex) }
  }

  private func databaseValue(_ value: StoredValue) -> DatabaseValue {
    switch value {
    case .null: .null
    case .integer(let value): value.databaseValue
    case .real(let value): value.databaseValue
    case .text(let value): value.text.databaseValue
    }
  }

  private func changeKey(_ layout: TableLayout) throws {
    let (table, key) = (quoted(layout.name), quoted(layout.keyColumn))
    if layout.keyField == nil {
      let columns = try database.columns(in: layout.name).map(\.name)
      if !columns.contains("_key") { try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN _key TEXT") }
    }
    let missing = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE \(key) IS NULL") ?? 0
    let repeated =
      try Int.fetchOne(
        database, sql: "SELECT count(\(key)) - count(DISTINCT \(key) COLLATE NOCASE) FROM \(table)") ?? 0
    guard missing == 0, repeated == 0 else {
      throw StoreError.keyNotUnique(
        table: layout.name, field: layout.keyColumn, missing: missing, repeated: repeated)
    }
    try database.execute(sql: "DROP INDEX IF EXISTS \(quoted("\(layout.name)_key")); \(layout.keyIndex)")
  }

  /// `base`, or `base` with the first free number. With a table, a name of a column; otherwise of a table.
  private func unusedName(_ base: String, table: String?) throws -> String {
    let taken =
      try table.map { try database.columns(in: $0).map(\.name) }
      ?? String.fetchAll(database, sql: "SELECT name FROM sqlite_schema")
    var name = base
    var number = 2
    while taken.contains(name) {
      name = "\(base)_\(number)"
      number += 1
    }
    return name
  }

  /// Writes down what there is room for now.
  private func record(_ layout: TableLayout) throws {
    let statement = try RawStatement(
      database,
      """
      INSERT INTO schema_field (table_name, field, storage, choices, is_key, removed) VALUES (?, ?, ?, ?, ?, 0)
      ON CONFLICT DO UPDATE SET storage = excluded.storage, choices = excluded.choices, is_key = excluded.is_key,
        removed = 0
      """)
    func insert(_ field: String, _ storage: StorageType, _ choices: [String]?, isKey: Bool) throws {
      statement.bind(1, layout.name)
      statement.bind(2, field)
      statement.bind(3, storage.name)
      statement.bind(4, ifPresent: choices.map { $0.joined(separator: ", ") })
      statement.bind(5, Int64(isKey ? 1 : 0))
      try statement.run()
    }
    try database.execute(sql: "UPDATE schema_field SET is_key = 0 WHERE table_name = ?", arguments: [layout.name])
    try insert(layout.isEvent ? layout.ownerColumn : "_id", .time, nil, isKey: false)
    for (index, field) in layout.fields.enumerated() {
      try insert(field.name, field.storage, field.choices, isKey: index == layout.keyField)
    }
  }
}

extension TableLayout {
  func field(_ name: String) -> Field {
    guard let field = fields.first(where: { $0.name == name }) else {
      preconditionFailure("a change of a declared field has its layout")
    }
    return field
  }
}
