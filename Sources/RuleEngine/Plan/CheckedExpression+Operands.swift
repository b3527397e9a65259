package import RuleSemantics

extension CheckedExpression {
  /// The expressions that it is directly made of, in the order of the text, without those inside event and people
  /// queries.
  package var operands: [CheckedExpression] {
    switch kind {
    case .constant, .now, .today, .read, .candidate, .isUnchanged, .did, .ago, .events, .people, .rate, .popularity: []
    case .assetField(of: let operand, _), .not(let operand), .isKnown(let operand), .matches(let operand, _),
      .inLast(let operand, _), .inNext(let operand, _), .negate(let operand), .shift(let operand, _, later: _),
      .freshness(let operand, halfLife: _), .diminishing(let operand, halfAt: _), .affinity(let operand, halfLife: _):
      [operand]
    case .and(let operands), .or(let operands): operands
    case .compare(let left, _, let right), .isInList(let left, let right), .text(let left, _, let right),
      .arithmetic(let left, _, let right), .otherwise(let left, let right), .closeness(let left, let right):
      [left, right]
    case .isOneOf(let operand, let values): [operand] + values
    case .between(let operand, let low, let high): [operand, low, high]
    case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
    case .interpolation(let parts):
      parts.compactMap {
        switch $0 {
        case .text: nil
        case .value(let value): value
        }
      }
    }
  }
}

extension CheckedExpression.EventAggregate {
  /// The value that it takes from each event.
  package var value: CheckedExpression? {
    switch self {
    case .count, .first, .last, .points: nil
    case .sum(let value, halfLife: _), .average(let value), .min(let value), .max(let value), .distinct(let value):
      value
    }
  }
}

extension CheckedExpression.PeopleAggregate {
  /// The value that it takes from each person or deal.
  package var value: CheckedExpression? {
    switch self {
    case .any, .count, .share: nil
    case .sum(let value), .average(let value), .min(let value), .max(let value), .distinct(let value): value
    }
  }
}
