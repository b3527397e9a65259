import BusinessTime
import Dispatch
import GRDB
import RuleEngine
import RuleSemantics

/// Reads the columns of a snapshot, inside one read transaction.
struct SnapshotLoader {
  let database: Database
  let program: CheckedProgram
  let reads: ReadSet
  /// Which records are read; all of them where it is `nil`.
  let scope: LoadScope?
  /// Where the columns of everyone are kept for the next time; `nil` where they are not.
  let columnFile: ColumnFile?
  /// What a scope comes with of what everybody does.
  var everybody = EverybodysEvents.read
  var messages = MessagesRead.decided
  let texts = TextCodes()

  /// For each contact 1 where nothing may be sent.
  struct Loaded {
    var snapshot: Snapshot
    var contacts: RowIndex
    var accounts: RowIndex
    var deals: RowIndex
    var suppressed: [UInt8]
  }

  func load() throws -> Loaded {
    let token = columnFile == nil || scope != nil ? nil : try KeptColumns(database, program).token()
    if let columnFile, let token, let content = columnFile.read(token) {
      return try withPast(
        Loaded(
          snapshot: content.snapshot, contacts: RowIndex(content.contacts), accounts: RowIndex(content.accounts),
          deals: RowIndex(content.deals), suppressed: content.suppressed))
    }
    let loaded = try loadTables()
    if let columnFile, let token, columnFile.isWorthIt(loaded.snapshot) {
      columnFile.write(
        ColumnFile.Content(
          snapshot: loaded.snapshot, contacts: loaded.contacts.ids, accounts: loaded.accounts.ids,
          deals: loaded.deals.ids, suppressed: loaded.suppressed), token)
    }
    return try withPast(loaded)
  }

  /// With what earlier runs left behind, and when fields changed.
  private func withPast(_ loaded: Loaded) throws -> Loaded {
    var loaded = loaded
    loaded.snapshot.contacts.changedAt = try changes(.contact, reads.contactChanges, loaded.contacts)
    loaded.snapshot.accounts.changedAt = try changes(.account, reads.accountChanges, loaded.accounts)
    loaded.snapshot.previous = try PreviousLoader(
      database: database, program: program, contacts: loaded.contacts, accounts: loaded.accounts, scope: scope
    ).load(reads.previous)
    return loaded
  }

  private func changes(
    _ kind: TableLayout.Kind, _ fields: Set<FieldIndex>, _ rows: RowIndex
  ) throws -> [FieldIndex: [Int64]] {
    let schema = TableLayout.record(kind, program)
    var changedAt: [FieldIndex: [Int64]] = [:]
    for field in fields {
      changedAt[field] = try lastChanges(kind, schema.fields[field.index].name, rows)
    }
    return changedAt
  }

  private func loadTables() throws -> Loaded {
    let accountLayout = TableLayout(.account, program: program)
    let contactLayout = TableLayout(.contact, program: program)
    let dealLayout = TableLayout(.deal, program: program)
    let accounts = try rows(of: accountLayout)
    let contacts = try rows(of: contactLayout)
    let readsDeals = reads.readsDeals || !reads.dealFields.isEmpty
    let deals = readsDeals ? try rows(of: dealLayout) : RowIndex([])
    let accountRecords = try records(accountLayout, accounts, reads.accountFields)
    let contactRecords = try records(contactLayout, contacts, reads.contactFields, accounts: accounts)
    let dealRecords =
      readsDeals
      ? try records(dealLayout, deals, reads.dealFields, accounts: accounts)
      : Records(table: .empty, accountRows: [], suppressed: [])
    var events: [EventTable] = []
    for index in program.events.indices {
      let id = EventID(index)
      guard let fields = reads.eventFields[id] else {
        events.append(.empty)
        continue
      }
      let layout = TableLayout(.event(id), program: program)
      let loader = EventLoader(database: database, program: program, layout: layout, texts: texts, messages: messages)
      events.append(
        try layout.isForAccount
          ? loader.load(fields, owners: accounts, within: scope?.restriction(loader.layout.ownerColumn, to: .account))
          : loader.load(fields, owners: contacts, within: scope?.restriction(loader.layout.ownerColumn, to: .contact)))
    }
    let everybodysEvents: [EventID: EventTable]
    switch everybody {
    case .read where scope != nil:
      everybodysEvents = try RecommendationLoader(database: database, program: program)
        .everybodysEvents(reads, texts: texts)
    case .read, .leftOut: everybodysEvents = [:]
    case .known(let events, _): everybodysEvents = events
    }
    var snapshot = Snapshot(
      texts: texts.frozen(), contacts: contactRecords.table, accounts: accountRecords.table, deals: dealRecords.table,
      accountOfContact: contactRecords.accountRows, accountOfDeal: dealRecords.accountRows, events: events,
      previous: .empty)
    snapshot.everybodysEvents = everybodysEvents
    return Loaded(
      snapshot: snapshot, contacts: contacts, accounts: accounts, deals: deals, suppressed: contactRecords.suppressed)
  }

