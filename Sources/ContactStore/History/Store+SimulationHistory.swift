package import BusinessTime
package import Decisioning
import GRDB
package import RuleEngine
package import RuleSemantics

extension Store {
  /// People over a span of time: as they were at its start, and what is known to have happened since.
  ///
  /// Fields were what their history says. What an import said first holds for the time before it too, as do consents,
  /// links to accounts and owners: a file says what is, not since when. Records are there all the time. An event is known
  /// when it happens.
  package func loadHistory(
    _ program: CheckedProgram, reading reads: ReadSet, from start: Instant, to end: Instant
  ) throws(StoreError) -> SimulationHistory {
    try past(before: start) { database in
      try requireSchema(of: program, database)
      let loaded = try load(database, program, reads, start, nil)
      let rows = HistoryRows(loaded.rows)
      var history = SimulationHistory(snapshot: loaded.snapshot, state: loaded.state, changes: [])
      // Which changes came in time is decided anew.
      for (index, table) in history.snapshot.events.enumerated() {
        var table = table.events(upTo: end.milliseconds)
        table.recordedAt = table.times
        history.snapshot.events[index] = table
      }
      let loader = HistoryLoader(database: database, program: program, rows: rows, start: start, end: end)
      try loader.rewindFields(&history, reads)
      try loader.loadConsents(&history)
      history.changes.sort { ($0.at, $0.id) < ($1.at, $1.id) }
      return history
    }
  }
}

/// The rows of records, by their ids.
struct HistoryRows {
  let contacts: RowIndex
  let accounts: RowIndex
  let deals: RowIndex

  init(_ identities: RowIdentities) {
    contacts = RowIndex(identities.contacts)
    accounts = RowIndex(identities.accounts)
    deals = RowIndex(identities.deals)
  }

  func index(_ table: RuleEngine.Table) -> RowIndex {
    switch table {
    case .contacts: contacts
    case .accounts: accounts
    case .deals, .assets, .events: deals
    }
  }
}

/// Reads what changed over a span of time.
private struct HistoryLoader {
  let database: Database
  let program: CheckedProgram
  let rows: HistoryRows
  let start: Instant
  let end: Instant

  /// Takes back what changed after the start, and hands on what changed until the end.
  func rewindFields(_ history: inout SimulationHistory, _ reads: ReadSet) throws {
    try rewind(.contacts, program.contact, reads.contactFields.union(reads.contactChanges), &history)
    try rewind(.accounts, program.account, reads.accountFields.union(reads.accountChanges), &history)
    try rewind(.deals, program.deal, reads.dealFields, &history)
  }

  private func rewind(
    _ table: RuleEngine.Table, _ schema: RecordSchema, _ fields: Set<FieldIndex>, _ history: inout SimulationHistory
  ) throws {
    let index = rows.index(table)
    for field in fields.sorted(by: { $0.index < $1.index }) {
      let type = schema[field].type
      let statement = try RawStatement(
        database,
        """
        SELECT id, record, at, old, new, import_id IS NOT NULL, rule IS NOT NULL FROM main.field_history
        WHERE kind = ? AND field = ? AND (at > ? OR (at = ? AND rule IS NOT NULL)) ORDER BY at DESC, id DESC
        """)
      statement.bind(1, table.kind)
      statement.bind(2, schema[field].name)
      // What the run of the start itself changed is not there yet.
      statement.bind(3, start.milliseconds)
      statement.bind(4, start.milliseconds)
      while try statement.step() {
        let row = index[statement.integer(1)]
        if row < 0 { continue }
        func value(_ column: Int) -> Value {
          let value = Value(statement.value(column), type, program)
          return value == .missing ? schema[field].missingMeans ?? .missing : value
        }
        history.set(value(3), field, type, of: table, row: row)
        // What rules did then, other rules might not have done.
        let isOfRule = statement.integer(6) == 1
        guard statement.integer(2) <= end.milliseconds, !isOfRule else { continue }
        let source: FieldChange.Source = statement.integer(5) == 1 ? .import : .sync
        history.changes.append(
          .init(
            at: Instant(milliseconds: statement.integer(2)), id: statement.integer(0), row: row,
            what: .field(table, field, old: value(3), new: value(4), source)))
      }
    }
  }

  func loadConsents(_ history: inout SimulationHistory) throws {
    history.state.consents = [:]
    let statement = try RawStatement(
      database,
      "SELECT contact, purpose, at, granted, import_id IS NOT NULL FROM main.consent ORDER BY contact, purpose, at")
    var known: (contact: Int64, purpose: String)?
    while try statement.step() {
      let contact = statement.integer(0)
      let row = rows.contacts[contact]
      if row < 0 { continue }
      let purpose = statement.text(1)
      let isFirst = known.map { $0 != (contact, purpose) } ?? true
      known = (contact, purpose)
      let at = statement.integer(2)
      let isGiven = statement.integer(3) == 1
      // The first that a file said holds for the time before.
      if at <= start.milliseconds || (isFirst && statement.integer(4) == 1) {
        let none = [UInt8](repeating: 0, count: rows.contacts.count)
        history.state.consents[purpose, default: none][Int(row)] = isGiven ? 1 : 0
      } else if at <= end.milliseconds {
        history.changes.append(
          .init(
            at: Instant(milliseconds: at), id: 0, row: row, what: .consent(purpose: purpose, isGiven: isGiven)))
      }
    }
  }
}

extension RuleEngine.Table {
  /// As tables and histories call it.
  fileprivate var kind: String {
    switch self {
    case .contacts: "contact"
    case .accounts: "account"
    case .deals, .assets, .events: "deal"
    }
  }
}

extension SimulationHistory {
  fileprivate mutating func set(
    _ value: Value, _ field: FieldIndex, _ type: ValueType, of table: RuleEngine.Table, row: Int32
  ) {
    withRecords(table) { records, texts in
      guard records.columns.indices.contains(field.index) else { return }
      records.columns[field.index].set(value, at: Int(row), type: type, texts: &texts)
    }
  }

  private mutating func withRecords(_ table: RuleEngine.Table, _ body: (inout RecordTable, inout TextPool) -> Void) {
    switch table {
    case .contacts: body(&snapshot.contacts, &snapshot.texts)
    case .accounts: body(&snapshot.accounts, &snapshot.texts)
    case .deals: body(&snapshot.deals, &snapshot.texts)
    case .assets, .events: break
    }
  }
}
