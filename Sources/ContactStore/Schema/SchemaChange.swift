/// A difference between what the rule book declares and what the database has room for.
package enum SchemaChange: Hashable, Sendable {
  case createTable(table: String, fields: Int)
  case addField(table: String, field: String, type: String)
  /// It was removed from the rule book once and its values were kept.
  case restoreField(table: String, field: String)
  /// `lost` of the values have no counterpart in the new type; they stay in a column of their own unless dropped.
  case convertField(table: String, field: String, from: String, to: String, values: Int, lost: Int)
  case changeKey(table: String, from: String, to: String)
  /// An event is about accounts now, or no longer; its rows stay in a table of their own unless dropped.
  case replaceTable(table: String, rows: Int)
  /// The rule book no longer declares it; nothing is lost.
  case keepField(table: String, field: String, values: Int)
  case keepTable(table: String, rows: Int)
  case dropField(table: String, field: String, values: Int)
  case dropTable(table: String, rows: Int)
  /// Values that the declared `one of` no longer has; they count as missing.
  case valuesOutside(table: String, field: String, values: [ValueCount])

  package struct ValueCount: Hashable, Sendable {
    package var value: String
    package var count: Int

    package init(value: String, count: Int) {
      self.value = value
      self.count = count
    }
  }

  /// Whether loading and importing must wait until it is applied.
  package var isNeeded: Bool {
    switch self {
    case .createTable, .addField, .restoreField, .convertField, .changeKey, .replaceTable: true
    case .keepField, .keepTable, .dropField, .dropTable, .valuesOutside: false
    }
  }
}

extension SchemaChange: CustomStringConvertible {
  package var description: String {
    switch self {
    case .createTable(let table, let fields): "new table \(table) with \(fields) fields"
    case .addField(let table, let field, let type): "new field \(table).\(field), \(type)"
    case .restoreField(let table, let field): "\(table).\(field) is back, with the values it had"
    case .convertField(let table, let field, let from, let to, let values, let lost):
      "\(table).\(field) becomes \(to) instead of \(from): \(values) values"
        + (lost == 0 ? ", all of them convert" : ", \(lost) of them do not convert and become missing")
    case .changeKey(let table, let from, let to): "the key of \(table) becomes \(to) instead of \(from)"
    case .replaceTable(let table, let rows): "\(table) belongs to other records now; its \(rows) rows are set aside"
    case .keepField(let table, let field, let values):
      "\(table).\(field) is no longer declared; its \(values) values are kept (--drop deletes them)"
    case .keepTable(let table, let rows):
      "\(table) is no longer declared; its \(rows) rows are kept (--drop deletes them)"
    case .dropField(let table, let field, let values): "\(table).\(field) and its \(values) values are deleted"
    case .dropTable(let table, let rows): "\(table) and its \(rows) rows are deleted"
    case .valuesOutside(let table, let field, let values):
      "\(table).\(field) holds values that are none of its choices and count as missing: "
        + values.map { "\($0.value) (\($0.count))" }.joined(separator: ", ")
    }
  }
}
