package import RuleDiagnostics

/// Whom a declaration is about.
package enum Subject: String, Hashable, Sendable, CaseIterable { case contact, account }

/// A define, score, journey or segment.
package struct Definition: Sendable {
  package var id: DefinitionID
  package var name: String
  package var formerName: String?
  package var title: String?
  package var subject: Subject
  /// Number of a score, choice of a journey, flag of a segment.
  package var type: ValueType
  package var mayBeMissing: Bool
  package var body: Body
  package var sync: Sync?
  package var nameRange: SourceRange
  package var range: SourceRange

  package init(
    id: DefinitionID, name: String, formerName: String?, title: String?, subject: Subject, type: ValueType,
    mayBeMissing: Bool, body: Body, sync: Sync?, nameRange: SourceRange, range: SourceRange
  ) {
    self.id = id
    self.name = name
    self.formerName = formerName
    self.title = title
    self.subject = subject
    self.type = type
    self.mayBeMissing = mayBeMissing
    self.body = body
    self.sync = sync
    self.nameRange = nameRange
    self.range = range
  }

  package enum Body: Sendable {
    case define(CheckedExpression)
    case factorScore([Factor])
    case pointsScore(PointsScore)
    case journey(Journey)
    case segment(Segment)
    /// It was reported; it is nowhere evaluated.
    case malformed
  }

  package struct Sync: Sendable {
    package enum Target: Sendable { case property, list }
    package var target: Target
    package var name: String

    package init(target: Target, name: String) {
      self.target = target
      self.name = name
    }
  }
}

/// Each factor is clamped to 0…1, missing counts as 0; the score is 100 × Σ weight × factor.
package struct Factor: Sendable {
  package var name: String
  package var weight: Double
  package var value: CheckedExpression
  package var range: SourceRange

  package init(name: String, weight: Double, value: CheckedExpression, range: SourceRange) {
    self.name = name
    self.weight = weight
    self.value = value
    self.range = range
  }
}

/// Adds what holds, in the order of the lines, then limits.
package struct PointsScore: Sendable {
  package var lines: [Line]
  package var limit: ClosedRange<Double>?

  package init(lines: [Line], limit: ClosedRange<Double>?) {
    self.lines = lines
    self.limit = limit
  }

  package struct Line: Sendable {
    /// Negative for `subtract`.
    package var points: Double
    package var basis: Basis
    package var range: SourceRange

    package init(points: Double, basis: Basis, range: SourceRange) {
      self.points = points
      self.basis = basis
      self.range = range
    }
  }

  package enum Basis: Sendable {
    case when(CheckedExpression)
    /// Points × the number of events, an expression of kind `.events(_, .points)`; the size of the product is at most
    /// `upTo`.
    case per(CheckedExpression, upTo: Double?)
  }
}

/// State: *raw* is the last stage whose condition is true; the stage becomes *raw* when there is none yet or *raw* is
/// further on, and moves back to it only while `movesBack` is true.
package struct Journey: Sendable {
  package var choices: ChoiceSetID
  package var stages: [Stage]
  /// `nil`: never.
  package var movesBack: CheckedExpression?

  package init(choices: ChoiceSetID, stages: [Stage], movesBack: CheckedExpression?) {
    self.choices = choices
    self.stages = stages
    self.movesBack = movesBack
  }

  package struct Stage: Sendable {
    package var name: String
    /// `nil`: always true.
    package var condition: CheckedExpression?
    package var range: SourceRange

    package init(name: String, condition: CheckedExpression?, range: SourceRange) {
      self.name = name
      self.condition = condition
      self.range = range
    }
  }
}

/// Entered when the condition is true, left when `until` is true; without `until` a member is who meets the condition.
package struct Segment: Sendable {
  package var condition: CheckedExpression
  package var until: CheckedExpression?

  package init(condition: CheckedExpression, until: CheckedExpression?) {
    self.condition = condition
    self.until = until
  }
}
