import Glibc
import RuleSemantics
import Testing

@Suite struct EventWindowTests {
  static let schema = """
    contact { email text key  seen time  joined date }
    event page_view { path text, seconds number } worth 0.2
    event demo worth 1
    event reply

    """

  private func book(_ definition: String, at now: String = "2026-03-02 09:00") throws -> RuleBook {
    var book = try RuleBook(EventWindowTests.schema + definition, at: now)
    try book.contact("ann@acme.example", ["seen": "2026-03-01 10:00", "joined": "2026-03-01"])
    return book
  }

  @Test func withinStartsAfterTheSameWallTime() throws {
    // The clocks went forward on 29 March: seven days ago was 09:00 as well, 167 hours earlier.
    var book = try book("define x = count(page_view within 7 days)", at: "2026-03-31 09:00")
    try book.event("page_view", at: "2026-03-24 09:00")
    #expect(try book.numbers("x") == [0])
    try book.event("page_view", at: "2026-03-24 09:00:00.001")
    #expect(try book.numbers("x") == [1])
    try book.event("page_view", at: "2026-03-31 09:00")
    #expect(try book.numbers("x") == [2])
    try book.event("page_view", at: "2026-03-31 09:00:00.001")
    #expect(try book.numbers("x") == [2])
  }

  @Test func hoursAreElapsedTime() throws {
    var book = try book("define x = count(page_view within 168 hours)", at: "2026-03-31 09:00")
    try book.event("page_view", at: "2026-03-24 08:30")
    #expect(try book.numbers("x") == [1])
  }

  @Test func sinceAnInstantIsExclusiveAndSinceADateIncludesItsStart() throws {
    var instant = try book("define x = count(page_view since seen)")
    try instant.event("page_view", at: "2026-03-01 10:00")
    try instant.event("page_view", at: "2026-03-01 10:00:01")
    #expect(try instant.numbers("x") == [1])
    var date = try book("define x = count(page_view since joined)")
    try date.event("page_view", at: "2026-02-28 23:59:59")
    try date.event("page_view", at: "2026-03-01 00:00")
    #expect(try date.numbers("x") == [1])
  }

  @Test func fromTo() throws {
    var book = try book("define x = count(page_view from 10 days ago to 3 days ago)")
    for time in ["2026-02-20 09:00", "2026-02-20 09:01", "2026-02-27 09:00", "2026-02-27 09:01"] {
      try book.event("page_view", at: time)
    }
    #expect(try book.numbers("x") == [2])
  }

  @Test func nothingAfterNowCounts() throws {
    var book = try book("define x = last(page_view)\ndefine y = did page_view")
    try book.event("page_view", at: "2026-03-02 09:00:01")
    #expect(try book.flags("y") == [false])
    #expect(try book.values("x") == [.missing])
  }

  @Test func timesAndFilters() throws {
    var book = try book(
      """
      define twice = did page_view where path contains "/PRICING" at least 2 times within 14 days
      define never = did page_view exactly 0 times
      define not_pricing = did not page_view where path contains "/pricing"
      """)
    try book.event("page_view", at: "2026-03-01 10:00", ["path": "/pricing"])
    try book.event("page_view", at: "2026-03-01 11:00", ["path": "/blog"])
    #expect(try book.flags("twice") == [false])
    try book.event("page_view", at: "2026-03-01 12:00", ["path": "/Pricing/eu"])
    #expect(try book.flags("twice") == [true])
    #expect(try book.flags("never") == [false])
    #expect(try book.flags("not_pricing") == [false])
  }

  @Test func halfLives() throws {
    var book = try book(
      """
      define count_decayed = count(page_view, half life 2 days)
      define sum_decayed = sum(seconds of page_view, half life 2 days)
      define fresh = freshness(last(page_view), half life 2 days)
      define few = diminishing(count(page_view), half at 2)
      """)
    try book.event("page_view", at: "2026-02-28 09:00", ["seconds": 10])
    try book.event("page_view", at: "2026-02-26 09:00")
    #expect(try book.numbers("count_decayed") == [0.75])
    #expect(try book.numbers("sum_decayed") == [5])
    #expect(try book.numbers("fresh") == [0.5])
    #expect(try book.numbers("few") == [0.5])
  }

