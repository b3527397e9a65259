import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import Testing

@Suite struct ExplanationTests {
  static let text = """
    contact {
      email text key  persona one of (cfo, it, other)  employees number  country text  opted_out flag
      seen time
    }
    event page_view { path text } worth 0.2
    event demo worth 1
    score score {
      add 40 when persona == cfo
      add 10 per page_view within 30 days, up to 30
      limit 0 to 100
    }
    journey stage { stage awareness  stage consideration when score >= 30  stage decision when did demo }
    define cold = no interaction within 60 days
    segment warm when score >= 50 until score < 20
    """

  private func book(_ condition: String) throws -> RuleBook {
    var book = try RuleBook(ExplanationTests.text + "\nrule r { when \(condition) then create note \"x\" }")
    try book.contact("ann@acme.example", ["persona": "it", "employees": 64])
    try book.event("page_view", at: "2026-02-28 10:00", ["path": "/a"])
    try book.event("page_view", at: "2026-03-01 10:00", ["path": "/pricing"])
    return book
  }

  private func explanation(_ condition: String) throws -> (Explanation, RuleBook) {
    let book = try book(condition)
    return (book.world.evaluation().explain(try #require(book.rule("r").condition), of: .contact, row: 0), book)
  }

  private func text(_ explanation: Explanation, _ book: RuleBook) -> String {
    book.program.book.text(explanation.range)
  }

  @Test func conditionsShowTheirPartsAndTruths() throws {
    let (explanation, book) = try explanation("employees > 70 and persona in (cfo, it) and opted_out")
    #expect(explanation.truth == false)
    #expect(explanation.parts.map { text($0, book) } == ["employees > 70", "persona in (cfo, it)", "opted_out"])
    #expect(explanation.parts.map(\.truth) == [false, true, nil])
    #expect(explanation.parts[0].parts.map(\.value) == [.number(64), .number(70)])
    guard case .field(.contact, row: 0, let field, changedAt: nil) = explanation.parts[0].parts[0].source else {
      Issue.record("a field is its own source")
      return
    }
    #expect(book.program.contact[field].name == "employees")
  }

  @Test func definitionsExplainThemselvesOnce() throws {
    let (explanation, book) = try explanation("score > 70 and score < 90")
    let first = explanation.parts[0].parts[0]
    guard case .definition(let id, .contact, row: 0, isGiven: false, isRepeated: false) = first.source,
      case .definition(_, _, row: _, isGiven: _, isRepeated: true) = explanation.parts[1].parts[0].source
    else {
      Issue.record("a score is a definition")
      return
    }
    #expect(book.program[id].name == "score")
    #expect(first.value == .number(20))
    let points = first.parts.map { part -> Double? in if case .points(let points) = part.role { points } else { nil } }
    #expect(points == [0, 20])
    guard case .events(let events) = first.parts[1].source else {
      Issue.record("points per event come from events")
      return
    }
    #expect(events.count == 2)
    #expect(events.last?.id == 2)
  }

  @Test func eventsShowHowManyAndTheLast() throws {
    let (explanation, book) = try explanation("did page_view where path contains \"/pricing\"")
    guard case .events(let events) = explanation.source else {
      Issue.record("did comes from events")
      return
    }
    #expect(events.count == 1)
    #expect(events.last?.time == book.world.events[1].time)
    #expect(events.last.map { book.program[$0.type].name } == "page_view")
  }

  @Test func stagesFactorsAndSegmentsShowTheirParts() throws {
    let book = try RuleBook(
      """
      contact { email text key  a number  won flag }
      account { domain text key  target flag }
      journey stage { stage one  stage two when a > 1  stage three when won  moves back when a < 0 }
      score mix { factor first 50% = a  factor second 50% = a / 4 }
      segment warm when mix > 50 until mix < 10
      define rich = account.target
      define busy = count(colleagues where a > 1) + count(account.contacts)
      """)
    var filled = book
    try filled.account("acme.example", ["target": true])
    try filled.contact("ann@acme.example", of: 0, ["a": 2])
    try filled.contact("bo@acme.example", of: 0, ["a": 3])
    try filled.contact("cy@nowhere.example")
    let evaluation = filled.world.evaluation()
    func explain(_ name: String, row: Int = 0) throws -> Explanation {
      evaluation.explain(try filled.definition(name).id, row: row)
    }
    let stage = try explain("stage")
    #expect(stage.parts.map(\.truth) == [true, nil, false])
    let roles = stage.parts.map { part -> String in
      switch part.role {
      case .stage(name: let name): name
      case .movesBack: "back"
      default: "none"
      }
    }
    #expect(roles == ["two", "three", "back"])
    let points = try explain("mix").parts.map { part -> Double? in
      if case .factor(name: _, weight: _, points: let points) = part.role { points } else { nil }
    }
    #expect(points == [50, 25])
    let warm = try explain("warm")
    #expect(warm.truth == true)
    #expect(warm.parts.map(\.truth) == [true, false])
    guard case .field(.account, row: 0, _, changedAt: nil) = try explain("rich").parts[0].source,
      case .noAccount = try explain("rich", row: 2).parts[0].source
    else {
      Issue.record("an account's field is a source")
      return
    }
    let counts = try explain("busy").parts[0].parts.map { part -> PeopleSummary? in
      if case .people(let people) = part.source { people } else { nil }
    }
    #expect(counts.map { $0?.count } == [1, 2])
    #expect(counts.map { $0?.examples } == [["bo@acme.example"], ["ann@acme.example", "bo@acme.example"]])
  }

  @Test func interactionsAndGivenValuesAreSources() throws {
    var book = try RuleBook(
      """
      contact { email text key }
      event page_view { path text } worth 0.2
      event demo worth 1
      define lately = last(interaction)
      define cold = no interaction within 60 days
      """)
    try book.contact("ann@acme.example")
    try book.event("demo", at: "2026-03-01 10:00")
    try book.event("page_view", at: "2026-03-01 09:00")
    try book.contact("bo@acme.example", ["cold": true])
    let evaluation = book.world.evaluation()
    let explanation = evaluation.explain(try book.definition("lately").id, row: 0)
    guard case .events(let events) = explanation.parts[0].source else {
      Issue.record("events are the source")
      return
    }
    #expect(events.count == 2)
    #expect(events.last.map { book.program[$0.type].name } == "demo")
    #expect(events.first?.id == 2)
    guard
      case .definition(_, .contact, row: 1, isGiven: true, isRepeated: false) =
        evaluation.explain(try book.definition("cold").id, row: 1).source
    else {
      Issue.record("a given value is no computation")
      return
    }
  }

  // MARK: - The nearest change

  private func change(_ condition: String) throws -> NearestChange {
    let book = try book(condition)
    return book.world.evaluation().nearestChange(for: try #require(book.rule("r").condition), of: .contact, row: 0)
  }

  private func requirements(_ condition: String) throws -> [RequiredChange.Requirement]? {
    if case .changes(let changes, isCertain: _) = try change(condition) { changes.map(\.requirement) } else { nil }
  }

  private func isImpossible(_ condition: String) throws -> Bool {
    if case .impossible = try change(condition) { true } else { false }
  }

  @Test func numbersMustRise() throws {
    #expect(try requirements("score > 70") == [.compares([.init(.greater, .number(70))])])
    #expect(try requirements("not employees < 70") == [.compares([.init(.greaterOrEqual, .number(70))])])
    #expect(try requirements("70 <= employees") == [.compares([.init(.greaterOrEqual, .number(70))])])
    #expect(
      try requirements("employees between 10 and 20") == [
        .compares([.init(.lessOrEqual, .number(20)), .init(.greaterOrEqual, .number(10))])
      ])
  }

  @Test func ofAnOrTheNearest() throws {
    #expect(try requirements("employees > 70 or employees > 1000") == [.compares([.init(.greater, .number(70))])])
    #expect(try requirements("score > 70 or did demo at least 3 times")?.count == 1)
  }

  @Test func ofAnAndAllThatAreMissing() throws {
    let found = try requirements("employees > 70 and employees < 90 and country is known and persona == it")
    #expect(found == [.compares([.init(.greater, .number(70)), .init(.less, .number(90))]), .isKnown])
  }

  @Test func choicesFlagsAndTexts() throws {
    let book = try book("opted_out")
    guard case .choice(let persona) = book.program.contact.fields[1].type else { return }
    #expect(try requirements("persona in (cfo, other)") == [.isOneOf([.choice(persona, 0), .choice(persona, 2)])])
    #expect(try requirements("persona != it") == [.isOneOf([.choice(persona, 0), .choice(persona, 2)])])
    #expect(try requirements("opted_out") == [.isOneOf([.flag(true)])])
    #expect(try requirements("country == \"x\"") == [.isOneOf([.text("x")])])
    #expect(try requirements("country contains \"x\"") == [.holds(true)])
    #expect(try requirements("persona is unknown") == [.isMissing])
  }

  @Test func eventsMustHappenOrPass() throws {
    #expect(try requirements("did page_view at least 5 times within 30 days") == [.moreEvents(3)])
    #expect(try requirements("count(page_view) >= 4") == [.moreEvents(2)])
    let book = try book("cold")
    let until = book.world.calendar.add(.init(60, .days), to: book.world.events[1].time)
    #expect(try requirements("cold") == [.waits(until: until)])
    #expect(try requirements("no page_view within 60 days") == [.waits(until: until)])
    #expect(try isImpossible("not did page_view"))
    #expect(try isImpossible("did demo from 10 days ago to 5 days ago"))
  }

  @Test func timePasses() throws {
    let book = try book("cold")
    let last = book.world.events[1].time
    let reached = book.world.calendar.add(.init(30, .days), to: last)
    #expect(try requirements("last(page_view) < 30 days ago") == [.waits(until: reached.adding(milliseconds: 1))])
    let day = try #require(CivilDate(iso: "2026-05-01"))
    #expect(try requirements("today >= 2026-05-01") == [.waits(until: book.world.calendar.startOfDay(day))])
  }

  @Test func stagesSayWhatWouldBringThemAbout() throws {
    guard case .changes(let changes, isCertain: true) = try change("stage >= decision") else {
      Issue.record("a stage can be reached")
      return
    }
    #expect(changes.count == 1)
    #expect(changes[0].underlying.map(\.requirement) == [.moreEvents(1)])
    #expect(try requirements("warm") == [.compares([.init(.greaterOrEqual, .number(50))])])
  }

  @Test func whatCannotBeIsImpossible() throws {
    #expect(try isImpossible("score > 100"))
    #expect(try isImpossible("employees > 70 and employees < 60"))
    #expect(try isImpossible("today < 2020-01-01"))
    #expect(try isImpossible("diminishing(employees, half at 3) > 1"))
    #expect(try requirements("employees > 70 and employees < 60 or country is known") == [.isKnown])
  }

  @Test func whatIsTrueNeedsNothing() throws {
    guard case .alreadyTrue = try change("employees == 64") else {
      Issue.record("it is true")
      return
    }
  }

  @Test func occurrencesAreExplainedToo() throws {
    var book = try RuleBook(
      """
      contact { email text key  score number }
      event demo { topic text }
      rule r { on demo when event.topic == "x" and did demo where topic == event.topic at least 2 times
        then create note "x" }
      """)
    try book.contact("ann@acme.example")
    try book.event("demo", at: "2026-03-01 10:00", ["topic": "x"])
    let rule = try book.rule("r")
    let batch = Occurrences(
      of: try #require(rule.trigger).occurrence, subjects: [0], triggers: .events(rows: [0]))
    let evaluation = book.world.evaluation()
    let condition = try #require(rule.condition)
    let explanation = evaluation.explain(condition, of: .contact, occurrences: batch, row: 0)
    #expect(explanation.parts.map(\.truth) == [true, false])
    guard case .events(let events) = explanation.parts[1].source,
      case .changes(let changes, isCertain: true) = evaluation.nearestChange(
        for: condition, of: .contact, occurrences: batch, row: 0)
    else {
      Issue.record("one more event makes it true")
      return
    }
    #expect(events.count == 1)
    #expect(changes.map(\.requirement) == [.moreEvents(1)])
  }
}
