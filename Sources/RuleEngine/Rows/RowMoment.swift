import BusinessTime

/// An instant that moves along with now, as it was found last: how it moves is known for a while, so that the calendar
/// is not asked again.
struct RowMoment {
  private var foundAt = Int64.max
  private var found: Int64 = 0
  private var drift = BusinessCalendar.Drift(moves: false, length: 0)
  /// Until when nothing goes back; `nil` while nobody asked.
  private var stepBack: (askedAt: Int64, instant: Int64)?

  /// Where it is at an instant, and for how many milliseconds more it moves as it does.
  mutating func state(
    at now: Int64, _ clock: @autoclosure () -> RowClock
  ) -> (value: Int64, moves: Bool, length: Int64) {
    if now < foundAt || now - foundAt >= drift.length {
      let clock = clock()
      foundAt = now
      found = clock.value(at: now)
      drift = clock.drift(at: now)
    }
    let age = now - foundAt
    return (drift.moves ? found + age : found, drift.moves, drift.length == .max ? .max : drift.length - age)
  }

  /// The first instant after now at which it goes back; an early one where that is far ahead.
  mutating func firstStepBack(after now: Int64, _ clock: @autoclosure () -> RowClock) -> Int64 {
    if let stepBack, stepBack.askedAt <= now, now < stepBack.instant { return stepBack.instant }
    let instant = clock().firstStepBack(after: now)
    stepBack = (now, instant)
    return instant
  }
}
