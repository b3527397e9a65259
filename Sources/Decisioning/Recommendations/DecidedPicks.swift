package import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What a recommendation found for an action, for reports: the assets, the best first, and what makes their scores.
package struct DecidedPicks: Hashable, Sendable {
  package struct Pick: Hashable, Sendable {
    /// The name of the asset.
    package var asset: String
    /// 0…1.
    package var score: Double
    package var factors: [Factor]
  }

  package struct Factor: Hashable, Sendable {
    package var name: String
    /// As it was before it was held between 0 and 1; `nil` is missing.
    package var value: Double?
  }

  package var recommendation: String
  package var picks: [Pick]

  init(_ ranking: Ranking, of recommendation: CheckedRecommendation, _ program: CheckedProgram) {
    self.recommendation = recommendation.name
    picks = ranking.picks.map { pick in
      Pick(
        asset: program[pick.asset].name, score: pick.score,
        factors: zip(recommendation.factors, pick.factors).map { Factor(name: $0.name, value: $1) })
    }
  }

  /// Reads what `json` writes; `nil` for anything else.
  package init?(json: JSONValue, recommendation: String) {
    guard case .list(let entries) = json else { return nil }
    self.recommendation = recommendation
    picks = []
    for case .record(let members) in entries {
      func value(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
      guard case .text(let asset)? = value("asset"), case .number(let score)? = value("score"),
        case .record(let factors)? = value("factors")
      else { return nil }
      picks.append(
        Pick(
          asset: asset, score: score,
          factors: factors.map { factor in
            if case .number(let number) = factor.value {
              Factor(name: factor.name, value: number)
            } else {
              Factor(name: factor.name, value: nil)
            }
          }))
    }
  }

  /// An array of `asset`, `score` and `factors`.
  package var json: JSONValue {
    .list(
      picks.map { pick in
        .members([
          ("asset", .text(pick.asset)), ("score", .number(pick.score)),
          (
            "factors",
            .record(pick.factors.map { JSONValue.Member($0.name, $0.value.map(JSONValue.number) ?? .null) })
          ),
        ])
      })
  }
}
