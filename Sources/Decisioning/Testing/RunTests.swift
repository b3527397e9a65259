package import BusinessTime
package import RuleSemantics

/// Runs the `test` declarations of a rule book, each in a world of its own and with a clock of its own, on the road that
/// every run takes: snapshot, evaluation, decisions, state.
///
/// - Parameters:
///   - filter: Only tests whose title contains it, without regard to case.
///   - holidays: The days of each of `CheckedPolicy.holidays`.
package func runTests(
  _ plan: DecisionPlan, filter: String? = nil, holidays: [Set<CivilDate>] = []
) -> [TestResult] {
  let wanted = filter?.lowercased()
  return plan.program.tests
    .filter { test in wanted.map { test.title.lowercased().contains($0) } ?? true }
    .map { runTest($0, plan, holidays: holidays) }
}

/// The same, and what of the rule book they reach.
package func runTestsWithCoverage(
  _ plan: DecisionPlan, filter: String? = nil, holidays: [Set<CivilDate>] = []
) -> (results: [TestResult], coverage: Coverage) {
  let tally = CoverageTally(plan)
  // With what it asks beyond the rule book.
  let plan = tally.plan
  let wanted = filter?.lowercased()
  let results = plan.program.tests
    .filter { test in wanted.map { test.title.lowercased().contains($0) } ?? true }
    .map { test in
      var run = TestRun(test, plan: plan, holidays: holidays, tally: tally)
      return run.result()
    }
  return (results, tally.coverage())
}

/// Runs one `test` declaration; tests do not touch each other, and may run side by side.
package func runTest(_ test: CheckedTest, _ plan: DecisionPlan, holidays: [Set<CivilDate>] = []) -> TestResult {
  var run = TestRun(test, plan: plan, holidays: holidays)
  return run.result()
}
