import RuleDiagnostics

extension Parser {
  /// `did E`, `no E`, or a value that is perhaps compared; comparisons are never chained.
  mutating func parseComparison() -> Expression {
    switch lexeme {
    case .did: return parseDid()
    case .no where isNoEvent: return parseNoEvent()
    case .has where isHasDone, .have where isHasDone: return parseHasDone()
    default: break
    }
    let start = index
    let left = parseValue()
    guard tokens[index].kind == .name || tokens[index].kind == .sign else { return left }
    let leftHeight = height
    let result = parseOperator(after: left, from: start)
    if index > start { height = max(leftHeight, height) + 1 }
    return result
  }

  private mutating func parseOperator(after left: Expression, from start: Int) -> Expression {
    switch lexeme {
    case .equalSign, .notEqual, .lessSign, .lessOrEqual, .greaterSign, .greaterOrEqual, .assignSign, .diamond,
      .tripleEqual, .equalLess, .equalGreater, .notEqualSign, .lessOrEqualSign, .greaterOrEqualSign:
      return parseSignComparison(after: left, from: start)
    case .is: return parseIs(after: left, from: start)
    case .in, .between, .contains, .matches: return parsePredicate(after: left, from: start, index, isNegated: false)
    case .starts, .ends:
      guard lexeme(at: index + 1) == .with else { return left }
      return parsePredicate(after: left, from: start, index, isNegated: false)
    case .unchanged:
      guard lexeme(at: index + 1) == .for else { return left }
      return parsePredicate(after: left, from: start, index, isNegated: false)
    case .not where isPredicate(at: index + 1):
      let first = index
      _ = accept(.not)
      return parsePredicate(after: left, from: start, first, isNegated: true)
    case .equals, .equal, .does, .has: return parseForeignWords(after: left, from: start)
    case .greater where lexeme(at: index + 1) == .than, .more where lexeme(at: index + 1) == .than,
      .less where lexeme(at: index + 1) == .than, .at where isAtLeastValue:
      return foreignComparison(after: left, isNegated: false, from: start, index)
    case .like where !isFirstOnLine(index): return parseLike(after: left, from: start)
    case nil where kind == .name: return parseMisspelledOperator(after: left, from: start)
    default: return left
    }
  }

  /// `at least` before a value; `at least 3 times` is about events.
  private var isAtLeastValue: Bool {
    lexeme(at: index + 1) == .least
      && !(kind(at: index + 2) == .number && (lexeme(at: index + 3) == .times || lexeme(at: index + 3) == .time))
  }

  func isPredicate(at position: Int) -> Bool {
    switch lexeme(at: position) {
    case .in, .between, .contains, .matches: true
    case .starts, .ends: lexeme(at: position + 1) == .with
    case .unchanged: lexeme(at: position + 1) == .for
    default: false
    }
  }

  private mutating func parseMisspelledOperator(after left: Expression, from start: Int) -> Expression {
    guard !isFirstOnLine(index), isPrimaryStart(at: index + 1) || lexeme(at: index + 1) == .with,
      let word = misspelledWord(among: [.contains, .between, .matches, .starts, .ends, .unchanged, .equals])
    else { return left }
    report(.misspelledWord(written(index), meant: word.rawValue, at: range(of: index)))
    lexemes[index] = word
    return parseOperator(after: left, from: start)
  }

  // MARK: - Signs

  private mutating func parseSignComparison(after left: Expression, from start: Int) -> Expression {
    guard let (sign, place) = acceptComparisonSign() else { return left }
    let right = parseValue()
    let first = Expression(.comparison(left, sign, operatorRange: place, right), range(from: start))
    guard let (second, secondPlace) = acceptComparisonSign(isChained: true) else { return first }
    let third = parseValue()
    let whole = range(from: start)
    let bounds: (Expression, Expression)? =
      switch (sign, second) {
      case (.less, .less), (.less, .lessOrEqual), (.lessOrEqual, .less), (.lessOrEqual, .lessOrEqual): (left, third)
      case (.greater, .greater), (.greater, .greaterOrEqual), (.greaterOrEqual, .greater),
        (.greaterOrEqual, .greaterOrEqual):
        (third, left)
      default: nil
      }
    let replacement = bounds.map {
      "\(file.text(right.range)) between \(file.text($0.0.range)) and \(file.text($0.1.range))"
    }
    let includesBounds = [sign, second].allSatisfy { $0 == .lessOrEqual || $0 == .greaterOrEqual }
    report(.chainedComparison(at: whole, replacement: replacement, includesBounds: includesBounds))
    let next = Expression(
      .comparison(right, second, operatorRange: secondPlace, third), right.range.union(third.range))
    return Expression(.and([first, next]), whole)
  }

