import BusinessTime
import RuleEngine
import RuleSemantics
import Testing

/// When answers flip while nothing happens but time, worked out by hand.
struct TimerTests {
  private static let declarations = """
    contact { email text key  visits number  seen time  renewal date  stage one of (low < high) }
    account { domain text key  target flag }
    event page_view { path text } worth 0.5
    event demo_request worth 1
    policy { timezone "Europe/London" business hours 09:00 to 17:00 on weekdays }

    """

  /// A condition, what was done before Monday 2 March 2026, 09:00 in London, and when its truth flips, if ever.
  struct Case: Sendable {
    var condition: String
    var events: [String] = []
    var seen: String?
    var renewal: String?
    var flips: [String]
  }

  static let cases = [
    Case(condition: "did page_view within 7 days", events: ["2026-02-27 15:30"], flips: ["2026-03-06 15:30"]),
    // Only the third last counts, and nothing is done when the first leaves.
    Case(
      condition: "did page_view at least 3 times within 14 days",
      events: ["2026-02-20 08:00", "2026-02-21 08:00", "2026-02-24 10:15", "2026-02-26 08:00", "2026-03-01 08:00"],
      flips: ["2026-03-10 10:15"]),
    // Exactly twice: from three to two, from two to one.
    Case(
      condition: "did page_view exactly 2 times within 7 days",
      events: ["2026-02-24 10:00", "2026-02-26 08:00", "2026-03-01 08:00"],
      flips: ["2026-03-03 10:00", "2026-03-05 08:00"]),
    // The clocks go forward on 29 March; a day is the same wall time, 24 hours are not.
    Case(condition: "did page_view within 30 days", events: ["2026-03-01 12:00"], flips: ["2026-03-31 12:00"]),
    Case(condition: "did page_view within 720 hours", events: ["2026-03-01 12:00"], flips: ["2026-03-31 13:00"]),
    Case(
      condition: "did page_view from 10 days ago to 5 days ago", events: ["2026-02-28 18:00"],
      flips: ["2026-03-05 18:00", "2026-03-10 18:00"]),
    // Business hours pass from 09:00 to 17:00: six of them lie between Friday 15:00 and Monday 13:00.
    Case(condition: "did page_view within 6 business hours", events: ["2026-02-27 15:00"], flips: ["2026-03-02 13:00"]),
    Case(condition: "did page_view within 2 business days", events: ["2026-02-26 15:00"], flips: ["2026-03-02 15:00"]),
    Case(condition: "no page_view within 60 days", events: ["2026-02-20 08:00"], flips: ["2026-04-21 08:00"]),
    Case(condition: "did page_view", events: ["2026-02-20 08:00"], flips: []),
    // An event that is still to come counts from its time on.
    Case(condition: "did page_view", events: ["2026-03-04 08:00"], flips: ["2026-03-04 08:00"]),
    Case(condition: "seen in last 3 days", seen: "2026-02-28 06:00", flips: ["2026-03-03 06:00"]),
    Case(condition: "seen in next 3 days", seen: "2026-03-09 06:00", flips: ["2026-03-06 06:00", "2026-03-09 06:00"]),
    Case(condition: "renewal in next 30 days", renewal: "2026-04-20", flips: ["2026-03-21 00:00", "2026-04-21 00:00"]),
    Case(condition: "renewal < today", renewal: "2026-06-10", flips: ["2026-06-11 00:00"]),
    Case(condition: "now > 2026-03-05 12:00", flips: ["2026-03-05 12:00:00.001"]),
    // Half of 1 after a day, a quarter after two.
    Case(
      condition: "freshness(last(page_view), half life 1 day) > 0.25", events: ["2026-03-01 09:00"],
      flips: ["2026-03-03 09:00"]),
    Case(
      condition: "count(page_view, half life 2 days) >= 1", events: ["2026-03-02 09:00", "2026-03-02 09:00"],
      flips: ["2026-03-04 09:00:00.001"]),
    Case(
      condition: "freshness(last(page_view), half life 1 day) > 0", events: ["2026-03-01 09:00"],
      flips: ["2028-12-17 09:00:00.001"]),
    // Decides nothing as long as the other does.
    Case(condition: "visits > 100 and did page_view within 7 days", events: ["2026-02-27 15:30"], flips: []),
    Case(condition: "visits > 1 or did page_view within 7 days", events: ["2026-02-27 15:30"], flips: []),
  ]

