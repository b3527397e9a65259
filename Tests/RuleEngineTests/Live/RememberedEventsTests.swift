import BusinessTime
import RuleEngine
import RuleSemantics
import Testing

/// What is remembered of events says what reading them again would.
struct RememberedEventsTests {
  private static let declarations = """
    contact { email text key  visits number }
    account { domain text key }
    event page_view { path text  seconds number } worth 0.5
    event demo_request worth 1
    policy { timezone "Europe/London" }
    define views = count(page_view, half life 2 days)
    define worth_of_all = sum(worth of interaction, half life 3 days)
    define mixed = sum(seconds of page_view, half life 5 days)
    score keen {
      factor a 60% = diminishing(views, half at 3)
      factor b 40% = freshness(last(page_view), half life 9 days)
    }
    define views_of_all for account = sum(views of contacts)
    define keen_of_all for account = average(keen of contacts)
    define keenest for account = max(keen of contacts)

    """

  private static func book(_ conditions: String) throws -> RuleBook {
    var book = try RuleBook(declarations + conditions)
    try book.account("x.example")
    try book.contact("a@x.example", of: 0, ["visits": 1])
    for hour in 10..<20 {
      try book.event("page_view", at: "2026-02-20 \(hour):03", ["seconds": .number(Double(hour - 14))])
    }
    try book.event("demo_request", at: "2026-02-27 11:17")
    try book.contact("b@x.example", of: 0, ["visits": 1])
    for day in 1..<9 { try book.event("page_view", at: "2026-02-0\(day) 08:00", ["seconds": 3]) }
    return book
  }

  private func fresh(
    _ book: RuleBook, at now: Instant, _ name: String, row: Int, of subject: Subject = .contact
  ) throws -> Value {
    let evaluation = Evaluation(
      plan: EvaluationPlan(book.program), snapshot: book.world.snapshot(), now: now, calendar: book.world.calendar)
    return evaluation.value(EvaluationPlan(book.program).node(of: try book.definition(name, of: subject).id), row: row)
  }

  /// Thresholds that are the number itself, and its neighbors, days after events were read.
  @Test(arguments: ["views", "worth_of_all", "mixed", "keen"], [0, 1])
  func thresholdsMayBeAsCloseAsNumbersGet(number: String, row: Int) throws {
    try expectAnswers(about: number, row: row, .contact)
  }

  @Test(arguments: ["views_of_all", "keen_of_all", "keenest"])
  func thoseOfAccountsToo(number: String) throws { try expectAnswers(about: number, row: 0, .account) }

  private func expectAnswers(about number: String, row: Int, _ subject: Subject) throws {
    let plain = try RememberedEventsTests.book("")
    let later = plain.world.now.adding(milliseconds: 123_456_789)
    guard case .number(let value) = try fresh(plain, at: later, number, row: row, of: subject) else {
      Issue.record("\(number) is missing")
      return
    }
    var conditions = ""
    let suffix = subject == .account ? " for account" : ""
    for (index, threshold) in [value.nextDown, value, value.nextUp, value * 0.99, value * 1.01].enumerated() {
      for (name, comparison) in [("at_least", ">="), ("more", ">"), ("equal", "=="), ("less", "<"), ("most", "<=")] {
        conditions += "define \(name)_\(index)\(suffix) = \(number) \(comparison) \(threshold)\n"
      }
    }
    let book = try RememberedEventsTests.book(conditions)
    let live = book.live()
    live.advance(to: later)
    var truths: Set<Value> = []
    for (index, answer) in live.answers.enumerated() {
      guard case .definition(let id)? = answer.origins.first else { continue }
      let name = book.program[id].name
      guard
        name.contains("_0") || name.contains("_1") || name.contains("_2") || name.contains("_3") || name.contains("_4")
      else { continue }
      let found = live.value(index, row: Int32(row))
      #expect(try found == fresh(book, at: later, name, row: row, of: subject), "\(number) \(name)")
      truths.insert(found)
    }
    #expect(truths.count == 2)
  }

  /// A decayed count ends up as 0 after so many half-lives; that it does is known in time.
  @Test func whatDecaysToNothingIsNothingInTime() throws {
    let book = try RememberedEventsTests.book("define any_view = views > 0")
    let live = book.live()
    let index = try #require(
      live.answers.firstIndex { $0.origins == [.definition(try book.definition("any_view").id)] })
    let end = book.world.now.adding(milliseconds: 2100 * 86_400_000)
    var looks = 0
    while let next = live.nextInstant, next < end, looks < 200 {
      looks += 1
      // As whoever sleeps a second at least.
      live.advance(to: next.adding(milliseconds: looks > 20 ? 86_400_000 : 0))
    }
    live.advance(to: end)
    #expect(live.value(index, row: 0) == .flag(false))
    #expect(try fresh(book, at: end, "any_view", row: 0) == .flag(false))
  }

  /// The first past that anybody has is one for all others too: they have none, which is another stage than theirs.
  @Test func theFirstPastConcernsEverybody() throws {
    var book = try RuleBook(
      RememberedEventsTests.declarations + """
        journey stage { stage cold  stage warm when visits > 3 }
        define is_steady = stage unchanged for 2 days
        """)
    try book.contact("a@x.example", ["visits": 1])
    try book.contact("b@x.example", ["visits": 5])
    let live = book.live()
    let index = try #require(
      live.answers.firstIndex { $0.origins == [.definition(try book.definition("is_steady").id)] })
    #expect(live.value(index, row: 1) == .flag(true))
    live.apply(.stage(try book.definition("stage").id, row: 0, 0, at: book.world.now))
    let flips = live.advance(to: book.world.now)
    #expect(live.value(index, row: 1) == .flag(false))
    #expect(flips.contains { $0.answer == index && $0.row == 1 })
  }

  /// A change that no answer about time reads leaves these answers due when they were.
  @Test func whatIsDueStaysDueWhenSomethingElseChanges() throws {
    var book = try RuleBook(
      RememberedEventsTests.declarations + "define busy = visits > 3  define lately = did page_view within 7 days")
    try book.contact("a@x.example", ["visits": 1])
    try book.event("page_view", at: "2026-02-27 15:30")
    let live = book.live()
    let visits = try #require(book.program.contact.index(of: "visits"))
    live.apply(.field(.contact, row: 0, visits, .number(9), at: nil))
    let flips = live.advance(to: book.world.now.adding(milliseconds: 10 * 86_400_000))
    #expect(flips.count == 2)
  }
}
