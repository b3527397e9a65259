import RuleDiagnostics
import RuleSyntax

// Conditions: `and`, `or`, `not`, comparisons in signs and in words.
extension Checker {
  mutating func checkLogic(_ expression: Expression, in scope: Scope) -> CheckedExpression {
    let range = expression.range
    switch expression.kind {
    case .not(let operand):
      let checked = checkCondition(operand, in: scope)
      return condition(.not(checked), mayBeMissing: checked.mayBeMissing, at: range)
    case .and(let operands), .or(let operands):
      return checkJunction(operands, expression, in: scope)
    case .comparison(let left, let sign, let signRange, let right):
      return checkComparison(left, sign, signRange, right, in: scope, at: range)
    case .predicate(let operand, let predicate, let isNegated, let wordRange):
      let checked = checkPredicate(operand, predicate, wordRange, in: scope, at: range)
      guard isNegated else { return checked }
      return condition(.not(checked), mayBeMissing: checked.mayBeMissing, at: range)
    case .did(let query, let isNegated):
      let checked = checkDid(query, in: scope, at: range)
      return isNegated ? condition(.not(checked), mayBeMissing: false, at: range) : checked
    case .noEvent(let query):
      return condition(.not(checkDid(query, in: scope, at: range)), mayBeMissing: false, at: range)
    case .missing, .number, .percent, .text, .flag, .date, .dateTime, .clockTime, .duration, .ago, .shifted, .path,
      .call, .aggregate, .rate, .parenthesized, .negate, .arithmetic, .otherwise, .conditional:
      return checkCondition(expression, in: scope)
    }
  }

  private mutating func checkJunction(
    _ operands: [Expression], _ expression: Expression, in scope: Scope
  ) -> CheckedExpression {
    let isOr = if case .or = expression.kind { true } else { false }
    var checked: [CheckedExpression] = []
    var index = 0
    while index < operands.count {
      checked.append(checkCondition(operands[index], in: scope))
      index = skipStrayValues(after: index, of: operands, isOr: isOr, in: scope, compared: checked[checked.count - 1])
    }
    return condition(
      isOr ? .or(checked) : .and(checked), mayBeMissing: checked.contains(where: \.mayBeMissing),
      at: expression.range)
  }

  /// `persona == cfo or vp_finance`: values that follow a comparison as if they were conditions. Reports them and
  /// returns the position of the next operand.
  private mutating func skipStrayValues(
    after index: Int, of operands: [Expression], isOr: Bool, in scope: Scope, compared: CheckedExpression
  ) -> Int {
    var next = index + 1
    guard case .comparison(let left, let sign, _, let right) = operands[index].kind,
      sign == .equal || sign == .notEqual,
      case .compare(let subject, _, _) = compared.kind, subject.type != .error, subject.type != .flag
    else { return next }
    var values = [right]
    while next < operands.count, isStrayValue(operands[next], of: subject.type, in: scope) {
      values.append(operands[next])
      next += 1
    }
    guard let last = values.last, values.count > 1 else { return next }
    let list = values.map { text($0.range) }.joined(separator: ", ")
    let repair = "\(text(left.range)) \(sign == .equal ? "in" : "not in") (\(list))"
    report(
      .choiceAfterOr(
        text(last.range), isOr: isOr, at: last.range, comparison: operands[index].range, repair: repair,
        isSafe: isOr == (sign == .equal)))
    return next
  }

  private mutating func isStrayValue(_ operand: Expression, of type: ValueType, in scope: Scope) -> Bool {
    if let name = operand.bareName {
      if value(named: name.text, in: type) != nil { return peekType(of: name, in: scope) != .flag }
      // A misspelled value, unless it is more likely a misspelled flag.
      return type.hasNamedValues && !isDeclared(name, in: scope)
        && nearestName(to: name.text, among: namesInScope(attributes(of: scope), of: .flag)) == nil
    }
    switch operand.kind {
    case .text: return type == .text
    case .number: return type == .number
    default: return false
    }
  }

  // MARK: - Comparisons

  private mutating func checkComparison(
    _ left: Expression, _ sign: Expression.ComparisonOperator, _ signRange: SourceRange, _ right: Expression,
    in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    if left.isDuration || right.isDuration {
      return checkAge(left, sign, right, in: scope, at: range)
    }
    let pair = checkPair(left, right, in: scope, context: nil)
    let result = condition(
      .compare(pair.left, sign.checked, pair.right),
      mayBeMissing: pair.left.mayBeMissing || pair.right.mayBeMissing, at: range)
    guard pair.left.type != .error, pair.right.type != .error else { return result }
    if pair.left.type.element != nil || pair.right.type.element != nil {
      reportListComparison(pair.left, left, sign, signRange, pair.right, right, at: range)
      return result
    }
    guard agree(pair.left, left, pair.right, right) else { return result }
    if sign.isOrder { checkOrder(of: pair.left, signRange, sign.rawValue) }
    return result
  }

  /// `interests == "roi"`: a list is asked what it contains.
  private mutating func reportListComparison(
    _ left: CheckedExpression, _ leftSyntax: Expression, _ sign: Expression.ComparisonOperator,
    _ signRange: SourceRange, _ right: CheckedExpression, _ rightSyntax: Expression, at range: SourceRange
  ) {
    let isLeft = left.type.element != nil
    let (list, member) = isLeft ? (left, right) : (right, left)
    let (listText, memberText) = (text(isLeft ? leftSyntax.range : rightSyntax.range), text(member.range))
    var repair: String?
    if !sign.isOrder, list.type.element == member.type {
      repair = "\(listText) \(sign == .equal ? "" : "not ")contains \(memberText)"
    }
    report(.listComparison(listText, sign: sign.rawValue, at: signRange, whole: range, repair: repair))
  }

