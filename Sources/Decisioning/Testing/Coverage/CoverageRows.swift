import RuleEngine
import RuleSemantics

/// Rows that a `where` or `of` is about.
enum CoverageRows {
  case events(EventQuery)
  case people(PeopleQuery)

  /// That one of them is so.
  fileprivate func exists(_ condition: CheckedExpression) -> CheckedExpression {
    let kind: CheckedExpression.Kind
    switch self {
    case .events(var query):
      query.filter = condition
      kind = .did(query, .atLeast(1))
    case .people(var query):
      query.filter = condition
      kind = .people(query, .any)
    }
    return CheckedExpression(kind, .flag, mayBeMissing: false, at: condition.range)
  }
}

extension [CoverageRows] {
  /// That there is a row, in rows of rows, for which all of it is true.
  func exists(_ guards: [CheckedExpression]) -> CheckedExpression? {
    guard let first = guards.first else { return nil }
    let together =
      guards.count == 1
      ? first : CheckedExpression(.and(guards), .flag, mayBeMissing: true, at: first.range)
    return reversed().reduce(together) { $1.exists($0) }
  }
}

extension CheckedExpression {
  /// An expression about rows, and what is true of the rows that it is computed for.
  struct RowPart {
    var rows: CoverageRows
    var expression: CheckedExpression
    var guards: [CheckedExpression]
  }

  /// What stands in its `where` and `of`.
  var rowParts: [RowPart] {
    func parts(_ rows: CoverageRows, _ filter: CheckedExpression?, _ value: CheckedExpression?) -> [RowPart] {
      let guards = filter.map { [$0] } ?? []
      return guards.map { RowPart(rows: rows, expression: $0, guards: []) }
        + (value.map { [RowPart(rows: rows, expression: $0, guards: guards)] } ?? [])
    }
    return switch kind {
    case .did(let query, _): parts(.events(query), query.filter, nil)
    case .events(let query, let aggregate): parts(.events(query), query.filter, aggregate.value)
    case .people(let query, let aggregate): parts(.people(query), query.filter, aggregate.value)
    default: []
    }
  }

  /// What is true where it is false or unknown, as the else of an `if` takes it.
  var otherwiseTrue: CheckedExpression {
    func constant(_ flag: Bool) -> CheckedExpression {
      CheckedExpression(.constant(.flag(flag)), .flag, mayBeMissing: false, at: range)
    }
    return CheckedExpression(
      .conditional(self, then: constant(false), otherwise: constant(true)), .flag, mayBeMissing: false, at: range)
  }

  /// Whether it is about what set off a rule, or about an enrolment.
  var readsTrigger: Bool {
    if case .read(let reference) = kind, reference.variable == .trigger { return true }
    if case .did(let query, _) = kind, query.isOfEnrolment { return true }
    if case .events(let query, _) = kind, query.isOfEnrolment { return true }
    return operands.contains(where: \.readsTrigger) || rowParts.contains { $0.expression.readsTrigger }
  }
}

extension EventQuery {
  fileprivate var isOfEnrolment: Bool {
    switch window {
    case .sinceStep, .sinceEnrolment: true
    case .since(let start): start.readsTrigger
    case .within, .fromTo, nil: false
    }
  }
}
