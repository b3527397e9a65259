package import BusinessTime
package import RuleDiagnostics
package import RuleSemantics

/// What would make a condition true.
package enum NearestChange: Sendable {
  case alreadyTrue
  /// All of these together. Not certain when two of them depend on the same field in different ways.
  case changes([RequiredChange], isCertain: Bool)
  /// Nothing that the engine knows of; the part of the condition that stands in the way.
  case impossible(SourceRange)
}

/// One thing that would have to be different.
package struct RequiredChange: Sendable {
  /// What has to change.
  package var target: CheckedExpression
  /// What it is now.
  package var current: Value
  package var requirement: Requirement
  /// More is further away; one change costs at least 1.
  package var cost: Double
  /// What would bring it about, for a stage.
  package var underlying: [RequiredChange] = []
  /// Equal for changes of the same thing.
  var node: NodeID

  package enum Requirement: Hashable, Sendable {
    /// Compares so with each value: `> 70` and `<= 90`.
    case compares([Bound])
    case isOneOf([Value])
    case isNoneOf([Value])
    /// The condition, whose operands depend on the subject on both sides, becomes true or false.
    case holds(Bool)
    case isKnown
    case isMissing
    /// It takes another value than it has.
    case changes
    /// So many more events that the query counts.
    case moreEvents(Int)
    /// Nothing needs to happen until then.
    case waits(until: Instant)
    case morePeople(Int)
    case fewerPeople(Int)
  }

  package struct Bound: Hashable, Sendable {
    package var comparison: CheckedExpression.Comparison
    package var value: Value

    package init(_ comparison: CheckedExpression.Comparison, _ value: Value) {
      self.comparison = comparison
      self.value = value
    }
  }
}

extension Evaluation {
  /// The smallest change that makes a condition true for a row of the subject's table.
  package func nearestChange(for condition: CheckedExpression, of subject: Subject, row: Int) -> NearestChange {
    ChangeSolver.nearestChange(for: condition, Question(evaluation: self, subject: subject, row: row, occurrence: nil))
  }

  /// The smallest change that makes a condition true for an occurrence.
  package func nearestChange(
    for condition: CheckedExpression, of subject: Subject, occurrences: Occurrences, row: Int
  ) -> NearestChange {
    ChangeSolver.nearestChange(for: condition, question(subject, occurrences, row))
  }
}
