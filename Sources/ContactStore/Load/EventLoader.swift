import GRDB
import RuleEngine
import RuleSemantics

/// Reads the events of one type, in the order of their owners' rows, of time and of id.
struct EventLoader {
  let database: Database
  let program: CheckedProgram
  let layout: TableLayout
  let texts: TextCodes
  var messages = MessagesRead.decided

  /// - Parameter few: a condition upon the owner, where few are loaded.
  func load(_ fields: Set<FieldIndex>, owners: RowIndex, within few: String?) throws -> EventTable {
    let schema = TableLayout.record(layout.kind, program)
    let owner = layout.ownerColumn
    let table = quoted(layout.name)
    let count = few == nil ? try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0 : 0
    let selection = fields.map(\.index).sorted().map { index in
      let field = schema.fields[index]
      return (
        field: index,
        builder: ColumnBuilder(
          field.type, count: 0, program: program, texts: texts, missingMeans: field.missingMeans)
      )
    }
    var rows: [Int32] = []
    var eventIDs: [Int64] = []
    var times: [Int64] = []
    var recorded: [Int64] = []
    rows.reserveCapacity(count)
    eventIDs.reserveCapacity(count)
    times.reserveCapacity(count)
    recorded.reserveCapacity(count)
    for entry in selection { entry.builder.reserve(count) }
    let names = [owner, "_at", "_id", "_recorded_at"] + selection.map { quoted(schema.fields[$0.field].name) }
    // The order of the table itself: nothing is sorted.
    let statement = try RawStatement(
      database,
      "SELECT \(names.joined(separator: ", ")) FROM \(table) WHERE true\(few ?? "")\(try sent()) "
        + "ORDER BY \(owner), _at, _id")
    let filler = ColumnFiller(selection.map(\.builder), first: 4)
    while try statement.step() {
      let row = owners[statement.integer(0)]
      if row < 0 { continue }
      rows.append(row)
      times.append(statement.integer(1))
      eventIDs.append(statement.integer(2))
      recorded.append(statement.integer(3))
      filler.append(statement)
    }
    let order = order(of: rows, ownerCount: owners.count)
    var columns = [Column](repeating: .absent, count: schema.fields.count)
    for entry in selection { columns[entry.field] = entry.builder.takeColumn(order: order) }
    guard let order else {
      return EventTable(owners: rows, ids: eventIDs, times: times, recordedAt: recorded, columns: columns)
    }
    return EventTable(
      owners: order.map { rows[Int($0)] }, ids: order.map { eventIDs[Int($0)] }, times: order.map { times[Int($0)] },
      recordedAt: order.map { recorded[Int($0)] }, columns: columns)
  }

  /// Leaves out messages that were decided and then held back on their way out, and those that wait to go out where
  /// they are not to count.
  private func sent() throws -> String {
    guard case .event(EventID(0)) = layout.kind else { return "" }
    var conditions = ""
    if try Bool.fetchOne(database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM message_withdrawn)")) == true {
      conditions +=
        " AND NOT EXISTS (SELECT 1 FROM message_withdrawn AS w WHERE w.contact = _contact AND w.at = _at AND w.id = _id)"
    }
    if messages == .outgone {
      conditions += """
         AND (rule IS NULL OR NOT EXISTS (
          SELECT 1 FROM outbox AS o JOIN run AS r ON r.id = o.run
          WHERE o.subject = 0 AND o.record = _contact AND r.at = _at AND o.status IN ('pending', 'claimed')
            AND o.doubtful_since IS NULL
            AND asset IS (o.request ->> '$.asset') AND template IS (o.request ->> '$.template')))
        """
    }
    return conditions
  }

  /// Where each event goes so that owners stand in the order of their rows rather than of their ids; `nil` when they do
  /// already. Counting, since the events of one owner are together and in order.
  private func order(of rows: [Int32], ownerCount: Int) -> [Int32]? {
    if zip(rows, rows.dropFirst()).allSatisfy({ $0 <= $1 }) { return nil }
    var starts = [Int32](repeating: 0, count: ownerCount + 1)
    for row in rows { starts[Int(row) + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    var order = [Int32](repeating: 0, count: rows.count)
    for (position, row) in rows.enumerated() {
      order[Int(starts[Int(row)])] = Int32(position)
      starts[Int(row)] += 1
    }
    return order
  }
}
