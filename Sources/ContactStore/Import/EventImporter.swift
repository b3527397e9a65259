import BusinessTime
import GRDB

/// Takes events of one type. An event is known by its `id` where the file has one, and otherwise by everything that
/// its row says: a row that repeats another in every column is the same event.
final class EventImporter: RowImporter {
  private let context: RowContext
  private let dates: TimestampFormat
  private let zone: Zone
  private let owners: OwnerLookup
  private let createsOwners: Bool
  private let ownerColumn: Int
  private let atColumn: Int
  private let idColumn: Int?
  private let fields: [(column: Int, field: Int)]
  /// By column, so that a row's hash does not depend on the order of the columns.
  private let columnSeeds: [UInt64]
  private let insert: RawStatement
  private let existing: RawStatement
  private let byID: RawStatement
  private let delete: RawStatement
  private var values: [StoredValue] = []

  init(
    _ database: Database, context: RowContext, owners ownerLayout: TableLayout, options: ImportOptions, zone: Zone
  ) throws {
    self.context = context
    self.zone = zone
    dates = options.dates
    createsOwners = options.createsOwners
    let layout = context.layout
    let mapping = context.mapping
    guard let ownerColumn = mapping.column(of: layout.isForAccount ? .account : .contact),
      let atColumn = mapping.column(of: .at)
    else { preconditionFailure("the mapping of an event has an owner and a time") }
    self.ownerColumn = ownerColumn
    self.atColumn = atColumn
    idColumn = mapping.column(of: .id)
    fields = mapping.columns.compactMap { column, target in
      if case .field(let index) = target { (column, index) } else { nil }
    }
    columnSeeds = context.headers.map { header in
      var name = normalized(header)
      return name.withUTF8 { hashed($0) }
    }
    owners = try OwnerLookup(database, layout: ownerLayout, importID: context.importID, now: context.now)
    let table = quoted(layout.name)
    let names =
      [layout.ownerColumn, "_at", "_id", "_recorded_at", "_import"]
      + fields.map { quoted(layout.fields[$0.field].name) }
    let marks = Array(repeating: "?", count: names.count).joined(separator: ", ")
    insert = try RawStatement(
      database,
      "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(marks)) ON CONFLICT DO NOTHING")
    existing = try RawStatement(
      database, "SELECT _import FROM \(table) WHERE \(layout.ownerColumn) = ? AND _at = ? AND _id = ?")
    let stored = fields.map { quoted(layout.fields[$0.field].name) }
    byID = try RawStatement(
      database,
      "SELECT \((["_at", "_import"] + stored).joined(separator: ", ")) FROM \(table) "
        + "WHERE \(layout.ownerColumn) = ? AND _id = ?")
    delete = try RawStatement(
      database, "DELETE FROM \(table) WHERE \(layout.ownerColumn) = ? AND _at = ? AND _id = ?")
  }

  var createdOwners: Int { owners.created }

  func add(_ row: [Bytes]) throws -> RowOutcome {
    let key = row[ownerColumn].trimmed
    if key.isEmpty { return .rejected(reason: "\(context.headers[ownerColumn]) is missing") }
    let atText = row[atColumn].trimmed
    if atText.isEmpty { return .rejected(reason: "\(context.headers[atColumn]) is missing") }
    guard let at = dates.parse(atText.span, in: zone) else {
      return .rejected(
        reason: "\(context.headers[atColumn]): \(context.shown(atText)) is not a time as --dates \(dates.optionName) "
          + "writes it")
    }
    values.removeAll(keepingCapacity: true)
    for (column, field) in fields {
      switch context.value(of: field, row[column], column: column) {
      case .success(let value): values.append(value)
      case .failure(let rejection): return .rejected(reason: rejection.reason)
      }
    }
    guard let owner = try owners.id(of: key, creating: createsOwners) else {
      let kind = context.layout.isForAccount ? "account" : "contact"
      return .rejected(reason: "there is no \(kind) \(context.shown(key)); import the \(kind)s first")
    }
    return try insertEvent(owner, at.milliseconds, row)
  }

  private func insertEvent(_ owner: Int64, _ at: Int64, _ row: [Bytes]) throws -> RowOutcome {
    let stated = idColumn.map { row[$0].trimmed } ?? Bytes(start: nil, count: 0)
    let id = Int64(bitPattern: stated.isEmpty ? hash(of: row) : hashed(stated))
    var isCorrection = false
    if !stated.isEmpty {
      switch try replace(owner, at, id) {
      case .none: break
      case .some(.updated): isCorrection = true
      case .some(let outcome): return outcome
      }
    }
    insert.bind(1, owner)
    insert.bind(2, at)
    insert.bind(3, id)
    insert.bind(4, context.now)
    insert.bind(5, context.importID)
    for (index, value) in values.enumerated() { insert.bind(index + 6, value) }
    if try insert.run() > 0 { return isCorrection ? .updated : .inserted }
    existing.bind(1, owner)
    existing.bind(2, at)
    existing.bind(3, id)
    let isOfThisFile = try existing.step() && existing.integer(0) == context.importID
    existing.reset()
    return isOfThisFile ? .duplicate : .unchanged
  }

  /// Takes away the event of that id where the row corrects it (`.updated`); `nil` when there is none.
  private func replace(_ owner: Int64, _ at: Int64, _ id: Int64) throws -> RowOutcome? {
    byID.bind(1, owner)
    byID.bind(2, id)
    guard try byID.step() else { return nil }
    let oldAt = byID.integer(0)
    let isOfThisFile = byID.integer(1) == context.importID
    let isSame = oldAt == at && values.indices.allSatisfy { byID.value($0 + 2).equals(values[$0]) }
    byID.reset()
    if isSame { return isOfThisFile ? .duplicate : .unchanged }
    delete.bind(1, owner)
    delete.bind(2, oldAt)
    delete.bind(3, id)
    try delete.run()
    return .updated
  }

  /// Of every value, whether its column feeds a field or not; of columns without a value nothing, so that a column
  /// more in a later file does not make new events of old ones.
  private func hash(of row: [Bytes]) -> UInt64 {
    var sum: UInt64 = 0
    for (column, bytes) in row.enumerated() {
      let value = bytes.trimmed
      if !value.isEmpty { sum = sum &+ hashed(value, seed: columnSeeds[column]) }
    }
    return sum
  }

  func finish() throws {}
}
