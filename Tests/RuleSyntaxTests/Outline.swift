import BusinessTime
import RuleSyntax

/// An expression as fully parenthesized text, to compare shapes without ranges.
func outline(_ expression: Expression) -> String {
  switch expression.kind {
  case .missing: "?"
  case .number(let value): plain(value)
  case .percent(let value): "percent \(plain(value))"
  case .text(let text): "\"\(text.parts.map(outline).joined())\""
  case .flag(let value): value ? "yes" : "no"
  case .date(let date): "day \(date.dayNumber)"
  case .dateTime(let date, let time): "day \(date.dayNumber) minute \(time.minutes)"
  case .clockTime(let time): "minute \(time.minutes)"
  case .duration(let span): outline(span)
  case .ago(let span): "(\(outline(span)) ago)"
  case .shifted(let span, let direction, let base):
    "(\(outline(span)) \(direction == .after ? "after" : "before") \(outline(base)))"
  case .path(let names): names.map(\.text).joined(separator: ".")
  case .call(let name, let arguments): "\(name.text)(\(arguments.map(outline).joined(separator: ", ")))"
  case .aggregate(let aggregate):
    "\(aggregate.function.rawValue)(\(aggregate.value.map { outline($0) + " of " } ?? "")\(outline(aggregate.rows)))"
  case .rate(let rate):
    "rate(\(rate.outcome.text)\(filter(rate.outcomeFilter)) within \(outline(rate.within.span)) after "
      + "\(rate.exposure.text)\(filter(rate.exposureFilter)), prior \(plain(rate.prior.value)))"
  case .parenthesized(let inner): "[\(outline(inner))]"
  case .negate(let inner): "(- \(outline(inner)))"
  case .arithmetic(let left, let sign, let right): "(\(outline(left)) \(sign.rawValue) \(outline(right)))"
  case .otherwise(let left, let right): "(\(outline(left)) otherwise \(outline(right)))"
  case .not(let inner): "(not \(outline(inner)))"
  case .and(let operands): "(" + operands.map(outline).joined(separator: " and ") + ")"
  case .or(let operands): "(" + operands.map(outline).joined(separator: " or ") + ")"
  case .comparison(let left, let sign, _, let right): "(\(outline(left)) \(sign.rawValue) \(outline(right)))"
  case .predicate(let operand, let predicate, let isNegated, _):
    "(\(outline(operand)) \(isNegated ? "not " : "")\(outline(predicate)))"
  case .did(let query, let isNegated): "(did \(isNegated ? "not " : "")\(outline(query)))"
  case .noEvent(let query): "(no \(outline(query)))"
  case .conditional(let condition, let then, let otherwise):
    "(if \(outline(condition)) then \(outline(then)) else \(outline(otherwise)))"
  }
}

private func plain(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
}

func outline(_ span: TimeSpan) -> String { "\(plain(span.amount)) \(span.unit.rawValue)" }

private func outline(_ part: Expression.TextLiteral.Part) -> String {
  switch part {
  case .text(let text): text
  case .value(let value): "{\(outline(value))}"
  }
}

private func outline(_ argument: Expression.Argument) -> String {
  switch argument {
  case .value(let value): outline(value)
  case .halfLife(let duration): "half life \(outline(duration.span))"
  case .halfAt(let number): "half at \(plain(number.value))"
  }
}

private func outline(_ rows: Expression.Rows) -> String {
  var text =
    switch rows.source {
    case .people(let people, _): people.rawValue
    case .event(let name): "event \(name.text)"
    }
  text += filter(rows.filter) + window(rows.window)
  if let halfLife = rows.halfLife { text += ", half life \(outline(halfLife.span))" }
  return text
}

private func outline(_ query: Expression.EventQuery) -> String {
  let times: String =
    switch query.times {
    case nil: ""
    case .atLeast(let number): " at least \(plain(number.value)) times"
    case .exactly(let number): " exactly \(plain(number.value)) times"
    }
  return query.event.text + filter(query.filter) + times + window(query.window)
}

private func filter(_ filter: Expression?) -> String { filter.map { " where \(outline($0))" } ?? "" }

private func window(_ window: Expression.Window?) -> String {
  switch window {
  case nil: ""
  case .within(let duration): " within \(outline(duration.span))"
  case .sinceStep(let step): " since step \(step.text)"
  case .since(let moment): " since \(outline(moment))"
  case .fromTo(let from, let to): " from \(outline(from.span)) ago to \(outline(to.span)) ago"
  }
}

private func outline(_ predicate: Expression.Predicate) -> String {
  switch predicate {
  case .isKnown: "is known"
  case .isUnknown: "is unknown"
  case .inValues(let values): "in {\(values.map(outline).joined(separator: ", "))}"
  case .inList(let list): "in \(outline(list))"
  case .inLast(let duration): "in last \(outline(duration.span))"
  case .inNext(let duration): "in next \(outline(duration.span))"
  case .between(let low, let high): "between \(outline(low)) and \(outline(high))"
  case .contains(let value): "contains \(outline(value))"
  case .startsWith(let value): "starts with \(outline(value))"
  case .endsWith(let value): "ends with \(outline(value))"
  case .matches(let regex): "matches /\(regex.pattern)/\(regex.options)"
  case .unchangedFor(let duration): "unchanged for \(outline(duration.span))"
  }
}
