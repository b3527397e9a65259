import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What a recommendation finds for the contact, with the values of all factors, who comes next, and what became of the
/// assets that are not among them.
struct RecommendationText {
  private let why: Why
  private let style: Style
  private let recommendation: CheckedRecommendation
  private let gates: [RecommendationPlan.Gate]
  private let weighed: WeighedCandidates
  /// How many are found; the one behind them is the runner-up.
  private let limit: Int

  /// - Parameter action: What it is for; by itself all that the recommendation picks is shown.
  init(_ why: Why, style: Style, _ index: Int, for action: ActionID? = nil) {
    self.why = why
    self.style = style
    let plan = why.plan.evaluation.recommendations[index]
    recommendation = plan.recommendation
    gates = plan.gates
    limit = action == .sendBest ? 1 : recommendation.pick
    weighed = weighCandidates(
      of: index, for: Int32(why.row), limit: limit + 1, isMessage: action?.descriptor.isMessage ?? false,
      why.evaluation, plan: why.plan, state: why.state, options: why.options)
  }

  // MARK: - Text

  /// About the recommendation by itself.
  var text: String {
    let place = ConditionTrace(why).place(recommendation.range)
    let title = recommendation.title.map { "  \($0)" } ?? ""
    let head = "\(style.bold(why.key)): \(style.bold(recommendation.name))\(title)  \(style.faint(place))"
    return ([head] + lines).joined(separator: "\n")
  }

  var lines: [String] {
    var lines: [String] = []
    for (position, pick) in weighed.ranking.picks.enumerated() {
      let asset = why.program[pick.asset]
      let title = asset.title.map { "  \($0)" } ?? ""
      let name = "\(style.bold(asset.name))  \(ActionText.percent(pick.score))\(style.faint(title))"
      lines.append(position < limit ? "  \(position + 1). \(name)" : "  next: \(name)")
      lines += factorLines(pick)
    }
    if weighed.ranking.picks.isEmpty { lines.append("  \(style.red("no asset fits"))") }
    return lines + leftOutLines
  }

  private func factorLines(_ pick: Ranking.Pick) -> [String] {
    let width = recommendation.factors.map(\.name.count).max() ?? 0
    return zip(recommendation.factors, pick.factors).map { factor, value in
      let name = factor.name + String(repeating: " ", count: width - factor.name.count)
      let share = value.map { min(max($0, 0), 1) } ?? 0
      let shown = value.map { JSONValue.spelling(of: ($0 * 1000).rounded() / 1000) } ?? "missing"
      return
        "       \(name)  \(shown) × \(ActionText.percent(factor.weight)) = \(ActionText.percent(share * factor.weight))"
    }
  }

  private var leftOutLines: [String] {
    let ranking = weighed.ranking
    var lines = zip(gates, ranking.gated).filter { $1 > 0 }.map { gate, count in
      "\(Plural.count(count, "asset")) left out: `\(oneLine(gate))` is not true"
    }
    if ranking.leftOut > 0 {
      let names = weighed.recent.prefix(5).map { why.program[$0].name }.joined(separator: ", ")
      lines.append("\(Plural.count(ranking.leftOut, "asset")) sent or recommended not long ago: \(names)")
    }
    if ranking.belowThreshold > 0 {
      let threshold = ActionText.percent(recommendation.threshold)
      lines.append("\(Plural.count(ranking.belowThreshold, "asset")) of less than \(threshold)")
    }
    return lines.map { "  \(style.faint("✕ \($0)"))" }
  }

  private func oneLine(_ gate: RecommendationPlan.Gate) -> String {
    ConditionTrace(why).oneLine(gate.condition.range)
  }

  // MARK: - JSON

  /// `recommendation`, `picks` (the last one is the runner-up where there are more than `limit`), `limit`, `assets`,
  /// `gates` (an array of `text` and `excluded`), `recent`, `below_threshold`.
  var json: JSONValue {
    .members([
      ("recommendation", .text(recommendation.name)), ("limit", .integer(limit)),
      (
        "picks",
        .list(
          weighed.ranking.picks.map { pick in
            .members([
              ("asset", .text(why.program[pick.asset].name)), ("score", .number(pick.score)),
              (
                "factors",
                .record(
                  zip(recommendation.factors, pick.factors).map {
                    JSONValue.Member($0.name, $1.map(JSONValue.number) ?? .null)
                  })
              ),
            ])
          })
      ),
      ("assets", .integer(weighed.ranking.assets)),
      (
        "gates",
        .list(
          zip(gates, weighed.ranking.gated).map {
            .members([("text", .text(oneLine($0))), ("excluded", .integer($1))])
          })
      ),
      ("recent", .list(weighed.recent.map { .text(why.program[$0].name) })),
      ("below_threshold", .integer(weighed.ranking.belowThreshold)),
    ])
  }
}
