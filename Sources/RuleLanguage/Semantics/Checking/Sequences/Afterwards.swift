import BusinessTime

/// Turns a condition about now into one about the time after an instant, which is that of the trigger: a window that
/// reached back from now reaches forward from there, and events without a window count from there on. What is no event
/// is asked as it stands.
struct Afterwards {
  /// The longest window that was met.
  private(set) var window: TimeSpan?

  mutating func rewrite(_ expression: CheckedExpression) -> CheckedExpression {
    var result = expression
    switch expression.kind {
    case .not(let operand): result.kind = .not(rewrite(operand))
    case .and(let operands): result.kind = .and(operands.map { rewrite($0) })
    case .or(let operands): result.kind = .or(operands.map { rewrite($0) })
    case .compare(let left, let comparison, let right):
      result.kind = .compare(rewrite(left), comparison, rewrite(right))
    case .between(let operand, let low, let high): result.kind = .between(rewrite(operand), low, high)
    case .isKnown(let operand): result.kind = .isKnown(rewrite(operand))
    case .arithmetic(let left, let operation, let right):
      result.kind = .arithmetic(rewrite(left), operation, rewrite(right))
    case .otherwise(let left, let right): result.kind = .otherwise(rewrite(left), rewrite(right))
    case .conditional(let condition, then: let then, otherwise: let otherwise):
      result.kind = .conditional(rewrite(condition), then: rewrite(then), otherwise: rewrite(otherwise))
    case .did(let query, let times): result.kind = .did(rewrite(query), times)
    case .events(let query, let aggregate): result.kind = .events(rewrite(query), aggregate)
    case .constant, .now, .today, .read, .candidate, .assetField, .isOneOf, .isInList, .text, .matches, .inLast,
      .inNext,
      .isUnchanged, .negate, .ago, .shift, .freshness, .diminishing, .closeness, .people, .affinity, .rate, .popularity,
      .interpolation:
      break
    }
    return result
  }

  private mutating func rewrite(_ query: EventQuery) -> EventQuery {
    var query = query
    let start = CheckedExpression(
      .read(Reference(.trigger, .eventTime)), .time, mayBeMissing: false, at: query.range)
    switch query.window {
    case .within(let span):
      if length(span) > length(window) { window = span }
      let at = CheckedExpression(.read(Reference(.row, .eventTime)), .time, mayBeMissing: false, at: query.range)
      let end = CheckedExpression(.shift(start, span, later: true), .time, mayBeMissing: false, at: query.range)
      let isInTime = CheckedExpression(
        .compare(at, .lessOrEqual, end), .flag, mayBeMissing: false, at: query.range)
      query.filter =
        query.filter.map { filter in
          CheckedExpression(.and([filter, isInTime]), .flag, mayBeMissing: filter.mayBeMissing, at: filter.range)
        } ?? isInTime
      query.window = .since(start)
    case nil: query.window = .since(start)
    case .since, .sinceStep, .sinceEnrolment, .fromTo: break
    }
    return query
  }

  /// To compare by; business time lies somewhat longer on the wall.
  private func length(_ span: TimeSpan?) -> Double {
    guard let span else { return -1 }
    switch span.unit {
    case .businessDays: return span.amount * 1.4 * 86_400_000
    case .businessHours: return span.amount * 4.2 * 3_600_000
    case .months: return span.amount * 31 * 86_400_000
    case .minutes, .hours, .days, .weeks: return span.elapsedMilliseconds ?? 0
    }
  }
}
