import RuleDiagnostics
import RuleSemantics
import Testing

/// One cause, one report: what depends on a mistake is not reported as well.
@Suite("Cascades")
struct CascadeTests {
  @Test(arguments: [
    BookMistake(
      .unknownType, at: "nubmer",
      """
      contact { email text key  size nubmer missing means 5 }
      rule r "R" { when size > 5 then set size to 3 }
      test "t" { at 2026-03-02 09:00  given contact { size 5 }  expect size > 3 }
      """),
    BookMistake(
      .unknownChoices, at: "personas",
      """
      contact { email text key  persona one of (cfo, other) }
      asset { who list of personas }
      asset guide { who (cfo, nobody) }
      recommendation r { from asset where contact.persona in who  factor a 100% = 1 }
      """),
    BookMistake(
      .unknownType, at: "flg",
      """
      contact { email text key }
      event signup { vip flg }
      rule r "R" { when did signup where vip then create note "x" }
      test "t" { at 2026-03-02 09:00  given signup { vip yes }  expect nothing }
      """),
    BookMistake(
      .unknownZone, at: "\"Berlin\"",
      """
      contact { email text key }
      policy { timezone "Berlin" }
      test "t" { at 2026-03-02 09:00  given contact { email "a@b.example" }  expect nothing }
      """),
    BookMistake(
      .duplicateDeclaration, at: "contact",
      """
      contact { email text key }
      contact { email text key  size number }
      rule r "R" { when size > 3 then create note "x" }
      """),
    BookMistake(
      .undeclaredRecord, at: "deal",
      """
      contact { email text key }
      test "t" { at 2026-03-02 09:00  given deal { name "Big"  amount 5 }  expect nothing }
      """),
    BookMistake(
      .duplicateDeclaration, at: "nurture",
      """
      contact { email text key  vip flag }
      asset guide { }
      sequence nurture { goal when vip  step one { send asset guide } }
      sequence nurture { goal when vip  step two { send asset guide } }
      test "t" { at 2026-03-02 09:00  given contact { vip yes }  expect enrolled in nurture at step two }
      """),
    BookMistake(
      .duplicateDeclaration, at: "signup",
      """
      contact { email text key }
      event signup { plan text }
      event signup { seats number }
      rule r "R" { when did signup where seats > 5 then create note "x" }
      """),
  ])
  func oneMistakeGivesOneReport(mistake: BookMistake) {
    #expect(CheckedBook(mistake.book).reports == mistake.expected)
  }
}
