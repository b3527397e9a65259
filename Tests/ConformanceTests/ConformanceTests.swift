import RuleSyntax
import RuleDiagnostics
import Testing

/// The examples of the language reference do what the reference says.
struct ConformanceTests {
  @Test(arguments: ConformanceCase.all)
  func example(_ conformance: ConformanceCase) {
    guard !GoldenUpdate.isWanted else { return }
    let outcome = conformance.outcome()
    #expect(outcome.problems == [])
    for kind in ConformanceCase.FenceKind.allCases where kind.isExpectation {
      let expected = conformance.text(of: kind)
      // Matches, actions and lint are compared where the case is about them, everything else always.
      if expected == nil, [.matches, .ranking, .actions, .lint].contains(kind) { continue }
      if expected == nil, kind == .fixed { continue }
      let found = outcome.texts[kind] ?? ""
      #expect(found == expected ?? "", "\(kind.rawValue)")
    }
  }

  /// `UPDATE_GOLDEN=1 swift test --filter ConformanceTests` writes what the cases do into the reference.
  @Test func goldenUpdate() throws {
    if GoldenUpdate.isWanted { try GoldenUpdate.run() }
  }

  @Test func thereAreEnoughCases() {
    #expect(ConformanceCase.all.count >= 300)
  }

  @Test func titlesAreUnique() {
    let titles = ConformanceCase.all.map { "\($0.chapter) \($0.title)" }
    #expect(Set(titles).count == titles.count)
  }
}

extension ConformanceCase {
  /// Whether the rule holds forms that are understood and rewritten.
  var understandsForeignForms: Bool {
    !parse(SourceFile(path: CheckedCase.ruleFile, text: rule)).tree.canonicalEdits.isEmpty
  }
}
