import BusinessTime
import TestSupport
import Testing

struct BusinessCalendarTests {
  private func london() throws -> BusinessCalendar {
    // 2026-04-03 is Good Friday, 2026-04-06 Easter Monday.
    BusinessCalendar(
      zone: try zone("Europe/London"),
      hours: DailyWindow(from: try time("09:00"), to: try time("17:30")),
      holidays: [try date("2026-04-03"), try date("2026-04-06")])
  }

  /// Wall time in London, span, and the wall time after adding it.
  @Test(
    arguments: [
      ("2026-03-02 09:00", 90, .minutes, "2026-03-02 10:30"),
      ("2026-03-02 09:00", 0.5, .minutes, "2026-03-02 09:00:30"),
      ("2026-03-02 09:00", 1.5, .hours, "2026-03-02 10:30"),
      // 24 hours are elapsed time, a day is the same wall time; they part when the clocks change.
      ("2026-03-28 12:00", 24, .hours, "2026-03-29 13:00"),
      ("2026-03-28 12:00", 1, .days, "2026-03-29 12:00"),
      ("2026-10-24 12:00", 24, .hours, "2026-10-25 11:00"),
      ("2026-10-24 12:00", 1, .days, "2026-10-25 12:00"),
      ("2026-03-28 01:30", 1, .days, "2026-03-29 02:30"),
      ("2026-03-22 01:30", 1, .weeks, "2026-03-29 02:30"),
      ("2026-03-02 09:00", 2, .weeks, "2026-03-16 09:00"),
      ("2024-02-28 09:00", 1, .days, "2024-02-29 09:00"),
      ("2023-02-28 09:00", 1, .days, "2023-03-01 09:00"),
      ("2026-03-02 09:00", 1.5, .days, "2026-03-03 21:00"),
      ("2026-03-02 09:00", 0, .days, "2026-03-02 09:00"),
      // Months: the same day, or the last of a shorter month.
      ("2026-03-02 09:00", 1, .months, "2026-04-02 09:00"),
      ("2026-01-31 09:00", 1, .months, "2026-02-28 09:00"),
      ("2028-01-31 09:00", 1, .months, "2028-02-29 09:00"),
      ("2025-11-30 09:00", 3, .months, "2026-02-28 09:00"),
      ("2028-02-29 09:00", 12, .months, "2029-02-28 09:00"),
      ("2026-02-28 01:30", 1, .months, "2026-03-28 01:30"),
      ("2026-02-28 09:00", 0, .months, "2026-02-28 09:00"),
      // Business days: from Friday over the weekend, from a weekend, over the holidays.
      ("2026-03-06 15:00", 1, .businessDays, "2026-03-09 15:00"),
      ("2026-03-06 15:00", 2, .businessDays, "2026-03-10 15:00"),
      ("2026-03-07 15:00", 1, .businessDays, "2026-03-09 15:00"),
      ("2026-03-07 15:00", 2, .businessDays, "2026-03-10 15:00"),
      ("2026-03-08 15:00", 2, .businessDays, "2026-03-10 15:00"),
      ("2026-04-02 10:00", 1, .businessDays, "2026-04-07 10:00"),
      ("2026-04-03 10:00", 1, .businessDays, "2026-04-07 10:00"),
      ("2026-03-07 15:00", 0, .businessDays, "2026-03-07 15:00"),
      ("2026-03-27 01:30", 1, .businessDays, "2026-03-30 01:30"),
      // Business hours, 8.5 a day.
      ("2026-03-02 09:00", 4, .businessHours, "2026-03-02 13:00"),
      ("2026-03-02 16:00", 4, .businessHours, "2026-03-03 11:30"),
      ("2026-03-02 16:00", 1.5, .businessHours, "2026-03-02 17:30"),
      ("2026-03-02 07:00", 1, .businessHours, "2026-03-02 10:00"),
      ("2026-03-02 20:00", 1, .businessHours, "2026-03-03 10:00"),
      ("2026-03-02 17:30", 1, .businessHours, "2026-03-03 10:00"),
      ("2026-03-06 17:00", 1, .businessHours, "2026-03-09 09:30"),
      ("2026-03-07 12:00", 1, .businessHours, "2026-03-09 10:00"),
      ("2026-04-02 17:00", 1, .businessHours, "2026-04-07 09:30"),
      ("2026-03-02 09:00", 42.5, .businessHours, "2026-03-06 17:30"),
      ("2026-03-02 09:00", 43, .businessHours, "2026-03-09 09:30"),
      ("2026-03-27 17:00", 1, .businessHours, "2026-03-30 09:30"),
      ("2026-03-07 12:00", 0, .businessHours, "2026-03-07 12:00"),
    ] as [(String, Double, TimeSpan.Unit, String)])
  func adds(from: String, amount: Double, unit: TimeSpan.Unit, to: String) throws {
    let calendar = try london()
    let result = calendar.add(TimeSpan(amount, unit), to: try instant(from, calendar.zone))
    #expect(result.text(in: calendar.zone) == to)
  }

