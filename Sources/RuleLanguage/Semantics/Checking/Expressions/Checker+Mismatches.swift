import BusinessTime
import RuleDiagnostics
import RuleSyntax

// Values of one type where another is wanted, and how they are written right.
extension Checker {
  /// A type as messages say it.
  func phrase(_ type: ValueType) -> TypePhrase {
    switch type {
    case .text: .text
    case .number: .number
    case .flag: .flag
    case .date: .date
    case .time: .time
    case .choice(let id): .choice(of: program[id].name)
    case .asset: .asset
    case .list(let element): .list(phrase(element))
    case .error: .anything
    }
  }

  /// Reports that an expression has another type than the one that `other` or its place gives.
  ///
  /// - Parameter compared: what it is compared with.
  mutating func reportMismatch(
    of checked: CheckedExpression, _ syntax: Expression, with type: ValueType, because other: SourceRange?,
    compared: CheckedExpression? = nil
  ) {
    let range = syntax.range
    if case .choice(let wanted) = type, case .choice(let found) = checked.type {
      let sets = (program[found], program[wanted])
      report(
        .differentChoices(
          text(range), at: range, found: (sets.0.name, sets.0.range), wanted: (sets.1.name, sets.1.range),
          values: sets.1.values))
      return
    }
    if let plain = syntax.unparenthesized.plainText {
      if let repair = unquoted(plain, as: type, comparedWith: other) {
        // Whether 70 or 0.7 is meant is certain only beside something that counts to more than 1.
        let isShare = type == .number && plain.trimmed.hasSuffix("%")
        let countsPoints = (compared.flatMap { names.ranges.range(of: $0) }?.upperBound ?? 0) > 1
        report(
          .quotedValue(
            plain, phrase(type), at: range, repair: repair, isSafe: !isShare || countsPoints, other: other))
        return
      }
      if case .choice(let id) = type {
        reportUnknownValue(plain, of: id, at: range, in: nil)
        return
      }
    }
    report(
      .typeMismatch(
        text(range), phrase(checked.type), wanted: phrase(type), at: range, other: other,
        repair: repair(of: checked, syntax, for: type)))
  }

  /// What a text in quotes would be as a value of the type: `"70%"` is 70 beside a score.
  private func unquoted(_ text: String, as type: ValueType, comparedWith other: SourceRange?) -> String? {
    let trimmed = text.trimmed
    switch type {
    case .number:
      var digits = trimmed.filter { $0 != "," && $0 != " " && $0 != "_" }
      if digits.hasSuffix("%") { digits.removeLast() }
      guard let first = digits.first, first.isNumber || first == "-", let value = Double(digits), value.isFinite,
        digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") })
      else { return nil }
      return digits
    case .flag:
      switch trimmed.lowercased() {
      case "yes", "true": return "yes"
      case "no", "false": return "no"
      default: return nil
      }
    case .date: return CivilDate(iso: trimmed) == nil ? nil : trimmed
    case .choice(let id):
      let set = program[id]
      let folded = trimmed.lowercased()
      let index =
        set.values.firstIndex { $0.lowercased() == folded }
        ?? set.spellings.firstIndex { $0?.lowercased() == folded }
      return index.map { set.values[$0] }
    case .asset: return assetsByName[trimmed] == nil ? nil : trimmed
    case .text, .time, .list, .error: return nil
    }
  }

  private func repair(
    of checked: CheckedExpression, _ syntax: Expression, for type: ValueType
  ) -> (text: String, isSafe: Bool)? {
    switch (checked.type, type) {
    case (.number, .text):
      guard case .number = syntax.kind else { return nil }
      return ("\"\(text(syntax.range))\"", true)
    case (.number, .flag):
      guard case .number(let value) = syntax.kind, value == 0 || value == 1 else { return nil }
      return (value == 1 ? "yes" : "no", false)
    case (.flag, .number): return ("(if \(text(syntax.range)) then 1 else 0)", false)
    case (.time, .date): return checked.kind == .now ? ("today", true) : nil
    case (.date, .time): return checked.kind == .today ? ("now", false) : nil
    default: return nil
    }
  }

  /// A value where a condition is wanted.
  mutating func reportNotACondition(_ syntax: Expression, _ checked: CheckedExpression) {
    report(.notACondition(text(syntax.range), phrase(checked.type), at: syntax.range))
  }

  /// `score > 70%`: a share of something that counts to 100. Whether it was one.
  mutating func reportPercentOfScore(_ checked: CheckedExpression, _ literal: Expression) -> Bool {
    guard literal.isPercent, checked.type == .number, let range = names.ranges.range(of: checked),
      range.upperBound > 1
    else { return false }
    var number = text(literal.range)
    while let last = number.last, last == "%" || last == " " { number.removeLast() }
    report(.percentOfScore(text(checked.range), at: literal.range, repair: number, other: checked.range))
    return true
  }
}

extension String {
  var trimmed: String {
    var slice = self[...]
    while let first = slice.first, first.isWhitespace { slice.removeFirst() }
    while let last = slice.last, last.isWhitespace { slice.removeLast() }
    return String(slice)
  }
}
