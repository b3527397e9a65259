import BusinessTime
import TestSupport
import Testing

struct HolidaysTests {
  /// The days of a file with one event made of these lines, which must read without a problem.
  private func days(_ lines: String..., zone: Zone = .utc) -> [String] {
    let (dates, problems) = Holidays.parse(calendar(lines), in: zone)
    #expect(problems.isEmpty)
    return dates.sorted().map(\.description)
  }

  private func problems(_ lines: String...) -> [String] {
    Holidays.parse(calendar(lines)).problems.map { "\($0.line): \($0)" }
  }

  private func calendar(_ lines: [String]) -> String {
    (["BEGIN:VCALENDAR", "BEGIN:VEVENT"] + lines + ["END:VEVENT", "END:VCALENDAR", ""]).joined(separator: "\r\n")
  }

  @Test func aDateIsOneDay() {
    #expect(days("DTSTART;VALUE=DATE:20260501") == ["2026-05-01"])
    #expect(days("DTSTART:20260501") == ["2026-05-01"])
    #expect(days("dtstart;value=date:20260501", "summary:Labour Day") == ["2026-05-01"])
  }

  @Test func theEndIsNotIncluded() {
    #expect(days("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261225") == ["2026-12-24"])
    #expect(
      days("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227") == ["2026-12-24", "2026-12-25", "2026-12-26"])
    // Some programs write the same day for start and end.
    #expect(days("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261224") == ["2026-12-24"])
  }

  @Test(arguments: [
    ("P1D", 1), ("P3D", 3), ("P1W", 7), ("PT24H", 1), ("P1DT1S", 2), ("P1DT12H30M", 2), ("PT1H", 1), ("+P2D", 2),
  ])
  func aDurationCountsDays(duration: String, count: Int) {
    #expect(days("DTSTART;VALUE=DATE:20260501", "DURATION:\(duration)").count == count)
  }

  @Test func aTimedEventTouchesItsDays() throws {
    #expect(days("DTSTART:20260501T100000", "DTEND:20260501T120000") == ["2026-05-01"])
    #expect(days("DTSTART:20260501T220000", "DTEND:20260502T020000") == ["2026-05-01", "2026-05-02"])
    #expect(days("DTSTART:20260501T000000", "DTEND:20260502T000000") == ["2026-05-01"])
    #expect(days("DTSTART:20260501T220000", "DURATION:PT3H") == ["2026-05-01", "2026-05-02"])
    #expect(days("DTSTART;TZID=Asia/Tokyo:20260501T000000", zone: try zone("America/New_York")) == ["2026-05-01"])
    // A time in UTC falls on a day of the policy's zone.
    #expect(
      days("DTSTART:20260430T220000Z", "DTEND:20260501T220000Z", zone: try zone("Europe/Berlin")) == ["2026-05-01"])
  }

  @Test func foldedLinesAreJoined() {
    #expect(days("SUMMARY:Tag der Deu", " tschen Einheit", "DTSTART;VALUE=DA", " TE:2026", "\t1003") == ["2026-10-03"])
    let text = "\u{FEFF}BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\n 0501\nEND:VEVENT\nEND:VCALENDAR"
    #expect(Holidays.parse(text).dates.map(\.description) == ["2026-05-01"])
    #expect(Holidays.parse(text).problems.isEmpty)
    #expect(days("X-NOTE;X-A=\"a:b;c\":d;e:f", "DTSTART:20260501") == ["2026-05-01"])
  }

  @Test func otherComponentsArePassedOver() {
    #expect(
      days("BEGIN:VALARM", "DURATION:PT1H", "DTSTART:19990101", "END:VALARM", "DTSTART:20260501") == ["2026-05-01"])
    let zones = """
      BEGIN:VCALENDAR
      BEGIN:VTIMEZONE
      BEGIN:STANDARD
      DTSTART:19701025T030000
      RRULE:FREQ=HOURLY
      END:STANDARD
      END:VTIMEZONE
      BEGIN:VTODO
      DTSTART:20260101
      END:VTODO
      END:VCALENDAR
      """
    #expect(Holidays.parse(zones).dates.isEmpty)
    #expect(Holidays.parse(zones).problems.isEmpty)
  }

  @Test func everyYearFromItsStart() {
    let newYear = days("DTSTART;VALUE=DATE:20240101", "RRULE:FREQ=YEARLY")
    #expect(newYear.count == 77)
    #expect(newYear.first == "2024-01-01" && newYear.last == "2100-01-01")
    let since1990 = days("DTSTART;VALUE=DATE:19901003", "RRULE:FREQ=YEARLY")
    #expect(since1990.count == 101)
    #expect(since1990.first == "2000-10-03")
    // An occurrence of 1999 that reaches into 2000.
    #expect(
      days("DTSTART;VALUE=DATE:19981231", "DTEND;VALUE=DATE:19990102", "RRULE:FREQ=YEARLY;COUNT=2") == ["2000-01-01"])
  }

  /// A start, a rule, and its days up to 2030.
  @Test(arguments: [
    // The last Monday of May.
    ("20260525", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20281231", ["2026-05-25", "2027-05-31", "2028-05-29"]),
    // The fourth Thursday of November.
    ("20251127", "FREQ=YEARLY;BYDAY=4TH;BYMONTH=11;COUNT=3", ["2025-11-27", "2026-11-26", "2027-11-25"]),
    // The Tuesday after the first Monday of November, every four years.
    (
      "20241105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;UNTIL=20300101",
      ["2024-11-05", "2028-11-07"]
    ),
    // The Monday of 25 to 31 May.
    (
      "20260525", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=25,26,27,28,29,30,31;BYDAY=MO;COUNT=2",
      ["2026-05-25", "2027-05-31"]
    ),
    ("20240229", "FREQ=YEARLY;UNTIL=20330101", ["2024-02-29", "2028-02-29", "2032-02-29"]),
    ("20260228", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=3", ["2026-02-28", "2027-02-28", "2028-02-29"]),
    ("20260101", "FREQ=YEARLY;BYMONTH=1,7;COUNT=3", ["2026-01-01", "2026-07-01", "2027-01-01"]),
    ("20260115", "FREQ=YEARLY;BYMONTHDAY=15;COUNT=3", ["2026-01-15", "2026-02-15", "2026-03-15"]),
    ("20260131", "FREQ=YEARLY;BYMONTHDAY=31;COUNT=3", ["2026-01-31", "2026-03-31", "2026-05-31"]),
    // Without a month, ordinals count in the year: the 20th Monday.
    ("20260518", "FREQ=YEARLY;BYDAY=20MO;COUNT=2", ["2026-05-18", "2027-05-17"]),
    ("20261228", "FREQ=YEARLY;BYDAY=-1MO;COUNT=2", ["2026-12-28", "2027-12-27"]),
    (
      "20260302", "FREQ=YEARLY;BYMONTH=3;BYDAY=MO;COUNT=6",
      [
        "2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30", "2027-03-01",
      ]
    ),
    ("20260504", "FREQ=YEARLY;BYMONTH=5;BYDAY=1MO,-1MO;COUNT=3", ["2026-05-04", "2026-05-25", "2027-05-03"]),
    // A fifth Monday that some years lack.
    ("20260601", "FREQ=YEARLY;BYMONTH=6;BYDAY=5MO;UNTIL=20301231", ["2026-06-29"]),
    // The last day counts; a time on it counts to the second.
    ("20260101", "FREQ=YEARLY;UNTIL=20270101", ["2026-01-01", "2027-01-01"]),
    ("20260101T100000", "FREQ=YEARLY;UNTIL=20270101T095959", ["2026-01-01"]),
    ("20260101T100000", "FREQ=YEARLY;UNTIL=20270101T100000Z", ["2026-01-01", "2027-01-01"]),
    ("20260101", "FREQ=YEARLY;COUNT=1;WKST=SU", ["2026-01-01"]),
    ("20260101", "freq=yearly;count=2", ["2026-01-01", "2027-01-01"]),
    // Counted from a start before the years that are kept.
    ("19970101", "FREQ=YEARLY;COUNT=5", ["2000-01-01", "2001-01-01"]),
    ("19960229", "FREQ=YEARLY;INTERVAL=3;UNTIL=20251231", ["2008-02-29", "2020-02-29"]),
    // A start that its rule does not name begins the search and is no occurrence.
    ("20260101", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=2", ["2026-05-25", "2027-05-31"]),
  ])
  func followsARule(start: String, rule: String, expected: [String]) {
    #expect(days("DTSTART:\(start)", "RRULE:\(rule)") == expected)
  }

  @Test func datesAreAddedAndExcluded() {
    #expect(
      days("DTSTART:20260101", "RRULE:FREQ=YEARLY;COUNT=3", "EXDATE;VALUE=DATE:20270101", "RDATE:20270102,20270104")
        == ["2026-01-01", "2027-01-02", "2027-01-04", "2028-01-01"])
    #expect(
      days("DTSTART:20260101T090000", "RRULE:FREQ=YEARLY;COUNT=3", "EXDATE:20270101T090000,20280101T090000")
        == ["2026-01-01"])
    // The whole occurrence falls away with its first day.
    #expect(
      days("DTSTART:20261224", "DTEND:20261227", "RRULE:FREQ=YEARLY;COUNT=2", "EXDATE:20271224")
        == ["2026-12-24", "2026-12-25", "2026-12-26"])
  }

  @Test func anOccurrenceCanBeMovedOrCancelled() {
    let text = """
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      UID:1
      RECURRENCE-ID;VALUE=DATE:20270101
      DTSTART;VALUE=DATE:20270104
      END:VEVENT
      BEGIN:VEVENT
      UID:1
      DTSTART;VALUE=DATE:20260101
      RRULE:FREQ=YEARLY;COUNT=4
      END:VEVENT
      BEGIN:VEVENT
      UID:1
      RECURRENCE-ID;VALUE=DATE:20280101
      DTSTART;VALUE=DATE:20280101
      STATUS:CANCELLED
      END:VEVENT
      BEGIN:VEVENT
      UID:2
      DTSTART;VALUE=DATE:20260501
      STATUS:CANCELLED
      END:VEVENT
      END:VCALENDAR
      """
    let (dates, problems) = Holidays.parse(text)
    #expect(dates.sorted().map(\.description) == ["2026-01-01", "2027-01-04", "2029-01-01"])
    #expect(problems.isEmpty)
  }

  @Test func whatWouldMoveAHolidayIsAProblem() {
    let start = "DTSTART:20260101"
    #expect(problems(start, "RRULE:FREQ=MONTHLY") == ["4: only FREQ=YEARLY is supported, not `MONTHLY`"])
    #expect(
      problems(start, "RRULE:FREQ=YEARLY;BYSETPOS=1;BYDAY=MO") == ["4: the rule part `BYSETPOS` is not supported"])
    #expect(problems(start, "RRULE:FREQ=YEARLY;BYEASTER=1") == ["4: the rule part `BYEASTER` is not supported"])
    #expect(problems(start, "RRULE:FREQ=YEARLY;COUNT=2;UNTIL=20300101") == ["4: a rule has COUNT or UNTIL, not both"])
    #expect(problems(start, "EXRULE:FREQ=YEARLY") == ["4: EXRULE is not supported"])
    #expect(problems(start, "RRULE:FREQ=YEARLY", "RRULE:FREQ=YEARLY") == ["5: the event has a second RRULE"])
    #expect(
      problems(start, "UID:1", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101")
        == ["5: RECURRENCE-ID;RANGE is not supported"])
    #expect(
      problems(start, "RECURRENCE-ID:20260101") == ["4: RECURRENCE-ID needs the UID of the event that it changes"])
    #expect(
      problems(start, "RDATE;VALUE=PERIOD:20260101T000000Z/P1D")
        == ["4: `20260101T000000Z/P1D` is no value for RDATE"])
  }

  @Test(arguments: [
    "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTH=0", "FREQ=YEARLY;BYMONTH=", "FREQ=YEARLY;BYMONTH=1,,2",
    "FREQ=YEARLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTHDAY=0", "FREQ=YEARLY;BYDAY=XX", "FREQ=YEARLY;BYDAY=0MO",
    "FREQ=YEARLY;BYDAY=54MO", "FREQ=YEARLY;BYDAY=MO TU", "FREQ=YEARLY;INTERVAL=0", "FREQ=YEARLY;INTERVAL=-1",
    "FREQ=YEARLY;COUNT=0", "FREQ=YEARLY;COUNT=x", "FREQ=YEARLY;UNTIL=2030", "FREQ=YEARLY;WKST=XX", "FREQ=YEARLY;",
    "FREQ=YEARLY;BYMONTH=1;BYMONTH=2", "BYMONTH=1", "", "FREQ",
  ])
  func aMalformedRuleIsAProblem(rule: String) {
    let text = calendar(["DTSTART:20260101", "RRULE:\(rule)"])
    let (dates, problems) = Holidays.parse(text)
    #expect(problems.map(\.line) == [4])
    #expect(dates.map(\.description) == ["2026-01-01"], "the start is certain")
  }

  @Test func malformedFilesSayWhere() {
    #expect(problems("SUMMARY:x") == ["2: the event has no DTSTART"])
    #expect(problems("DTSTART:2026-01-01") == ["3: `2026-01-01` is no value for DTSTART"])
    #expect(problems("DTSTART:20260230") == ["3: `20260230` is no value for DTSTART"])
    #expect(problems("DTSTART;VALUE=DATE:20260101T000000") == ["3: `20260101T000000` is no value for DTSTART"])
    #expect(problems("DTSTART:20260101T250000") == ["3: `20260101T250000` is no value for DTSTART"])
    #expect(problems("DTSTART:20260102", "DTEND:20260101") == ["4: the event ends before it starts"])
    #expect(problems("DTSTART:20260102", "DURATION:-P1D") == ["4: `-P1D` is no value for DURATION"])
    #expect(problems("DTSTART:20260102", "DURATION:P") == ["4: `P` is no value for DURATION"])
    #expect(problems("DTSTART:20260102", "DURATION:P1DT") == ["4: `P1DT` is no value for DURATION"])
    #expect(
      problems("DTSTART:20260102", "DTEND:20260103", "DURATION:P1D") == ["5: the event has both DTEND and DURATION"])
    #expect(problems("DTSTART:20260102", "what is this") == ["4: expected NAME:VALUE"])
    #expect(problems("DTSTART:20260102", "EXDATE:20260101,x") == ["4: `x` is no value for EXDATE"])
    #expect(
      Holidays.parse("").problems.map(\.description) == ["there is no BEGIN:VCALENDAR, so this is no calendar file"])
    #expect(Holidays.parse("date,name\n2026-01-01,New Year").problems.count == 3)
  }

  @Test func unbalancedComponentsSayWhere() {
    let (dates, problems) = Holidays.parse(
      """
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      DTSTART:20260101
      BEGIN:VEVENT
      DTSTART:20260102
      END:VEVENT
      END:VTODO
      BEGIN:VEVENT
      DTSTART:20260103
      """)
    #expect(dates.sorted().map(\.description) == ["2026-01-01", "2026-01-02", "2026-01-03"])
    #expect(
      problems.map { "\($0.line): \($0)" } == [
        "1: BEGIN:VCALENDAR is not closed", "2: BEGIN:VEVENT is not closed", "7: END:VTODO closes nothing",
        "8: BEGIN:VEVENT is not closed",
      ])
  }

  @Test func anEventAsLongAsTimeIsClipped() {
    #expect(days("DTSTART:00010101", "DTEND:99991231").count == 36_890)
  }

  @Test func arbitraryFilesNeverTrap() {
    let pieces = [
      "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "DTSTART:20260101", "DTEND:20260103", "RRULE:",
      "FREQ=YEARLY", ";", "BYDAY=-1MO", "BYMONTH=5", "COUNT=999999", "INTERVAL=9999", "\r\n", "\n", "\n ", ":", "\"",
      "EXDATE:", "DURATION:P1W", "é", "\0", "UNTIL=20990101",
    ]
    var generator = SeededGenerator(seed: 10)
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...30, using: &generator))
        .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let lines = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
      for problem in Holidays.parse(text).problems { #expect((1...lines).contains(problem.line)) }
    }
  }
}
