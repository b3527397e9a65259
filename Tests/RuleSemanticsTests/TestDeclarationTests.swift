import BusinessTime
import RuleDiagnostics
import RuleSemantics
import Testing

@Suite("Tests of a rule book")
struct TestDeclarationTests {
  private static let data = """
    contact { email text key  persona one of (cfo, other)  country text }
    account { domain text key  country text  in_play flag  reach number }
    deal { name text key  amount number }
    asset { language text  topics list of text }
    asset guide { }
    event page_view { path text, seconds number } worth 0.2
    event download { asset asset } worth 0.7
    policy { timezone "Europe/Berlin" }
    score fit { add 10 when persona == cfo }
    journey stage { stage new  stage won when fit > 5 }
    segment warm when fit > 5
    sequence nurture { goal when did download  step intro { send asset guide } }

    """

  private func wrapped(_ statements: String) -> String {
    Self.data + "test \"t\" { \(statements) }"
  }

  @Test(arguments: [
    BookMistake(.testWithoutStart, at: "given contact { persona cfo }", "given contact { persona cfo } expect nothing"),
    BookMistake(
      .clockBackwards, at: "at 2026-03-01 09:00",
      "at 2026-03-02 09:00 expect nothing at 2026-03-01 09:00 expect nothing"),
    BookMistake(.misplacedAgo, at: "2 days", "at 2026-03-02 09:00 given contact { persona cfo } 2 days ago"),
    BookMistake(.severalEvents, at: "interaction", "at 2026-03-02 09:00 given interaction"),
    BookMistake(.unknownProperty, at: "pth", "at 2026-03-02 09:00 given page_view { pth \"/\" }"),
    BookMistake(.unknownProperty, at: "sum", "at 2026-03-02 09:00 given deal { sum 5 }"),
    BookMistake(
      .duplicateProperty, at: "persona", "at 2026-03-02 09:00 given contact { persona cfo  persona other }"),
    BookMistake(
      .unknownTestPerson, at: "\"anne@acme.example\"",
      "at 2026-03-02 09:00 given contact { email \"ann@acme.example\" } expect send asset guide to \"anne@acme.example\""
    ),
    BookMistake(
      .unknownTestStep, at: "into",
      "at 2026-03-02 09:00 given contact { persona cfo } expect enrolled in nurture at step into"),
    BookMistake(.misplacedSkip, at: "skip lower rules", "at 2026-03-02 09:00 expect skip lower rules"),
  ])
  func oneMistakeGivesOneReport(mistake: BookMistake) {
    #expect(CheckedBook(wrapped(mistake.book)).reports == mistake.expected)
  }

  @Test func twoTestsOfOneTitleAreReported() {
    let book = CheckedBook(
      wrapped("at 2026-03-02 09:00 expect nothing") + "\ntest \"t\" { at 2026-03-02 09:00 expect nothing }")
    #expect(book.reports == ["duplicate-declaration at \"\"t\"\""])
  }

  @Test func timesAreThoseOfThePolicy() throws {
    let program = CheckedBook(wrapped("at 2026-07-01 09:00 expect nothing")).program
    #expect(program.tests[0].start == Instant(iso: "2026-07-01T07:00:00Z"))
  }

  @Test func givenValuesAreTyped() throws {
    let book = CheckedBook(
      wrapped(
        """
        with policy
        at 2026-03-02 09:00
        given account { domain "acme.example"  reach 60 }
        given contact { email "ann@acme.example"  persona cfo  fit 75  stage won  warm yes }
        given consent marketing
        given deal { name "Big"  amount 5 }
        given download { asset guide } 2 days ago
        wait 3 days
        at 2026-03-09 09:00
        expect nothing
        expect not send asset guide to "ANN@acme.example"
        expect enrolled in nurture at step intro
        expect fit > 70
        """))
    #expect(book.reports == [])
    let test = try #require(book.program.tests.first)
    #expect(test.withPolicy)
    #expect(test.steps.count == 11)
    guard case .givenRecord(.contact, let values) = test.steps[1].kind else {
      Issue.record("the second step does not give a contact")
      return
    }
    #expect(
      values.map(\.value) == [
        .text("ann@acme.example"), .choice(ChoiceSetID(1), 0), .number(75), .choice(ChoiceSetID(0), 1), .flag(true),
      ])
    guard case .givenEvent(let event, let fields, let ago) = test.steps[4].kind else {
      Issue.record("the fifth step does not give an event")
      return
    }
    #expect(book.program[event].name == "download")
    #expect(fields.map(\.value) == [.asset(AssetID(0))])
    #expect(ago == TimeSpan(2, .days))
  }

  @Test func fieldsTellWhoseActionIsExpected() throws {
    let book = CheckedBook(
      wrapped(
        """
        at 2026-03-02 09:00
        given account { domain "acme.example" }
        given contact { email "ann@acme.example" }
        expect set in_play to yes
        expect set country to "France"
        """))
    #expect(book.reports == [])
    #expect(book.program.tests[0].steps.suffix(2).map(\.subject) == [.account, .contact])
  }

  @Test func aTestOfAccountsAloneIsAboutAnAccount() throws {
    let book = CheckedBook(wrapped("at 2026-03-02 09:00 given account { domain \"a.example\" } expect reach > 5"))
    #expect(book.reports == [])
    guard case .expectCondition(_, .account) = book.program.tests[0].steps[1].kind else {
      Issue.record("the condition is not about the account")
      return
    }
  }
}
