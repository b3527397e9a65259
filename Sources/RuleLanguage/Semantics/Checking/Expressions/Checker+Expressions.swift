import BusinessTime
import RuleDiagnostics
import RuleSyntax

extension Checker {
  /// A value of any type. With `expecting`, bare names are values of that type first, and the result has that type or
  /// `.error`: a mismatch is reported here.
  mutating func checkExpression(
    _ expression: Expression, in scope: Scope, expecting: ValueType? = nil
  ) -> CheckedExpression {
    let checked = checkOperand(expression, in: scope, context: expecting)
    guard let expecting else { return checked }
    return demand(expecting, of: checked, expression)
  }

  /// The result has the type flag or `.error`.
  mutating func checkCondition(_ expression: Expression, in scope: Scope) -> CheckedExpression {
    let checked = checkOperand(expression, in: scope, context: .flag)
    switch checked.type {
    case .flag, .error: return checked
    default:
      reportNotACondition(expression, checked)
      return failed(at: expression.range)
    }
  }

  /// Bare names are values of `context` where it has such a value; the result may have another type all the same. With
  /// the context `.error`, unknown names are not reported: what they belong to was.
  mutating func checkOperand(_ expression: Expression, in scope: Scope, context: ValueType?) -> CheckedExpression {
    let range = expression.range
    switch expression.kind {
    case .missing: return failed(at: range)
    case .number(let value), .percent(let value): return constant(.number(value), .number, at: range)
    case .text(let text): return checkText(text, in: scope, at: range)
    case .flag(let value): return constant(.flag(value), .flag, at: range)
    case .date(let date): return constant(.date(date), .date, at: range)
    case .dateTime(let date, let time): return constant(.time(names.zone.instant(date, time)), .time, at: range)
    case .clockTime:
      report(.strayTimeOfDay(at: range))
      return failed(at: range)
    case .duration(let span):
      report(.strayDuration(span.description, at: range))
      return failed(at: range)
    case .ago(let span):
      guard let span = checkSpan(.init(span, range)) else { return failed(at: range) }
      return CheckedExpression(.ago(span), .time, mayBeMissing: false, at: range)
    case .shifted(let span, let direction, let base):
      return checkShift(span, direction, base, in: scope, at: range)
    case .path(let path): return checkPath(path, in: scope, context: context, at: range)
    case .call(let name, let arguments): return checkCall(name, arguments, in: scope, at: range)
    case .aggregate(let aggregate): return checkAggregate(aggregate, in: scope, at: range)
    case .rate(let rate): return checkRate(rate, in: scope, at: range)
    case .parenthesized(let inner):
      var checked = checkOperand(inner, in: scope, context: context)
      checked.range = range
      return checked
    case .negate(let operand): return checkNegation(operand, in: scope, at: range)
    case .arithmetic(let left, let sign, let right):
      return checkArithmetic(left, sign, right, in: scope, at: range)
    case .otherwise(let value, let fallback):
      return checkOtherwise(value, fallback, in: scope, context: context, at: range)
    case .conditional(let condition, let then, let otherwise):
      return checkConditional(condition, then, otherwise, in: scope, context: context, at: range)
    case .not, .and, .or, .comparison, .predicate, .did, .noEvent:
      return checkLogic(expression, in: scope)
    }
  }

  // MARK: - Building blocks

  func constant(_ value: Value, _ type: ValueType, at range: SourceRange) -> CheckedExpression {
    CheckedExpression(.constant(value), type, mayBeMissing: false, at: range)
  }

  /// What stands for an expression that was reported.
  func failed(at range: SourceRange) -> CheckedExpression {
    CheckedExpression(.constant(.missing), .error, mayBeMissing: true, at: range)
  }

  func condition(
    _ kind: CheckedExpression.Kind, mayBeMissing: Bool, at range: SourceRange
  ) -> CheckedExpression {
    CheckedExpression(kind, .flag, mayBeMissing: mayBeMissing, at: range)
  }

  /// The expression itself when it has the type or was reported, else a report.
  mutating func demand(
    _ type: ValueType, of checked: CheckedExpression, _ syntax: Expression
  ) -> CheckedExpression {
    if checked.type == type || checked.type == .error || type == .error { return checked }
    reportMismatch(of: checked, syntax, with: type, because: nil)
    return failed(at: checked.range)
  }

  // MARK: - Values

  private mutating func checkShift(
    _ span: TimeSpan, _ direction: Expression.Direction, _ base: Expression, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let checked = checkOperand(base, in: scope, context: .time)
    let span = checkSpan(.init(span, range))
    guard let span, checked.type != .error else { return failed(at: range) }
    guard checked.type.isInstantOrDay else {
      reportMismatch(of: checked, base, with: .time, because: nil)
      return failed(at: range)
    }
    return CheckedExpression(
      .shift(checked, span, later: direction == .after), span.unit.isCounted ? checked.type : .time,
      mayBeMissing: checked.mayBeMissing, at: range)
  }

