import BusinessTime
import RuleEngine
import RuleSemantics

/// Something that happened and that an `on` rule asks for, for one subject.
struct Occurrence {
  enum Source {
    /// A row of an event's table.
    case event(EventID, Int)
    case change(FieldChange)
  }

  var row: Int32
  var key: OccurrenceKey
  var at: Instant
  var source: Source
  /// When the condition is checked: at once, or after the wait.
  var due: Instant
}
