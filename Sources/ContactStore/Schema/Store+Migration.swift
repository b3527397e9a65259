import GRDB
package import RuleSemantics
import Synchronization

extension Store {
  /// What `migrate` would do so that the database has room for the program's data, and what it would leave alone.
  ///
  /// - Parameter dropping: whether data that the program no longer declares goes rather than stays.
  package func migrationPlan(
    for program: CheckedProgram, dropping: Bool = false
  ) throws(StoreError) -> [SchemaChange] {
    try read { database in
      try SchemaComparison(database, program: program, countsValues: true).changes(dropping: dropping)
    }
  }

  /// Applies `migrationPlan` in one transaction, and returns it.
  @discardableResult
  package func migrate(
    to program: CheckedProgram, dropping: Bool = false
  ) throws(StoreError) -> [SchemaChange] {
    try write { database in
      let comparison = try SchemaComparison(database, program: program, countsValues: true)
      let changes = try comparison.changes(dropping: dropping)
      try StateHistory.untrackEvents(database)
      try SchemaMigration(database: database, program: program, dropping: dropping).apply(changes)
      try StateHistory.track(database)
      return changes
    }
  }

  /// Throws `schemaDiffers` while the database has no room for the program's data.
  func requireSchema(of program: CheckedProgram, _ database: Database) throws {
    let version = try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA schema_version")) ?? 0
    if schemaMemo.holds(program, at: version) { return }
    let needed = try SchemaComparison(database, program: program, countsValues: false)
      .changes(dropping: false).filter(\.isNeeded)
    if !needed.isEmpty { throw StoreError.schemaDiffers(path: path, changes: needed.map(\.description)) }
    schemaMemo.note(program, at: version)
  }
}

/// For which program the database was last found to have room, so that it is not compared again with each load. Whatever
/// `migrate` does, it makes triggers anew, and with them the schema has another version. A class: copies of a store
/// share it.
final class SchemaMemo: Sendable {
  private struct Entry {
    var version: Int64
    /// Kept, so that no others come to lie where they do.
    var program: CheckedProgram
  }

  private let entry = Mutex<Entry?>(nil)

  /// False where it is not known.
  func holds(_ program: CheckedProgram, at version: Int64) -> Bool {
    entry.withLock { entry in
      guard let entry, entry.version == version else { return false }
      let (known, asked) = (entry.program, program)
      return zip(SchemaMemo.records(of: known), SchemaMemo.records(of: asked)).allSatisfy(isSame)
        && isSame(known.events, asked.events) && isSame(known.choiceSets, asked.choiceSets)
    }
  }

  func note(_ program: CheckedProgram, at version: Int64) {
    entry.withLock { $0 = Entry(version: version, program: program) }
  }

  private static func records(of program: CheckedProgram) -> [[FieldSchema]] {
    [program.contact.fields, program.account.fields, program.deal.fields, program.asset.fields]
  }
}

/// Whether two arrays are one: what lies in the same place has not changed.
private func isSame<Element>(_ first: [Element], _ second: [Element]) -> Bool {
  first.count == second.count
    && first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { first.baseAddress == $0.baseAddress }
    }
}

/// What `schema_field` says that the database has room for.
struct RecordedField {
  var storage: StorageType
  var choices: String?
  var isKey: Bool
  var isRemoved: Bool
}

/// Compares the tables of the database with those of a program.
struct SchemaComparison {
  private let database: Database
  private let program: CheckedProgram
  private let countsValues: Bool
  /// By table and field. An event's owner is the field `_contact` or `_account`; a record's table has the field `_id`,
  /// so that tables without declared fields are known too.
  private let recorded: [String: [String: RecordedField]]

  /// - Parameter countsValues: whether counts in the changes are right rather than 0; counting reads whole tables.
  init(_ database: Database, program: CheckedProgram, countsValues: Bool) throws {
    self.database = database
    self.program = program
    self.countsValues = countsValues
    recorded = try RecordedField.all(database)
  }

  func changes(dropping: Bool) throws -> [SchemaChange] {
    var changes: [SchemaChange] = []
    let layouts = TableLayout.all(of: program)
    for layout in layouts {
      guard let fields = recorded[layout.name] else {
        changes.append(.createTable(table: layout.name, fields: layout.fields.count))
        continue
      }
      if layout.isEvent, fields[layout.ownerColumn] == nil {
        changes.append(.replaceTable(table: layout.name, rows: try count(layout.name)))
        continue
      }
      changes += try self.changes(of: layout, fields)
      changes += try removals(from: layout.name, fields, keeping: Set(layout.fields.map(\.name)), dropping: dropping)
    }
    let declared = Set(layouts.map(\.name))
    for table in recorded.keys.sorted() where !declared.contains(table) {
      let rows = try count(table)
      changes.append(dropping ? .dropTable(table: table, rows: rows) : .keepTable(table: table, rows: rows))
    }
    return changes
  }

