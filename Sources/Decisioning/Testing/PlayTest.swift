package import BusinessTime
package import RuleEngine
package import RuleSemantics

/// What the steps of a test lead to; what it expects is left aside.
package struct PlayedTest {
  /// By the clock of the test, at its end.
  package var now: Instant
  /// Of the world at the end, as the last run left it.
  package var evaluation: Evaluation
  /// Everything that was decided since the last expectation, in that order.
  package var actions: [(at: Instant, action: DecidedAction)]
}

/// Plays a test to its end, with a run at the end.
///
/// - Parameter holidays: The days of each of `CheckedPolicy.holidays`.
package func play(
  _ test: CheckedTest, of plan: DecisionPlan, holidays: [Set<CivilDate>] = []
) -> PlayedTest {
  var run = TestRun(test, plan: plan, holidays: holidays)
  return run.played()
}
