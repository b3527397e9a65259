import BusinessTime
import TestSupport
import Testing

/// Moving an instant moves what lies a span away, for as long as is said.
struct DriftTests {
  private let spans = [
    TimeSpan(90, .minutes), TimeSpan(24, .hours), TimeSpan(1, .days), TimeSpan(7, .days), TimeSpan(2, .weeks),
    TimeSpan(0, .days), TimeSpan(1, .businessDays), TimeSpan(5, .businessDays), TimeSpan(4, .businessHours),
    TimeSpan(20, .businessHours), TimeSpan(1, .months), TimeSpan(3, .months),
  ]

  @Test(arguments: ["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])
  func driftHoldsForItsLength(identifier: String) throws {
    let zone = try zone(identifier)
    var calendar = BusinessCalendar(zone: zone)
    calendar.holidays = [try date("2026-04-03"), try date("2026-04-06")]
    var night = calendar
    night.hours = DailyWindow(from: try time("20:00"), to: try time("04:00"))
    var random = SeededGenerator(seed: 5)
    var endings = 0
    for _ in 0..<3000 {
      let calendar = random.below(3) == 0 ? night : calendar
      // Two years from March 2026, half of them close to a change of the clocks.
      var instant = Instant(milliseconds: 1_772_000_000_000 + Int64(random.below(63_000_000)) * 1000)
      if random.below(2) == 0, let change = zone.nextTransition(after: instant) {
        instant = change.adding(milliseconds: Int64(random.below(864_000) - 432_000) * 1000)
      }
      let span = spans[random.below(spans.count)]
      let later = random.below(2) == 0
      func moved(_ from: Instant) -> Int64 {
        (later ? calendar.add(span, to: from) : calendar.subtract(span, from: from)).milliseconds
      }
      let drift = calendar.drift(of: span, later: later, at: instant)
      #expect(drift.length >= 1)
      let length = min(drift.length, 40 * 86_400_000)
      for offset in [1, length / 3, length / 2, length - 1] where offset >= 0 && offset < length {
        let expected = moved(instant) + (drift.moves ? offset : 0)
        #expect(
          moved(instant.adding(milliseconds: offset)) == expected,
          "\(identifier) \(instant) \(span) \(later) \(offset)")
      }
      if drift.length < 40 * 86_400_000 { endings += 1 }
    }
    #expect(endings > 500)
  }

}
