/// A time of day on the wall clock, to the minute, without a date or zone: minutes since midnight, 0 to 1439.
package struct ClockTime: Hashable, Comparable, Sendable {
  package let minutes: Int

  /// `nil` outside 00:00 to 23:59.
  package init?(hour: Int, minute: Int) {
    guard (0...23).contains(hour), (0...59).contains(minute) else { return nil }
    minutes = hour * 60 + minute
  }

  private init(minutes: Int) {
    self.minutes = minutes
  }

  package static let midnight = ClockTime(minutes: 0)
  /// The usual start and end of business.
  package static let nine = ClockTime(minutes: 9 * 60)
  package static let five = ClockTime(minutes: 17 * 60)

  package var hour: Int { minutes / 60 }
  package var minute: Int { minutes % 60 }

  package static func < (left: ClockTime, right: ClockTime) -> Bool {
    left.minutes < right.minutes
  }
}