  @Test(
    arguments: [
      ("2026-03-29 13:00", 24, .hours, "2026-03-28 12:00"),
      ("2026-03-30 01:30", 1, .days, "2026-03-29 02:30"),
      ("2026-10-26 01:30", 1, .days, "2026-10-25 01:30"),
      ("2026-03-16 09:00", 2, .weeks, "2026-03-02 09:00"),
      ("2024-03-01 09:00", 1, .days, "2024-02-29 09:00"),
      ("2026-03-09 15:00", 1, .businessDays, "2026-03-06 15:00"),
      ("2026-03-08 15:00", 1, .businessDays, "2026-03-06 15:00"),
      ("2026-04-07 10:00", 1, .businessDays, "2026-04-02 10:00"),
      ("2026-03-03 11:30", 4, .businessHours, "2026-03-02 16:00"),
      ("2026-03-02 17:30", 8.5, .businessHours, "2026-03-02 09:00"),
      ("2026-03-09 09:00", 1, .businessHours, "2026-03-06 16:30"),
      ("2026-03-08 09:00", 1, .businessHours, "2026-03-06 16:30"),
      ("2026-04-07 09:30", 1, .businessHours, "2026-04-02 17:00"),
    ] as [(String, Double, TimeSpan.Unit, String)])
  func subtracts(from: String, amount: Double, unit: TimeSpan.Unit, to: String) throws {
    let calendar = try london()
    let result = calendar.subtract(TimeSpan(amount, unit), from: try instant(from, calendar.zone))
    #expect(result.text(in: calendar.zone) == to)
  }

