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

  @Test func sidesOfAnIfInsideAWhereAndAnOf() throws {
    let lines = try lines(
      """
      account { domain text key }
      event buy { price number, kind one of (a, b) }
      define spent = sum(if kind == a then price else price / 2 of buy where price > 1)
      define rich = any(colleagues where did buy where (if price > 9 then 1 else 2) == 1)
      test "a" {
        at 2026-03-02 09:00
        given account { domain "acme.example" }
        given contact { email "ann@acme.example"  size 1 }
        given buy { price 5  kind a }
        given contact { email "bob@acme.example" }
        given buy { price 20  kind b }
        given buy { price 1  kind b }
        expect spent == 5
      }
      """)
    #expect(
      lines == [
        "define spent: then of `if kind == a`", "define spent: else of `if kind == a`",
        "define rich: then of `if price > 9`", "define rich: else of `if price > 9`",
      ])
    // Of what the filter leaves out no side is taken.
    let few = try self.lines(
      """
      event buy { price number, kind one of (a, b) }
      define spent = sum(if kind == a then price else price / 2 of buy where price > 1)
      test "a" {
        at 2026-03-02 09:00
        given contact { size 1 }
        given buy { price 1  kind b }
        given buy { price 5  kind a }
        expect spent == 5
      }
      """)
    #expect(
      few == [
        "define spent: then of `if kind == a`",
        "define spent: else of `if kind == a` | `not kind == a` was never true in any test",
      ])
  }

  @Test func clausesOfThePolicy() throws {
    let policy = """
      policy {
        at most 1 message per contact per 2 days, hold the rest up to 1 day
        quiet between 20:00 and 08:00
      }
      rule a { when size > 5 then send asset guide }
      rule b { when size > 5 then send email "hello" }

      """
    let test = """
      test "a" { at 2026-03-02 09:00 with policy given contact { size 6 } given consent marketing expect send asset guide
        wait 2 days }
      """
    let clauses = try lines(policy + test).filter { $0.hasPrefix("policy") }
    #expect(
      clauses == [
        "policy: `at most 1 message per contact per 2 days, hold the rest up to 1 day` holds a message back",
        "policy: a message is held as long as it may be",
        "policy: `quiet between 20:00 and 08:00` holds a message back"
          + " | it held nothing back in any test that says `with policy`",
      ])
    let without = try lines(policy + test.replacing("with policy ", with: "")).filter { $0.hasPrefix("policy") }
    #expect(without.allSatisfy { $0.hasSuffix(" | no test says `with policy`") })
  }

  @Test func waysThroughASequenceAndArms() throws {
    let book = """
      sequence s {
        enroll when size > 5
        goal when persona == cfo
        exit when size > 90
        step one { if size > 50 { create note "big" } else { create note "small" } }
        step two { split { arm x 50% { create note "x" } arm y 50% { wait 1 day  create note "y" } } }
      }
      rule r { when size > 1 then create note "r" }
      experiment e on r { arm p 50% { create note "p" } arm q 50% { create note "q" } measure persona == cfo }

      """
    let test = """
      test "a" { at 2026-03-02 09:00 given contact { size 6 } given arm y of s wait 1 day expect create note "y" }
      """
    #expect(
      try lines(book + test) == [
        "sequence s: enrolls somebody",
        "sequence s: somebody reaches the goal | nobody in it reached the goal in any test",
        "sequence s: somebody leaves by `size > 90` | nobody in it left by it in any test",
        "sequence s: step `one` acts",
        "sequence s: then of `if size > 50` | nobody in the sequence came there in any test",
        "sequence s: else of `if size > 50`", "sequence s: step `two` acts",
        "sequence s: somebody is in arm `x` | nobody in the sequence came there in any test",
        "sequence s: somebody is in arm `y`", "rule r: acts", "rule r: `when` is true",
        "rule r: `when` is not true | `size > 1` was true for everybody in every test",
        "experiment e: somebody is in arm `p`",
        "experiment e: somebody is in arm `q` | the rule never acted in it: no test says `given arm q of …`",
      ])
    let all = """
      test "b" { at 2026-03-02 09:00 given contact { size 60 } given arm q of e wait 1 hour
        given contact { persona cfo } wait 1 hour expect create note "q" }
      test "c" { at 2026-03-02 09:00 given contact { size 6 } given arm y of s wait 1 hour given contact { size 95 }
        wait 1 hour expect create note "small" }
      test "d" { at 2026-03-02 09:00 given contact { size 0 } expect nothing }
      """
    let missing = try lines(book + test + "\n" + all).filter { $0.contains(" | ") }
    #expect(missing.filter { !$0.contains("reaches the goal") } == [])
  }

  /// Reformatted, with other spellings, it is the same book.
  @Test func anotherSpellingOfTheSameBookHasTheSameCoverage() throws {
    let neat = """
      rule a { when persona == cfo and size > 70 and not (size >= 90) then add to list "A" }
      define big = if size > 5 and did demo_request where (at > 2 days ago) then 1 else 2
      test "t" { at 2026-03-02 09:00 given contact { persona cfo  size 75 } expect big == 2 }
      """
    let messy = """
      rule a{when persona is cfo   and
        size>70 # more than that
        && not(size≥90)then add to list "A"}
      define big=if size>5 and did demo_request where(at>2 days ago)
      then 1 else 2
      test "t"{at 2026-03-02 09:00 given contact{persona cfo,size 75}expect big==2}
      """
    func meaning(_ text: String) throws -> [String] {
      try coverage(text).items.map { "\($0.declaration) \($0.text) \($0.isCovered) \($0.reason ?? "")" }
    }
    #expect(try meaning(neat) == meaning(messy))
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
