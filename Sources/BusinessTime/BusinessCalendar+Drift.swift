extension BusinessCalendar {
  /// How the instant that lies a span away moves while time goes on.
  package struct Drift: Hashable, Sendable {
    /// Whether it moves along, millisecond by millisecond, or stands still.
    package let moves: Bool
    /// For how many milliseconds it does so, at least 1; `Int64.max` for good. What comes then may be a jump either way:
    /// clocks that change, a weekend, closing time.
    package let length: Int64

    package init(moves: Bool, length: Int64) {
      self.moves = moves
      self.length = length
    }
  }

  /// How `add(span, to:)`, or `subtract(span, from:)` when not later, moves from `instant` on. Never too long, and a
  /// little short at most where business hours end.
  package func drift(of span: TimeSpan, later: Bool, at instant: Instant) -> Drift {
    if let other = calendar(of: span) { return other.drift(of: span, later: later, at: instant) }
    switch span.unit {
    case .minutes, .hours: return Drift(moves: true, length: .max)
    case .days, .weeks, .months, .businessDays:
      if span.amount == 0 { return Drift(moves: true, length: .max) }
      guard span.amount == span.amount.rounded() else { return Drift(moves: true, length: 1) }
      let moved = later ? add(span, to: instant) : subtract(span, from: instant)
      var length = min(zone.timeToTransition(from: instant), zone.timeToLocalBreak(wallTime(moved, like: instant)))
      // A month after the 29th, 30th and 31st may be one and the same day.
      if span.unit == .businessDays || span.unit == .months {
        let tomorrow = zone.startOfDay(zone.day(of: instant).adding(days: 1))
        length = min(length, tomorrow.milliseconds - instant.milliseconds)
      }
      return Drift(moves: true, length: max(length, 1))
    case .businessHours: return businessDrift(of: span, later: later, at: instant)
    }
  }

  /// The wall time that was asked for when `moved` was found: the day of `moved` at the time of day of `instant`. In a
  /// gap of the clocks `moved` shows a later one.
  private func wallTime(_ moved: Instant, like instant: Instant) -> Int64 {
    let time = Int64(zone.civil(at: instant).millisecondsOfDay)
    let (date, shown) = zone.civil(at: moved)
    // A gap through midnight shows the day after.
    let day = Int64(date.dayNumber) - (Int64(shown) < time - millisecondsPerDay / 2 ? 1 : 0)
    return day * millisecondsPerDay + time
  }

  private func businessDrift(of span: TimeSpan, later: Bool, at instant: Instant) -> Drift {
    guard !workdays.isEmpty, span.amount > 0 else {
      return Drift(moves: span.amount == 0, length: .max)
    }
    guard let open = hoursAround(instant) else {
      let opening = nextOpening(from: instant)
      return Drift(moves: false, length: max(opening.milliseconds - instant.milliseconds, 1))
    }
    let moved = later ? add(span, to: instant) : subtract(span, from: instant)
    // Before the first moment of business nothing moves yet when it is counted backwards from.
    guard later || instant > open.lowerBound else { return Drift(moves: false, length: 1) }
    let target = hoursAround(moved)?.upperBound ?? moved
    let length = min(
      open.upperBound.milliseconds - instant.milliseconds, target.milliseconds - moved.milliseconds)
    return Drift(moves: true, length: max(length, 1))
  }

  /// The business hours that an instant lies in; `nil` when there are none.
  private func hoursAround(_ instant: Instant) -> Range<Instant>? {
    let today = zone.day(of: instant)
    for date in [today.adding(days: -1), today] {
      if let hours = openHours(on: date), hours.contains(instant) { return hours }
    }
    return nil
  }
}

extension Zone {
  /// The milliseconds until the clocks change next; `Int64.max` when they do not.
  func timeToTransition(from instant: Instant) -> Int64 {
    nextTransition(after: instant).map { $0.milliseconds - instant.milliseconds } ?? .max
  }
}