  private mutating func checkNegation(
    _ operand: Expression, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let checked = checkExpression(operand, in: scope, expecting: .number)
    if case .constant(.number(let value)) = checked.kind { return constant(.number(-value), .number, at: range) }
    return CheckedExpression(.negate(checked), checked.type, mayBeMissing: checked.mayBeMissing, at: range)
  }

  private mutating func checkArithmetic(
    _ left: Expression, _ sign: Expression.Arithmetic, _ right: Expression, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    if left.isDuration || right.isDuration {
      return checkArithmeticWithDuration(left, sign, right, in: scope, at: range)
    }
    let leftValue = checkOperand(left, in: scope, context: .number)
    let rightValue = checkOperand(right, in: scope, context: .number)
    if leftValue.type.isInstantOrDay || rightValue.type.isInstantOrDay {
      report(.timeArithmetic(at: range, repair: nil))
      return failed(at: range)
    }
    if leftValue.type == .text, rightValue.type == .text, sign == .add {
      report(.textArithmetic(at: range))
      return failed(at: range)
    }
    let numbers = (demand(.number, of: leftValue, left), demand(.number, of: rightValue, right))
    guard numbers.0.type != .error, numbers.1.type != .error else { return failed(at: range) }
    var mayBeMissing = numbers.0.mayBeMissing || numbers.1.mayBeMissing
    if sign == .divide {
      if case .constant(.number(let divisor)) = numbers.1.kind, divisor != 0 {} else { mayBeMissing = true }
    }
    return CheckedExpression(
      .arithmetic(numbers.0, sign.checked, numbers.1), .number, mayBeMissing: mayBeMissing, at: range)
  }

  /// `now - 7 days`, `renewal + 3 days`: the language has words for them.
  private mutating func checkArithmeticWithDuration(
    _ left: Expression, _ sign: Expression.Arithmetic, _ right: Expression, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    var repair: String?
    if right.isDuration, !left.isDuration, sign == .add || sign == .subtract {
      let base = checkOperand(left, in: scope, context: .time)
      if base.type == .error { return failed(at: range) }
      let span = text(right.range)
      if case .path(let path) = left.kind, path.map(\.text) == ["now"], sign == .subtract {
        repair = "\(span) ago"
      } else if base.type.isInstantOrDay {
        repair = "\(span) \(sign == .add ? "after" : "before") \(text(left.range))"
      }
    }
    report(.timeArithmetic(at: range, repair: repair))
    return failed(at: range)
  }

  private mutating func checkOtherwise(
    _ value: Expression, _ fallback: Expression, in scope: Scope, context: ValueType?, at range: SourceRange
  ) -> CheckedExpression {
    let first = checkOperand(value, in: scope, context: context)
    let second = checkOperand(fallback, in: scope, context: first.type == .error ? context ?? .error : first.type)
    guard first.type != .error, second.type != .error else { return failed(at: range) }
    guard first.type == second.type else {
      reportMismatch(of: second, fallback, with: first.type, because: value.range)
      return failed(at: range)
    }
    return CheckedExpression(
      .otherwise(first, second), first.type, mayBeMissing: first.mayBeMissing && second.mayBeMissing, at: range)
  }

  private mutating func checkConditional(
    _ test: Expression, _ then: Expression, _ otherwise: Expression, in scope: Scope, context: ValueType?,
    at range: SourceRange
  ) -> CheckedExpression {
    let condition = checkCondition(test, in: scope)
    let pair = checkPair(then, otherwise, in: scope, context: context)
    guard pair.left.type != .error, pair.right.type != .error else { return failed(at: range) }
    guard pair.left.type == pair.right.type else {
      reportMismatch(of: pair.right, otherwise, with: pair.left.type, because: then.range)
      return failed(at: range)
    }
    return CheckedExpression(
      .conditional(condition, then: pair.left, otherwise: pair.right), pair.left.type,
      mayBeMissing: pair.left.mayBeMissing || pair.right.mayBeMissing, at: range)
  }

  /// What stands in the source.
  func text(_ range: SourceRange) -> String { program.book.text(range) }
}

extension ValueType {
  var isInstantOrDay: Bool { self == .date || self == .time }

  /// What a list holds; `nil` for all other types.
  var element: ValueType? {
    if case .list(let element) = self { return element }
    return nil
  }

  /// Whether values have names of their own: choices and assets.
  var hasNamedValues: Bool {
    switch self {
    case .choice, .asset: true
    case .text, .number, .flag, .date, .time, .list, .error: false
    }
  }
}

extension Expression {
  /// The name, when the expression is nothing but one.
  var bareName: Name? {
    if case .path(let path) = kind, path.count == 1 { return path[0] }
    return nil
  }

  /// The text, when the expression is a text without values in it.
  var plainText: String? {
    guard case .text(let text) = kind else { return nil }
    var plain = ""
    for part in text.parts {
      guard case .text(let segment) = part else { return nil }
      plain += segment
    }
    return plain
  }

  var isDuration: Bool {
    switch kind {
    case .duration: true
    case .parenthesized(let inner): inner.isDuration
    default: false
    }
  }

  var isPercent: Bool {
    if case .percent = kind { return true }
    return false
  }
}

extension Expression.Arithmetic {
  var checked: CheckedExpression.Arithmetic {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    }
  }
}
