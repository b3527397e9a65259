package import BusinessTime

/// Names what a rule acts upon, the same in every run, so that nothing is acted upon twice.
package enum OccurrenceKey: Hashable, Sendable {
  /// An event, by its type's name and its `EventTable.ids`.
  case event(type: String, id: Int64)
  /// A change of a field, by `FieldChange.id`.
  case change(id: Int64)
  /// A journey or segment, by name, that took another value in the run of this instant.
  case transition(definition: String, at: Instant)
  /// The state that a `when` rule found in the run of this instant.
  case state(at: Instant)
  /// A statement of a step, for whoever was enrolled at this instant and has been moved to another version so often:
  /// the same place is another statement there.
  case enrolment(at: Instant, Enrolment.Place, moves: Int = 0)

  /// `event:page_view:17`, `change:5`, `transition:stage:1767225600000`, `state:1767225600000`,
  /// `enrolment:1767225600000:intro:0`, after two moves `enrolment:1767225600000:intro:0:2`: stable, and unique for a
  /// subject.
  package var text: String {
    switch self {
    case .event(let type, let id): "event:\(type):\(id)"
    case .change(let id): "change:\(id)"
    case .transition(let definition, let at): "transition:\(definition):\(at.milliseconds)"
    case .state(let at): "state:\(at.milliseconds)"
    case .enrolment(let at, let place, let moves):
      "enrolment:\(at.milliseconds):\(place.step):\(place.position)\(moves > 0 ? ":\(moves)" : "")"
    }
  }

  /// Reads what `text` writes; `nil` for anything else.
  package init?(text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("event", 3):
      guard let id = Int64(parts[2]) else { return nil }
      self = .event(type: String(parts[1]), id: id)
    case ("change", 2):
      guard let id = Int64(parts[1]) else { return nil }
      self = .change(id: id)
    case ("transition", 3):
      guard let at = Int64(parts[2]) else { return nil }
      self = .transition(definition: String(parts[1]), at: Instant(milliseconds: at))
    case ("state", 2):
      guard let at = Int64(parts[1]) else { return nil }
      self = .state(at: Instant(milliseconds: at))
    case ("enrolment", 4), ("enrolment", 5):
      guard let at = Int64(parts[1]), let moves = parts.count == 5 ? Int(parts[4]) : 0 else { return nil }
      self = .enrolment(
        at: Instant(milliseconds: at), .init(step: String(parts[2]), position: String(parts[3])), moves: moves)
    default: return nil
    }
  }
}
