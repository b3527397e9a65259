import BusinessTime
import TestSupport
import Testing

struct DailyWindowTests {
  private func window(_ from: String, _ to: String) throws -> DailyWindow {
    DailyWindow(from: try time(from), to: try time(to))
  }

  @Test func aNightCrossesMidnight() throws {
    let night = try window("22:00", "06:00")
    for (text, isInside) in [
      ("2026-03-02T21:59:59Z", false), ("2026-03-02T22:00:00Z", true), ("2026-03-03T00:00:00Z", true),
      ("2026-03-03T05:59:59Z", true), ("2026-03-03T06:00:00Z", false), ("2026-03-03T12:00:00Z", false),
    ] {
      #expect(try night.contains(instant(text), in: .utc) == isInside, "\(text)")
    }
    #expect(try night.nextEnd(after: instant("2026-03-02T23:00:00Z"), in: .utc) == instant("2026-03-03T06:00:00Z"))
    #expect(try night.nextEnd(after: instant("2026-03-03T01:00:00Z"), in: .utc) == instant("2026-03-03T06:00:00Z"))
    #expect(try night.nextEnd(after: instant("2026-03-03T06:00:00Z"), in: .utc) == instant("2026-03-04T06:00:00Z"))
    #expect(try night.nextStart(after: instant("2026-03-03T01:00:00Z"), in: .utc) == instant("2026-03-03T22:00:00Z"))
    #expect(try night.nextStart(after: instant("2026-03-02T22:00:00Z"), in: .utc) == instant("2026-03-03T22:00:00Z"))
    #expect(try night.nextStart(after: instant("2026-03-02T21:00:00Z"), in: .utc) == instant("2026-03-02T22:00:00Z"))
  }

  @Test func aDayEndsBeforeItsEnd() throws {
    let day = try window("09:00", "17:00")
    #expect(try day.contains(instant("2026-03-02T09:00:00Z"), in: .utc))
    #expect(try !day.contains(instant("2026-03-02T17:00:00Z"), in: .utc))
    #expect(try !day.contains(instant("2026-03-02T08:59:59Z"), in: .utc))
  }

  @Test func equalTimesAreAWholeDay() throws {
    let always = try window("08:00", "08:00")
    for text in ["2026-03-02T07:59:59Z", "2026-03-02T08:00:00Z", "2026-03-02T20:00:00Z"] {
      #expect(try always.contains(instant(text), in: .utc))
    }
    #expect(try always.nextEnd(after: instant("2026-03-02T09:00:00Z"), in: .utc) == instant("2026-03-03T08:00:00Z"))
  }

  @Test func boundsInAGapAreItsEnd() throws {
    // New York skips 02:00 to 03:00 on 8 March 2026; 07:00 UTC is where 03:00 follows.
    let newYork = try zone("America/New_York")
    let gapEnd = try instant("2026-03-08T07:00:00Z")
    let late = try window("22:00", "02:30")
    #expect(try late.nextEnd(after: instant("2026-03-08 01:00", newYork), in: newYork) == gapEnd)
    let early = try window("02:30", "03:10")
    #expect(
      try early.occurrence(on: date("2026-03-08"), in: newYork)
        == gapEnd..<instant("2026-03-08 03:10", newYork))
    let inside = try window("02:15", "02:45")
    #expect(try inside.occurrence(on: date("2026-03-08"), in: newYork) == nil)
    #expect(
      try inside.nextStart(after: instant("2026-03-08 01:00", newYork), in: newYork)
        == instant("2026-03-09 02:15", newYork))
  }

  @Test func boundsInARepeatedHourAreTheFirst() throws {
    // New York shows 01:00 to 02:00 twice on 1 November 2026, from 05:00 UTC and from 06:00 UTC.
    let newYork = try zone("America/New_York")
    let night = try window("22:00", "01:30")
    #expect(try night.contains(instant("2026-11-01T05:29:59Z"), in: newYork))
    #expect(try !night.contains(instant("2026-11-01T05:30:00Z"), in: newYork))
    #expect(try !night.contains(instant("2026-11-01T06:15:00Z"), in: newYork), "over once it has ended")
    let early = try window("01:30", "05:00")
    #expect(try early.contains(instant("2026-11-01T06:15:00Z"), in: newYork), "unbroken once it has begun")
    #expect(
      try early.occurrence(on: date("2026-11-01"), in: newYork)
        == instant("2026-11-01T05:30:00Z")..<instant("2026-11-01T10:00:00Z"))
  }

  @Test func startsAndEndsFitTogether() throws {
    var generator = SeededGenerator(seed: 8)
    for identifier in ZoneTests.zones {
      let place = try zone(identifier)
      for _ in 0..<60 {
        let from = Int.random(in: 0..<288, using: &generator) * 5
        let to = (from + Int.random(in: 60...1200, using: &generator)) % 1440
        let window = DailyWindow(
          from: try #require(ClockTime(hour: from / 60, minute: from % 60)),
          to: try #require(ClockTime(hour: to / 60, minute: to % 60)))
        let now = Instant(milliseconds: .random(in: 1_300_000_000_000...1_900_000_000_000, using: &generator))
        let end = window.nextEnd(after: now, in: place)
        let start = window.nextStart(after: now, in: place)
        #expect(start > now && end > now)
        // Inside, the window ends before it begins again; outside, it begins before it ends.
        #expect(window.contains(now, in: place) == (end <= start || end < start), "\(identifier) \(now)")
        #expect(window.contains(start, in: place))
        #expect(!window.contains(end, in: place))
      }
    }
  }

  @Test func theEndOfTimeIsHeld() throws {
    let night = try window("22:00", "06:00")
    #expect(night.nextEnd(after: .latest, in: .utc) == .latest)
  }
}
