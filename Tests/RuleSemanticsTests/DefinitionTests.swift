import RuleDiagnostics
import RuleSemantics
import Testing

struct DefinitionTests {
  @Test func eachComesAfterThoseThatItReads() {
    let book = CheckedBook(
      "contact { email text key  visits number }",
      "define c = b + a\ndefine b = a * 2\nsegment d when c > 3\ndefine a = visits otherwise 0")
    #expect(book.problems == [])
    #expect(book.program.definitions.map(\.name) == ["a", "b", "c", "d"])
    #expect(book.program.definitions.enumerated().allSatisfy { $0.offset == $0.element.id.index })
  }

  @Test func aLoopIsReportedOnceAndWhole() throws {
    let book = CheckedBook(
      "contact { email text key }\nevent visit",
      """
      define a = b + 1
      define b = c + count(visit)
      score c { factor x 100% = a }
      segment user when a > 3 and b > 3 and c > 3
      """)
    let report = try #require(book.diagnostics.first)
    #expect(book.problems == ["cyclic-definition: b"])
    #expect(report.message == "these depend on each other: `a` → `b` → `c` → `a`")
    #expect(report.label == "`a` reads `b` here")
    #expect(report.related.map(\.text) == ["`b` reads `c` here", "`c` reads `a` here"])
    #expect(report.related.map { book.program.book.text($0.range) } == ["c", "a"])
  }

  @Test(arguments: [
    ("define a = a + 1", "cyclic-definition: a"),
    ("journey j { stage one  stage two when j == one }", "cyclic-definition: j"),
    ("journey j { stage one  stage two when s }\nsegment s when j == one", "cyclic-definition: s"),
    ("segment s when count(colleagues where s) > 3", "cyclic-definition: s"),
    (
      "score fit { add 10 when account.size > 3 }\ndefine size for account = sum(fit of contacts)",
      "cyclic-definition: account.size"
    ),
  ])
  func loops(text: String, problem: String) throws {
    let book = CheckedBook("contact { email text key }\naccount { domain text key }", text)
    #expect(book.diagnostics.map(\.id) == [.cyclicDefinition])
    let marked = book.problems.first ?? ""
    #expect(problem.hasSuffix(marked.replacing("cyclic-definition: ", with: "")))
  }

  @Test func aValueOfAJourneyIsNoLoop() {
    let book = CheckedBook(
      "contact { email text key  lifecycle one of (lead, customer) }",
      "journey j { stage one  stage customer when lifecycle == customer }\nsegment customer when j == customer")
    #expect(book.problems == [])
  }

  @Test func aChainOfAnyLengthIsFine() {
    let chain = (1...5_000).map { "define d\($0) = d\($0 - 1) + 1" }.joined(separator: "\n")
    let book = CheckedBook("contact { email text key }", chain + "\ndefine d0 = 0")
    #expect(book.problems == [])
    #expect(book.program.definitions.count == 5_001)
  }

  @Test func aLoopOfAnyLengthIsReportedOnce() {
    let chain = (0..<5_000).map { "define d\($0) = d\(($0 + 1) % 5_000) + 1" }.joined(separator: "\n")
    let book = CheckedBook("contact { email text key }", chain)
    #expect(book.diagnostics.map(\.id) == [.cyclicDefinition])
  }

  @Test func scoresAndJourneysAreWhatTheySay() throws {
    let book = CheckedBook(commonDeclarations)
    #expect(book.problems == [])
    guard case .pointsScore(let fit) = try #require(book.definition("fit")).body,
      case .factorScore(let factors) = try #require(book.definition("engagement")).body,
      case .journey(let journey) = try #require(book.definition("stage")).body
    else {
      Issue.record("a points score, a factor score, a journey")
      return
    }
    #expect(fit.lines.map(\.points) == [25, 20, 5, 10, -30])
    #expect(fit.limit == 0...100)
    #expect(factors.map(\.name) == ["recency", "frequency", "depth", "breadth", "intent"])
    #expect(journey.stages.map(\.name) == ["awareness", "consideration", "decision", "customer"])
    #expect(journey.stages.first?.condition == nil)
    #expect(journey.movesBack != nil)
    #expect(book.definition("warm_finance")?.sync?.name == "Warm finance leaders")
  }

  @Test func rangesOfNumbersAreKnown() throws {
    let book = CheckedBook(
      commonDeclarations, "define field = visits\nscore open { add 5 when vip subtract 3 when vip }")
    let ranges = NumberRanges(book.program)
    func range(_ name: String) throws -> ClosedRange<Double>? {
      let definition = try #require(book.definition(name))
      return ranges.range(
        of: CheckedExpression(
          .read(Reference(.subject, .definition(definition.id))), .number, mayBeMissing: false,
          at: definition.nameRange))
    }
    #expect(try range("score") == 0...100)
    #expect(try range("fit") == 0...100)
    #expect(try range("open") == -3...5)
    #expect(try range("field") == nil)
  }
}
