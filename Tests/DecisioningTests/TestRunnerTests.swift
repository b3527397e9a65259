import BusinessTime
import Decisioning
import Testing

private let base = """
  contact { email text key  first_name text  hot flag  size number  tier one of (a < b < c) }
  account { domain text key  name text  big flag missing means no }
  deal { name text key  stage one of (open < won) }
  event page_view { path text } worth 0.2
  event surge for account { topic text }
  asset { type text }
  asset guide "The guide" { type "guide" }
  asset offer "The offer" { type "offer" }

  """

/// The runner of `test` declarations: what passes, what fails, and what a failure tells.
struct TestRunnerTests {
  /// The one test of a book, as `passed` or `failed: messages`.
  private func verdict(_ rules: String, _ test: String) throws -> String {
    let book = try Book(base + rules + "\ntest \"t\" {\n  at 2026-03-02 09:00\n\(test)\n}")
    let result = try #require(runTests(book.plan).first)
    switch result.verdict {
    case .passed: return "passed"
    case .failed(let failures): return "failed: " + failures.map(\.message).joined(separator: "; ")
    }
  }

  private func trace(_ rules: String, _ test: String) throws -> [String] {
    let book = try Book(base + rules + "\ntest \"t\" {\n  at 2026-03-02 09:00\n\(test)\n}")
    guard case .failed(let failures) = try #require(runTests(book.plan).first).verdict else { return [] }
    return failures.flatMap(\.trace)
  }

  private let sends = "rule r { when hot then send asset guide once every 30 days }"

  // MARK: - Expectations

