package import BusinessTime
package import RuleSemantics

/// What became of the data since they were last asked for, record by record as they are now.
package struct DataChanges: Sendable {
  /// A record that is new or was written to.
  package struct Record: Sendable {
    package var id: Int64
    package var key: String
    package var owner: String?
    /// Of a contact or deal, the `_id` of its account.
    package var account: Int64?
    /// As the rule book declares them; those that it does not read are missing.
    package var fields: [Value]
    /// When fields changed last, of which that is read.
    package var changedAt: [FieldIndex: Instant] = [:]
    /// Whether a run wrote it, and nobody else.
    package var isOwn = false
  }

  package struct Event: Sendable {
    package var type: EventID
    /// The `_id` of the contact or account.
    package var owner: Int64
    package var id: Int64
    package var at: Instant
    package var recordedAt: Instant
    package var fields: [Value]
    package var isOwn = false
  }

  package var accounts: [Record] = []
  package var contacts: [Record] = []
  package var deals: [Record] = []
  package var events: [Event] = []
  /// Contacts of whom something else is different: consents, lists, messages that were held back on their way out.
  package var others: [Int64] = []
  /// Whether something was taken away, or more changed than is worth telling one by one.
  package var isTooMuch = false
  /// Whether an event counts no longer, which cannot be told of what was loaded before.
  package var isLossy = false
  /// Counts what other programs commit: another number than before says that one of them wrote.
  package var foreignVersion: Int64 = 0

  package init() {}

  package var isEmpty: Bool {
    accounts.isEmpty && contacts.isEmpty && deals.isEmpty && events.isEmpty && others.isEmpty && !isTooMuch
  }
}
