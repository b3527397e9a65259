package import BusinessTime
import GRDB
import Glibc
package import RuleEngine
package import RuleSemantics

/// Whom a load is about.
package enum LoadSubject: Hashable, Sendable {
  case everyone
  /// The contact of that key with its account, the account's people and deals.
  case contact(key: String)
  case account(key: String)
  /// Some contacts and accounts by their `_id`, with their accounts, all people of these and their deals; those that are
  /// not there are left out.
  case records(contacts: [Int64], accounts: [Int64])
}

/// Where what everybody does comes from, for a load about some.
package enum EverybodysEvents: Sendable {
  case read
  case leftOut
  /// As an earlier load read them, with its `everybodysMarks`; read anew where something has changed since.
  case known([EventID: EventTable], marks: [EventID: Int64])
}

/// Which of our messages count as events.
package enum MessagesRead: Sendable {
  /// All that runs decided and that was not kept back since.
  case decided
  /// Those that went out, or may have.
  case outgone
}

extension Store {
  /// Reads what the program reads, and what earlier runs left behind, all of one moment.
  ///
  /// - Parameters:
  ///   - reads: what is loaded; everything else is absent.
  ///   - now: occurrences from long before it are left out.
  ///   - everybody: whether what everybody does is read too, where the program reads that.
  ///   - messages: which of ours count; of everyone, all that were decided.
  /// - Returns: `nil` when the contact or account asked for is not there.
  package func load(
    _ program: CheckedProgram, reading reads: ReadSet, now: Instant, about subject: LoadSubject,
    everybody: EverybodysEvents = .read, messages: MessagesRead = .decided
  ) throws(StoreError) -> LoadedState? {
    try read { database in
      try requireSchema(of: program, database)
      let scope: LoadScope?
      switch subject {
      case .everyone: scope = nil
      case .contact(let key):
        scope = try LoadScope(database, contact: key, program: program)
        if scope == nil { return nil }
      case .account(let key):
        scope = try LoadScope(database, account: key, program: program)
        if scope == nil { return nil }
      case .records(let contacts, let accounts):
        scope = try LoadScope(database, contacts: contacts, accounts: accounts)
      }
      return try load(database, program, reads, now, scope, everybody: everybody, messages: messages)
    }
  }

  /// The same about everyone.
  package func load(
    _ program: CheckedProgram, reading reads: ReadSet, now: Instant
  ) throws(StoreError) -> LoadedState {
    try keepColumns(of: program, reads)
    let loaded = try read { database in
      try requireSchema(of: program, database)
      return try load(
        database, program, reads, now, nil,
        columnFile: columnFile.map { ColumnFile(database: path, policy: $0, program: program, reads: reads) })
    }
    if loaded.snapshot.contacts.count >= SnapshotLoader.fewRows { giveBackMemory() }
    return loaded
  }

  /// Gives what only loading needed back to the system, where the C library can: its allocator would keep it.
  private func giveBackMemory() {
    typealias Trim = @convention(c) (Int) -> Int32
    // By name, since the function is glibc's own. Its signature is that of `malloc_trim(3)`.
    if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
  }

  /// Sees to it that the tables of a large database are watched before they are read. Where somebody else writes just
  /// then, nothing is kept this time.
  private func keepColumns(of program: CheckedProgram, _ reads: ReadSet) throws(StoreError) {
    guard let columnFile else { return }
    let isDue = try read { database in
      try requireSchema(of: program, database)
      guard try KeptColumns(database, program).token() == nil else { return false }
      var tables = ["contact"]
      for event in reads.eventFields.keys { tables.append(TableLayout(.event(event), program: program).name) }
      let rows = try tables.reduce(0) { sum, table in
        try sum + (Int.fetchOne(database, sql: "SELECT count(*) FROM \(quoted(table))") ?? 0)
      }
      return rows >= columnFile.leastRows
    }
    guard isDue else { return }
    do {
      try write { database in try KeptColumns(database, program).renew() }
    } catch .locked {
      return
    }
  }

  /// - Parameter columnFile: where columns are kept, of the tables as they are now.
  func load(
    _ database: Database, _ program: CheckedProgram, _ reads: ReadSet, _ now: Instant, _ scope: LoadScope?,
    columnFile: ColumnFile? = nil, everybody: EverybodysEvents = .read, messages: MessagesRead = .decided
  ) throws -> LoadedState {
    var everybody = everybody
    let marks = scope == nil ? [:] : try everybodysMarks(database, program, reads)
    if case .known(_, let known) = everybody, known != marks { everybody = .read }
    let loaded = try SnapshotLoader(
      database: database, program: program, reads: reads, scope: scope, columnFile: columnFile,
      everybody: everybody, messages: messages
    ).load()
    let state = try StateLoader(
      database: database, program: program, now: now, contacts: loaded.contacts, accounts: loaded.accounts, scope: scope
    ).load(suppressed: loaded.suppressed)
    let last = try Row.fetchOne(database.cachedStatement(sql: "SELECT id, at FROM run ORDER BY id DESC LIMIT 1"))
    return LoadedState(
      snapshot: loaded.snapshot, state: state,
      rows: RowIdentities(
        contacts: loaded.contacts.ids, accounts: loaded.accounts.ids, deals: loaded.deals.ids),
      lastRun: last.map { (id: $0["id"], at: Instant(milliseconds: $0["at"])) },
      basis: try RunBasis.current(database), everybodysMarks: marks)
  }

  /// The last entry of the past of each table that everybody's events are in.
  private func everybodysMarks(
    _ database: Database, _ program: CheckedProgram, _ reads: ReadSet
  ) throws -> [EventID: Int64] {
    try reads.everybodysFields.keys.reduce(into: [:]) { marks, event in
      let past = "\(TableLayout(.event(event), program: program).name)_past"
      guard try database.tableExists(past) else { return }
      marks[event] = try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT coalesce(max(entry), 0) FROM \(quoted(past))"))
    }
  }
}
