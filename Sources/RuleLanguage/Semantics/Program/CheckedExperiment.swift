package import BusinessTime
package import RuleDiagnostics

/// Other actions for a rule, each for a share of those on whom it acts.
package struct CheckedExperiment: Sendable {
  package var name: String
  package var formerName: String?
  package var rule: String
  package var title: String?
  /// Their statements are actions. The first is what the others are compared with.
  package var arms: [CheckedSequence.Arm]
  package var measures: [Measure]
  package var range: SourceRange

  package init(
    name: String, formerName: String?, rule: String, title: String?, arms: [CheckedSequence.Arm],
    measures: [Measure], range: SourceRange
  ) {
    self.name = name
    self.formerName = formerName
    self.rule = rule
    self.title = title
    self.arms = arms
    self.measures = measures
    self.range = range
  }

  package struct Measure: Sendable {
    /// About the subject; where it counts `afterwards`, about a trigger too, whose time is that of the assignment to an
    /// arm: `trigger` is its kind.
    package var condition: CheckedExpression
    package var isAfterwards: Bool
    /// The longest window after the assignment: before it is over, the answer may change. `nil` for none.
    package var window: TimeSpan?
    package var range: SourceRange

    package static let trigger = CheckedRule.Occurrence.event(.interactions)

    package init(condition: CheckedExpression, isAfterwards: Bool, window: TimeSpan?, range: SourceRange) {
      self.condition = condition
      self.isAfterwards = isAfterwards
      self.window = window
      self.range = range
    }
  }

  package func actions(of arm: CheckedSequence.Arm) -> [CheckedAction] {
    arm.statements.compactMap { if case .action(let action) = $0 { action } else { nil } }
  }
}