  private func changes(of layout: TableLayout, _ fields: [String: RecordedField]) throws -> [SchemaChange] {
    var changes: [SchemaChange] = []
    for (index, field) in layout.fields.enumerated() {
      guard let known = fields[field.name] else {
        changes.append(.addField(table: layout.name, field: field.name, type: field.storage.name))
        continue
      }
      if known.isRemoved { changes.append(.restoreField(table: layout.name, field: field.name)) }
      if known.storage != field.storage {
        let (values, lost) = try conversion(of: layout, index, from: known.storage)
        changes.append(
          .convertField(
            table: layout.name, field: field.name, from: known.storage.name, to: field.storage.name, values: values,
            lost: lost))
      } else if countsValues, let choices = field.choices, choices.joined(separator: ", ") != known.choices {
        let outside = try valuesOutside(layout, field)
        if !outside.isEmpty {
          changes.append(.valuesOutside(table: layout.name, field: field.name, values: outside))
        }
      }
    }
    if !layout.isEvent {
      let oldKey = fields.first { $0.value.isKey }?.key ?? "_key"
      if oldKey != layout.keyColumn {
        changes.append(.changeKey(table: layout.name, from: oldKey, to: layout.keyColumn))
      }
    }
    return changes
  }

  private func removals(
    from table: String, _ fields: [String: RecordedField], keeping declared: Set<String>, dropping: Bool
  ) throws -> [SchemaChange] {
    var changes: [SchemaChange] = []
    for (name, field) in fields.sorted(by: { $0.key < $1.key }) where !declared.contains(name) && !name.hasPrefix("_") {
      if field.isRemoved && !dropping { continue }
      let values =
        try countsValues
        ? Int.fetchOne(database, sql: "SELECT count(\(quoted(name))) FROM \(quoted(table))") ?? 0 : 0
      changes.append(
        dropping
          ? .dropField(table: table, field: name, values: values)
          : .keepField(table: table, field: name, values: values))
    }
    return changes
  }

  private func count(_ table: String) throws -> Int {
    guard countsValues else { return 0 }
    return try Int.fetchOne(database, sql: "SELECT count(*) FROM \(quoted(table))") ?? 0
  }

  /// How many values a field has, and how many of them have no counterpart in its declared type.
  private func conversion(
    of layout: TableLayout, _ index: Int, from old: StorageType
  ) throws -> (values: Int, lost: Int) {
    guard countsValues else { return (0, 0) }
    let conversion = ColumnConversion(layout: layout, field: index, from: old, program: program)
    let statement = try RawStatement(
      database,
      "SELECT \(quoted(layout.fields[index].name)), count(*) FROM \(quoted(layout.name)) "
        + "WHERE \(quoted(layout.fields[index].name)) IS NOT NULL GROUP BY 1")
    var values = 0
    var lost = 0
    while try statement.step() {
      let count = Int(statement.integer(1))
      values += count
      if case .null = conversion.convert(statement.value(0)) { lost += count }
    }
    return (values, lost)
  }

  private func valuesOutside(_ layout: TableLayout, _ field: TableLayout.Field) throws -> [SchemaChange.ValueCount] {
    guard let choices = field.choices, field.storage == .choice else { return [] }
    let known = Set(choices)
    let column = quoted(field.name)
    let statement = try RawStatement(
      database,
      "SELECT \(column), count(*) FROM \(quoted(layout.name)) WHERE \(column) IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    var outside: [SchemaChange.ValueCount] = []
    while try statement.step() {
      if known.contains(statement.text(0)) { continue }
      outside.append(.init(value: statement.text(0), count: Int(statement.integer(1))))
    }
    return outside
  }
}

extension RecordedField {
  static func all(_ database: Database) throws -> [String: [String: RecordedField]] {
    var tables: [String: [String: RecordedField]] = [:]
    let statement = try RawStatement(
      database, "SELECT table_name, field, storage, choices, is_key, removed FROM schema_field")
    while try statement.step() {
      tables[statement.text(0), default: [:]][statement.text(1)] = RecordedField(
        storage: StorageType(name: statement.text(2)) ?? .text, choices: statement.textIfPresent(3),
        isKey: statement.integer(4) == 1, isRemoved: statement.integer(5) == 1)
    }
    return tables
  }
}
