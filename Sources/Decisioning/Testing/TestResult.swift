package import BusinessTime
package import RuleDiagnostics

/// What became of a `test` declaration.
package struct TestResult: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    case passed
    case failed([TestFailure])
  }

  package var title: String
  package var range: SourceRange
  package var verdict: Verdict

  package init(title: String, range: SourceRange, verdict: Verdict) {
    self.title = title
    self.range = range
    self.verdict = verdict
  }
}

/// An expectation that did not hold.
package struct TestFailure: Hashable, Sendable {
  /// Of the `expect`.
  package var range: SourceRange
  /// By the clock of the test.
  package var at: Instant
  /// A sentence without a period.
  package var message: String
  /// What happened since the stop before, and what kept the expected from happening; a line each.
  package var trace: [String]

  package init(range: SourceRange, at: Instant, message: String, trace: [String]) {
    self.range = range
    self.at = at
    self.message = message
    self.trace = trace
  }
}
