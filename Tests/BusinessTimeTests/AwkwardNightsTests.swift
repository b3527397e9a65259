import BusinessTime
import Testing

/// The nights in which clocks change, leap days and zones that are none. Every instant is written out by hand, from the
/// rules of the zone: none of them is computed here.
@Suite("Awkward nights")
struct AwkwardNightsTests {
  struct Night: CustomTestStringConvertible, Sendable {
    var zone: String
    /// The day on which the window begins.
    var day: String
    /// 22:00 on the wall that evening.
    var begins: String
    /// 06:00 on the wall next morning.
    var ends: String
    var testDescription: String { "\(zone) \(day)" }

    init(_ zone: String, _ day: String, _ begins: String, _ ends: String) {
      (self.zone, self.day, self.begins, self.ends) = (zone, day, begins, ends)
    }
  }

  static let nights = [
    // Greenwich time in winter, an hour ahead in summer: seven hours long, then nine.
    Night("Europe/London", "2026-03-28", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"),
    Night("Europe/London", "2026-10-24", "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z"),
    // Five hours behind in winter, four in summer.
    Night("America/New_York", "2026-03-07", "2026-03-08T03:00:00Z", "2026-03-08T10:00:00Z"),
    Night("America/New_York", "2026-10-31", "2026-11-01T02:00:00Z", "2026-11-01T11:00:00Z"),
    // Ten and a half hours ahead, eleven in the southern summer: half an hour is given and taken.
    Night("Australia/Lord_Howe", "2026-04-04", "2026-04-04T11:00:00Z", "2026-04-04T19:30:00Z"),
    Night("Australia/Lord_Howe", "2026-10-03", "2026-10-03T11:30:00Z", "2026-10-03T19:00:00Z"),
    // An hour ahead, and Greenwich time in Ramadan, which begins on 18 February 2026.
    Night("Africa/Casablanca", "2026-02-14", "2026-02-14T21:00:00Z", "2026-02-15T06:00:00Z"),
    Night("Africa/Casablanca", "2026-03-21", "2026-03-21T22:00:00Z", "2026-03-22T05:00:00Z"),
    // A plain night, and the one before 29 February.
    Night("Europe/London", "2026-06-10", "2026-06-10T21:00:00Z", "2026-06-11T05:00:00Z"),
    Night("Europe/London", "2028-02-28", "2028-02-28T22:00:00Z", "2028-02-29T06:00:00Z"),
    Night("Europe/London", "2028-02-29", "2028-02-29T22:00:00Z", "2028-03-01T06:00:00Z"),
  ]

  @Test(arguments: nights)
  func aWindowFromTenToSix(_ night: Night) throws {
    let window = DailyWindow(from: try time("22:00"), to: try time("06:00"))
    let zone = try zone(night.zone)
    let (begins, ends) = (try instant(night.begins), try instant(night.ends))
    #expect(window.occurrence(on: try date(night.day), in: zone) == begins..<ends)
    #expect(!window.contains(begins.adding(milliseconds: -1), in: zone))
    #expect(window.contains(begins, in: zone))
    #expect(window.contains(ends.adding(milliseconds: -1), in: zone))
    #expect(!window.contains(ends, in: zone))
    #expect(window.nextEnd(after: begins, in: zone) == ends)
    #expect(window.nextStart(after: begins.adding(milliseconds: -1), in: zone) == begins)
    #expect(window.lastEnd(atOrBefore: ends, in: zone) == ends)
    #expect(window.lastEnd(atOrBefore: ends.adding(milliseconds: 3_600_000), in: zone) == ends)
    #expect(window.lastEnd(atOrBefore: ends.adding(milliseconds: -1), in: zone) < begins)
  }

  /// What the wall never shows moves forward by the gap; what it shows twice is the first of the two.
  @Test(arguments: [
    ("Europe/London", "2026-03-29 01:30", "2026-03-29T01:30:00Z"),
    ("Europe/London", "2026-10-25 01:30", "2026-10-25T00:30:00Z"),
    ("America/New_York", "2026-03-08 02:30", "2026-03-08T07:30:00Z"),
    ("America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00Z"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:45:00Z"),
    ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00Z"),
    ("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22T02:30:00Z"),
    ("Africa/Casablanca", "2026-02-15 02:30", "2026-02-15T01:30:00Z"),
  ])
  func gapsAndRepeats(_ identifier: String, _ wall: String, _ expected: String) throws {
    #expect(try instant(wall, zone(identifier)) == instant(expected))
  }

  /// A day is the same wall time on the next date, 24 hours are 24 hours.
  @Test(arguments: [
    ("Europe/London", "2026-03-28T12:00:00Z", "2026-03-29T11:00:00Z"),
    ("Europe/London", "2026-10-24T11:00:00Z", "2026-10-25T12:00:00Z"),
    ("America/New_York", "2026-03-07T17:00:00Z", "2026-03-08T16:00:00Z"),
    ("America/New_York", "2026-10-31T16:00:00Z", "2026-11-01T17:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T01:00:00Z", "2026-04-05T01:30:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T01:30:00Z", "2026-10-04T01:00:00Z"),
    ("Africa/Casablanca", "2026-02-14T11:00:00Z", "2026-02-15T12:00:00Z"),
    ("Africa/Casablanca", "2026-03-21T12:00:00Z", "2026-03-22T11:00:00Z"),
  ])
  func aDayLaterIsNoonAgain(_ identifier: String, _ noon: String, _ next: String) throws {
    let calendar = BusinessCalendar(zone: try zone(identifier))
    #expect(calendar.add(TimeSpan(1, .days), to: try instant(noon)) == (try instant(next)))
    #expect(calendar.subtract(TimeSpan(1, .days), from: try instant(next)) == (try instant(noon)))
    #expect(
      calendar.add(TimeSpan(24, .hours), to: try instant(noon)) == (try instant(noon)).adding(milliseconds: 86_400_000))
  }

  @Test func leapDays() throws {
    let calendar = BusinessCalendar(zone: try zone("Europe/London"))
    // 28 February 2028 is a Monday.
    #expect(
      calendar.add(TimeSpan(1, .days), to: try instant("2028-02-28T09:00:00Z")) == (try instant("2028-02-29T09:00:00Z"))
    )
    #expect(
      calendar.add(TimeSpan(1, .businessDays), to: try instant("2028-02-28T09:00:00Z"))
        == (try instant("2028-02-29T09:00:00Z")))
    #expect(
      calendar.add(TimeSpan(2, .businessDays), to: try instant("2028-02-28T09:00:00Z"))
        == (try instant("2028-03-01T09:00:00Z")))
    #expect(
      calendar.add(TimeSpan(9, .businessHours), to: try instant("2028-02-28T16:00:00Z"))
        == (try instant("2028-02-29T17:00:00Z")))
    #expect(
      calendar.add(TimeSpan(365, .days), to: try instant("2028-02-29T09:00:00Z"))
        == (try instant("2029-02-28T09:00:00Z")))
    #expect(
      calendar.add(TimeSpan(1, .days), to: try instant("2027-02-28T09:00:00Z")) == (try instant("2027-03-01T09:00:00Z"))
    )
  }

  @Test(arguments: [
    ("2028-01-31", 1, "2028-02-29"), ("2027-01-31", 1, "2027-02-28"), ("2028-02-29", 12, "2029-02-28"),
    ("2028-02-29", 48, "2032-02-29"), ("2028-03-31", -1, "2028-02-29"), ("2026-08-31", 3, "2026-11-30"),
  ])
  func monthsEndWhereTheirDaysEnd(_ from: String, _ months: Int, _ to: String) throws {
    #expect(try date(from).adding(months: months) == date(to))
  }

  @Test(arguments: ["Mars/Olympus", "EST", "GMT+3", "europe/london", "London", "", "Europe/London "])
  func whatIsNoZone(_ text: String) {
    #expect(Zone(identifier: text) == nil)
  }
}
