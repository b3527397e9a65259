import RuleDiagnostics

// `is` and the wording of CRM filters: understood, reported, and read as the canonical form.
extension Parser {
  /// `x is known` and `x is unknown` are ours; every other `is` is understood.
  mutating func parseIs(after left: Expression, from start: Int) -> Expression {
    let first = index
    if lexeme(at: first + 1) == .known || lexeme(at: first + 1) == .unknown {
      _ = accept(.is)
      let isKnown = at(.known)
      _ = accept(isKnown ? .known : .unknown)
      return knownness(of: left, isKnown: isKnown, from: start, first)
    }
    advance()
    var isNegated = false
    if at(.not) {
      isNegated = true
      advance()
    }
    switch lexeme {
    case .known, .unknown:
      let isKnown = at(.known)
      advance()
      return foreignKnownness(of: left, isKnown: isKnown != isNegated, from: start, first)
    case .empty, .blank, .null, .missing:
      advance()
      return foreignKnownness(of: left, isKnown: isNegated, from: start, first)
    case .set where !isPrimaryStart(at: index + 1):
      advance()
      return foreignKnownness(of: left, isKnown: !isNegated, from: start, first)
    case .any where lexeme(at: index + 1) == .of, .noneWord where lexeme(at: index + 1) == .of:
      let isNone = at(.noneWord)
      index += 2
      return foreignMembership(of: left, isNegated: isNone != isNegated, from: start, first)
    case .in, .between, .contains, .matches:
      return foreignPredicate(after: left, isNegated: isNegated, from: start, first)
    default:
      return foreignComparison(after: left, isNegated: isNegated, from: start, first)
    }
  }

  private mutating func knownness(of left: Expression, isKnown: Bool, from start: Int, _ first: Int) -> Expression {
    Expression(
      .predicate(left, isKnown ? .isKnown : .isUnknown, isNegated: false, predicateRange: range(from: first)),
      range(from: start))
  }

  /// `is empty`, `is not blank`, `is not known`.
  private mutating func foreignKnownness(
    of left: Expression, isKnown: Bool, from start: Int, _ first: Int
  ) -> Expression {
    understand(from: first, as: isKnown ? "is known" : "is unknown") { .foreignWording($0, canonical: $1, edit: $2) }
    return knownness(of: left, isKnown: isKnown, from: start, first)
  }

  /// `is any of (…)`, `is none of (…)`; the words are taken.
  private mutating func foreignMembership(
    of left: Expression, isNegated: Bool, from start: Int, _ first: Int
  ) -> Expression {
    understand(from: first, as: isNegated ? "not in" : "in") { .foreignWording($0, canonical: $1, edit: $2) }
    let place = range(from: first)
    guard at(kind: .leftParenthesis) else {
      missing(.value)
      return Expression(.missing, range(from: start))
    }
    var values: [Expression] = []
    parseList { values.append($0.parseValue()) }
    return Expression(
      .predicate(left, .inValues(values), isNegated: isNegated, predicateRange: place), range(from: start))
  }

  /// `is in (…)`, `is not between … and …`
  private mutating func foreignPredicate(
    after left: Expression, isNegated: Bool, from start: Int, _ first: Int
  ) -> Expression {
    let word = lexeme ?? .in
    let operatorStart = index
    let place = SourceRange(file: file.id, start: tokens[first].start, end: tokens[operatorStart].end)
    let canonical = isNegated ? "not \(word.rawValue)" : word.rawValue
    let edit = TextEdit(place, canonical)
    edits.append(edit)
    warn(.foreignWording(file.text(place), canonical: canonical, edit: edit))
    return parsePredicate(after: left, from: start, operatorStart, isNegated: isNegated)
  }

  /// `is cfo`, `is not cfo`, `is greater than 5`, `is at least 5`, `is equal to 5`.
  mutating func foreignComparison(
    after left: Expression, isNegated: Bool, from start: Int, _ first: Int
  ) -> Expression {
    var sign: Expression.ComparisonOperator = isNegated ? .notEqual : .equal
    let second = lexeme(at: index + 1)
    switch lexeme {
    case .greater where second == .than, .more where second == .than:
      index += 2
      sign = isNegated ? .lessOrEqual : .greater
    case .less where second == .than:
      index += 2
      sign = isNegated ? .greaterOrEqual : .less
    case .at where second == .least:
      index += 2
      sign = isNegated ? .less : .greaterOrEqual
    case .at where second == .most:
      index += 2
      sign = isNegated ? .greater : .lessOrEqual
    case .equal where second == .to: index += 2
    case .after where isPrimaryStart(at: index + 1):
      index += 1
      sign = isNegated ? .lessOrEqual : .greater
    case .before where isPrimaryStart(at: index + 1):
      index += 1
      sign = isNegated ? .greaterOrEqual : .less
    default: break
    }
    understand(from: first, as: sign.rawValue) { .foreignOperator($0, canonical: $1, edit: $2) }
    let place = range(from: first)
    let right = parseValue()
    return Expression(.comparison(left, sign, operatorRange: place, right), range(from: start))
  }

  /// `like "%x%"`, SQL's patterns: each way of writing one has its own words here.
  mutating func parseLike(after left: Expression, from start: Int) -> Expression {
    report(.sqlLike(written(index), at: range(of: index)))
    advance()
    _ = parseValue()
    return Expression(.missing, range(from: start))
  }

  /// `equals 5`, `does not contain "x"`, `has any value`.
  mutating func parseForeignWords(after left: Expression, from start: Int) -> Expression {
    let first = index
    switch lexeme {
    case .equals, .equal:
      index += lexeme(at: index + 1) == .to ? 2 : 1
      understand(from: first, as: "==") { .foreignOperator($0, canonical: $1, edit: $2) }
      let place = range(from: first)
      let right = parseValue()
      return Expression(.comparison(left, .equal, operatorRange: place, right), range(from: start))
    case .does where lexeme(at: index + 1) == .not && lexeme(at: index + 2) == .contain:
      index += 3
      understand(from: first, as: "not contains") { .foreignWording($0, canonical: $1, edit: $2) }
      let place = range(from: first)
      let right = parseValue()
      return Expression(
        .predicate(left, .contains(right), isNegated: true, predicateRange: place), range(from: start))
    case .does where lexeme(at: index + 1) == .not && lexeme(at: index + 2) == .equal:
      index += lexeme(at: index + 3) == .to ? 4 : 3
      understand(from: first, as: "!=") { .foreignOperator($0, canonical: $1, edit: $2) }
      let place = range(from: first)
      let right = parseValue()
      return Expression(.comparison(left, .notEqual, operatorRange: place, right), range(from: start))
    case .has where lexeme(at: index + 1) == .any && lexeme(at: index + 2) == .value:
      index += 3
      return foreignKnownness(of: left, isKnown: true, from: start, first)
    case .has where lexeme(at: index + 1) == .no && lexeme(at: index + 2) == .value:
      index += 3
      return foreignKnownness(of: left, isKnown: false, from: start, first)
    default:
      return left
    }
  }
}
