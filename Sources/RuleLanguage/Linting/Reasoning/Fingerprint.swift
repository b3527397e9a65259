import BusinessTime
import RuleSemantics

// A text that is equal for two expressions that mean the same by their form: places do not count, nor does the order of
// `and`, `or`, `==` and the values of `in`.
extension CheckedExpression {
  var fingerprint: String {
    switch kind {
    case .constant(let value): value.fingerprint
    case .now: "now"
    case .today: "today"
    case .candidate: "candidate"
    case .read(let reference): reference.fingerprint
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
    case .inLast(let operand, let span): "last(\(operand.fingerprint),\(span.fingerprint))"
    case .inNext(let operand, let span): "next(\(operand.fingerprint),\(span.fingerprint))"
    case .isUnchanged(let reference, let span): "unchanged(\(reference.fingerprint),\(span.fingerprint))"
    case .did(let query, let times): "did(\(query.fingerprint),\(times.fingerprint))"
    case .arithmetic(let left, let operation, let right):
      "\(operation.rawValue)(\(left.fingerprint),\(right.fingerprint))"
    case .negate(let operand): "-(\(operand.fingerprint))"
    case .ago(let span): "ago(\(span.fingerprint))"
    case .shift(let operand, let span, let later): "shift(\(operand.fingerprint),\(span.fingerprint),\(later))"
    case .otherwise(let value, let fallback): "otherwise(\(value.fingerprint),\(fallback.fingerprint))"
    case .conditional(let condition, let then, let otherwise):
      "if(\(condition.fingerprint),\(then.fingerprint),\(otherwise.fingerprint))"
    case .freshness(let operand, let halfLife): "freshness(\(operand.fingerprint),\(halfLife.fingerprint))"
    case .diminishing(let operand, let halfAt): "diminishing(\(operand.fingerprint),\(halfAt))"
    case .closeness(let left, let right): "closeness(\(sorted([left, right])))"
    case .events(let query, let aggregate): "events(\(query.fingerprint),\(aggregate.fingerprint))"
    case .people(let query, let aggregate):
      "people(\(query.rows.fingerprint),\(query.filter?.fingerprint ?? ""),\(aggregate.fingerprint))"
    case .affinity(let operand, let halfLife): "affinity(\(operand.fingerprint),\(halfLife.fingerprint))"
    case .rate(let rate):
      "rate(\(rate.outcome.index),\(rate.outcomeFilter?.fingerprint ?? ""),\(rate.within.fingerprint),"
        + "\(rate.exposure.index),\(rate.exposureFilter?.fingerprint ?? ""),\(rate.prior))"
    case .popularity(let popularity):
      "popularity(\(popularity.event.index),\(popularity.filter?.fingerprint ?? ""),"
        + "\(popularity.window?.fingerprint ?? ""),\(popularity.halfLife?.fingerprint ?? ""))"
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
    "\(owner.fingerprint),\(events.fingerprint),\(filter?.fingerprint ?? ""),\(window?.fingerprint ?? "")"
  }
}

extension EventQuery.Window {
  fileprivate var fingerprint: String {
    switch self {
    case .since(let instant): "since(\(instant.fingerprint))"
    case .within(let span): "within(\(span.fingerprint))"
    case .sinceStep(let step): "step(\(step))"
    case .sinceEnrolment: "enrolment"
    case .fromTo(let from, let to): "from(\(from.fingerprint),\(to.fingerprint))"
    }
  }
}

extension CheckedExpression.EventAggregate {
  fileprivate var fingerprint: String {
    switch self {
    case .count(let halfLife): "count(\(halfLife?.fingerprint ?? ""))"
    case .sum(let value, let halfLife): "sum(\(value.fingerprint),\(halfLife?.fingerprint ?? ""))"
    case .average(let value): "average(\(value.fingerprint))"
    case .min(let value): "min(\(value.fingerprint))"
    case .max(let value): "max(\(value.fingerprint))"
    case .distinct(let value): "distinct(\(value.fingerprint))"
    case .first: "first"
    case .last: "last"
    case .points(let span, let halfLife): "points(\(span?.fingerprint ?? ""),\(halfLife?.fingerprint ?? ""))"
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

extension CheckedRule.Trigger {
  var fingerprint: String {
    let wait =
      switch wait {
      case .duration(let span): span.fingerprint
      case .until(let instant): instant.fingerprint
      case nil: ""
      }
    return "\(occurrence.fingerprint);\(filter?.fingerprint ?? "");\(wait)"
  }
}

extension CheckedRule.Occurrence {
  fileprivate var fingerprint: String {
    switch self {
    case .event(let events): events.fingerprint
    case .changed(let reference, to: let value): "changed(\(reference.fingerprint),\(value?.fingerprint ?? ""))"
    }
  }
}

extension CheckedAction {
  /// Equal for two actions that do the same.
  var fingerprint: String {
    let parts = ParameterID.allCases.compactMap { parameter -> String? in
      arguments[parameter].map { "\(parameter.rawValue)=\($0.fingerprint)" }
    }
    return ([id.rawValue] + parts).joined(separator: ";")
  }
}

extension CheckedAction.Argument {
  fileprivate var fingerprint: String {
    switch self {
    case .expression(let expression): expression.fingerprint
    case .field(let field): "field\(field.index)"
    case .asset(.declared(let id)): "asset\(id.index)"
    case .asset(.outside(let name)): "\"\(name)\""
    case .name(let name): "\"\(name)\""
    case .recipient(.owner(let fallback)): "owner(\(fallback.map { "\"\($0)\"" } ?? ""))"
    case .recipient(.address(let address)): "\"\(address)\""
    case .span(let span): span.fingerprint
    case .flag(let flag): flag ? "yes" : "no"
    }
  }
}

// Written out, since the descriptions that Swift makes up are slow, and every condition needs several.
extension Reference {
  var fingerprint: String {
    let account = viaAccount ? "account." : ""
    switch attribute {
    case .field(let field): return "\(variable.fingerprint).\(account)field\(field.index)"
    case .definition(let id): return "\(variable.fingerprint).\(account)definition\(id.index)"
    case .eventTime: return "\(variable.fingerprint).at"
    case .eventWorth: return "\(variable.fingerprint).worth"
    case .oldValue: return "\(variable.fingerprint).old"
    case .newValue: return "\(variable.fingerprint).new"
    }
  }
}

extension Reference.Variable {
  fileprivate var fingerprint: String {
    switch self {
    case .subject: "subject"
    case .person: "person"
    case .deal: "deal"
    case .row: "row"
    case .candidate: "candidate"
    case .trigger: "trigger"
    }
  }
}

extension Value {
  fileprivate var fingerprint: String {
    switch self {
    case .missing: "missing"
    case .text(let text): "\"\(text)\""
    case .number(let number): "\(number)"
    case .flag(let flag): flag ? "yes" : "no"
    case .date(let date): "date\(date.dayNumber)"
    case .time(let instant): "time\(instant.milliseconds)"
    case .choice(let set, let position): "choice\(set.index).\(position)"
    case .asset(let id): "asset\(id.index)"
    case .list(let members): "[" + members.map(\.fingerprint).joined(separator: ",") + "]"
    }
  }
}

extension TimeSpan {
  fileprivate var fingerprint: String { "\(amount) \(unit.rawValue)" }
}

extension CheckedExpression.Times {
  fileprivate var fingerprint: String {
    switch self {
    case .atLeast(let count): "\(count)+"
    case .exactly(let count): "\(count)"
    }
  }
}

extension EventQuery.Events {
  fileprivate var fingerprint: String {
    switch self {
    case .type(let id): "event\(id.index)"
    case .interactions: "interactions"
    }
  }
}

extension PeopleQuery.Rows {
  fileprivate var fingerprint: String {
    switch self {
    case .accountContacts: "contacts"
    case .colleagues: "colleagues"
    case .deals: "deals"
    }
  }
}
