package import BusinessTime
package import Decisioning
package import RuleEngine
package import RuleSemantics

/// What a run evaluates and decides upon, all of one moment.
package struct LoadedState: Sendable {
  package var snapshot: Snapshot
  package var state: DecisionState
  /// Which records the rows are; `commit` needs them.
  package var rows: RowIdentities
  /// The run that was committed last, and when it took place; `nil` when there was none.
  package var lastRun: (id: Int64, at: Instant)?
  /// How far the logs had come.
  package var basis: RunBasis
  /// Of a load about some: how far what everybody does had come.
  package var everybodysMarks: [EventID: Int64] = [:]
}

/// For each row of a snapshot the `_id` of its record.
package struct RowIdentities: Hashable, Sendable {
  package var contacts: [Int64]
  package var accounts: [Int64]
  package var deals: [Int64]

  package init(contacts: [Int64], accounts: [Int64], deals: [Int64]) {
    self.contacts = contacts
    self.accounts = accounts
    self.deals = deals
  }
}

/// The row of each record, by `_id`.
struct RowIndex {
  /// By row.
  let ids: [Int64]
  /// By `_id`; -1 for records that were not loaded.
  private let rows: [Int32]

  init(_ ids: [Int64]) {
    self.ids = ids
    var rows = [Int32](repeating: -1, count: Int((ids.max() ?? 0) + 1))
    for (row, id) in ids.enumerated() { rows[Int(id)] = Int32(row) }
    self.rows = rows
  }

  var count: Int { ids.count }

  /// -1 for a record that was not loaded.
  @inline(__always)
  subscript(id: Int64) -> Int32 {
    id >= 0 && id < Int64(rows.count) ? rows[Int(id)] : -1
  }
}
