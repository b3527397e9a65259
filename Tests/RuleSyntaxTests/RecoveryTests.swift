import RuleDiagnostics
import RuleSyntax
import Testing

@Suite("Recovery")
struct RecoveryTests {
  /// One mistake in each of many declarations, next to each other.
  @Test func eachOfManyMistakesIsReportedOnce() {
    let text = """
      contact {
        email text ky
        persona one of (cfo, vp_finance
      }
      account {
        domain text key
        employees numbr
      }
      event page_view { path text, seconds } worth 0.2
      event demo_request wroth 1
      asset roi_guide "The guide {
        type "guide"
      }
      team sdr { "a@example.com" otherwise }
      define cold = no interaction within
      define grade one of (b < a) = if fit >= 75 a else b
      score fit {
        add 25 when persona in cfo, vp_finance
        limit 0 100
      }
      journey stage {
        stage awareness
        stge decision when a
      }
      segment hot when score >= 40 untl score < 30
      rule one {
        when score > 70 send asset x
        once every 90
      }
      rule two {
        on demo_request
        then crate task "x" for owner
      rule three {
        when a
        then set tier gold and skip lower rules
      }}
      when b then enroll in
      recommendation best {
        pick best scoring at least 40%
      }
      sequence nurture {
        enroll when a =
        step one { send asset x
        step two { wait 3 }
      }
      policy {
        timezone Europe
        evaluate every 15 minuts
      }
      experiment e of roi {
        arm a 50% { send asset x }
        arm b { send asset y }
      }
      test "t" {
        at 2026-03-02
        given contact { persona }
        expect
      }
      define last = 1
      """
    #expect(
      reports(text) == [
        "2:14 misspelled-word", "3:18 unclosed-parenthesis", "7:13 unknown-type", "9:38 missing-type",
        "10:20 misspelled-word", "11:17 unclosed-text", "14:38 missing-value", "15:30 missing-value",
        "16:44 missing-word", "18:26 unparenthesized", "19:11 missing-word", "23:3 unknown-clause",
        "25:30 misspelled-word", "27:19 missing-then", "28:14 missing-unit", "30:10 unclosed-block",
        "32:8 unknown-action", "35:17 missing-word", "36:2 unmatched-brace", "37:20 missing-name",
        "39:13 missing-value", "42:17 missing-value", "43:12 unclosed-block", "44:19 missing-unit",
        "47:12 missing-value", "48:21 unknown-unit", "50:14 misspelled-word", "52:9 missing-value",
        "55:6 missing-value",
        "56:27 missing-value", "57:3 missing-value",
      ])
    let tree = parse(SourceFile(path: "test.abm", text: text)).tree
    #expect(tree.declarations.count == 21)
    guard case .define(let last)? = tree.declarations.last else {
      Issue.record("the last declaration is lost")
      return
    }
    #expect(last.head.name.text == "last")
  }

  /// Seeded mistakes, one in each copy of a valid book: one report each, on the line of the mistake.
  @Test func seededMistakesAreReportedOnceOnTheirLine() {
    let mutations = Mutation.all(of: Examples.book)
    var tally: [String: Int] = [:]
    var failures: [String] = []
    for number in stride(from: 0, to: mutations.count, by: 7) {
      let mutation = mutations[number]
      let file = SourceFile(path: "test.abm", text: mutation.text)
      let diagnostics = parse(file).diagnostics
      // What still is a valid text is for the checker to judge.
      guard let first = diagnostics.first else { continue }
      let line = file.position(at: first.range.start).line
      if diagnostics.count == 1, mutation.lines.contains(line) {
        tally["right", default: 0] += 1
      } else {
        tally["wrong", default: 0] += 1
        failures.append("\(mutation.name) of `\(mutation.what)`: \(diagnostics.map(\.id.rawValue)) on \(line)")
      }
    }
    let right = tally["right", default: 0]
    let wrong = tally["wrong", default: 0]
    #expect(right > 500)
    #expect(Double(right) / Double(right + wrong) >= 0.98, "\(failures.joined(separator: "\n"))")
  }

  /// Mistakes that can never be valid must be reported.
  @Test func droppedBracesQuotesAndParenthesesAreAlwaysReported() {
    for mutation in Mutation.all(of: Examples.book)
    where ["drop brace", "drop parenthesis", "drop quote"].contains(mutation.name) {
      #expect(!ids(mutation.text).isEmpty, "\(mutation.name) on \(mutation.lines)")
    }
  }
}
