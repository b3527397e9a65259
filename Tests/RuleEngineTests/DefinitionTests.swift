import BusinessTime
import RuleEngine
import RuleSemantics
import Testing

@Suite struct DefinitionTests {
  @Test func hotSegmentOfTheAcceptanceBook() throws {
    let text = """
      contact { email text key  persona one of (cfo, other) }
      account { domain text key  employees number }
      event page_view { path text } worth 0.2
      score fit {
        add 40 when persona == cfo
        add 30 when account.employees between 200 and 5000
        subtract 50 when email matches /@(gmail|yahoo)\\./
        limit 0 to 100
      }
      score interest {
        add 20 per page_view where path starts with "/pricing" at most once per 1 day half life 30 days, up to 60
        subtract 20 when did page_view where path starts with "/careers" within 90 days
        limit 0 to 100
      }
      define grade one of (d < c < b < a) = if fit >= 70 then a else if fit >= 40 then b else if fit > 0 then c else d
      segment hot "Hot" when grade >= b and interest >= 40 until interest < 25
      """
    var book = try RuleBook(text)
    try book.account("acme.example", ["employees": 900])
    try book.contact("ann@acme.example", ["persona": "cfo"])
    try book.event("page_view", at: "2026-02-28 09:00", ["path": "/pricing"])
    try book.event("page_view", at: "2026-03-01 09:00", ["path": "/pricing/eu"])
    try book.event("page_view", at: "2026-03-02 09:00", ["path": "/pricing"])
    try book.contact("cy@gmail.com", of: 0)
    #expect(try book.numbers("fit") == [40, 0])
    #expect(try book.choices("grade") == ["b", "d"])
    let interest = try #require(try book.numbers("interest")[0])
    #expect((58.6...58.7).contains(interest))
    #expect(try book.flags("hot") == [true, false])

    // Twenty days later a member stays; one who was none does not enter.
    book.world.now = book.world.calendar.add(.init(20, .days), to: book.world.now)
    let hot = try book.definition("hot").id
    #expect(try book.flags("hot") == [false, false])
    book.world.contacts[0].previous[hot] = .flag(true)
    #expect(try book.flags("hot") == [true, false])
    book.world.now = book.world.calendar.add(.init(20, .days), to: book.world.now)
    #expect(try book.flags("hot") == [false, false])
  }

  @Test func factorsAreClampedAndMissingIsZero() throws {
    var book = try RuleBook(
      """
      contact { email text key  a number  b number  c number }
      score s { factor a 50% = a  factor b 30% = b  factor c 20% = c }
      """)
    try book.contact("a@acme.example", ["a": 2, "b": -1])
    try book.contact("b@acme.example", ["a": 0.5, "b": 1, "c": 0.25])
    #expect(try book.numbers("s").map { $0?.rounded(.toNearestOrEven) } == [50, 60])
  }

  static let journey = """
    contact { email text key  score number  cold flag  won flag missing means no }
    journey stage {
      stage awareness
      stage consideration when score >= 30
      stage decision when score >= 60
      stage customer when won
      moves back when cold
    }
    journey sticky { stage one  stage two when score >= 30  never moves back }
    journey bare { stage one when score >= 10  stage two when score >= 30 }

    """

  @Test func journeysMoveOnAndBackOnlyWhenAllowed() throws {
    var book = try RuleBook(DefinitionTests.journey)
    let stage = try book.definition("stage")
    let stages: [(previous: Int?, score: RuleBook.Given, cold: RuleBook.Given?, expected: String)] = [
      (nil, 70, nil, "decision"), (nil, 10, nil, "awareness"), (0, 40, nil, "consideration"),
      (2, 40, nil, "decision"), (2, 40, false, "decision"), (2, 40, true, "consideration"),
      (1, 70, true, "decision"), (3, 40, true, "consideration"), (3, 70, false, "customer"),
    ]
    for (index, row) in stages.enumerated() {
      var values = ["score": row.score]
      values["cold"] = row.cold
      try book.contact("c\(index)@acme.example", values)
      if let previous = row.previous, case .choice(let set) = stage.type {
        book.world.contacts[index].previous[stage.id] = .choice(set, previous)
      }
    }
    #expect(try book.choices("stage") == stages.map(\.expected))
  }

  @Test func journeysWithoutAWayBackOrAFirstStage() throws {
    var book = try RuleBook(DefinitionTests.journey)
    let sticky = try book.definition("sticky")
    try book.contact("a@acme.example", ["score": 0])
    if case .choice(let set) = sticky.type { book.world.contacts[0].previous[sticky.id] = .choice(set, 1) }
    #expect(try book.choices("sticky") == ["two"])
    #expect(try book.choices("bare") == [nil])
    // A missing score reaches no stage that asks for one.
    try book.contact("b@acme.example")
    #expect(try book.choices("bare") == [nil, nil])
  }