  private mutating func acceptComparisonSign(isChained: Bool = false)
    -> (Expression.ComparisonOperator, SourceRange)?
  {
    let (sign, isForeign): (Expression.ComparisonOperator, Bool)
    switch lexeme {
    case .equalSign: (sign, isForeign) = (.equal, false)
    case .notEqual: (sign, isForeign) = (.notEqual, false)
    case .lessSign: (sign, isForeign) = (.less, false)
    case .lessOrEqual: (sign, isForeign) = (.lessOrEqual, false)
    case .greaterSign: (sign, isForeign) = (.greater, false)
    case .greaterOrEqual: (sign, isForeign) = (.greaterOrEqual, false)
    case .assignSign, .tripleEqual: (sign, isForeign) = (.equal, true)
    case .diamond, .notEqualSign: (sign, isForeign) = (.notEqual, true)
    case .equalLess, .lessOrEqualSign: (sign, isForeign) = (.lessOrEqual, true)
    case .equalGreater, .greaterOrEqualSign: (sign, isForeign) = (.greaterOrEqual, true)
    default: return nil
    }
    advance()
    if isForeign {
      understand(from: index - 1, as: sign.rawValue) { .foreignOperator($0, canonical: $1, edit: $2) }
    }
    return (sign, range(of: index - 1))
  }

  // MARK: - Words

  /// `in …`, `between …`, `contains …`, `starts with …`, `ends with …`, `matches …`, `unchanged for …`; `first` is the
  /// token that the operator starts with.
  mutating func parsePredicate(
    after left: Expression, from start: Int, _ first: Int, isNegated: Bool
  ) -> Expression {
    var place = range(of: first)
    let predicate: Expression.Predicate
    switch lexeme {
    case .in:
      _ = accept(.in)
      predicate = parseMembership()
    case .between:
      _ = accept(.between)
      place = range(from: first)
      let low = parseValue()
      let lowHeight = height
      expect(.and)
      predicate = .between(low, parseValue())
      height = max(height, lowHeight)
    case .contains:
      _ = accept(.contains)
      place = range(from: first)
      predicate = .contains(parseValue())
    case .starts:
      _ = accept(.starts)
      expect(.with)
      place = range(from: first)
      predicate = .startsWith(parseValue())
    case .ends:
      _ = accept(.ends)
      expect(.with)
      place = range(from: first)
      predicate = .endsWith(parseValue())
    case .matches:
      _ = accept(.matches)
      place = range(from: first)
      guard let regex = expectRegex() else { return Expression(.missing, range(from: start)) }
      predicate = .matches(regex)
    default:
      _ = accept(.unchanged)
      expect(.for)
      place = range(from: first)
      predicate = .unchangedFor(parseDuration())
    }
    if place.end == tokens[first].end { place = range(from: first).union(place) }
    let whole = range(from: start)
    let result = Expression(.predicate(left, predicate, isNegated: isNegated, predicateRange: place), whole)
    return chained(result, from: start)
  }

  /// Reports a comparison that follows a complete one.
  private mutating func chained(_ complete: Expression, from start: Int) -> Expression {
    guard kind == .sign, acceptComparisonSign(isChained: true) != nil else { return complete }
    _ = parseValue()
    report(.chainedComparison(at: range(from: start), replacement: nil, includesBounds: false))
    return complete
  }

  /// What follows `in`.
  private mutating func parseMembership() -> Expression.Predicate {
    if at(kind: .leftParenthesis) { return .inValues(parseValueList()) }
    dropArticle()
    if at(.last) || at(.next), kind(at: index + 1) == .number {
      let isLast = at(.last)
      _ = accept(isLast ? .last : .next)
      let duration = parseDuration()
      return isLast ? .inLast(duration) : .inNext(duration)
    }
    let start = index
    guard isName(at: index), !isClauseOnNewLine else {
      if isPrimaryStart, !isClauseOnNewLine { return parseBareList(from: start, parseValue()) }
      missing(.value)
      return .inValues([])
    }
    let list = parsePath()
    if at(kind: .comma), parenthesisDepth == 0 { return parseBareList(from: start, list) }
    return .inList(list)
  }

