package import BusinessTime
package import RuleDiagnostics

package struct CheckedRecommendation: Sendable {
  package var name: String
  package var formerName: String?
  package var title: String?
  /// About `.candidate` and the subject contact.
  package var gate: CheckedExpression?
  package var neverRepeat: TimeSpan?
  package var factors: [Factor]
  package var pick: Int
  /// 0…1; 0 when the recommendation names none.
  package var threshold: Double
  package var range: SourceRange

  package init(
    name: String, formerName: String?, title: String?, gate: CheckedExpression?, neverRepeat: TimeSpan?,
    factors: [Factor], pick: Int, threshold: Double, range: SourceRange
  ) {
    self.name = name
    self.formerName = formerName
    self.title = title
    self.gate = gate
    self.neverRepeat = neverRepeat
    self.factors = factors
    self.pick = pick
    self.threshold = threshold
    self.range = range
  }
}

package struct CheckedSequence: Sendable {
  package var name: String
  package var formerName: String?
  package var title: String?
  package var enroll: CheckedExpression?
  package var frequency: CheckedRule.Frequency
  package var goal: CheckedExpression?
  package var exits: [CheckedExpression]
  package var holdout: Holdout?
  package var window: SendWindow?
  package var priority: Double
  package var steps: [Step]
  package var range: SourceRange
  /// The whole text.
  package var declaration: SourceRange
  /// Names what it does: 12 hexadecimal digits that depend on the tokens of its body, not on its name or layout.
  package var version: String

  package init(
    name: String, formerName: String?, title: String?, enroll: CheckedExpression?, frequency: CheckedRule.Frequency,
    goal: CheckedExpression?, exits: [CheckedExpression], holdout: Holdout?, window: SendWindow?, priority: Double,
    steps: [Step], range: SourceRange, declaration: SourceRange, version: String
  ) {
    self.name = name
    self.formerName = formerName
    self.title = title
    self.enroll = enroll
    self.frequency = frequency
    self.goal = goal
    self.exits = exits
    self.holdout = holdout
    self.window = window
    self.priority = priority
    self.steps = steps
    self.range = range
    self.declaration = declaration
    self.version = version
  }

  package struct Holdout: Hashable, Sendable {
    package var share: Double
    package var byAccount: Bool

    package init(share: Double, byAccount: Bool) {
      self.share = share
      self.byAccount = byAccount
    }
  }

  package struct SendWindow: Hashable, Sendable {
    package var days: Set<Weekday>
    package var from: ClockTime
    package var to: ClockTime
    package var inContactTime: Bool

    package init(days: Set<Weekday>, from: ClockTime, to: ClockTime, inContactTime: Bool) {
      self.days = days
      self.from = from
      self.to = to
      self.inContactTime = inContactTime
    }
  }

  package struct Step: Sendable {
    package var name: String
    package var statements: [Statement]
    package var range: SourceRange

    package init(name: String, statements: [Statement], range: SourceRange) {
      self.name = name
      self.statements = statements
      self.range = range
    }
  }

  package indirect enum Statement: Sendable {
    case action(CheckedAction)
    case wait(TimeSpan, SourceRange)
    case waitUntil(upTo: TimeSpan, CheckedExpression, SourceRange)
    case conditional(CheckedExpression, then: [Statement], otherwise: [Statement], SourceRange)
    case split(byAccount: Bool, [Arm], SourceRange)

    /// Those of all its branches, whatever the conditions.
    package var actions: [CheckedAction] {
      switch self {
      case .action(let action): [action]
      case .wait, .waitUntil: []
      case .conditional(_, let then, let otherwise, _): (then + otherwise).flatMap(\.actions)
      case .split(_, let arms, _): arms.flatMap(\.statements).flatMap(\.actions)
      }
    }
  }

  package struct Arm: Sendable {
    package var name: String
    package var share: Double
    package var statements: [Statement]
    package var range: SourceRange

    package init(name: String, share: Double, statements: [Statement], range: SourceRange) {
      self.name = name
      self.share = share
      self.statements = statements
      self.range = range
    }
  }
}
