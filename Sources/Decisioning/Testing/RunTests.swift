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

/// Runs one `test` declaration; tests do not touch each other, and may run side by side.
package func runTest(_ test: CheckedTest, _ plan: DecisionPlan, holidays: [Set<CivilDate>] = []) -> TestResult {
  var run = TestRun(test, plan: plan, holidays: holidays)
  return run.result()
}
