package import RuleEngine
package import RuleSemantics

/// What a recommendation would find for a contact, for a person who asks why.
package struct WeighedCandidates: Sendable {
  package var ranking: Ranking
  /// Those that were sent or recommended not long ago, whatever they score; in the order of the program.
  package var recent: [AssetID]
}

/// Weighs the candidates of a recommendation for a contact as a run at the evaluation's time begins.
///
/// - Parameters:
///   - recommendation: Its position in the program.
///   - contact: A row of contacts.
///   - limit: How many are wanted at most.
///   - isMessage: Whether one of them is to be sent, so that the policy's `never repeat an asset` holds too.
package func weighCandidates(
  of recommendation: Int, for contact: Int32, limit: Int, isMessage: Bool, _ evaluation: Evaluation,
  plan: DecisionPlan, state: DecisionState, options: DecisionOptions
) -> WeighedCandidates {
  let decider = Decider(evaluation: evaluation, plan: plan, state: state, options: options)
  let recent = decider.recentAssets(
    for: contact, plan.program.recommendations[recommendation], isMessage: isMessage)
  return WeighedCandidates(
    ranking: decider.recommender(recommendation).best(for: contact, limit: limit, excluding: recent),
    recent: Set(recent.map(\.index)).sorted().map(AssetID.init))
}
