import BusinessTime
import Testing

struct CivilDateTests {
  @Test func everyDayFromYear1To9999RoundTrips() throws {
    var previous = (year: 0, month: 12, day: 31)
    for dayNumber in CivilDate.earliest.dayNumber...CivilDate.latest.dayNumber {
      let day = CivilDate(dayNumber: dayNumber)
      let parts = day.components
      guard CivilDate(year: parts.year, month: parts.month, day: parts.day) == day, parts > previous else {
        Issue.record("day \(dayNumber) reads as \(parts) after \(previous)")
        return
      }
      previous = parts
    }
    #expect(previous == (9999, 12, 31))
    #expect(CivilDate(year: 1970, month: 1, day: 1)?.dayNumber == 0)
  }

  @Test(arguments: [
    ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2024-02-29", 12, "2025-02-28"),
    ("2024-02-29", 48, "2028-02-29"), ("2026-03-31", -1, "2026-02-28"), ("2026-01-15", -1, "2025-12-15"),
    ("2026-12-31", 2, "2027-02-28"), ("2100-01-30", 1, "2100-02-28"), ("2000-01-30", 1, "2000-02-29"),
    ("2026-05-31", 0, "2026-05-31"), ("0001-01-01", -1, "0001-01-01"), ("9999-12-31", 1, "9999-12-31"),
  ])
  func addsMonths(from: String, months: Int, to: String) throws {
    #expect(try date(from).adding(months: months).description == to)
  }

  @Test(arguments: [
    ("2024-02-28", 1, "2024-02-29"), ("2023-02-28", 1, "2023-03-01"), ("2026-01-01", -1, "2025-12-31"),
    ("9999-12-31", 1, "9999-12-31"), ("0001-01-01", -5, "0001-01-01"),
  ])
  func addsDays(from: String, days: Int, to: String) throws {
    #expect(try date(from).adding(days: days).description == to)
  }

  @Test func arithmeticStopsInsteadOfOverflowing() throws {
    let day = try date("2026-03-01")
    #expect(day.adding(days: .max) == .latest)
    #expect(day.adding(days: .min) == .earliest)
    #expect(day.adding(months: .max) == .latest)
    #expect(day.adding(months: .min) == .earliest)
  }

  @Test(arguments: [
    "", "2026-3-01", "2026-03-1", "2026-02-30", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
    "0000-01-01", "2026-03-01 ", " 2026-03-01", "2026/03/01", "2026-03-01T", "20260301", "+026-03-01", "２０２６-03-01",
  ])
  func refusesWhatIsNoDate(text: String) {
    #expect(CivilDate(iso: text) == nil)
  }

  @Test func readsAndWritesText() throws {
    for text in ["2026-03-01", "2024-02-29", "0001-01-01", "9999-12-31", "2000-02-29"] {
      #expect(try date(text).description == text)
    }
    #expect(try date("2026-03-01").weekday == .sunday)
    #expect(try date("2026-03-01").days(since: date("2026-02-01")) == 28)
  }

  @Test func clockTimesReadAndWriteText() throws {
    for text in ["00:00", "09:00", "23:59"] { #expect(try time(text).description == text) }
    for text in ["", "9:00", "24:00", "09:60", "09:00:00", "0900", "09:0", "-1:00"] {
      #expect(ClockTime(iso: text) == nil, "\(text)")
    }
  }

  @Test func spansReadAsInARule() {
    #expect(TimeSpan(2, .businessDays).description == "2 business days")
    #expect(TimeSpan(1, .days).description == "1 day")
    #expect(TimeSpan(0, .minutes).description == "0 minutes")
    #expect(TimeSpan(1.5, .hours).description == "1.5 hours")
    #expect(TimeSpan(1, .businessHours).description == "1 business hour")
    #expect(TimeSpan(52, .weeks).description == "52 weeks")
  }
}