  /// In the order of keys, which the index on the key gives without reading the table.
  private func rows(of layout: TableLayout) throws -> RowIndex {
    let key = "\(quoted(layout.keyColumn)) COLLATE NOCASE"
    let statement = try RawStatement(
      database,
      "SELECT _id FROM \(quoted(layout.name)) WHERE \(quoted(layout.keyColumn)) IS NOT NULL\(scope?.restriction("_id", to: layout.kind) ?? "") "
        + "ORDER BY \(key)")
    var found: [Int64] = []
    while try statement.step() { found.append(statement.integer(0)) }
    return RowIndex(found)
  }

  private struct Records {
    var table: RecordTable
    var accountRows: [Int32]
    var suppressed: [UInt8]
  }

  private func records(
    _ layout: TableLayout, _ rows: RowIndex, _ fields: Set<FieldIndex>, accounts: RowIndex? = nil
  ) throws -> Records {
    let schema = TableLayout.record(layout.kind, program)
    let selection = fields.map(\.index).sorted().map { index in
      let field = schema.fields[index]
      return (
        field: index,
        builder: ColumnBuilder(
          field.type, count: 0, program: program, texts: texts, missingMeans: field.missingMeans,
          isCoded: rows.count >= SnapshotLoader.fewRows)
      )
    }
    for entry in selection { entry.builder.reserve(rows.count) }
    let isContact = layout.kind == .contact
    let own =
      ["_id", quoted(layout.keyColumn), "_owner"] + (accounts == nil ? [] : ["_account"])
      + (isContact ? ["_suppressed"] : [])
    // The key is read anyway.
    let keyBuilder = selection.first { schema.fields[$0.field].isKey && $0.builder.isOfTexts }
    let fieldBuilders = selection.filter { $0.field != keyBuilder?.field }
    let names = own + fieldBuilders.map { quoted(schema.fields[$0.field].name) }
    let filler = RecordFiller(
      rows: rows.count, key: keyBuilder?.builder, builders: fieldBuilders.map(\.builder), texts: texts)
    // The key and the owner, then the fields.
    let chunks = RowChunks(columnCount: names.count - 1, isConcurrent: rows.count >= SnapshotLoader.fewRows) {
      filler.take($0, fields: own.count - 1)
    }
    var accountRows = accounts == nil ? [] : [Int32](repeating: Column.missingCode, count: rows.count)
    var suppressed = isContact ? [UInt8](repeating: 0, count: rows.count) : []
    let statement = try RawStatement(
      database,
      "SELECT \(names.joined(separator: ", ")) FROM \(quoted(layout.name)) WHERE true"
        + (scope?.restriction("_id", to: layout.kind) ?? ""))
    // Where each row was read. Columns grow as the table lies and are put in order one by one: written in the order of
    // keys at once, every value would fall into another part of the memory.
    var order = [Int32](repeating: 0, count: rows.count)
    var read: Int32 = 0
    while try statement.step() {
      let row = Int(rows[statement.integer(0)])
      if row < 0 { continue }
      order[row] = read
      read += 1
      if let accounts, !statement.isNull(3) { accountRows[row] = accounts[statement.integer(3)] }
      if isContact { suppressed[row] = statement.integer(4) == 0 ? 0 : 1 }
      chunks.append(Int32(row), statement, first: 1)
    }
    chunks.finish()
    let columns = columns(selection, order, count: schema.fields.count)
    let table = RecordTable(
      keys: filler.keys, columns: columns, changedAt: [:], owners: filler.owners, given: [:])
    return Records(table: table, accountRows: accountRows, suppressed: suppressed)
  }

