import RuleSemantics

/// The records of a table, read and written one at a time.
final class RowRecords {
  private(set) var keys: [Int32]
  private(set) var owners: [Int32]
  let columns: [RowColumn]
  private(set) var changedAt: [FieldIndex: [Int64]]
  /// Values that replace the computation of a definition, where they are not missing.
  var given: [DefinitionID: RowColumn]

  init(_ table: RecordTable, schema: RecordSchema, program: CheckedProgram) {
    keys = table.keys
    owners = table.owners
    changedAt = table.changedAt
    columns = schema.fields.indices.map { index in
      let column = table.columns.indices.contains(index) ? table.columns[index] : .absent
      return RowColumn(column, type: schema.fields[index].type, count: table.count)
    }
    var given: [DefinitionID: RowColumn] = [:]
    for (id, column) in table.given where column.count == table.count {
      given[id] = RowColumn(column, type: program[id].type, count: table.count)
    }
    self.given = given
  }

  var count: Int { keys.count }

  func append(key: Int32, owner: Int32, values: [Value], _ texts: inout TextPool) {
    keys.append(key)
    owners.append(owner)
    for (column, value) in zip(columns, values) { column.append(value, &texts) }
    for column in columns where column.count < count { column.appendMissing(1) }
    for field in changedAt.keys { changedAt[field]?.append(Column.missingTime) }
    for column in given.values { column.appendMissing(1) }
  }

  func set(owner: Int32, at row: Int) { owners[row] = owner }

  func setChange(of field: FieldIndex, at row: Int, _ time: Int64) {
    if changedAt[field] == nil { changedAt[field] = Array(repeating: Column.missingTime, count: count) }
    changedAt[field]?[row] = time
  }

  /// Some rows as a table of their own.
  func table(_ rows: [Int32]) -> RecordTable {
    RecordTable(
      keys: gather(keys, rows, missing: Column.missingCode), columns: columns.map { $0.column(rows) },
      changedAt: changedAt.mapValues { gather($0, rows, missing: Column.missingTime) },
      owners: gather(owners, rows, missing: Column.missingCode), given: given.mapValues { $0.column(rows) })
  }
}
