import ContactStore
import RuleEngine
import RuleSemantics

/// Which row of a live evaluation each record of the store is, both ways.
struct LiveRecords {
  private(set) var contacts: LiveTable
  private(set) var accounts: LiveTable
  private(set) var deals: LiveTable
  /// By row, -1 for none.
  private var accountOfContact: [Int32]
  private var accountOfDeal: [Int32]

  init(_ rows: RowIdentities, _ snapshot: Snapshot) {
    accountOfContact = snapshot.accountOfContact
    accountOfDeal = snapshot.accountOfDeal
    contacts = LiveTable(rows.contacts)
    accounts = LiveTable(rows.accounts)
    deals = LiveTable(rows.deals)
  }

  subscript(subject: Subject) -> LiveTable {
    switch subject {
    case .contact: contacts
    case .account: accounts
    }
  }

  mutating func appendContact(_ id: Int64, of account: Int32?) {
    contacts.append(id)
    accountOfContact.append(account ?? -1)
  }

  mutating func appendAccount(_ id: Int64) { accounts.append(id) }

  mutating func appendDeal(_ id: Int64, of account: Int32?) {
    deals.append(id)
    accountOfDeal.append(account ?? -1)
  }

  /// Whether that is another account than before.
  mutating func moveContact(_ row: Int32, to account: Int32?) -> Bool {
    defer { accountOfContact[Int(row)] = account ?? -1 }
    return accountOfContact[Int(row)] != account ?? -1
  }

  mutating func moveDeal(_ row: Int32, to account: Int32?) -> Bool {
    defer { accountOfDeal[Int(row)] = account ?? -1 }
    return accountOfDeal[Int(row)] != account ?? -1
  }
}

/// The records of one table.
struct LiveTable {
  /// By row.
  private(set) var ids: [Int64]
  /// By `_id`; -1 for none.
  private var rows: [Int32]

  init(_ ids: [Int64]) {
    self.ids = ids
    rows = Array(repeating: -1, count: Int((ids.max() ?? 0) + 1))
    for (row, id) in ids.enumerated() { rows[Int(id)] = Int32(row) }
  }

  /// `nil` for a record that is not known.
  func row(_ id: Int64) -> Int32? {
    guard id >= 0, id < rows.count, rows[Int(id)] >= 0 else { return nil }
    return rows[Int(id)]
  }

  mutating func append(_ id: Int64) {
    while rows.count <= id { rows.append(-1) }
    rows[Int(id)] = Int32(ids.count)
    ids.append(id)
  }
}
