import BusinessTime
import RuleSemantics

/// Data in rows, as a person would write it down.
struct ReferenceWorld {
  struct Record {
    var key: String
    var fields: [Value]
    /// When a field took its value; a field that is not here always had it.
    var changedAt: [FieldIndex: Instant] = [:]
    /// The position of the account; `nil` for none, and for accounts.
    var account: Int?
    /// Values that replace the computation of a definition.
    var given: [DefinitionID: Value] = [:]
    /// The stage or membership after the last run, and when it changed.
    var previous: [DefinitionID: Value] = [:]
    var previousChangedAt: [DefinitionID: Instant] = [:]
  }

  struct Event {
    var type: EventID
    /// The position of the contact, or of the account for an event `for account`.
    var owner: Int
    var time: Instant
    var id: Int64
    var fields: [Value]
  }

  /// What set off an `on` rule.
  enum Trigger {
    case event(Event)
    case change(old: Value, new: Value, time: Instant)
  }

  var program: CheckedProgram
  var contacts: [Record] = []
  var accounts: [Record] = []
  var deals: [Record] = []
  var events: [Event] = []
  var now: Instant
  var calendar: BusinessCalendar
}
