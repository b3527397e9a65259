package import BusinessTime

extension SequenceProgram {
  /// What comes after a statement and all that stands in it; the end of the sequence is a place too.
  package func place(after place: Enrolment.Place) -> Enrolment.Place? {
    guard let start = position(of: place) else { return nil }
    let inside = "\(place.position)."
    var next = start + 1
    while next < places.count,
      places[next].step == place.step
        && (places[next].position.hasPrefix(inside) || places[next].position == place.position)
    {
      next += 1
    }
    return next < places.count ? places[self.next(from: next)] : nil
  }

  /// The span of the wait that stands at a place; of `wait up to …` the longest. `nil` where there is none.
  package func wait(at place: Enrolment.Place) -> TimeSpan? {
    guard let position = position(of: place) else { return nil }
    return switch instructions[next(from: position)] {
    case .wait(let span): span
    case .waitUntil(let upTo, _): upTo
    default: nil
    }
  }

  /// What comes after a step.
  package func place(afterStep step: String) -> Enrolment.Place? {
    guard let last = places.lastIndex(where: { $0.step == step }), last + 1 < places.count else { return nil }
    return places[last + 1]
  }
}