  @Test(arguments: cases)
  func flipsAtItsTime(example: Case) throws {
    var book = try RuleBook(TimerTests.declarations + "define answer = \(example.condition)")
    var values: [String: RuleBook.Given] = ["visits": 5]
    if let seen = example.seen { values["seen"] = .text(seen) }
    if let renewal = example.renewal { values["renewal"] = .text(renewal) }
    try book.contact("a@x.example", values)
    for time in example.events { try book.event("page_view", at: time, ["path": "/"]) }
    let zone = book.world.calendar.zone
    let live = book.live()
    var found: [String] = []
    var timers = 0
    while let next = live.nextInstant, timers < 50 {
      timers += 1
      if !live.advance(to: next).isEmpty { found.append(text(next, zone)) }
    }
    #expect(found == example.flips)
    // Two of them may come up for nothing: where clocks change, and within what rounding does to a decaying sum.
    #expect(timers <= example.flips.count + 2, "\(timers) timers")
  }

  private func text(_ instant: Instant, _ zone: Zone) -> String {
    let (date, milliseconds) = zone.civil(at: instant)
    let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = "\(date) \(two(seconds / 3600)):\(two(seconds / 60 % 60))"
    if seconds % 60 == 0, rest == 0 { return minutes }
    let thousandths = String(String(1000 + rest).dropFirst())
    return minutes + ":\(two(seconds % 60))" + (rest == 0 ? "" : ".\(thousandths)")
  }

  @Test func anIdleStateDoesNothing() throws {
    var book = try RuleBook(
      TimerTests.declarations + "define answer = visits > 3 and stage == high  define other = did demo_request")
    for row in 0..<50 { try book.contact("\(row)@x.example", ["visits": .number(Double(row % 7))]) }
    let live = book.live()
    #expect(live.nextInstant == nil)
    let evaluations = live.evaluations
    for day in 1...1000 {
      let flips = live.advance(to: book.world.now.adding(milliseconds: Int64(day) * 86_400_000))
      #expect(flips.isEmpty)
    }
    #expect(live.evaluations == evaluations)
  }

  /// A change asks for what reads it, and of the row that changed.
  @Test func onlyReadersOfAChangeAreAsked() throws {
    var book = try RuleBook(
      TimerTests.declarations + """
        define many = visits > 3
        define high_stage = stage == high
        define keen for account = any(contacts where many)
        define near_keen = account.keen
        """)
    try book.account("x.example")
    try book.account("y.example")
    for row in 0..<10 { try book.contact("\(row)@x.example", of: row % 2, ["visits": 1]) }
    let live = book.live()
    var evaluations = live.evaluations
    let visits = try #require(book.program.contact.index(of: "visits"))
    live.apply(.field(.contact, row: 4, visits, .number(9), at: nil))
    let flips = live.advance(to: book.world.now)
    // `many` of one contact, `keen` of its account, `near_keen` of the account's five people.
    #expect(live.evaluations - evaluations == 1 + 1 + 5)
    #expect(flips.count == 7)
    evaluations = live.evaluations
    let stage = try #require(book.program.contact.index(of: "stage"))
    live.apply(.field(.contact, row: 4, stage, try book.value("high", .choice(ChoiceSetID(0))), at: nil))
    live.advance(to: book.world.now)
    #expect(live.evaluations - evaluations == 1)
  }
}

extension RuleBook {
  func live() -> LiveEvaluation {
    LiveEvaluation(plan: EvaluationPlan(program), snapshot: world.snapshot(), now: world.now, calendar: world.calendar)
  }
}
