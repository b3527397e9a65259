import RuleDiagnostics
import RuleSemantics
import RuleSyntax
import TestSupport
import Testing

/// One mistake is one report, all the way through the check: what only follows from text that could not be read is not
/// reported as well.
@Suite("Checked mistakes")
struct CheckedMistakeTests {
  private func check(_ text: String) -> (file: SourceFile, diagnostics: [Diagnostic]) {
    var book = SourceBook()
    let file = book.add(path: "book.abm", bytes: Array(text.utf8))
    let parsed = parse(file)
    let assets = AssetFile(path: "assets.csv", columns: ["name", "title"], rows: [])
    let checked = RuleSemantics.check(book, trees: [parsed.tree], assets: [assets])
    return (file, parsed.diagnostics + checked.diagnostics)
  }

  @Test func theWholeBookIsFine() {
    #expect(check(Examples.wholeBook).diagnostics.map(\.message) == [])
  }

  /// Two hundred mistakes, each in a copy of the book of its own.
  @Test func seededMistakesGiveOneReportEach() {
    var generator = SeededGenerator(seed: 7)
    let mutations = Mutation.all(of: Examples.wholeBook).shuffled(using: &generator)
    var right = 0
    var failures: [String] = []
    for mutation in mutations where right + failures.count < 200 {
      let (file, diagnostics) = check(mutation.text)
      // Nothing to say: the text is right all the same, as without a title or with a shorter list.
      guard let first = diagnostics.first else { continue }
      let line = file.position(at: first.range.start).line
      if diagnostics.count == 1, mutation.lines.contains(line) {
        right += 1
      } else {
        failures.append("\(mutation.name) of `\(mutation.what)`: \(diagnostics.map(\.id.rawValue)) on \(line)")
      }
    }
    #expect(right >= 190, "\(failures.joined(separator: "\n"))")
  }

  @Test(arguments: [
    // The end of the book is kept where its start is broken, and names of broken declarations count as declared.
    ("contact { email text key  persona one of (cfo, }", "segment a when persona == cfo"),
    ("contact { email text key  persona }", "segment a when persona == cfo"),
    ("contact { email text key  text }", "segment a when persona == cfo"),
    ("contact { email text key  persona one of (cfo vp) }", "segment a when persona == vp"),
    ("contact { email text key }\ndefine x = (1", "segment a when x"),
    ("contact { email text key }\nscore x { factor a 20 = 1 }", "segment a when x > 20"),
    ("contact { email text key }\nevent worth 2", "segment a when did visit within 3 days"),
    ("contact { email text key }\njourney stage { stage one stge two }", "segment a when stage == two"),
    ("contact { email text key }\nteam sdr \"a@example.com\" }", "when email is known then assign owner from sdr"),
  ])
  func whatFollowsFromItIsNotReported(broken: String, follower: String) {
    #expect(check("\(broken)\n\(follower)\n").diagnostics.map(\.id.rawValue).count == 1)
  }

  @Test func mistakesElsewhereAreReportedAllTheSame() {
    let text = """
      contact { email text key  persona one of (cfo, vp_finance)  seats number }
      rule one { when seats > send asset x }
      segment two when persona == cto
      segment three when saets > 3
      define four = seats +
      """
    #expect(
      check(text).diagnostics.map { $0.id.rawValue }.sorted()
        == ["missing-value", "missing-value", "unknown-name", "unknown-value"])
  }
}
