import BusinessTime
import RuleDiagnostics
import RuleSyntax

// Durations and numbers where the grammar wants them, and literals in records.
extension Checker {
  /// Whole where the unit needs it, and above zero; `nil` when it was reported. Half-lives take neither business time nor months.
  mutating func checkSpan(_ duration: Expression.Duration, allowsUneven: Bool = true) -> TimeSpan? {
    let span = duration.span
    guard span.amount > 0 else {
      report(.emptyDuration(text(duration.range), at: duration.range))
      return nil
    }
    let hoursPerUnit: Double
    switch span.unit {
    case .minutes: hoursPerUnit = 1 / 60
    case .hours, .businessHours: hoursPerUnit = 1
    case .days, .businessDays: hoursPerUnit = 24
    case .weeks: hoursPerUnit = 168
    case .months: hoursPerUnit = 730
    }
    // A thousand years.
    guard span.amount * hoursPerUnit < 24 * 365_250 else {
      report(.excessiveDuration(text(duration.range), at: duration.range))
      return nil
    }
    if !allowsUneven, span.elapsedMilliseconds == nil {
      report(.businessHalfLife(isBusiness: span.unit != .months, at: duration.range))
      return nil
    }
    if span.unit.isCounted, span.amount != span.amount.rounded() {
      var repair: String?
      if span.unit == .months {
        repair = TimeSpan((span.amount * 30).rounded(), .days).description
      } else if span.unit != .businessDays {
        repair = TimeSpan(span.amount * hoursPerUnit, .hours).description
      }
      report(.fractionalDuration(text(duration.range), at: duration.range, repair: repair))
      return nil
    }
    return span
  }

  /// A whole number of at least `minimum`; `nil` when it was reported. `what` is a word of the language: `pick best`.
  mutating func checkWholeNumber(_ number: NumberLiteral, atLeast minimum: Int, of what: String) -> Int? {
    if let whole = Int(exactly: number.value), whole >= minimum, whole <= 1_000_000_000 { return whole }
    report(.notAWholeNumber(text(number.range), what: what, minimum: minimum, at: number.range))
    return nil
  }

  /// A value in a record. `name` is the field or attribute that takes it, for messages. `nil` when it was reported.
  mutating func checkLiteral(_ literal: Literal, as type: ValueType, of name: String) -> Value? {
    if type == .error { return nil }
    if let bare = literal.bareName, !type.hasNamedValues {
      reportUnquoted(bare, type)
      return nil
    }
    // A record stands in no scope: a name is a value of the type, or it is nothing.
    if let bare = literal.bareName {
      if let value = value(named: bare.text, in: type) { return value }
      if case .choice(let id) = type {
        reportUnknownValue(bare.text, of: id, at: bare.range, in: nil)
      } else {
        reportUnknownAsset(bare)
      }
      return nil
    }
    let checked = checkOperand(literal, in: Scope(subject: .contact), context: type)
    if checked.type == .error { return nil }
    if checked.type != type {
      reportMismatch(of: checked, literal, with: type, because: nil)
      return nil
    }
    guard case .constant(let value) = checked.kind else {
      report(.notALiteral(name, at: literal.range))
      return nil
    }
    return value
  }

  private mutating func reportUnquoted(_ name: Name, _ type: ValueType) {
    if type == .text {
      report(.textWithoutQuotes(name.text, at: name.range))
    } else {
      report(.nameForLiteral(name.text, phrase(type), at: name.range))
    }
  }
}
