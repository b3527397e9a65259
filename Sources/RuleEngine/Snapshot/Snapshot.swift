package import RuleSemantics

/// Everything that an evaluation may read, at one moment. Rows are numbered from 0 in each table; contacts and accounts
/// stand in the order of their keys, so that the same data gives the same rows.
package struct Snapshot: Sendable {
  package var texts: TextPool
  package var contacts: RecordTable
  package var accounts: RecordTable
  package var deals: RecordTable
  /// The account's row for each contact; -1 for none.
  package var accountOfContact: [Int32]
  /// The account's row for each deal; -1 for none.
  package var accountOfDeal: [Int32]
  /// One for each of `CheckedProgram.events`.
  package var events: [EventTable]
  /// Where the snapshot is about a few contacts, the events of all contacts, of types of which everybody's are read;
  /// the owners tell contacts apart and are no rows. Empty where it is about everybody.
  package var everybodysEvents: [EventID: EventTable] = [:]
  /// What journeys and segments were after the last run.
  package var previous: PreviousState

  package init(
    texts: TextPool, contacts: RecordTable, accounts: RecordTable, deals: RecordTable, accountOfContact: [Int32],
    accountOfDeal: [Int32], events: [EventTable], previous: PreviousState
  ) {
    self.texts = texts
    self.contacts = contacts
    self.accounts = accounts
    self.deals = deals
    self.accountOfContact = accountOfContact
    self.accountOfDeal = accountOfDeal
    self.events = events
    self.previous = previous
  }
}

package struct RecordTable: Sendable {
  /// Texts; of contacts, accounts and deals.
  package var keys: [Int32]
  /// One for each declared field.
  package var columns: [Column]
  /// When a field took its value; `missingTime` when it always had it. Only of fields that the rule book asks for.
  package var changedAt: [FieldIndex: [Int64]]
  /// Texts: who owns the record; -1 for nobody.
  package var owners: [Int32]
  /// Values that replace the computation of a definition, where they are not missing; tests give them.
  package var given: [DefinitionID: Column]

  package init(
    keys: [Int32], columns: [Column], changedAt: [FieldIndex: [Int64]], owners: [Int32], given: [DefinitionID: Column]
  ) {
    self.keys = keys
    self.columns = columns
    self.changedAt = changedAt
    self.owners = owners
    self.given = given
  }

  package var count: Int { keys.count }

  package static let empty = RecordTable(keys: [], columns: [], changedAt: [:], owners: [], given: [:])
}

/// Sorted by owner, time, id. The owner is a row of contacts, or of accounts for an event `for account`.
package struct EventTable: Sendable {
  package var owners: [Int32]
  /// Unique in the table and stable: the order of arrival.
  package var ids: [Int64]
  /// Milliseconds since 1970.
  package var times: [Int64]
  /// When it reached the store, milliseconds since 1970.
  package var recordedAt: [Int64]
  /// One for each declared field of the event.
  package var columns: [Column]

  package init(owners: [Int32], ids: [Int64], times: [Int64], recordedAt: [Int64], columns: [Column]) {
    self.owners = owners
    self.ids = ids
    self.times = times
    self.recordedAt = recordedAt
    self.columns = columns
  }

  package var count: Int { owners.count }

  package static let empty = EventTable(owners: [], ids: [], times: [], recordedAt: [], columns: [])
}

/// By definition, a value for each row of its subject's table; a definition that is not here has no past.
package struct PreviousState: Sendable {
  /// Positions of stages; -1 for none yet.
  package var stages: [DefinitionID: [Int32]]
  /// 1 for members of the segment.
  package var members: [DefinitionID: [UInt8]]
  /// When stage or membership changed last; `missingTime` for never.
  package var changedAt: [DefinitionID: [Int64]]

  package init(
    stages: [DefinitionID: [Int32]], members: [DefinitionID: [UInt8]], changedAt: [DefinitionID: [Int64]]
  ) {
    self.stages = stages
    self.members = members
    self.changedAt = changedAt
  }

  package static let empty = PreviousState(stages: [:], members: [:], changedAt: [:])
}
