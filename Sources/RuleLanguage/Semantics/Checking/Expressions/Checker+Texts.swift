import RuleDiagnostics
import RuleSyntax

// Texts and the values that are put into them.
extension Checker {
  mutating func checkText(
    _ text: Expression.TextLiteral, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    var parts: [CheckedExpression.TextPart] = []
    var plain = ""
    var isPlain = true
    for part in text.parts {
      switch part {
      case .text(let segment):
        parts.append(.text(segment))
        plain += segment
      case .value(let value):
        isPlain = false
        parts.append(.value(checkInsertion(value, in: scope)))
      }
    }
    if isPlain { return constant(.text(plain), .text, at: range) }
    return CheckedExpression(.interpolation(parts), .text, mayBeMissing: false, at: range)
  }

  private mutating func checkInsertion(_ value: Expression, in scope: Scope) -> CheckedExpression {
    let checked = checkInserted(value, in: scope)
    switch checked.type {
    case .error: return checked
    case .list:
      report(.listInText(self.text(value.range), at: value.range))
      return failed(at: value.range)
    case .text, .number, .flag, .date, .time, .choice, .asset: break
    }
    // Where no field is a key, that was reported: one of them would not be missing.
    let isSure = program.record(of: scope.subject).range == nil || program.record(of: scope.subject).key != nil
    if checked.mayBeMissing, isSure {
      report(
        .missingInText(
          self.text(value.range), at: value.range, repair: fallback(for: checked, in: scope),
          needsParentheses: value.isLooserThanOtherwise))
    }
    return checked
  }

  /// In a text, what stands in for a missing value may be a text, whatever the type of the value.
  private mutating func checkInserted(_ value: Expression, in scope: Scope) -> CheckedExpression {
    guard case .otherwise(let first, let fallback) = value.unparenthesized.kind, case .text(let words) = fallback.kind
    else { return checkOperand(value, in: scope, context: nil) }
    let checked = checkOperand(first, in: scope, context: .text)
    let text = checkText(words, in: scope, at: fallback.range)
    switch checked.type {
    case .error: return failed(at: value.range)
    case .text: return CheckedExpression(.otherwise(checked, text), .text, mayBeMissing: false, at: value.range)
    case .list: return checked
    case .number, .flag, .date, .time, .choice, .asset:
      let inserted = CheckedExpression(.interpolation([.value(checked)]), .text, mayBeMissing: false, at: first.range)
      let known = condition(.isKnown(checked), mayBeMissing: false, at: first.range)
      return CheckedExpression(
        .conditional(known, then: inserted, otherwise: text), .text, mayBeMissing: false, at: value.range)
    }
  }

  /// What could stand for a missing value: the key of the subject, which is never missing, or a placeholder.
  private func fallback(for checked: CheckedExpression, in scope: Scope) -> String {
    let schema = program.record(of: scope.subject)
    if checked.type == .text, scope.names == .subject, let key = schema.key, schema[key].type == .text {
      return schema[key].name
    }
    return checked.type == .number ? "0" : "\"unknown\""
  }
}

extension Expression {
  /// Whether `otherwise` after it would belong to its last part.
  fileprivate var isLooserThanOtherwise: Bool {
    switch kind {
    case .not, .and, .or, .comparison, .predicate, .did, .noEvent, .conditional: true
    default: false
    }
  }
}
