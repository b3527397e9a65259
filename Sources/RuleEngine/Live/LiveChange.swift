package import BusinessTime
package import RuleSemantics

/// Something that happened to the data of a live evaluation. Rows are those of the state: the row in the snapshot that
/// it was made from, and the next free number for a record that came later.
package enum LiveChange: Sendable {
  /// A field took another value. `at` is what `unchanged for` goes by; `nil` where nobody knows.
  case field(Subject, row: Int32, FieldIndex, Value, at: Instant?)
  case dealField(row: Int32, FieldIndex, Value)
  /// Who owns the record.
  case owner(Subject, row: Int32, String?)
  /// An event of a contact, or of an account for an event `for account`; the fields as the type declares them. The id is
  /// new among the events of the type.
  case event(EventID, owner: Int32, id: Int64, at: Instant, recordedAt: Instant, fields: [Value])
  /// A new record, which gets the next row; the fields as the schema declares them.
  case contact(key: String, account: Int32?, owner: String?, fields: [Value])
  case account(key: String, owner: String?, fields: [Value])
  case deal(key: String, account: Int32?, owner: String?, fields: [Value])
  case accountOfContact(row: Int32, Int32?)
  case accountOfDeal(row: Int32, Int32?)
  /// A run left a journey at another stage (-1 for none), or a segment with or without somebody.
  case stage(DefinitionID, row: Int32, Int32, at: Instant)
  case member(DefinitionID, row: Int32, Bool, at: Instant)
  /// A journey or segment has a past from now on.
  case begun(DefinitionID)
}