  @Test func interactionsAreTheEventsWithAWorth() throws {
    var book = try book(
      """
      define cold = no interaction within 60 days
      define depth = sum(worth of interaction)
      define latest = last(interaction)
      """)
    try book.event("reply", at: "2026-03-01 10:00")
    #expect(try book.flags("cold") == [true])
    try book.event("page_view", at: "2026-02-01 10:00")
    try book.event("demo", at: "2026-01-01 10:00")
    #expect(try book.flags("cold") == [false])
    #expect(try book.numbers("depth") == [1.2])
    #expect(try book.values("latest") == [.time(book.world.events[1].time)])
  }

  @Test func pointsPerDayCountTheFirstEventOfEachCalendarDay() throws {
    var book = try book(
      """
      score s { add 5 per page_view where path starts with "/p" within 30 days at most once per 1 day, up to 12 }
      score weekly { add 1 per page_view at most once per 1 week }
      score hourly { add 1 per page_view at most once per 3 hours }
      """)
    try book.event("page_view", at: "2026-02-28 23:59", ["path": "/p"])
    try book.event("page_view", at: "2026-03-01 00:00", ["path": "/p"])
    try book.event("page_view", at: "2026-03-01 02:59", ["path": "/p"])
    #expect(try book.numbers("s") == [10])
    #expect(try book.numbers("weekly") == [1])
    #expect(try book.numbers("hourly") == [2])
    try book.event("page_view", at: "2026-03-02 08:00", ["path": "/p"])
    #expect(try book.numbers("s") == [12])
    #expect(try book.numbers("weekly") == [2])
  }

  @Test func distinctCountsMembersCaseFolded() throws {
    var book = try RuleBook(
      """
      contact { email text key }
      asset { topics list of text }
      asset one { topics ("ROI", "budget") }
      asset two { topics ("roi") }
      event content_download { asset asset }
      define breadth = distinct(asset.topics of content_download within 60 days) / 6
      define assets_seen = distinct(asset of content_download)
      """)
    try book.contact("ann@acme.example")
    try book.event("content_download", at: "2026-03-01 10:00", ["asset": "one"])
    try book.event("content_download", at: "2026-03-01 11:00", ["asset": "two"])
    try book.event("content_download", at: "2026-03-01 12:00")
    #expect(try book.numbers("breadth") == [2.0 / 6])
    #expect(try book.numbers("assets_seen") == [2])
  }

  @Test func dayComparisons() throws {
    var book = try RuleBook(
      """
      contact { email text key  renewal date  seen time }
      define past = renewal >= 90 days ago
      define soon = renewal in next 7 days
      define lately = renewal in last 7 days
      define same_day = seen == 2026-03-01
      define later = 3 hours after seen
      """)
    try book.contact("a@acme.example", ["renewal": "2025-12-02", "seen": "2026-03-01 23:59"])
    try book.contact("b@acme.example", ["renewal": "2025-12-01", "seen": "2026-03-02 00:00"])
    try book.contact("c@acme.example", ["renewal": "2026-03-02"])
    try book.contact("d@acme.example", ["renewal": "2026-03-09"])
    try book.contact("e@acme.example", ["renewal": "2026-02-23"])
    #expect(try book.flags("past") == [true, false, true, true, true])
    #expect(try book.flags("soon") == [false, false, true, true, false])
    #expect(try book.flags("lately") == [false, false, true, false, false])
    #expect(try book.flags("same_day") == [true, false, nil, nil, nil])
  }

  @Test func decayIsExactAtWholeHalfLivesAndCloseBetween() throws {
    var book = try RuleBook(
      """
      contact { email text key  x number }
      define few = diminishing(x, half at 1)
      """)
    let numbers = [0, 1, 2, 10, 52, 0.5, 0.1, 1.0 / 3, 2.7, 33.3, 1e6, -4]
    for number in numbers { try book.contact("\(number)@acme.example", ["x": .number(number)]) }
    for (number, few) in zip(numbers, try book.numbers("few")) {
      let expected = 1 - exp2(-max(number, 0))
      let isWhole = number == number.rounded()
      #expect(abs((few ?? .nan) - expected) <= (isWhole ? 0 : 4e-16), "\(number)")
    }
  }
}
