import RuleSemantics

// A text that is equal for two expressions that mean the same by their form: places do not count, nor does the order of
// `and`, `or`, `==` and the values of `in`.
extension CheckedExpression {
  var fingerprint: String {
    switch kind {
    case .constant(let value): "\(value)"
    case .now: "now"
    case .today: "today"
    case .read(let reference): "\(reference)"
    case .assetField(let of, let field): "field(\(field.index),\(of.fingerprint))"
    case .not(let operand): "not(\(operand.fingerprint))"
    case .and(let operands): "and(\(sorted(operands)))"
    case .or(let operands): "or(\(sorted(operands)))"
    case .compare(let left, let comparison, let right):
      switch comparison {
      case .equal, .notEqual: "\(comparison.rawValue)(\(sorted([left, right])))"
      case .less, .lessOrEqual: "\(comparison.rawValue)(\(left.fingerprint),\(right.fingerprint))"
      case .greater: "<(\(right.fingerprint),\(left.fingerprint))"
      case .greaterOrEqual: "<=(\(right.fingerprint),\(left.fingerprint))"
      }
    case .isKnown(let operand): "known(\(operand.fingerprint))"
    case .isOneOf(let operand, let values): "in(\(operand.fingerprint);\(sorted(values)))"
    case .isInList(let member, let list): "inlist(\(member.fingerprint),\(list.fingerprint))"
    case .between(let operand, let low, let high):
      "between(\(operand.fingerprint),\(low.fingerprint),\(high.fingerprint))"
    case .text(let left, let test, let right): "\(test.rawValue)(\(left.fingerprint),\(right.fingerprint))"
    case .matches(let operand, let pattern): "matches(\(operand.fingerprint),\(pattern.pattern),\(pattern.options))"
    case .inLast(let operand, let span): "last(\(operand.fingerprint),\(span))"
    case .inNext(let operand, let span): "next(\(operand.fingerprint),\(span))"
    case .isUnchanged(let reference, let span): "unchanged(\(reference),\(span))"
    case .did(let query, let times): "did(\(query.fingerprint),\(times))"
    case .arithmetic(let left, let operation, let right):
      "\(operation.rawValue)(\(left.fingerprint),\(right.fingerprint))"
    case .negate(let operand): "-(\(operand.fingerprint))"
    case .ago(let span): "ago(\(span))"
    case .shift(let operand, let span, let later): "shift(\(operand.fingerprint),\(span),\(later))"
    case .otherwise(let value, let fallback): "otherwise(\(value.fingerprint),\(fallback.fingerprint))"
    case .conditional(let condition, let then, let otherwise):
      "if(\(condition.fingerprint),\(then.fingerprint),\(otherwise.fingerprint))"
    case .freshness(let operand, let halfLife): "freshness(\(operand.fingerprint),\(halfLife))"
    case .diminishing(let operand, let halfAt): "diminishing(\(operand.fingerprint),\(halfAt))"
    case .closeness(let left, let right): "closeness(\(sorted([left, right])))"
    case .events(let query, let aggregate): "events(\(query.fingerprint),\(aggregate.fingerprint))"
    case .people(let query, let aggregate):
      "people(\(query.rows),\(query.filter?.fingerprint ?? ""),\(aggregate.fingerprint))"
    case .affinity(let operand, let halfLife): "affinity(\(operand.fingerprint),\(halfLife))"
    case .rate(let rate):
      "rate(\(rate.outcome),\(rate.outcomeFilter?.fingerprint ?? ""),\(rate.within),\(rate.exposure),"
        + "\(rate.exposureFilter?.fingerprint ?? ""),\(rate.prior))"
    case .interpolation(let parts):
      "text("
        + parts.map { part in
          switch part {
          case .text(let text): "\"\(text)\""
          case .value(let value): value.fingerprint
          }
        }.joined(separator: ",") + ")"
    }
  }

  private func sorted(_ expressions: [CheckedExpression]) -> String {
    expressions.map(\.fingerprint).sorted().joined(separator: ",")
  }
}

extension EventQuery {
  fileprivate var fingerprint: String {
    let window: String
    switch self.window {
    case .since(let instant): window = "since(\(instant.fingerprint))"
    case .some(let other): window = "\(other)"
    case nil: window = ""
    }
    return "\(owner),\(events),\(filter?.fingerprint ?? ""),\(window)"
  }
}

extension CheckedExpression.EventAggregate {
  fileprivate var fingerprint: String {
    switch self {
    case .count(let halfLife): "count(\(String(describing: halfLife)))"
    case .sum(let value, let halfLife): "sum(\(value.fingerprint),\(String(describing: halfLife)))"
    case .average(let value): "average(\(value.fingerprint))"
    case .min(let value): "min(\(value.fingerprint))"
    case .max(let value): "max(\(value.fingerprint))"
    case .distinct(let value): "distinct(\(value.fingerprint))"
    case .first: "first"
    case .last: "last"
    case .points(let span, let halfLife): "points(\(String(describing: span)),\(String(describing: halfLife)))"
    }
  }
}

extension CheckedExpression.PeopleAggregate {
  fileprivate var fingerprint: String {
    switch self {
    case .any: "any"
    case .count: "count"
    case .share: "share"
    case .sum(let value): "sum(\(value.fingerprint))"
    case .average(let value): "average(\(value.fingerprint))"
    case .min(let value): "min(\(value.fingerprint))"
    case .max(let value): "max(\(value.fingerprint))"
    case .distinct(let value): "distinct(\(value.fingerprint))"
    }
  }
}

extension CheckedAction {
  /// Equal for two actions that do the same.
  var fingerprint: String {
    let parts = ParameterID.allCases.compactMap { parameter -> String? in
      switch arguments[parameter] {
      case .expression(let expression): "\(parameter.rawValue)=\(expression.fingerprint)"
      case .some(let other): "\(parameter.rawValue)=\(other)"
      case nil: nil
      }
    }
    return ([id.rawValue] + parts).joined(separator: ";")
  }
}
