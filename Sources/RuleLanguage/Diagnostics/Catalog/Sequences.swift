// Wording about recommendations, sequences and experiments.
extension Diagnostic {
  /// What a declaration cannot do without.
  package enum Part: Hashable, Sendable {
    case candidates, factors, steps, measure, points, stages

    var words: String {
      switch self {
      case .candidates: "does not say what it chooses from"
      case .factors: "has no factors to weigh its candidates by"
      case .steps: "has no steps"
      case .measure: "does not say what it measures"
      case .points: "has neither factors nor points"
      case .stages: "has no stages"
      }
    }

    var example: String {
      switch self {
      case .candidates: "add `from asset`, with `where …` if not all assets qualify"
      case .factors: "add at least one: `factor fresh 100% = freshness(candidate.published, half life 180 days)`"
      case .steps: "add at least one: `step intro { send asset roi_guide }`"
      case .points: "add points or factors: `add 25 when persona == cfo`"
      case .stages: "add at least one: `stage awareness`"
      case .measure: "add what shows success: `measure did meeting_booked within 14 days afterwards`"
      }
    }
  }

  package static func incompleteDeclaration(
    _ kind: String, _ name: String, lacks part: Part, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .incompleteDeclaration, "\(kind) `\(name)` \(part.words)", at: range, help: [part.example])
  }

  package static func notForAccounts(_ kind: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .notForAccounts, "a \(kind) is about contacts, not accounts", at: range, label: "declared `for account`",
      help: ["remove `for account`; what is known about the account is read as in `account.employees`"])
  }

  package static func misplacedSkip(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedSkip, "`skip lower rules` belongs to a rule", at: range, label: "no rule here",
      help: ["write it as the last action of a rule: `then notify owner \"…\" and skip lower rules`"])
  }

  package static func misplacedStatement(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedStatement, "an arm of an experiment holds actions only", at: range, label: "not an action",
      help: ["the arm's actions replace those of the rule; several steps over time make a `sequence`"])
  }

  package static func fewArms(_ count: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .fewArms, count == 0 ? "there are no arms to choose from" : "there is only one arm", at: range,
      help: ["write at least two, which total 100 %: `arm call 50% { … } arm mail 50% { … }`"])
  }

  /// - Parameter percent: the total as it is, such as 90.
  package static func armsTotal(percent: Double, at range: SourceRange, others: [SourceRange]) -> Diagnostic {
    Diagnostic(
      .armsTotal, "the arms total \(percentText(percent)), not 100 %", at: range,
      label: "the total is \(percentText(percent))", related: others.map { .init($0, "counted in") },
      help: ["everybody goes to exactly one arm; an arm without actions is fine"])
  }

  package static func secondExperiment(on rule: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .secondExperiment, "rule `\(rule)` is already part of an experiment", at: range, label: "a second experiment",
      related: [.init(first, "the first one")],
      help: ["add its arms to the first experiment, or wait until that one is over"])
  }
}

/// A percentage as people write it: `90 %`, `33.3 %`.
func percentText(_ percent: Double) -> String {
  let hundredths = (percent * 100).rounded() / 100
  if hundredths == hundredths.rounded(), abs(hundredths) < 1e15 { return "\(Int(hundredths)) %" }
  return "\(hundredths) %"
}