  @Test func aRepeatedHourOfBusinessCounts() throws {
    // Open round the clock: 25 hours on the night the clocks go back, 23 on the night they go forward.
    let calendar = BusinessCalendar(
      zone: try zone("Europe/London"), hours: DailyWindow(from: .midnight, to: .midnight),
      workdays: Set(Weekday.allCases))
    #expect(
      try calendar.add(TimeSpan(25, .businessHours), to: instant("2026-10-25 00:00", calendar.zone))
        .text(in: calendar.zone) == "2026-10-26 00:00")
    #expect(
      try calendar.add(TimeSpan(23, .businessHours), to: instant("2026-03-29 00:00", calendar.zone))
        .text(in: calendar.zone) == "2026-03-30 00:00")
  }

  @Test func aNightShiftBelongsToTheDayItBegins() throws {
    let calendar = BusinessCalendar(hours: DailyWindow(from: try time("22:00"), to: try time("06:00")))
    // The shift of Friday 6 March runs until Saturday 06:00; the next begins on Monday.
    #expect(try calendar.isOpen(at: instant("2026-03-07T05:59:59Z")))
    #expect(try !calendar.isOpen(at: instant("2026-03-07T06:00:00Z")))
    #expect(try !calendar.isOpen(at: instant("2026-03-07T23:00:00Z")))
    #expect(try !calendar.isOpen(at: instant("2026-03-02T05:00:00Z")), "Sunday has no shift")
    #expect(
      try calendar.add(TimeSpan(2, .businessHours), to: instant("2026-03-07T05:00:00Z"))
        == instant("2026-03-09T23:00:00Z"))
    #expect(
      try calendar.subtract(TimeSpan(2, .businessHours), from: instant("2026-03-09T23:00:00Z"))
        == instant("2026-03-07T05:00:00Z"))
  }

  @Test(arguments: [
    ("2026-03-02 08:00", "2026-03-02 09:00"), ("2026-03-02 09:00", "2026-03-02 09:00"),
    ("2026-03-02 17:29", "2026-03-02 17:29"), ("2026-03-02 17:30", "2026-03-03 09:00"),
    ("2026-03-06 18:00", "2026-03-09 09:00"), ("2026-04-02 18:00", "2026-04-07 09:00"),
  ])
  func findsTheNextOpening(from: String, opening: String) throws {
    let calendar = try london()
    let result = calendar.nextOpening(from: try instant(from, calendar.zone))
    #expect(result.text(in: calendar.zone) == opening)
  }

  @Test func aCalendarWithoutBusinessNeverReachesIt() throws {
    let calendar = BusinessCalendar(workdays: [])
    let now = try instant("2026-03-02T09:00:00Z")
    for unit in [TimeSpan.Unit.businessDays, .businessHours] {
      #expect(calendar.zone.day(of: calendar.add(TimeSpan(1, unit), to: now)) == .latest)
      #expect(calendar.zone.day(of: calendar.subtract(TimeSpan(1, unit), from: now)) == .earliest)
      #expect(calendar.add(TimeSpan(0, unit), to: now) == now)
      #expect(calendar.nextOpening(from: now) == .latest)
    }
  }

  @Test func absurdSpansStopInsteadOfTrapping() throws {
    let calendar = BusinessCalendar()
    let now = try instant("2026-03-02T09:00:00Z")
    for amount in [1e300, .infinity, .greatestFiniteMagnitude] {
      for unit in TimeSpan.Unit.allCases {
        #expect(calendar.zone.day(of: calendar.add(TimeSpan(amount, unit), to: now)) == .latest)
        #expect(calendar.zone.day(of: calendar.subtract(TimeSpan(amount, unit), from: now)) == .earliest)
      }
    }
    #expect(calendar.add(TimeSpan(.nan, .days), to: now) == now)
  }

  @Test func businessDaysAreFoundByDate() throws {
    let calendar = try london()
    #expect(try calendar.isBusinessDay(date("2026-04-02")))
    #expect(try !calendar.isBusinessDay(date("2026-04-03")))
    #expect(try !calendar.isBusinessDay(date("2026-04-04")))
    #expect(try calendar.nextBusinessDay(after: date("2026-04-02")).description == "2026-04-07")
    #expect(try calendar.previousBusinessDay(before: date("2026-04-07")).description == "2026-04-02")
    #expect(BusinessCalendar().nextBusinessDay(after: .latest) == .latest)
  }

  @Test func addingThenSubtractingLeadsBack() throws {
    var generator = SeededGenerator(seed: 5)
    for identifier in ZoneTests.zones {
      let calendar = BusinessCalendar(zone: try zone(identifier), holidays: try london().holidays)
      for _ in 0..<60 {
        // To the minute, between 2000 and 2100, at noon where wall time is never skipped or repeated.
        let day = CivilDate(dayNumber: .random(in: 10_957...47_481, using: &generator))
        let noon = calendar.zone.instant(day, millisecondsOfDay: 43_200_000)
        guard calendar.zone.civil(at: noon) == (day, 43_200_000) else { continue }
        for unit in [TimeSpan.Unit.minutes, .hours, .days, .weeks, .businessDays, .businessHours] {
          let amount = Double(Int.random(in: 1...300, using: &generator))
          let span = TimeSpan(amount, unit)
          let later = calendar.add(span, to: noon)
          #expect(later > noon)
          if unit == .businessDays || unit == .businessHours, !calendar.isBusinessDay(day) { continue }
          let skipsADay = identifier == "Pacific/Apia" || identifier == "Pacific/Kiritimati"
          if skipsADay, unit == .businessDays { continue }
          let back = calendar.subtract(span, from: later)
          // Business hours that end at closing time: going back from there is the same stretch of open hours.
          #expect(back == noon, "\(identifier) \(day) \(span)")
        }
      }
    }
  }

  @Test func laterStaysLater() throws {
    var generator = SeededGenerator(seed: 6)
    for identifier in ZoneTests.zones {
      let calendar = BusinessCalendar(zone: try zone(identifier))
      for _ in 0..<40 {
        let start = Int64.random(in: 1_000_000_000_000...2_000_000_000_000, using: &generator)
        let first = Instant(milliseconds: start)
        let second = first.adding(milliseconds: .random(in: 0...7_200_000, using: &generator))
        for unit in [TimeSpan.Unit.minutes, .hours, .businessHours] {
          let span = TimeSpan(Double(Int.random(in: 0...100, using: &generator)), unit)
          #expect(calendar.add(span, to: first) <= calendar.add(span, to: second))
        }
      }
    }
  }

  @Test func businessHoursPassOnlyWhileOpen() throws {
    // Counted minute by minute.
    let calendar = try london()
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<40 {
      let start = try instant("2026-03-25T00:00:00Z")
        .adding(milliseconds: Int64.random(in: 0...20_000, using: &generator) * 60_000)
      let minutes = Int.random(in: 1...2000, using: &generator)
      var moment = start
      var open = 0
      while open < minutes {
        if calendar.isOpen(at: moment) { open += 1 }
        moment = moment.adding(milliseconds: 60_000)
      }
      #expect(calendar.add(TimeSpan(Double(minutes) / 60, .businessHours), to: start) == moment)
    }
  }
}
