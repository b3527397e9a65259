import BusinessTime
import GRDB

/// Takes events of one type. An event is known by its `id` where the file has one, and otherwise by everything that
/// its row says: a row that repeats another in every column is the same event.
///
/// Rows are set aside first and go into their table at the end, in its own order: one by one, the rows of a long file
/// would each touch another page.
final class EventImporter: RowImporter {
  private let database: Database
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
  private let stage: RawStatement
  private(set) var counts = RowCounts()
  private var values: [StoredValue] = []

  init(
    _ database: Database, context: RowContext, owners ownerLayout: TableLayout, options: ImportOptions, zone: Zone
  ) throws {
    self.database = database
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
    let columns = fields.map { field in
      ", \(quoted(layout.fields[field.field].name)) \(layout.fields[field.field].storage.sql)"
    }
    try database.execute(
      sql: """
        DROP TABLE IF EXISTS temp.staged;
        CREATE TEMP TABLE staged (_position INTEGER PRIMARY KEY, _owner INTEGER, _at INTEGER, _id INTEGER, \
        _is_stated INTEGER\(columns.joined())) STRICT;
        """)
    let marks = Array(repeating: "?", count: fields.count + 4).joined(separator: ", ")
    stage = try RawStatement(database, "INSERT INTO temp.staged VALUES (NULL, \(marks))")
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
    let stated = idColumn.map { row[$0].trimmed } ?? Bytes(start: nil, count: 0)
    stage.bind(1, owner)
    stage.bind(2, at.milliseconds)
    stage.bind(3, Int64(bitPattern: stated.isEmpty ? hash(of: row) : hashed(stated)))
    stage.bind(4, Int64(stated.isEmpty ? 0 : 1))
    for (index, value) in values.enumerated() { stage.bind(index + 5, value) }
    try stage.run()
    return .staged
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

  // MARK: - Into the table

  func finish() throws {
    let total = try count("SELECT count(*) FROM temp.staged")
    if idColumn != nil { try applyCorrections() }
    let (table, owner) = (quoted(context.layout.name), context.layout.ownerColumn)
    let names = fields.map { ", \(quoted(context.layout.fields[$0.field].name))" }.joined()
    try database.execute(
      sql: """
        INSERT INTO \(table) (\(owner), _at, _id, _recorded_at, _import\(names))
        SELECT _owner, _at, _id, \(context.now), \(context.importID)\(names) FROM temp.staged
        WHERE true ORDER BY _owner, _at, _id, _position ON CONFLICT DO NOTHING
        """)
    let inserted = database.changesCount
    var known = 0
    if inserted < total - counts.updated {
      known = try count(
        """
        SELECT count(*) FROM temp.staged AS s JOIN \(table) AS e
          ON e.\(owner) = s._owner AND e._at = s._at AND e._id = s._id
        WHERE e._import IS NOT \(context.importID)
        """)
    }
    counts.inserted = inserted - counts.updated
    counts.unchanged = known
    counts.duplicates = total - inserted - known
    try database.execute(sql: "DROP TABLE temp.staged")
  }

  /// An event whose id is known and whose time or values are not gives way to its row; of several rows with one id in
  /// the file the last counts.
  private func applyCorrections() throws {
    let (table, owner) = (quoted(context.layout.name), context.layout.ownerColumn)
    let names = fields.map { quoted(context.layout.fields[$0.field].name) }
    let differs = (["e._at IS NOT s._at"] + names.map { "e.\($0) IS NOT s.\($0)" }).joined(separator: " OR ")
    try database.execute(
      sql: """
        CREATE INDEX temp.staged_by_id ON staged (_owner, _id, _position);
        CREATE TEMP TABLE superseded AS
          SELECT _position AS position FROM temp.staged AS s WHERE _is_stated = 1 AND EXISTS (
            SELECT 1 FROM temp.staged AS later
            WHERE later._owner = s._owner AND later._id = s._id AND later._position > s._position);
        DELETE FROM temp.staged WHERE _position IN (SELECT position FROM temp.superseded);
        DROP TABLE temp.superseded;
        CREATE TEMP TABLE corrected AS
          SELECT e.\(owner) AS owner, e._at AS at, e._id AS id FROM temp.staged AS s
          CROSS JOIN \(table) AS e ON e.\(owner) = s._owner AND e._id = s._id
          WHERE s._is_stated = 1 AND (\(differs));
        DELETE FROM \(table) WHERE (\(owner), _at, _id) IN (SELECT owner, at, id FROM temp.corrected);
        """)
    counts.updated = try count("SELECT count(*) FROM temp.corrected")
    try database.execute(sql: "DROP TABLE temp.corrected; DROP INDEX temp.staged_by_id")
  }

  private func count(_ sql: String) throws -> Int {
    try Int.fetchOne(database, sql: sql) ?? 0
  }
}
