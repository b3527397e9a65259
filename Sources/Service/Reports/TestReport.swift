import BusinessTime
package import Decisioning
package import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// The tests of a rule book and how they went.
package struct TestReport {
  package let results: [TestResult]
  /// What of the rule book they reach; `nil` where nobody asked.
  package let coverage: CoverageReport?
  let book: RuleBook
  private let style: Style

  /// Runs the tests whose titles contain the filter, case aside; all without one.
  package static func run(
    _ book: RuleBook, filter: String?, withCoverage: Bool = false, style: Style
  ) -> TestReport {
    let plan = DecisionPlan(EvaluationPlan(book.program))
    let holidays = PolicyHolidays(of: book).days
    guard withCoverage else {
      let results = runTests(plan, filter: filter, holidays: holidays)
      return TestReport(results: results, coverage: nil, book: book, style: style)
    }
    let (results, coverage) = runTestsWithCoverage(plan, filter: filter, holidays: holidays)
    let report = CoverageReport(coverage: coverage, source: book.source, style: style)
    return TestReport(results: results, coverage: report, book: book, style: style)
  }

  private init(results: [TestResult], coverage: CoverageReport?, book: RuleBook, style: Style) {
    self.results = results
    self.coverage = coverage
    self.book = book
    self.style = style
  }

  package var passed: Int { results.count { $0.verdict == .passed } }
  package var failed: Int { results.count - passed }

  package var text: String {
    var lines: [String] = []
    for result in results { lines += self.lines(of: result) }
    if results.isEmpty { lines.append("no tests") }
    lines.append("")
    lines.append(
      style.bold("\(passed) passed, \(failed) failed"))
    if let coverage { lines += [""] + coverage.lines }
    return lines.joined(separator: "\n")
  }

  private func lines(of result: TestResult) -> [String] {
    switch result.verdict {
    case .passed: return ["\(style.green("✓")) \(result.title)"]
    case .failed(let failures):
      return ["\(style.red("✕")) \(result.title)"] + failures.flatMap(lines)
    }
  }

  private func lines(of failure: TestFailure) -> [String] {
    let zone = Zone(identifier: book.program.policy.zone) ?? .utc
    return [
      "    \(place(failure.range)) at \(failure.at.text(in: zone)): \(failure.message)",
      "    \(style.faint(book.source.text(failure.range)))",
    ] + failure.trace.map { "      \($0)" }
  }

  private func place(_ range: SourceRange) -> String {
    let file = book.source[range.file]
    return "\(file.path):\(file.position(at: range.start).line)"
  }

  /// An array of the tests; with coverage an object that holds both.
  package var json: JSONValue {
    guard let coverage else { return tests }
    return .members([("tests", tests), ("coverage", coverage.json)])
  }

  private var tests: JSONValue {
    .list(
      results.map { result in
        var verdict = "passed"
        var failures: [TestFailure] = []
        switch result.verdict {
        case .passed: break
        case .failed(let found): (verdict, failures) = ("failed", found)
        }
        return .members([
          ("title", .text(result.title)), ("verdict", .text(verdict)),
          ("file", .text(book.source[result.range.file].path)), ("line", .integer(line(of: result.range))),
          ("failures", failures.isEmpty ? nil : .list(failures.map(json))),
        ])
      })
  }

  private func json(of failure: TestFailure) -> JSONValue {
    .members([
      ("line", .integer(line(of: failure.range))), ("at", .text(failure.at.description)),
      ("message", .text(failure.message)), ("trace", .list(failure.trace.map(JSONValue.text))),
    ])
  }

  func line(of range: SourceRange) -> Int { book.source[range.file].position(at: range.start).line }
}