  /// Checks two expressions that stand side by side: a bare name in one is a value of the type of the other.
  mutating func checkPair(
    _ left: Expression, _ right: Expression, in scope: Scope, context: ValueType?
  ) -> (left: CheckedExpression, right: CheckedExpression) {
    if rightComesFirst(left, right, in: scope), context == nil {
      let second = checkOperand(right, in: scope, context: nil)
      return (checkOperand(left, comparedWith: right, in: scope, context: second.type.element ?? second.type), second)
    }
    let first = checkOperand(left, in: scope, context: context)
    guard context == nil else { return (first, checkOperand(right, in: scope, context: context)) }
    return (first, checkOperand(right, comparedWith: left, in: scope, context: first.type.element ?? first.type))
  }

  /// Checks what is compared with `other`; a value that `other` does not have is reported with both marked.
  mutating func checkOperand(
    _ operand: Expression, comparedWith other: Expression, in scope: Scope, context: ValueType?
  ) -> CheckedExpression {
    let reported = diagnostics.count
    names.isComparedWithConstant = other.isConstant
    let checked = checkOperand(operand, in: scope, context: context)
    names.isComparedWithConstant = false
    guard diagnostics.count == reported + 1, diagnostics[reported].id == .unknownValue,
      diagnostics[reported].range == operand.unparenthesized.range,
      !text(other.range.union(operand.range)).contains(where: \.isNewline)
    else { return checked }
    diagnostics[reported].related.append(.init(other.range, ""))
    return checked
  }

  private mutating func rightComesFirst(_ left: Expression, _ right: Expression, in scope: Scope) -> Bool {
    guard let leftName = left.bareName else { return false }
    guard let rightName = right.bareName else { return true }
    if let type = peekType(of: leftName, in: scope), value(named: rightName.text, in: type) != nil { return false }
    if let type = peekType(of: rightName, in: scope), value(named: leftName.text, in: type) != nil { return true }
    return !isDeclared(leftName, in: scope) && isDeclared(rightName, in: scope)
  }

  /// Whether two values can be compared; reports when they cannot.
  mutating func agree(
    _ left: CheckedExpression, _ leftSyntax: Expression, _ right: CheckedExpression, _ rightSyntax: Expression
  ) -> Bool {
    if left.type == .error || right.type == .error { return false }
    if left.type == right.type || (left.type.isInstantOrDay && right.type.isInstantOrDay) {
      return !reportPercentOfScore(left, rightSyntax) && !reportPercentOfScore(right, leftSyntax)
    }
    if leftSyntax.isConstant && !rightSyntax.isConstant {
      reportMismatch(of: left, leftSyntax, with: right.type, because: rightSyntax.range, compared: right)
    } else {
      reportMismatch(of: right, rightSyntax, with: left.type, because: leftSyntax.range, compared: left)
    }
    return false
  }

  /// Reports a type whose values have no order.
  mutating func checkOrder(of operand: CheckedExpression, _ range: SourceRange, _ sign: String) {
    switch operand.type {
    case .number, .date, .time, .error: return
    case .choice(let id):
      let set = program[id]
      guard !set.isOrdered else { return }
      report(
        .unorderedComparison(
          phrase(operand.type), sign: sign, at: range, choices: (set.name, set.values, set.range)))
    case .text, .flag, .asset, .list:
      report(.unorderedComparison(phrase(operand.type), sign: sign, at: range, choices: nil))
    }
  }

  /// `now - last(page_view) < 7 days`: ages are asked for in words.
  private mutating func checkAge(
    _ left: Expression, _ sign: Expression.ComparisonOperator, _ right: Expression, in scope: Scope,
    at range: SourceRange
  ) -> CheckedExpression {
    let other = left.isDuration ? right : left
    let span = left.isDuration ? left : right
    guard case .arithmetic(let now, .subtract, let since) = other.unparenthesized.kind else {
      let checked = checkOperand(other, in: scope, context: nil)
      if checked.type != .error { report(.strayDuration(text(span.range), at: span.range)) }
      return condition(.constant(.missing), mayBeMissing: true, at: range)
    }
    let moment = checkOperand(since, in: scope, context: .time)
    if moment.type == .error { return condition(.constant(.missing), mayBeMissing: true, at: range) }
    var repair: String?
    if let name = now.bareName?.text, name == "now" || name == "today", moment.type.isInstantOrDay {
      let isYounger = (sign == .less || sign == .lessOrEqual) != left.isDuration
      if sign != .equal, sign != .notEqual {
        repair = "\(text(since.range)) \(isYounger ? "" : "not ")in last \(text(span.range))"
      }
    }
    report(.timeArithmetic(at: range, repair: repair))
    return condition(.constant(.missing), mayBeMissing: true, at: range)
  }
}

extension Expression {
  var unparenthesized: Expression {
    if case .parenthesized(let inner) = kind { return inner.unparenthesized }
    return self
  }

  /// Whether it is a value as written.
  var isConstant: Bool {
    switch kind {
    case .number, .percent, .flag, .date, .dateTime: true
    case .text: plainText != nil
    case .negate(let operand), .parenthesized(let operand): operand.isConstant
    default: false
    }
  }
}

extension Expression.ComparisonOperator {
  var isOrder: Bool { self != .equal && self != .notEqual }

  var checked: CheckedExpression.Comparison {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    }
  }
}
