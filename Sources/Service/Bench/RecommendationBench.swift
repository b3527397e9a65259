import BusinessTime
import ContactStore
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// How long the first recommendation of a rule book takes: for everybody, and for contacts one by one.
struct RecommendationBench: Sendable {
  private(set) var name = ""
  private(set) var assets = 0
  private(set) var contacts = 0
  /// How many assets were found in all, so that two runs can be compared.
  private(set) var picked = 0
  /// What is worked out once: what depends on assets alone, and the columns of contacts.
  private(set) var preparing = Stopwatch()
  private(set) var everybody = Stopwatch()
  /// One contact after another, once that is done.
  private(set) var singles: [Double] = []
  /// One contact with all that is worked out for it alone, in a snapshot of its own.
  private(set) var firsts: [Double] = []

  /// `nil` when the rule book has no recommendation.
  init?(_ plan: EvaluationPlan, _ snapshot: Snapshot, _ calendar: BusinessCalendar, _ now: Instant) {
    let index = 0
    guard !plan.recommendations.isEmpty, snapshot.contacts.count > 0 else { return nil }
    let recommendation = plan.recommendations[index].recommendation
    name = recommendation.name
    assets = plan.program.assets.count
    contacts = snapshot.contacts.count
    var prepared: Recommender?
    preparing.measure {
      let evaluation = Evaluation(plan: plan, snapshot: snapshot, now: now, calendar: calendar)
      let made = Recommender(evaluation, index)
      // The first contact works out the columns of all.
      _ = made.best(for: 0, limit: recommendation.pick)
      prepared = made
    }
    guard let recommender = prepared else { return nil }
    everybody.measure {
      for contact in 0..<contacts {
        picked += recommender.best(for: Int32(contact), limit: recommendation.pick).picks.count
      }
    }
    for sample in 0..<min(contacts, 500) {
      var one = Stopwatch()
      one.measure {
        _ = recommender.best(for: Int32(sample * contacts / min(contacts, 500)), limit: recommendation.pick)
      }
      singles.append(one.seconds)
    }
  }

  /// Adds a contact by itself: the snapshot holds it and what belongs to it.
  mutating func addFirst(
    _ plan: EvaluationPlan, _ snapshot: Snapshot, key: String, _ calendar: BusinessCalendar, _ now: Instant
  ) {
    guard !plan.recommendations.isEmpty else { return }
    let index = 0
    let row = snapshot.contacts.keys.firstIndex { snapshot.texts.text($0) == key } ?? 0
    var one = Stopwatch()
    one.measure {
      let evaluation = Evaluation(plan: plan, snapshot: snapshot, now: now, calendar: calendar)
      _ = Recommender(evaluation, index).best(
        for: Int32(row), limit: plan.recommendations[index].recommendation.pick)
    }
    firsts.append(one.seconds)
  }

  // MARK: - Output

  var json: JSONValue {
    .members([
      ("name", .text(name)), ("assets", .integer(assets)), ("contacts", .integer(contacts)),
      ("picked", .integer(picked)), ("prepare_s", .number(preparing.seconds)),
      ("everybody_s", .number(everybody.seconds)),
      ("one_contact_p50_s", .number(BenchResult.quantile(singles, 0.5))),
      ("one_contact_p99_s", .number(BenchResult.quantile(singles, 0.99))),
      ("one_contact_alone_p50_s", .number(BenchResult.quantile(firsts, 0.5))),
      ("one_contact_alone_p99_s", .number(BenchResult.quantile(firsts, 0.99))),
    ])
  }

  var lines: [String] {
    [
      "recommend \(name), \(Plural.count(assets, "asset")), \(Plural.grouped(picked)) found",
      "  what is done once   \(BenchResult.duration(preparing.seconds))",
      "  everybody           \(BenchResult.duration(everybody.seconds))",
      "  one contact         \(spread(singles))",
      "  one contact alone   \(spread(firsts)), with what depends on assets alone",
    ]
  }

  private func spread(_ seconds: [Double]) -> String {
    let (median, most) = (BenchResult.quantile(seconds, 0.5), BenchResult.quantile(seconds, 0.99))
    return "\(BenchResult.duration(median)) median, \(BenchResult.duration(most)) p99"
  }
}