  /// Both cores find the order of the columns' values.
  private func columns(
    _ selection: [(field: Int, builder: ColumnBuilder)], _ order: [Int32], count: Int
  ) -> [Column] {
    var columns = [Column](repeating: .absent, count: count)
    columns.withUnsafeMutableBufferPointer { columns in
      // Each turn takes another builder and writes another column.
      nonisolated(unsafe) let columns = columns
      // As above.
      nonisolated(unsafe) let selection = selection
      DispatchQueue.concurrentPerform(iterations: selection.count) { turn in
        columns[selection[turn].field] = selection[turn].builder.takeColumn(order: order)
      }
    }
    return columns
  }

  /// Up to so many rows are read one by one; beyond, the table is read as it lies, and columns are kept by their
  /// distinct values.
  static let fewRows = 1000

  private func lastChanges(_ table: TableLayout.Kind, _ field: String, _ rows: RowIndex) throws -> [Int64] {
    var times = [Int64](repeating: Column.missingTime, count: rows.count)
    let few = scope?.restriction("record", to: table) ?? ""
    let statement = try RawStatement(
      database, "SELECT record, max(at) FROM field_history WHERE kind = ? AND field = ?\(few) GROUP BY record")
    statement.bind(1, table.text)
    statement.bind(2, field)
    while try statement.step() {
      let row = rows[statement.integer(0)]
      if row >= 0 { times[Int(row)] = statement.integer(1) }
    }
    return times
  }
}

/// Finds the texts and distinct values of the rows of a table, chunk by chunk.
// @unchecked: the queue of `RowChunks` alone uses it until its last chunk is taken, then the loader alone.
private final class RecordFiller: @unchecked Sendable {
  private(set) var keys: [Int32]
  private(set) var owners: [Int32]
  /// Of the field that is the key, where it is read as a text.
  private let key: ColumnBuilder?
  private let builders: [ColumnBuilder]
  private let texts: TextCodes

  init(rows: Int, key: ColumnBuilder?, builders: [ColumnBuilder], texts: TextCodes) {
    keys = Array(repeating: Column.missingCode, count: rows)
    owners = keys
    self.key = key
    self.builders = builders
    self.texts = texts
  }

  /// - Parameter fields: the column of the chunk that feeds the first builder; key and owner are the first two.
  func take(_ chunk: RowChunk, fields: Int) {
    takeKeys(chunk)
    chunk.forEach(in: 1) { row, value in
      if case .text(let owner) = value { owners[row] = texts.code(owner) }
    }
    for (index, builder) in builders.enumerated() { builder.append(chunk, fields + index) }
  }

  private func takeKeys(_ chunk: RowChunk) {
    var all: [Bytes] = []
    all.reserveCapacity(chunk.rows.count)
    var places: [Int] = []
    places.reserveCapacity(chunk.rows.count)
    var place = 0
    chunk.forEach(in: 0) { _, value in
      if case .text(let key) = value {
        all.append(key)
        places.append(place)
      }
      place += 1
    }
    var codes = [Int32](repeating: Column.missingCode, count: chunk.rows.count)
    var next = 0
    texts.withCodes(all) { code in
      codes[places[next]] = code
      next += 1
    }
    for (row, code) in zip(chunk.rows, codes) { keys[Int(row)] = code }
    key?.append(codes: codes)
  }
}