  @Test func anExpectedActionHappensOrFails() throws {
    #expect(try verdict(sends, "given contact { hot yes } expect send asset guide") == "passed")
    #expect(
      try verdict(sends, "given contact { hot no } expect send asset guide")
        == "failed: `expect send asset guide` does not hold: it did not happen")
    #expect(
      try verdict(sends, "given contact { hot yes } expect send asset offer")
        == "failed: `expect send asset offer` does not hold: it did not happen")
  }

  @Test func nothingIsNothing() throws {
    #expect(try verdict(sends, "given contact { hot no } expect nothing") == "passed")
    #expect(
      try verdict(sends, "given contact { hot yes } expect nothing")
        == "failed: nothing was expected, and 1 action happened")
  }

  @Test func whatIsHeldBackDidNotHappen() throws {
    #expect(try verdict(sends, "with policy given contact { hot yes } expect nothing") == "passed")
    #expect(
      try verdict(sends, "with policy given contact { hot yes } given consent marketing expect send asset guide")
        == "passed")
  }

  @Test func anActionThatMustNotHappen() throws {
    #expect(try verdict(sends, "given contact { hot no } expect not send asset guide") == "passed")
    #expect(
      try verdict(sends, "given contact { hot yes } expect not send asset guide")
        == "failed: `expect not send asset guide` does not hold: it happened")
  }

  @Test func eachStopSeesWhatHappenedSinceTheOneBefore() throws {
    #expect(
      try verdict(
        sends,
        """
        given contact { hot yes }
        expect send asset guide
        expect hot
        expect send asset guide
        wait 29 days
        expect nothing
        wait 2 days
        expect send asset guide
        wait 1 day
        expect nothing
        """) == "passed")
  }

  @Test func aConditionIsAboutTheFirstContact() throws {
    let people = "given contact { email \"a@x.example\", size 1 } given contact { email \"b@x.example\", size 2 }"
    #expect(try verdict("", people + " expect size == 1") == "passed")
    #expect(try verdict("", people + " expect size == 2") == "failed: `expect size == 2` does not hold: it is false")
    #expect(
      try verdict("", "given contact { hot yes } expect size == 2")
        == "failed: `expect size == 2` does not hold: it is unknown, since something it needs is missing")
  }

  @Test func theOneWhoIsNamed() throws {
    let people = "given contact { email \"a@x.example\" } given contact { email \"B@x.example\", hot yes }"
    #expect(try verdict(sends, people + " expect send asset guide to \"b@x.example\"") == "passed")
    #expect(try verdict(sends, people + " expect not send asset guide to \"a@x.example\"") == "passed")
    #expect(try verdict(sends, people + " expect send asset guide to \"a@x.example\"") != "passed")
  }

  @Test func anActionIsComparedInWhatItStates() throws {
    let task = """
      rule r {
        when hot
        then create task "Call {first_name otherwise email}" for owner otherwise "desk@example.com"
          due in 2 business days with priority high
      }
      """
    let given = "given contact { email \"ann@x.example\", first_name \"Ann\", hot yes } expect create task "
    for stated in [
      "\"Call Ann\" for owner", "\"Call Ann\" for \"desk@example.com\"",
      "\"Call {first_name otherwise email}\" for owner",
      "\"Call Ann\" for owner otherwise \"desk@example.com\" due in 2 business days",
      "\"Call Ann\" for owner due in 2 days with priority high",
    ] {
      #expect(try verdict(task, given + stated) == "passed")
    }
    for stated in [
      "\"Call Bob\" for owner", "\"Call Ann\" for \"ann@x.example\"", "\"Call Ann\" for owner due in 3 business days",
      "\"Call Ann\" for owner with priority low",
    ] {
      #expect(try verdict(task, given + stated) != "passed")
    }
  }

  @Test func setsAreComparedByFieldAndValue() throws {
    let sets =
      "rule r { when hot then set tier to b } rule s for account { when any(contacts where hot) then set big to yes }"
    let given = "given account { domain \"x.example\" } given contact { hot yes }"
    #expect(try verdict(sets, given + " expect set tier to b expect set big to yes") == "passed")
    #expect(try verdict(sets, given + " expect set tier to c") != "passed")
    #expect(try verdict(sets, given + " expect set big to no") != "passed")
  }

  // MARK: - The clock

  @Test func theClockRunsThroughAWait() throws {
    // The segment is left and entered again between two stops.
    let rules = """
      segment warm when did page_view within 1 day
      rule r { on warm changed to no then create note "cooled" }
      """
    #expect(
      try verdict(
        rules,
        """
        given contact { hot no }
        given page_view
        wait 2 days
        given page_view
        wait 1 hour
        expect create note "cooled"
        expect warm
        """) == "passed")
  }

  @Test func evaluateEverySaysWhenARunIs() throws {
    let rules = "rule r { when did page_view at least 1 times within 1 hour then create note \"x\" }"
    let test = "given contact { hot no } wait 65 minutes given page_view wait 10 minutes expect nothing"
    // Waits end with a run of their own.
    #expect(try verdict(rules, test) != "passed")
    let late = "rule r { on page_view wait 20 minutes then create note \"x\" } "
    let runs = """
      given contact { hot no }
      given page_view
      wait 59 minutes
      expect create note "x"
      """
    #expect(try verdict(late, runs) == "passed")
    #expect(try verdict(late + "policy { evaluate every 30 days }", runs) == "passed")
  }

  @Test func atMovesTheClock() throws {
    #expect(
      try verdict(
        sends, "given contact { hot yes } expect send asset guide at 2026-04-01 09:00 expect send asset guide")
        == "passed")
  }

  @Test func theClockIsThatOfThePolicysZone() throws {
    let book = try Book(
      base + """
        policy { timezone "America/New_York"  quiet between 20:00 and 08:00 }
        rule r { when hot then send asset guide }
        test "early" { at 2026-03-02 07:00 with policy given contact { hot yes } given consent marketing expect nothing wait 1 hour expect send asset guide }
        """)
    #expect(book.testReport() == ["early: passed"])
  }

  // MARK: - Given

  @Test func aLaterGivenChangesTheSameRecord() throws {
    let rules = "rule r { on tier changed to b then create note \"x\" }"
    #expect(
      try verdict(rules, "given contact { tier a } given contact { tier b } expect nothing") == "passed")
    #expect(
      try verdict(rules, "given contact { tier a } wait 1 day given contact { tier b } expect create note \"x\"")
        == "passed")
    #expect(
      try verdict(rules, "given contact { tier a } wait 1 day given contact { tier a } expect nothing") == "passed")
  }

  @Test func eventsBelongToTheContactGivenLast() throws {
    let rules = "rule r { when did page_view within 1 day then create note \"{email}\" }"
    #expect(
      try verdict(
        rules,
        """
        given contact { email "z@x.example" }
        given contact { email "a@x.example" }
        given page_view
        expect create note "a@x.example"
        expect not create note "z@x.example"
        """) == "passed")
  }

  @Test func whoComesLaterMovesNobodysHistory() throws {
    let rules = """
      rule r { when hot then send asset guide once every 30 days }
      rule s { on page_view wait 2 days then create note "{email}" }
      segment warm when hot sync to hubspot list "Warm"
      rule t { on warm changed to yes then notify "sales" "{email}" }
      """
    #expect(
      try verdict(
        rules,
        """
        given account { domain "x.example" }
        given contact { email "m@x.example", hot yes }
        given page_view
        expect send asset guide to "m@x.example"
        expect notify "sales" "m@x.example"
        wait 1 day
        given contact { email "a@x.example", hot yes }
        given account { domain "b.example" }
        given contact { email "b@b.example", hot no }
        expect send asset guide to "a@x.example"
        expect not send asset guide to "m@x.example"
        expect not notify "sales" "m@x.example"
        wait 1 day
        expect create note "m@x.example"
        wait 27 days
        expect not send asset guide to "m@x.example"
        wait 2 days
        expect send asset guide to "m@x.example"
        """) == "passed")
  }

  @Test func peopleBelongToTheGivenAccount() throws {
    let rules =
      "rule r for account { when count(contacts) == 2 and any(deals where stage == open) then create note \"x\" }"
    let people = "given contact { email \"a@x.example\" } given contact { email \"b@x.example\" }"
    let deal = "given deal { name \"d\", stage open }"
    #expect(
      try verdict(rules, "given account { domain \"x.example\" } \(people) \(deal) expect create note \"x\"")
        == "passed")
    #expect(
      try verdict(rules, "\(people) given account { domain \"x.example\" } \(deal) expect create note \"x\"")
        == "passed")
    #expect(
      try verdict(
        rules,
        "given account { domain \"x.example\" } \(people) \(deal) given deal { name \"d\", stage won } expect nothing")
        == "passed")
    #expect(
      try verdict(
        rules,
        """
        given account { domain "x.example" } given contact { email "a@x.example" }
        given account { domain "y.example" } given contact { email "b@y.example" } \(deal) expect nothing
        """) == "passed")
  }

  @Test func accountEventsBelongToTheAccount() throws {
    #expect(
      try verdict(
        "rule r for account { when did surge within 7 days then create note \"x\" }",
        "given account { domain \"x.example\" } given surge 2 days ago expect create note \"x\"") == "passed")
  }

  @Test func valuesOfComputedNamesReplaceTheComputation() throws {
    let rules = """
      define twice = size * 2
      segment large when twice > 10 until twice < 4
      rule r { when large then create note "{twice otherwise 0}" }
      """
    #expect(try verdict(rules, "given contact { size 1, twice 12 } expect large expect create note \"12\"") == "passed")
    #expect(
      try verdict(
        rules, "given contact { size 1, twice 12 } expect large wait 1 hour given contact { twice 5 } expect large")
        == "passed")
  }

  @Test func eventsOfThePastSetOffNothing() throws {
    let rules = "rule r { on page_view then create note \"x\" }"
    #expect(try verdict(rules, "given contact { hot no } given page_view 1 hour ago expect nothing") == "passed")
    #expect(try verdict(rules, "given contact { hot no } given page_view expect create note \"x\"") == "passed")
    #expect(
      try verdict(rules, "given contact { hot no } wait 1 day given page_view 1 hour ago expect create note \"x\"")
        == "passed")
    #expect(
      try verdict(rules, "given contact { hot no } wait 3 days given page_view 2 days ago expect nothing") == "passed")
  }

  @Test func fromNowOnLeavesTheFirstAlone() throws {
    let rules = "rule r { when hot then create note \"x\" from now on }"
    #expect(
      try verdict(
        rules,
        """
        given contact { email "a@x.example", hot yes }
        expect nothing
        wait 1 day
        given contact { email "b@x.example", hot yes }
        expect create note "x" to "b@x.example"
        expect not create note "x" to "a@x.example"
        """) == "passed")
  }

  @Test func businessHoursAndHolidaysAlwaysCount() throws {
    let book = try Book(
      base + """
        policy { holidays from "days.ics" }
        rule r { on page_view wait 1 business day then create note "x" }
        test "over a holiday" {
          at 2026-03-02 09:00
          given contact { hot no }
          given page_view
          wait 1 day
          expect nothing
          wait 1 day
          expect create note "x"
        }
        """)
    let holiday = try #require(CivilDate(year: 2026, month: 3, day: 3))
    #expect(book.testReport(holidays: [[holiday]]) == ["over a holiday: passed"])
    #expect(book.testReport().first?.hasPrefix("over a holiday: failed") == true)
  }

  /// A condition counts business days as the waits of the contact do.
  @Test func holidaysOfSomeCountInTheirConditions() throws {
    let book = try Book(
      base + """
        policy {
          timezone "UTC"  holidays from "days.ics" when email starts with "de"
          holidays from "more.ics" when email ends with "at.example"
        }
        define lately = did page_view within 2 business days
        test "over holidays" {
          at 2026-03-05 09:00
          given contact { email "de@us.example" }
          given page_view 50 hours ago
          expect lately
        }
        test "without" {
          at 2026-03-05 09:00
          given contact { email "us@us.example" }
          given page_view 50 hours ago
          expect not lately
        }
        test "over two kinds of them" {
          at 2026-03-05 09:00
          given contact { email "de@at.example" }
          given page_view 90 hours ago
          expect lately
        }
        """)
    // Wednesday for the one, Tuesday for the other: two business days before Thursday are Monday and Friday.
    let days = try [4, 3].map { Set([try #require(CivilDate(year: 2026, month: 3, day: $0))]) }
    #expect(book.testReport(holidays: days).filter { !$0.hasSuffix(": passed") } == [])
    #expect(book.testReport().first?.hasPrefix("over holidays: failed") == true)
  }

  @Test func everybodyIsInTheFirstArm() throws {
    let experiment = """
      rule r { when hot then create note "x" }
      experiment e on r { arm a 1% { send asset guide } arm b 99% { create note "y" } measure did page_view within 7 days afterwards }
      """
    #expect(try verdict(experiment, "given contact { hot yes } expect send asset guide") == "passed")
    #expect(try verdict(experiment, "given contact { hot yes } expect not add to list \"L\"") == "passed")
    #expect(try verdict(experiment, "given contact { hot yes } expect not create note \"x\"") == "passed")
  }

  @Test func aLongTraceIsCut() throws {
    let rules = "rule r { on page_view then create note \"x\" }"
    let views = String(repeating: "given page_view ", count: 15)
    let lines = try trace(rules, "given contact { hot no } \(views) expect nothing")
    #expect(lines.count == 13)
    #expect(lines.first == "3 lines before these")
    #expect(
      try trace(rules, "given contact { hot no } expect create note \"x\"")
        == [
          "nothing happened since the stop before",
          "`r` acts when what follows its `on` happens, and then if its `when` is true",
        ])
  }

  @Test func someoneIsInventedWhereATestNamesNobody() throws {
    #expect(try verdict("", "given page_view expect did page_view within 1 day") == "passed")
    #expect(try verdict("define two = 1 + 1", "expect two == 2") == "passed")
  }

  // MARK: - Traces

  @Test func aFailureTellsWhatHappenedAndWhatTheConditionLacks() throws {
    #expect(
      try trace(
        sends + " rule s { when size > 3 then create note \"big\" }",
        "given contact { email \"a@x.example\", hot no, size 4 } expect send asset guide")
        == [
          "2026-03-02 09:00 s, a@x.example: create note text \"big\"",
          "`r`, a@x.example: its condition is false now", "hot is false",
        ])
    #expect(
      try trace(sends, "with policy given contact { email \"a@x.example\", hot yes } expect send asset guide").first
        == "2026-03-02 09:00 r, a@x.example: send asset asset \"guide\": no consent, no consent for marketing is on record"
    )
    #expect(
      try trace("", "given contact { hot yes } expect send asset guide") == [
        "nothing happened since the stop before", "no rule has such an action",
      ])
    #expect(
      try trace("", "given contact { size 3 } expect size > 3 and hot")
        == ["`size > 3` is false", "`hot` is unknown", "size is 3", "hot is missing"])
  }

  @Test func aFilterPicksTests() throws {
    let book = try Book(
      base
        + "test \"One way\" { at 2026-03-02 09:00 expect nothing } test \"another\" { at 2026-03-02 09:00 expect nothing }"
    )
    #expect(runTests(book.plan, filter: "WAY").map(\.title) == ["One way"])
    #expect(runTests(book.plan).count == 2)
  }
}
