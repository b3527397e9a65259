package import BusinessTime
package import RuleDiagnostics

package struct RecommendationDeclaration: Sendable {
  package var head: Head
  package var items: [Item]
  package var range: SourceRange

  package init(head: Head, items: [Item], range: SourceRange) {
    self.head = head
    self.items = items
    self.range = range
  }

  package enum Item: Sendable {
    /// `from asset [where …]`
    case candidates(Expression?, SourceRange)
    case neverRepeat(Expression.Duration, SourceRange)
    case factor(FactorSyntax)
    /// `pick best 3 scoring at least 40%`; the threshold of `40%` is 0.4.
    case pick(NumberLiteral, atLeast: NumberLiteral?, SourceRange)
  }
}

package struct SequenceDeclaration: Sendable {
  package var head: Head
  package var items: [Item]
  package var range: SourceRange

  package init(head: Head, items: [Item], range: SourceRange) {
    self.head = head
    self.items = items
    self.range = range
  }

  package enum Item: Sendable {
    case enroll(Expression, SourceRange)
    case goal(Expression, SourceRange)
    case exit(Expression, SourceRange)
    case frequency(FrequencyClause)
    case priority(NumberLiteral, SourceRange)
    /// The share of `10%` is 0.1.
    case holdout(NumberLiteral, byAccount: Bool, SourceRange)
    case sendWindow(SendWindow)
    case step(Name, Block, SourceRange)
  }

  /// `act on weekdays between 09:00 and 17:00 in contact time`
  package struct SendWindow: Sendable {
    package var days: [Name]
    package var from: TimeLiteral
    package var to: TimeLiteral
    package var inContactTime: Bool
    package var range: SourceRange

    package init(days: [Name], from: TimeLiteral, to: TimeLiteral, inContactTime: Bool, range: SourceRange) {
      self.days = days
      self.from = from
      self.to = to
      self.inContactTime = inContactTime
      self.range = range
    }
  }
}

/// A time of day where the grammar wants one.
package struct TimeLiteral: Sendable {
  package var time: ClockTime
  package var range: SourceRange

  package init(time: ClockTime, range: SourceRange) {
    self.time = time
    self.range = range
  }
}

/// What a step or an arm does, between braces.
package struct Block: Sendable {
  package var statements: [Statement]
  package var range: SourceRange

  package init(statements: [Statement], range: SourceRange) {
    self.statements = statements
    self.range = range
  }

  package indirect enum Statement: Sendable {
    case action(ActionSyntax)
    case wait(Expression.Duration, SourceRange)
    case waitUntil(upTo: Expression.Duration, Expression, SourceRange)
    case conditional(condition: Expression, then: Block, otherwise: Block?, SourceRange)
    case split(Split)
  }

  package struct Split: Sendable {
    package var byAccount: Bool
    package var arms: [Arm]
    package var range: SourceRange

    package init(byAccount: Bool, arms: [Arm], range: SourceRange) {
      self.byAccount = byAccount
      self.arms = arms
      self.range = range
    }
  }
}

/// One arm of a split or an experiment; the share of `50%` is 0.5.
package struct Arm: Sendable {
  package var name: Name
  package var share: NumberLiteral
  package var block: Block
  package var range: SourceRange

  package init(name: Name, share: NumberLiteral, block: Block, range: SourceRange) {
    self.name = name
    self.share = share
    self.block = block
    self.range = range
  }
}
