import BusinessTime
import RuleDiagnostics
import RuleSyntax
import TextMatching

// The comparisons that are written as words.
extension Checker {
  mutating func checkPredicate(
    _ operand: Expression, _ predicate: Expression.Predicate, _ wordRange: SourceRange, in scope: Scope,
    at range: SourceRange
  ) -> CheckedExpression {
    switch predicate {
    case .isKnown, .isUnknown:
      let checked = checkOperand(operand, in: scope, context: nil)
      let known = condition(.isKnown(checked), mayBeMissing: false, at: range)
      if case .isUnknown = predicate { return condition(.not(known), mayBeMissing: false, at: range) }
      return known
    case .inValues(let values): return checkMembership(operand, values, in: scope, at: range)
    case .inList(let list): return checkInList(operand, list, in: scope, at: range)
    case .inLast(let duration), .inNext(let duration):
      let checked = checkMoment(operand, in: scope)
      let span = checkSpan(duration)
      guard let span, checked.type != .error else { return unknownCondition(at: range) }
      let isLast = if case .inLast = predicate { true } else { false }
      return condition(
        isLast ? .inLast(checked, span) : .inNext(checked, span), mayBeMissing: checked.mayBeMissing, at: range)
    case .between(let low, let high): return checkBetween(operand, low, high, wordRange, in: scope, at: range)
    case .contains(let value): return checkContains(operand, value, in: scope, at: range)
    case .startsWith(let value): return checkTextTest(operand, .startsWith, value, in: scope, at: range)
    case .endsWith(let value): return checkTextTest(operand, .endsWith, value, in: scope, at: range)
    case .matches(let regex): return checkMatch(operand, regex, in: scope, at: range)
    case .unchangedFor(let duration): return checkUnchanged(operand, duration, in: scope, at: range)
    }
  }

  /// What stands for a condition that was reported.
  func unknownCondition(at range: SourceRange) -> CheckedExpression {
    condition(.constant(.missing), mayBeMissing: true, at: range)
  }

  /// A date or an instant.
  mutating func checkMoment(_ expression: Expression, in scope: Scope) -> CheckedExpression {
    let checked = checkOperand(expression, in: scope, context: .time)
    if checked.type.isInstantOrDay || checked.type == .error { return checked }
    reportMismatch(of: checked, expression, with: .time, because: nil)
    return failed(at: expression.range)
  }

  private mutating func checkMembership(
    _ operand: Expression, _ values: [Expression], in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let checked: CheckedExpression
    var members: [CheckedExpression] = []
    var rest = values[...]
    if let first = values.first {
      let pair = checkPair(operand, first, in: scope, context: nil)
      checked = pair.left
      members.append(pair.right)
      rest = rest.dropFirst()
    } else {
      checked = checkOperand(operand, in: scope, context: nil)
    }
    for value in rest {
      members.append(checkOperand(value, comparedWith: operand, in: scope, context: checked.type))
    }
    if case .list = checked.type {
      report(.listComparison(text(operand.range), sign: "in", at: operand.range, whole: range, repair: nil))
      return unknownCondition(at: range)
    }
    for (member, syntax) in zip(members, values) {
      _ = agree(checked, operand, member, syntax)
    }
    return condition(
      .isOneOf(checked, members), mayBeMissing: checked.mayBeMissing || members.contains(where: \.mayBeMissing),
      at: range)
  }

  private mutating func checkInList(
    _ operand: Expression, _ list: Expression, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    // `persona in cfo`: the parentheses are missing.
    if let name = list.bareName, !isDeclared(name, in: scope) {
      let checked = checkOperand(operand, in: scope, context: nil)
      if checked.type == .error { return unknownCondition(at: range) }
      if value(named: name.text, in: checked.type) != nil {
        report(.valueWithoutParentheses(name.text, at: name.range))
      } else {
        reportUnknown(name, in: scope, context: checked.type.hasNamedValues ? checked.type : nil)
      }
      return unknownCondition(at: range)
    }
    let checkedList = checkOperand(list, in: scope, context: nil)
    guard case .list(let element) = checkedList.type else {
      let checked = checkOperand(operand, in: scope, context: checkedList.type)
      if checked.type != .error, checkedList.type != .error {
        report(
          .notAList(text(list.range), phrase(checkedList.type), operand: text(operand.range), at: list.range))
      }
      return unknownCondition(at: range)
    }
    let checked = checkOperand(operand, in: scope, context: element)
    guard checked.type != .error else { return unknownCondition(at: range) }
    guard checked.type == element else {
      reportMismatch(of: checked, operand, with: element, because: list.range)
      return unknownCondition(at: range)
    }
    return condition(
      .isInList(checked, checkedList), mayBeMissing: checked.mayBeMissing || checkedList.mayBeMissing, at: range)
  }

