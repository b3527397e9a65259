package import BusinessTime
package import RuleDiagnostics

/// An expression as it was written; names are not resolved and nothing has a type yet.
package struct Expression: Hashable, Sendable {
  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  package indirect enum Kind: Hashable, Sendable {
    /// Something should stand here and does not; it was reported and is not reported again.
    case missing
    case number(Double)
    /// `30%`: the value is 0.3.
    case percent(Double)
    case text(TextLiteral)
    case flag(Bool)
    case date(CivilDate)
    case dateTime(CivilDate, ClockTime)
    case clockTime(ClockTime)
    case duration(TimeSpan)
    /// `3 days ago`
    case ago(TimeSpan)
    /// `3 hours after T`, `3 hours before T`
    case shifted(TimeSpan, Direction, Expression)
    /// `score`, `account.employees`, `event.old`; `now` and `today` are paths of one name.
    case path([Name])
    case call(Name, [Argument])
    case aggregate(Aggregate)
    case rate(Rate)
    case parenthesized(Expression)
    case negate(Expression)
    case arithmetic(Expression, Arithmetic, Expression)
    case otherwise(Expression, Expression)
    case not(Expression)
    /// Two operands or more.
    case and([Expression])
    case or([Expression])
    case comparison(Expression, ComparisonOperator, operatorRange: SourceRange, Expression)
    /// The comparisons written as words, each also with `not`.
    case predicate(Expression, Predicate, isNegated: Bool, predicateRange: SourceRange)
    /// `did E …`, `did not E …`
    case did(EventQuery, isNegated: Bool)
    /// `no E …`
    case noEvent(EventQuery)
    case conditional(condition: Expression, then: Expression, otherwise: Expression)
  }

  package enum Direction: Hashable, Sendable { case before, after }

  package enum Arithmetic: String, Hashable, Sendable {
    case add = "+", subtract = "-", multiply = "*", divide = "/"
  }

  package enum ComparisonOperator: String, Hashable, Sendable, CaseIterable {
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
  }

  package indirect enum Predicate: Hashable, Sendable {
    case isKnown
    case isUnknown
    case inValues([Expression])
    /// `in interests`: the list is a path.
    case inList(Expression)
    case inLast(Duration)
    case inNext(Duration)
    case between(Expression, Expression)
    case contains(Expression)
    case startsWith(Expression)
    case endsWith(Expression)
    case matches(RegexLiteral)
    case unchangedFor(Duration)
  }

  /// A duration where the grammar wants one, with where it stands.
  package struct Duration: Hashable, Sendable {
    package var span: TimeSpan
    package var range: SourceRange

    package init(_ span: TimeSpan, _ range: SourceRange) {
      self.span = span
      self.range = range
    }
  }

  package struct RegexLiteral: Hashable, Sendable {
    /// As written between the slashes.
    package var pattern: String
    /// The letters after the closing slash; the language knows `i`.
    package var options: String
    package var range: SourceRange

    package init(pattern: String, options: String, range: SourceRange) {
      self.pattern = pattern
      self.options = options
      self.range = range
    }
  }

  package struct TextLiteral: Hashable, Sendable {
    package var parts: [Part]

    package init(_ parts: [Part]) {
      self.parts = parts
    }

    package enum Part: Hashable, Sendable {
      /// Escapes are resolved.
      case text(String)
      case value(Expression)
    }
  }

  package enum Argument: Hashable, Sendable {
    case value(Expression)
    /// `half life 14 days`
    case halfLife(Duration)
    /// `half at 3`
    case halfAt(NumberLiteral)
  }

  /// `count(rows)`, `sum(x of rows)`.
  package struct Aggregate: Hashable, Sendable {
    package var function: Function
    package var functionRange: SourceRange
    /// What stands before `of`; `nil` for the functions of whole rows.
    package var value: Expression?
    package var rows: Rows

    package init(function: Function, functionRange: SourceRange, value: Expression?, rows: Rows) {
      self.function = function
      self.functionRange = functionRange
      self.value = value
      self.rows = rows
    }

    package enum Function: String, Hashable, Sendable, CaseIterable {
      case count, any, share, first, last, popularity
      case sum, average, min, max, distinct

      /// Whether `x of` stands before the rows.
      package var takesValue: Bool {
        switch self {
        case .count, .any, .share, .first, .last, .popularity: false
        case .sum, .average, .min, .max, .distinct: true
        }
      }
    }
  }

  package struct Rows: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
      case people(People, SourceRange)
      case event(Name)
    }

    package enum People: String, Hashable, Sendable, CaseIterable {
      case contacts, colleagues, deals
      case accountContacts = "account.contacts"
      case accountDeals = "account.deals"
    }

    package var source: Source
    package var filter: Expression?
    package var window: Window?
    package var halfLife: Duration?
    package var range: SourceRange

    package init(source: Source, filter: Expression?, window: Window?, halfLife: Duration?, range: SourceRange) {
      self.source = source
      self.filter = filter
      self.window = window
      self.halfLife = halfLife
      self.range = range
    }
  }

  package struct EventQuery: Hashable, Sendable {
    package var event: Name
    package var filter: Expression?
    package var times: Times?
    package var window: Window?
    package var range: SourceRange

    package init(event: Name, filter: Expression?, times: Times?, window: Window?, range: SourceRange) {
      self.event = event
      self.filter = filter
      self.times = times
      self.window = window
      self.range = range
    }

    package enum Times: Hashable, Sendable {
      case atLeast(NumberLiteral)
      case exactly(NumberLiteral)
    }
  }

  package indirect enum Window: Hashable, Sendable {
    case within(Duration)
    case sinceStep(Name)
    case since(Expression)
    /// `from 90 days ago to 30 days ago`
    case fromTo(Duration, Duration)
  }

  /// `rate(meeting_booked within 14 days after content_download, prior 5)`
  package struct Rate: Hashable, Sendable {
    package var outcome: Name
    package var outcomeFilter: Expression?
    package var within: Duration
    package var exposure: Name
    package var exposureFilter: Expression?
    package var prior: NumberLiteral

    package init(
      outcome: Name, outcomeFilter: Expression?, within: Duration, exposure: Name, exposureFilter: Expression?,
      prior: NumberLiteral
    ) {
      self.outcome = outcome
      self.outcomeFilter = outcomeFilter
      self.within = within
      self.exposure = exposure
      self.exposureFilter = exposureFilter
      self.prior = prior
    }
  }
}