  /// `in the last 30 days`
  private mutating func dropArticle() {
    let second = lexeme(at: index + 1)
    guard at(.the), second == .last || second == .next, kind(at: index + 2) == .number else { return }
    let place = range(of: index).union(range(of: index + 1))
    understandWords(place, as: second == .last ? "last" : "next")
    advance()
  }

  /// `in cfo, vp_finance`: several values without their parentheses.
  private mutating func parseBareList(from start: Int, _ first: Expression) -> Expression.Predicate {
    var values = [first]
    while at(kind: .comma), isPrimaryStart(at: index + 1) {
      advance()
      values.append(parseValue())
    }
    let place = range(from: start)
    report(
      .unparenthesized(
        at: place,
        edits: [
          TextEdit(SourceRange(file: place.file, start: place.start, end: place.start), "("),
          TextEdit(place.after, ")"),
        ]
      ))
    return .inValues(values)
  }

  /// `(value, value, …)`
  private mutating func parseValueList() -> [Expression] {
    var values: [Expression] = []
    parseList { parser in
      values.append(parser.parseValue())
    }
    return values
  }

  private mutating func expectRegex() -> Expression.RegexLiteral? {
    guard at(kind: .regex) else {
      missing(.regex)
      if at(kind: .textStart) { skipOne() }
      return nil
    }
    let place = range(of: index)
    advance()
    var close = place.end
    while close > place.start + 1, bytes[close - 1] != UInt8(ascii: "/") { close -= 1 }
    guard close > place.start + 1 else {
      return Expression.RegexLiteral(
        pattern: file.text(SourceRange(file: file.id, start: place.start + 1, end: place.end)), options: "",
        range: place)
    }
    return Expression.RegexLiteral(
      pattern: file.text(SourceRange(file: file.id, start: place.start + 1, end: close - 1)),
      options: file.text(SourceRange(file: file.id, start: close, end: place.end)), range: place)
  }

  /// Reads `( element, element, … )`. A comma that is missing between two elements is reported, one too many is dropped.
  mutating func parseList(_ element: (inout Parser) -> Void) {
    let open = index
    guard accept(.leftParenthesis) else { return }
    parenthesisDepth += 1
    defer { parenthesisDepth -= 1 }
    if at(kind: .rightParenthesis) {
      missing(.value)
      advance()
      return
    }
    parseElements(openedBy: open, element)
  }

  /// The elements of a list up to its closing parenthesis.
  mutating func parseElements(openedBy open: Int, _ element: (inout Parser) -> Void) {
    while true {
      let start = index
      element(&self)
      if accept(.comma) {
        if at(kind: .rightParenthesis) {
          missing(.value)
          advance()
          return
        }
        continue
      }
      if accept(.rightParenthesis) { return }
      guard index > start, isLiteralStart(at: index), !isClauseOnNewLine, !isFirstOnLine(index) || hasClosing else {
        reportUnclosedParenthesis(open)
        return
      }
      report(.missingComma(at: range(of: index), insertion: TextEdit(range(of: index - 1).after, ",")))
    }
  }

  /// Whether a closing parenthesis follows before anything that cannot stand in a list.
  private var hasClosing: Bool {
    var position = index
    while kind(at: position) == .name || kind(at: position) == .comma || kind(at: position) == .number {
      if lexemes[position]?.isReserved == true { return false }
      position += 1
    }
    return kind(at: position) == .rightParenthesis
  }

  /// Reports why a parenthesis does not close here: something cannot stand in it, when it does close before the clause
  /// ends; otherwise it is never closed.
  mutating func reportUnclosedParenthesis(_ open: Int) {
    var position = index
    while !endsClause(position) {
      if kind(at: position) == .rightParenthesis {
        unexpected()
        index = position + 1
        return
      }
      if kind(at: position) == .leftParenthesis { break }
      position = after(position)
    }
    report(.unclosedParenthesis(at: range(of: open)))
  }

  /// Whether nothing from here on can belong to the parentheses that are open.
  private func endsClause(_ position: Int) -> Bool {
    switch kind(at: position) {
    case .endOfFile, .leftBrace, .rightBrace, .interpolationEnd, .textEnd: return true
    case .name:
      guard isFirstOnLine(position) else { return false }
      if isInColumnOne(position) || lexemes[position] == .then || lexemes[position] == .when { return true }
      return openBlocks.contains { $0.kind != .record && isItemStart(of: $0.kind, at: position) }
    default: return false
    }
  }
}
