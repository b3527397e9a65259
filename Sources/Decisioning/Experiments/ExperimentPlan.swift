import RuleEngine
import RuleSemantics

/// What deciding needs to know of the experiment on a rule.
struct ExperimentPlan: Sendable {
  let name: String
  let formerName: String?
  /// The rule with each arm's actions in the place of its own; never empty.
  let arms: [RulePlan]
  let armNames: [String]
  /// By name of the arm.
  let shares: [String: Double]
  /// Whether any arm sends messages that need consent to marketing, or only others; `nil` where none sends.
  let sendsMarketing: Bool?
  /// For each arm, the first bucket that is no longer its own.
  private let ends: [Int]

  init?(_ experiment: CheckedExperiment, on rule: CheckedRule, in plan: EvaluationPlan) {
    guard !experiment.arms.isEmpty else { return nil }
    name = experiment.name
    formerName = experiment.formerName
    armNames = experiment.arms.map(\.name)
    shares = Dictionary(experiment.arms.map { ($0.name, $0.share) }, uniquingKeysWith: { first, _ in first })
    arms = experiment.arms.map { arm in
      var variant = rule
      variant.actions = experiment.actions(of: arm)
      return RulePlan(variant, experiment: nil, in: plan)
    }
    let messages = arms.flatMap(\.rule.actions).filter { $0.id.descriptor.isMessage }
    sendsMarketing = messages.isEmpty ? nil : messages.contains { !$0.flag(.transactional) }
    var sum = 0.0
    ends = experiment.arms.map { arm in
      sum += arm.share
      return Int((sum * 10_000).rounded())
    }
  }

  /// The position of the arm that a bucket belongs to.
  func arm(ofBucket bucket: Int) -> Int {
    ends.firstIndex { bucket < $0 } ?? ends.count - 1
  }

  func arm(named name: String) -> Int? { armNames.firstIndex(of: name) }
}
