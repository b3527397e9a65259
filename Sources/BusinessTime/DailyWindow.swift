/// A part of every day on the wall clock, from `from` up to, not including, `to`; past midnight when `to` is not
/// later, so that 22:00 to 06:00 is a night and equal times are a whole day. Each time it happens it is one unbroken
/// stretch: a bound that the clocks skip is the end of the gap, one that they show twice is the first, and a window
/// that lies in a gap does not happen that day.
package struct DailyWindow: Hashable, Sendable {
  package var from: ClockTime
  package var to: ClockTime

  package init(from: ClockTime, to: ClockTime) {
    self.from = from
    self.to = to
  }

  package var crossesMidnight: Bool { to <= from }

  /// The stretch that begins on `date`; `nil` when the clocks skip it.
  package func occurrence(on date: CivilDate, in zone: Zone) -> Range<Instant>? {
    let start = zone.firstInstant(atOrPast: from, on: date)
    let end = zone.firstInstant(atOrPast: to, on: crossesMidnight ? date.adding(days: 1) : date)
    return start < end ? start..<end : nil
  }

  package func contains(_ instant: Instant, in zone: Zone) -> Bool {
    let today = zone.day(of: instant)
    return [today.adding(days: -1), today].contains { date in
      occurrence(on: date, in: zone)?.contains(instant) ?? false
    }
  }

  /// The first end after `instant`, not at it: of the running window, otherwise of the next one.
  package func nextEnd(after instant: Instant, in zone: Zone) -> Instant {
    next(after: instant, in: zone) { $0.upperBound }
  }

  /// The last end up to and including `instant`; `Instant.earliest` when there is none.
  package func lastEnd(atOrBefore instant: Instant, in zone: Zone) -> Instant {
    var date = zone.day(of: instant)
    while date > .earliest {
      if let stretch = occurrence(on: date, in: zone), stretch.upperBound <= instant { return stretch.upperBound }
      date = date.adding(days: -1)
    }
    return .earliest
  }

  /// The first start after `instant`, not at it.
  package func nextStart(after instant: Instant, in zone: Zone) -> Instant {
    next(after: instant, in: zone) { $0.lowerBound }
  }

  private func next(after instant: Instant, in zone: Zone, bound: (Range<Instant>) -> Instant) -> Instant {
    // From two days before: a window may have begun on the day before and end in a day that a zone skipped whole.
    var date = zone.day(of: instant).adding(days: -2)
    while date < .latest {
      if let stretch = occurrence(on: date, in: zone), bound(stretch) > instant { return bound(stretch) }
      date = date.adding(days: 1)
    }
    return .latest
  }
}
