import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

// `send best of R` and `recommend R`: which assets, and what is left of them by what was there before.
extension Decider {
  /// Its position in the program; the checker lets no other name through.
  func recommendationIndex(_ name: String) -> Int? {
    program.recommendations.firstIndex { $0.name == name }
  }

  func recommender(_ index: Int) -> Recommender {
    if let known = recommenders[index] { return known }
    let made = Recommender(evaluation, index)
    recommenders[index] = made
    return made
  }

  /// Assets that are not for the contact now, since it was sent or recommended them not long ago.
  func recentAssets(for contact: Int32, _ recommendation: CheckedRecommendation, isMessage: Bool) -> [AssetID] {
    var assets: [AssetID] = []
    if let span = recommendation.neverRepeat {
      let start = calendars.common.subtract(span, from: now)
      assets += state.recommendations[contact].filter { $0.at > start && $0.at <= now }.map(\.asset)
      assets += ledger.recommended(to: contact)
      assets += ledger.assets(sentTo: contact, after: start)
    }
    if isMessage, options.appliesMessagePolicies {
      let start = calendars.common.subtract(program.policy.neverRepeatAsset, from: now)
      assets += ledger.assets(sentTo: contact, after: start)
    }
    return assets
  }

  // MARK: - Actions

  /// The best asset that may be sent, as a message like any other.
  func resolveBest(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    var resolved = ResolvedAction(id: action.id, index: index)
    let isTransactional = action.flag(.transactional)
    guard let pick = find(action, &resolved, place, limit: 1)?.picks.first else { return resolved }
    var words = ActionWords(isWanted: options.describesActions)
    words.argument(.recommendation, .text(action.name(.recommendation) ?? ""))
    words.argument(.asset, .text(program[pick.asset].name))
    words.ask("kind", .text("send_email"))
    words.ask("to", .text(key(of: place.subject, row: place.row)))
    words.ask("asset", .text(program[pick.asset].name))
    words.ask("title", program[pick.asset].title.map(JSONValue.text))
    words.ask("url", assetAddress(pick.asset))
    if isTransactional {
      words.argument(.transactional, .flag(true))
      words.ask("transactional", .flag(true))
    }
    resolved.take(words)
    resolved.effect = .message(
      .asset(pick.asset),
      StateChanges.SentMessage(
        rule: place.rule, contact: place.row, asset: .declared(pick.asset), isTransactional: isTransactional))
    return resolved
  }

  /// The best assets, put on record; a person is asked first where the rule says so.
  func resolveRecommendation(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    var resolved = ResolvedAction(id: action.id, index: index)
    let recommendation = recommendationIndex(action.name(.recommendation) ?? "").map { program.recommendations[$0] }
    guard let ranking = find(action, &resolved, place, limit: recommendation?.pick ?? 1), !ranking.picks.isEmpty else {
      return resolved
    }
    var words = ActionWords(isWanted: options.describesActions)
    words.argument(.recommendation, .text(action.name(.recommendation) ?? ""))
    words.argument(.assets, .list(ranking.picks.map { .text(program[$0.asset].name) }))
    words.ask("kind", .text("recommend"))
    words.ask("object", .text(place.subject.rawValue))
    words.ask("key", .text(key(of: place.subject, row: place.row)))
    words.ask("recommendation", .text(recommendation?.name ?? ""))
    words.ask("title", recommendation?.title.map(JSONValue.text))
    words.ask(
      "assets",
      .list(
        ranking.picks.map { pick in
          JSONValue.members([
            ("asset", .text(program[pick.asset].name)), ("title", program[pick.asset].title.map(JSONValue.text)),
            ("url", assetAddress(pick.asset)), ("score", .number(pick.score)),
          ])
        }))
    if action.flag(.approval) { words.argument(.approval, .flag(true)) }
    resolved.take(words)
    if action.flag(.approval) {
      resolved.outcome = .needsApproval(.recommendation)
      ledger.addRecommended(ranking.picks.map(\.asset), to: place.row)
    }
    resolved.effect = .recommendation(ranking.picks.map(\.asset))
    return resolved
  }

  /// Ranks the candidates of the action's recommendation; where none is left, that is the outcome.
  private func find(_ action: CheckedAction, _ resolved: inout ResolvedAction, _ place: Place, limit: Int) -> Ranking? {
    let name = action.name(.recommendation) ?? ""
    resolved.arguments.append(.init(.recommendation, .text(name)))
    guard let index = recommendationIndex(name) else {
      resolved.outcome = .noValue
      return nil
    }
    let recommendation = program.recommendations[index]
    let isMessage = action.id.descriptor.isMessage
    let ranking = recommender(index).best(
      for: place.row, limit: limit, excluding: recentAssets(for: place.row, recommendation, isMessage: isMessage))
    if ranking.picks.isEmpty {
      resolved.outcome = .noCandidate(Outcome.NoCandidate(ranking, of: recommendation))
    } else {
      resolved.ranking = (ranking, recommendation)
    }
    return ranking
  }

  // MARK: - What is kept

  /// What an action leaves behind that a recommendation found: for each asset why.
  func recommended(by action: ResolvedAction, _ rule: String, _ contact: Int32) -> [StateChanges.RecommendedAsset] {
    guard let (ranking, recommendation) = action.ranking else { return [] }
    let use: StateChanges.RecommendedAsset.Use =
      action.isMessage ? .sent : action.outcome == .act ? .recommended : .forApproval
    return ranking.picks.enumerated().map { position, pick in
      StateChanges.RecommendedAsset(
        rule: rule, recommendation: recommendation.name, contact: contact, at: now, rank: position + 1,
        asset: pick.asset, score: pick.score, factors: pick.factors, use: use)
    }
  }
}

extension Outcome.NoCandidate {
  init(_ ranking: Ranking, of recommendation: CheckedRecommendation) {
    self.init(
      recommendation: recommendation.name, assets: ranking.assets, gated: ranking.gated.reduce(0, +),
      leftOut: ranking.leftOut, belowThreshold: ranking.belowThreshold, threshold: recommendation.threshold)
  }
}
