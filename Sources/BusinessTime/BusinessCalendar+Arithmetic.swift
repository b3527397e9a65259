extension BusinessCalendar {
  /// The instant that lies `span` after `instant`:
  /// - minutes and hours are elapsed time;
  /// - days and weeks lead to the same wall time so many calendar days later, business days so many business days
  ///   later, as `adding(businessDays:to:)` counts them; what is left of a broken number is elapsed time of 24-hour days;
  /// - months lead to the same day of the month and wall time so many months later, or to the last day of a shorter month;
  /// - business hours pass only while business is done, and end at closing time rather than at the next opening.
  ///
  /// Held between `Instant.earliest` and `Instant.latest`, also when business is never done.
  package func add(_ span: TimeSpan, to instant: Instant) -> Instant {
    move(instant, by: span, forward: true)
  }

  /// The instant that lies `span` before `instant`, counted as `add` counts, backwards; business hours that are used
  /// up end at opening time.
  package func subtract(_ span: TimeSpan, from instant: Instant) -> Instant {
    move(instant, by: span, forward: false)
  }

  private func move(_ instant: Instant, by span: TimeSpan, forward: Bool) -> Instant {
    if let other = calendar(of: span) { return other.move(instant, by: span, forward: forward) }
    let sign = forward ? 1.0 : -1.0
    switch span.unit {
    case .minutes:
      return instant.adding(milliseconds: whole(span.amount * 60_000 * sign))
    case .hours:
      return instant.adding(milliseconds: whole(span.amount * 3_600_000 * sign))
    case .days:
      return moveDays(instant, by: span.amount * sign) { $0.adding(days: $1) }
    case .weeks:
      return moveDays(instant, by: span.amount * 7 * sign) { $0.adding(days: $1) }
    case .months:
      return moveDays(instant, by: span.amount * sign) { $0.adding(months: $1) }
    case .businessDays:
      return moveDays(instant, by: span.amount * sign) { adding(businessDays: $1, to: $0) }
    case .businessHours:
      let milliseconds = whole(span.amount * 3_600_000)
      return forward ? open(for: milliseconds, from: instant) : open(for: milliseconds, before: instant)
    }
  }

  private func moveDays(
    _ instant: Instant, by amount: Double, advance: (CivilDate, Int) -> CivilDate
  ) -> Instant {
    let days = amount.rounded(.towardZero)
    let rest = whole((amount - days) * Double(millisecondsPerDay))
    guard days != 0 else { return instant.adding(milliseconds: rest) }
    let (date, time) = zone.civil(at: instant)
    let moved = zone.instant(advance(date, Int(whole(days))), millisecondsOfDay: time)
    return moved.adding(milliseconds: rest)
  }

  /// The instant by which business has been done for so long since `instant`.
  private func open(for milliseconds: Int64, from instant: Instant) -> Instant {
    guard milliseconds > 0 else { return instant }
    guard !workdays.isEmpty else { return .latest }
    var remaining = milliseconds
    // The hours that began the day before may still run.
    var date = zone.day(of: instant).adding(days: -1)
    while date < .latest {
      if let hours = openHours(on: date), hours.upperBound > instant {
        let start = max(hours.lowerBound, instant)
        let length = hours.upperBound.milliseconds - start.milliseconds
        if remaining <= length { return start.adding(milliseconds: remaining) }
        remaining -= length
      }
      date = date.adding(days: 1)
    }
    return .latest
  }

  /// The instant since which business has been done for so long by `instant`.
  private func open(for milliseconds: Int64, before instant: Instant) -> Instant {
    guard milliseconds > 0 else { return instant }
    guard !workdays.isEmpty else { return .earliest }
    var remaining = milliseconds
    var date = zone.day(of: instant)
    while date > .earliest {
      if let hours = openHours(on: date), hours.lowerBound < instant {
        let end = min(hours.upperBound, instant)
        let length = end.milliseconds - hours.lowerBound.milliseconds
        if remaining <= length { return end.adding(milliseconds: -remaining) }
        remaining -= length
      }
      date = date.adding(days: -1)
    }
    return .earliest
  }

  /// The nearest whole number, held where sums with instants cannot overflow; 0 for what is not a number.
  private func whole(_ amount: Double) -> Int64 {
    let limit = 1e18
    guard !amount.isNaN else { return 0 }
    return Int64(min(max(amount.rounded(), -limit), limit))
  }
}
