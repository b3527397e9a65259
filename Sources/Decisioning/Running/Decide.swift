package import RuleEngine

/// Decides what the rules do, in one run, with what was evaluated. Writes nothing: what is to be kept is in the result.
/// Equal inputs give equal decisions.
package func decide(
  _ evaluation: Evaluation, plan: DecisionPlan, state: DecisionState, options: DecisionOptions = DecisionOptions()
) -> Decisions {
  Decider(evaluation: evaluation, plan: plan, state: state, options: options).run()
}