  private mutating func checkBetween(
    _ operand: Expression, _ low: Expression, _ high: Expression, _ wordRange: SourceRange, in scope: Scope,
    at range: SourceRange
  ) -> CheckedExpression {
    let checked = checkOperand(operand, in: scope, context: nil)
    let lower = checkOperand(low, in: scope, context: checked.type)
    let upper = checkOperand(high, in: scope, context: checked.type)
    let result = condition(
      .between(checked, lower, upper),
      mayBeMissing: checked.mayBeMissing || lower.mayBeMissing || upper.mayBeMissing, at: range)
    guard agree(checked, operand, lower, low), agree(checked, operand, upper, high) else { return result }
    checkOrder(of: checked, wordRange, "between")
    if case .constant(let first) = lower.kind, case .constant(let second) = upper.kind,
      let isReversed = isLess(second, first), isReversed
    {
      report(
        .reversedBounds(
          text(low.range), text(high.range), at: low.range.union(high.range), swap: (low.range, high.range)))
    }
    return result
  }

  /// `nil` for values that cannot be told apart here.
  private func isLess(_ left: Value, _ right: Value) -> Bool? {
    switch (left, right) {
    case (.number(let left), .number(let right)): left < right
    case (.date(let left), .date(let right)): left < right
    case (.time(let left), .time(let right)): left < right
    case (.choice(let leftSet, let left), .choice(let rightSet, let right)): leftSet == rightSet ? left < right : nil
    default: nil
    }
  }

  private mutating func checkContains(
    _ operand: Expression, _ value: Expression, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let checked = checkOperand(operand, in: scope, context: nil)
    guard case .list(let element) = checked.type else {
      return checkTextTest(checked, operand, .contains, value, in: scope, at: range)
    }
    let member = checkExpression(value, in: scope, expecting: element)
    return condition(
      .isInList(member, checked), mayBeMissing: checked.mayBeMissing || member.mayBeMissing, at: range)
  }

  private mutating func checkTextTest(
    _ operand: Expression, _ test: CheckedExpression.TextTest, _ value: Expression, in scope: Scope,
    at range: SourceRange
  ) -> CheckedExpression {
    let checked = checkOperand(operand, in: scope, context: .text)
    return checkTextTest(checked, operand, test, value, in: scope, at: range)
  }

  private mutating func checkTextTest(
    _ checked: CheckedExpression, _ operand: Expression, _ test: CheckedExpression.TextTest, _ value: Expression,
    in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let part = checkOperand(value, in: scope, context: checked.type == .error ? .error : .text)
    guard checked.type == .text || checked.type == .error else {
      report(
        .notAText(text(operand.range), phrase(checked.type), test: test.rawValue, at: operand.range))
      return unknownCondition(at: range)
    }
    let text = checked.type == .error ? part : demand(.text, of: part, value)
    return condition(
      .text(checked, test, text), mayBeMissing: checked.mayBeMissing || text.mayBeMissing, at: range)
  }

  private mutating func checkMatch(
    _ operand: Expression, _ regex: Expression.RegexLiteral, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let checked = checkOperand(operand, in: scope, context: .text)
    if checked.type != .text, checked.type != .error {
      report(.notAText(text(operand.range), phrase(checked.type), test: "matches", at: operand.range))
    }
    do {
      _ = try CompiledPattern(pattern: regex.pattern, options: regex.options)
    } catch {
      // The pattern starts behind the slash.
      let offset = min(regex.range.start + 1 + (error.byteOffset ?? 0), max(regex.range.end - 1, regex.range.start))
      let place = SourceRange(file: regex.range.file, start: offset, end: min(offset + 1, regex.range.end))
      report(.invalidPattern(error.description, at: error.byteOffset == nil ? regex.range : place))
      return unknownCondition(at: range)
    }
    return condition(
      .matches(checked, .init(pattern: regex.pattern, options: regex.options)), mayBeMissing: checked.mayBeMissing,
      at: range)
  }

  private mutating func checkUnchanged(
    _ operand: Expression, _ duration: Expression.Duration, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let checked = checkOperand(operand, in: scope, context: nil)
    let span = checkSpan(duration)
    guard let span, checked.type != .error else { return unknownCondition(at: range) }
    guard case .read(let reference) = checked.kind, keepsHistory(reference) else {
      report(.notTracked(text(operand.range), at: operand.range))
      return unknownCondition(at: range)
    }
    return condition(.isUnchanged(reference, span), mayBeMissing: checked.mayBeMissing, at: range)
  }

  /// Fields of people and accounts keep their history, journeys and segments are state; nothing else is recorded.
  func keepsHistory(_ reference: Reference) -> Bool {
    guard reference.variable == .subject || reference.variable == .person else { return false }
    switch reference.attribute {
    case .field: return true
    case .definition(let id):
      switch program[id].body {
      case .journey, .segment: return true
      case .define, .factorScore, .pointsScore, .malformed: return false
      }
    case .eventTime, .eventWorth, .oldValue, .newValue: return false
    }
  }
}