  @Test func givenValuesReplaceTheComputation() throws {
    var book = try RuleBook(
      DefinitionTests.journey
        + "define double = score * 2\nrule r { when stage == decision and double > 5 then clear score }")
    try book.contact("a@acme.example", ["stage": "decision", "double": 6])
    try book.contact("b@acme.example", ["score": 70])
    #expect(try book.truths(ofRule: "r") == [true, true])
    #expect(try book.choices("stage") == ["decision", "decision"])
  }

  @Test func unchangedCountsFromTheLastChange() throws {
    var book = try RuleBook(
      """
      contact { email text key  score number }
      account { domain text key  tier one of (a, b) }
      journey stage { stage one  stage two when score >= 30 }
      define still = score unchanged for 7 days
      define settled = stage unchanged for 7 days
      define calm = account.tier unchanged for 1 day
      """)
    try book.account("acme.example")
    for index in 0..<4 { try book.contact("c\(index)@acme.example", of: index == 3 ? nil : 0, ["score": 40]) }
    let score = try #require(book.program.contact.index(of: "score"))
    let stage = try book.definition("stage")
    guard case .choice(let set) = stage.type else { return }
    let sevenDaysAgo = book.world.calendar.subtract(.init(7, .days), from: book.world.now)
    book.world.contacts[0].changedAt[score] = sevenDaysAgo
    book.world.contacts[1].changedAt[score] = sevenDaysAgo.adding(milliseconds: 1)
    for row in 0..<3 {
      // The first and third are in the stage for seven days, the second moves on now.
      book.world.contacts[row].previous[stage.id] = .choice(set, row == 1 ? 0 : 1)
      book.world.contacts[row].previousChangedAt[stage.id] = sevenDaysAgo
    }
    // The fourth enters it now.
    book.world.contacts[3].previous[stage.id] = .missing
    try book.contact("missing@acme.example", of: 0)
    book.world.contacts[4].previous[stage.id] = .choice(set, 0)
    #expect(try book.flags("still") == [true, false, true, true, nil])
    #expect(try book.flags("settled") == [true, false, true, false, true])
    #expect(try book.flags("calm") == [nil, nil, nil, nil, nil])
    let tier = try #require(book.program.account.index(of: "tier"))
    book.world.accounts[0].fields[tier.index] = try book.value("a", book.program.account[tier].type)
    #expect(try book.flags("calm") == [true, true, true, nil, true])
  }

  @Test func interpolationFillsInNothingForMissing() throws {
    var book = try RuleBook(
      """
      contact { email text key  first_name text  score number  joined date }
      define greeting = "Call {first_name otherwise email}: {score otherwise 0}, since {joined otherwise 2026-01-01}"
      rule r { when score > 1 then create note "{first_name otherwise "?"} has {score otherwise 0}" }
      """)
    try book.contact("a@acme.example", ["first_name": "Ann", "score": 12, "joined": "2025-05-01"])
    try book.contact("b@acme.example", ["score": 2.5])
    let evaluation = book.world.evaluation()
    let id = try book.definition("greeting").id
    #expect(evaluation.value(of: id, row: 0) == .text("Call Ann: 12, since 2025-05-01"))
    #expect(evaluation.value(of: id, row: 1) == .text("Call b@acme.example: 2.5, since 2026-01-01"))
    guard case .expression(let note) = try book.rule("r").actions[0].arguments[.text] else {
      Issue.record("a note has a text")
      return
    }
    #expect(evaluation.text(note, of: .contact, row: 0) == "Ann has 12")
    #expect(evaluation.text(note, of: .contact, row: 1) == "? has 2.5")
  }

  @Test func numbersInTextsAreReadable() throws {
    var book = try RuleBook(
      """
      contact { email text key  score number }
      define line = "{score otherwise 0}"
      """)
    for score in [0.1 + 0.2, 58.64213, 2, -3, 1e20, 0.00012, 1234567.891] {
      try book.contact("\(score)@acme.example", ["score": .number(score)])
    }
    let evaluation = book.world.evaluation()
    let line = try book.definition("line").id
    let texts = book.world.contacts.indices.map { evaluation.value(of: line, row: $0) }
    #expect(texts == ["0.3", "58.64", "2", "-3", "1e+20", "0.00012", "1234567.89"].map(Value.text))
  }
}
