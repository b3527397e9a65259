import BusinessTime

/// An instant that moves along with now: now itself, or a span before or after it.
struct RowClock {
  var span: TimeSpan?
  var isLater = false
  var calendar: BusinessCalendar

  func value(at now: Int64) -> Int64 {
    guard let span else { return now }
    let instant = Instant(milliseconds: now)
    return (isLater ? calendar.add(span, to: instant) : calendar.subtract(span, from: instant)).milliseconds
  }

  func drift(at now: Int64) -> BusinessCalendar.Drift {
    guard let span else { return .init(moves: true, length: .max) }
    return calendar.drift(of: span, later: isLater, at: Instant(milliseconds: now))
  }

  /// How many stretches of even movement are looked through; then the end of the last is as early as is known.
  private static let limit = 64
  /// How far a clock may go back when it does, and a little more: a day, on one that counts no business.
  static let longestStepBack: Int64 = 120_000_000
  /// What is later than this is never: a thousand years on.
  private static let farAhead: Int64 = 31_557_600_000_000

  /// The first instant after now at which a test of the clock's value says something else than now, or an earlier one
  /// where that is far ahead.
  ///
  /// - Parameters:
  ///   - candidates: values at which the test may change its mind, or one millisecond after; ascending.
  func firstChange(after now: Int64, _ candidates: [Int64], _ test: (Int64) -> Bool) -> Int64 {
    let first = test(value(at: now))
    var time = now
    for _ in 0..<RowClock.limit {
      let (value, drift) = (value(at: time), drift(at: time))
      if time != now, test(value) != first { return time }
      // What lies behind by more than clocks ever go back is passed for good.
      if candidates.allSatisfy({ $0 < value && value - $0 > RowClock.longestStepBack }) { return .max }
      if drift.moves {
        for candidate in candidates {
          for target in [candidate, candidate &+ 1] where target > value {
            let distance = target.subtractingReportingOverflow(value)
            guard !distance.overflow, distance.partialValue < drift.length else { continue }
            if test(target) != first { return RowClock.sum(time, distance.partialValue) }
          }
        }
      }
      time = RowClock.sum(time, drift.length)
      if time - now > RowClock.farAhead || time == .max { return .max }
    }
    return time
  }

  /// Until when it moves as it does now.
  func steadyEnd(after now: Int64) -> Int64 { RowClock.sum(now, drift(at: now).length) }

  /// The first instant after now at which the clock goes back, or `Int64.max`. An early one where that is far ahead.
  func firstStepBack(after now: Int64) -> Int64 {
    guard let span, span.unit.isCounted else { return .max }
    var time = now
    for _ in 0..<RowClock.limit {
      let drift = drift(at: time)
      let next = RowClock.sum(time, drift.length)
      if next - now > RowClock.farAhead || next == .max { return .max }
      if value(at: next) < value(at: next - 1) { return next }
      time = next
    }
    return time
  }

  static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
