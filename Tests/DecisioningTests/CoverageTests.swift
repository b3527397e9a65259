import Decisioning
import RuleDiagnostics
import Testing

struct CoverageTests {
  private let declarations = """
    contact { email text key  persona one of (cfo, other)  size number }
    event demo_request worth 1
    event reply
    asset { type text }
    asset guide { type "guide" }
    """

  private func coverage(_ text: String) throws -> Coverage {
    runTestsWithCoverage(try Book(declarations + "\n" + text).plan).coverage
  }

  /// `declaration: what` for each item, with the reason where it was not reached.
  private func lines(_ text: String) throws -> [String] {
    try coverage(text).items.map { item in
      "\(item.declaration): \(item.text)" + (item.reason.map { " | \($0)" } ?? "")
    }
  }

  @Test func aRuleWithoutTestsSaysSo() throws {
    let lines = try lines("rule a { when size > 5 then add to list \"A\" }")
    #expect(
      lines == [
        "rule a: acts | no test has a contact", "rule a: `when` is true | no test has a contact",
        "rule a: `when` is not true | no test has a contact",
      ])
  }

  @Test func thePartThatWasNeverTrueIsNamed() throws {
    let lines = try lines(
      """
      rule a { when persona == cfo and size > 70 then add to list "A" }
      test "a" { at 2026-03-02 09:00 given contact { persona cfo  size 64 } expect nothing }
      test "b" { at 2026-03-02 09:00 given contact { persona cfo  size 12 } expect nothing }
      """)
    let reason = "`size > 70` was never true in any test (it was 12 to 64)"
    #expect(
      lines == [
        "rule a: acts | \(reason)", "rule a: `when` is true | \(reason)", "rule a: `when` is not true",
      ])
  }

  @Test func partsThatAreTrueOfDifferentPeopleAreNotTogether() throws {
    let lines = try lines(
      """
      rule a { when persona == cfo and size > 70 then add to list "A" }
      test "a" { at 2026-03-02 09:00 given contact { persona cfo  size 1 } expect nothing }
      test "b" { at 2026-03-02 09:00 given contact { persona other  size 80 } expect nothing }
      """)
    #expect(
      lines[1]
        == "rule a: `when` is true | never at the same time for one person in any test: `persona == cfo`; `size > 70`")
  }

  @Test func aRuleThatIsHeldBackSaysBecauseOfWhat() throws {
    let lines = try lines(
      """
      rule a { when size > 5 then send asset guide }
      test "a" { at 2026-03-02 09:00 with policy given contact { size 6 } expect nothing }
      """)
    #expect(
      lines == [
        "rule a: acts | its turn came, but nothing was done: no consent", "rule a: `when` is true",
        "rule a: `when` is not true | `size > 5` was true for everybody in every test",
      ])
  }

  @Test func whatSetsOffARuleIsAnItem() throws {
    let book = """
      rule a { on demo_request when size > 5 then add to list "A" }
      rule b { on reply then add to list "B" }
      test "a" {
        at 2026-03-02 09:00
        given contact { size 6 }
        given demo_request
        expect add to list "A"
      }
      """
    #expect(
      try lines(book) == [
        "rule a: acts", "rule a: is set off", "rule a: `when` is true",
        "rule a: `when` is not true | its `when` was true whenever it was set off",
        "rule b: acts | no test has a `reply`", "rule b: is set off | no test has a `reply`",
      ])
  }

  @Test func branchesStagesLinesAndSegments() throws {
    let lines = try lines(
      """
      define grade one of (c < b < a) = if size >= 50 then a else if size >= 20 then b else c
      score fit { add 10 when persona == cfo  add 5 per demo_request }
      journey stage { stage early  stage late when size > 90  moves back when size < 5 }
      segment big when size > 40 until size < 10
      test "a" {
        at 2026-03-02 09:00
        given contact { persona cfo  size 60 }
        expect grade == a
        expect fit == 10
        expect big
      }
      """)
    #expect(
      lines == [
        "define grade: then of `if size >= 50`",
        "define grade: then of `if size >= 20` | `size >= 50` was true for everybody in every test",
        "define grade: else of `if size >= 20` | `size >= 50` was true for everybody in every test",
        "score fit: the line counts", "score fit: the line counts | it was 0 or missing for everybody in every test",
        "journey stage: somebody is in `early`",
        "journey stage: somebody is in `late` | `size > 90` was never true in any test",
        "journey stage: moves back | `size < 5` was never true in any test (it was 60)",
        "segment big: lets somebody in",
        "segment big: lets somebody out | `size < 10` was never true in any test (it was 60)",
      ])
  }

  /// A value that is given replaces the computation, so that it shows nothing of it.
  @Test func aGivenValueCoversNothingOfItsDefinition() throws {
    let lines = try lines(
      """
      define grade one of (b < a) = if size >= 50 then a else b
      test "a" { at 2026-03-02 09:00 given contact { size 60  grade b } expect grade == b }
      """)
    #expect(lines[0].hasPrefix("define grade: then of `if size >= 50` | "))
  }

  @Test func layoutAndOrderChangeNothing() throws {
    let rule = "rule a { when persona == cfo and size > 70 then add to list \"A\" }"
    let define = "define big = if size > 5 then 1 else 2"
    let test = "test \"t\" { at 2026-03-02 09:00 given contact { persona cfo  size 75 } expect big == 1 }"
    let one = try coverage([rule, define, test].joined(separator: "\n"))
    let spread = rule.split(separator: " ").joined(separator: "\n    ") + " # a comment"
    let other = try coverage([test, define, spread].joined(separator: "\n\n"))
    #expect(one.share == other.share && one.covered < one.items.count)
    func meaning(_ coverage: Coverage) -> Set<String> {
      Set(coverage.items.map { "\($0.declaration) \($0.text) \($0.isCovered) \($0.reason ?? "")" })
    }
    #expect(meaning(one) == meaning(other))
  }
}
