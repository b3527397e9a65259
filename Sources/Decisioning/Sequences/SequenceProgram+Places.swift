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

  /// What comes after a step.
  package func place(afterStep step: String) -> Enrolment.Place? {
    guard let last = places.lastIndex(where: { $0.step == step }), last + 1 < places.count else { return nil }
    return places[last + 1]
  }
}
