import RuleDiagnostics
import RuleLinting
import RuleSemantics
import RuleSyntax
import TestSupport
import Testing

/// Whatever is done to a rule book, checking and linting it ends, and what is said about it lies inside of it.
@Suite("Damaged rule books")
struct DamagedBookTests {
  private static let book = """
    contact { email text key  persona one of (cfo, it)  tier one of (c < b < a) missing means c  role list of persona
      size number  seen date }
    account { domain text key  target flag missing means no }
    deal { name text key  stage one of stage }
    asset { stage one of stage  topics list of text  follows asset }
    asset guide was booklet "Guide" { stage warm  topics ("a", "b")  follows short }
    asset short { }
    team sdr { "ana@example.com" otherwise "lead@example.com" }
    event page_view { path text } worth 0.2
    score heat { factor a 60% = diminishing(count(page_view), half at 3)  factor b 40% = if target_account then 1 else 0 }
    define target_account = account.target
    journey stage { stage new  stage warm when heat > 30 or size between 3 and 9  moves back when no page_view within 9 days }
    segment keen when heat > 60 and tier >= b until heat < 40 sync to hubspot list "Keen"
    rule up { when tier == c and keen then set tier to b  priority 3 }
    rule down { when tier == b and not keen then set tier to c and notify owner "{email}" and skip lower rules }
    rule seen { on page_view where path contains "/x" wait 3 hours when persona != it then set seen to today }
    recommendation next { from asset where stage == contact.stage  never repeat within 9 days
      factor fit 100% = closeness(candidate.stage, stage)  pick best 2 scoring at least 40% }
    sequence nurture { enroll when keen  goal when did page_view  holdout 10% by account
      step one { send best of next  wait up to 3 days until did page_view }
      step two { if did page_view since step one { send asset guide } else { split { arm x 50% { } arm y 50% { create note "n" } } } } }
    experiment words on up { arm x 50% { set tier to a } arm y 50% { } measure did page_view within 9 days afterwards }
    policy { timezone "Europe/London"  business hours 09:00 to 17:00 on weekdays  never message when not account.target
      at most 2 messages per contact per 7 days, hold the rest up to 3 days  require consent marketing }
    test "t" { at 2026-03-02 09:00  with policy  given contact { email "a@b.example"  persona cfo  stage warm }
      given page_view { path "/" } 2 days ago  wait 3 days  expect enrolled in nurture at step one  expect heat > 3 }
    """

  @Test func theBookItselfHasNoErrors() {
    #expect(reports(Array(Self.book.utf8)).filter { $0.severity == .error } == [])
  }

  @Test(arguments: 0..<8)
  func nothingCrashes(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let tokens = parse(SourceFile(path: "book.abm", text: Self.book)).tree.tokens
    let bytes = Array(Self.book.utf8)
    for _ in 0..<40 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let token = tokens[Int.random(in: 0..<tokens.count - 1, using: &generator)]
        let other = tokens[Int.random(in: 0..<tokens.count - 1, using: &generator)]
        guard token.end <= damaged.count else { continue }
        let replacement = Bool.random(using: &generator) ? [] : Array(bytes[other.start..<other.end])
        damaged.replaceSubrange(token.start..<token.end, with: replacement)
      }
      for report in reports(damaged) {
        let ranges = [report.range] + report.related.map(\.range) + report.fixes.flatMap(\.edits).map(\.range)
        for range in ranges {
          #expect(range.start >= 0 && range.start <= range.end && range.end <= damaged.count)
        }
      }
    }
  }

  private func reports(_ bytes: [UInt8]) -> [Diagnostic] {
    var book = SourceBook()
    let (tree, parsed) = parse(book.add(path: "book.abm", bytes: bytes))
    let (program, checked) = check(book, trees: [tree])
    return parsed + checked + lint(program, trees: [tree])
  }
}
