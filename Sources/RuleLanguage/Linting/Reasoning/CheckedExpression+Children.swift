import RuleSemantics

extension CheckedExpression {
  /// The expressions right below this one, in the order in which they stand, those about rows included.
  var children: [CheckedExpression] {
    switch kind {
    case .constant, .now, .today, .read, .candidate, .ago, .isUnchanged: []
    case .assetField(let of, _): [of]
    case .not(let operand), .isKnown(let operand), .negate(let operand): [operand]
    case .and(let operands), .or(let operands): operands
    case .compare(let left, _, let right), .isInList(let left, let right), .text(let left, _, let right),
      .arithmetic(let left, _, let right), .otherwise(let left, let right), .closeness(let left, let right):
      [left, right]
    case .isOneOf(let operand, let values): [operand] + values
    case .between(let operand, let low, let high): [operand, low, high]
    case .matches(let operand, _), .inLast(let operand, _), .inNext(let operand, _), .shift(let operand, _, _),
      .freshness(let operand, _), .diminishing(let operand, _), .affinity(let operand, _):
      [operand]
    case .did(let query, _): query.children
    case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
    case .events(let query, let aggregate): aggregate.children + query.children
    case .people(let query, let aggregate): aggregate.children + [query.filter].compactMap { $0 }
    case .rate(let rate): [rate.outcomeFilter, rate.exposureFilter].compactMap { $0 }
    case .popularity(let popularity): [popularity.filter].compactMap { $0 }
    case .interpolation(let parts):
      parts.compactMap { part in
        if case .value(let value) = part { return value }
        return nil
      }
    }
  }

  /// Calls `body` with this expression and everything below it.
  func forEach(_ body: (CheckedExpression) -> Void) {
    body(self)
    for child in children { child.forEach(body) }
  }

  /// Every reference below, that of `unchanged for` included.
  var references: [Reference] {
    var all: [Reference] = []
    forEach { expression in
      switch expression.kind {
      case .read(let reference), .isUnchanged(let reference, _): all.append(reference)
      default: break
      }
    }
    return all
  }

  /// The value of an expression that depends on nothing; `nil` of all others.
  var constantValue: Value? {
    switch kind {
    case .constant(let value): return value
    case .negate(let operand):
      if case .number(let number) = operand.constantValue { return .number(-number) }
      return nil
    default: return nil
    }
  }

  /// The operands of an `and`, nested ones included; of anything else the expression itself.
  var conjuncts: [CheckedExpression] {
    if case .and(let operands) = kind { return operands.flatMap(\.conjuncts) }
    return [self]
  }
}

extension EventQuery {
  var children: [CheckedExpression] {
    var all = [filter].compactMap { $0 }
    if case .since(let instant) = window { all.append(instant) }
    return all
  }
}

extension CheckedExpression.EventAggregate {
  var children: [CheckedExpression] {
    switch self {
    case .count, .first, .last, .points: []
    case .sum(let value, _), .average(let value), .min(let value), .max(let value), .distinct(let value): [value]
    }
  }
}

extension CheckedExpression.PeopleAggregate {
  var children: [CheckedExpression] {
    switch self {
    case .any, .count, .share: []
    case .sum(let value), .average(let value), .min(let value), .max(let value), .distinct(let value): [value]
    }
  }
}
