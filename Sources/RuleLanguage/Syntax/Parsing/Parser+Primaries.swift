import BusinessTime
import RuleDiagnostics

extension Parser {
  /// A literal, a path, a call, or an expression in parentheses.
  mutating func parsePrimary() -> Expression {
    let start = index
    height = 1
    switch kind {
    case .number: return parseNumber()
    case .percent:
      advance()
      return Expression(.percent(shareValue(of: start)), range(of: start))
    case .textStart: return parseText()
    case .date: return parseDate()
    case .clockTime:
      advance()
      guard let time = clockTime(of: start) else { return damaged(start) }
      return Expression(.clockTime(time), range(of: start))
    case .leftParenthesis: return parseParenthesized()
    case .name: return parseNamePrimary()
    default:
      missing(.value)
      return Expression(.missing, gap.place.range)
    }
  }

  /// A literal that the lexer has reported.
  private mutating func damaged(_ start: Int) -> Expression { Expression(.missing, range(of: start)) }

  func clockTime(of position: Int) -> ClockTime? {
    ClockTime(digits: bytes[tokens[position].start..<tokens[position].end])
  }

  /// `70`, `30 %`, or a duration with what may follow it.
  private mutating func parseNumber() -> Expression {
    let start = index
    if lexeme(at: index + 1) == .percentSign {
      let share = takeSpacedPercent()
      return Expression(.percent(share.value), share.range)
    }
    let value = numericValue(of: index)
    advance()
    if isThousands(after: start) {
      repeat { index += 2 } while isThousands(after: index - 1)
      let place = range(from: start)
      let digits = file.text(place).replacing(",", with: "_")
      report(.malformedNumber(file.text(place), at: place, suggestion: digits))
      return Expression(.missing, place)
    }
    guard kind == .name else { return Expression(.number(value), range(of: start)) }
    if let (unit, words) = unit(at: index) {
      takeWords(words)
      return parseMoment(TimeSpan(value, unit), from: start)
    }
    if Parser.foreignUnits.contains(written(index).lowercased()), !isFirstOnLine(index) {
      reportUnit(after: start)
      return Expression(.missing, range(from: start))
    }
    return Expression(.number(value), range(of: start))
  }

  /// Whether a comma and three digits follow the number without a blank, outside a list: `1,000`.
  private func isThousands(after position: Int) -> Bool {
    guard parenthesisDepth == 0, kind(at: position + 1) == .comma, kind(at: position + 2) == .number else {
      return false
    }
    let (comma, digits) = (tokens[position + 1], tokens[position + 2])
    return tokens[position].end == comma.start && comma.end == digits.start && digits.end - digits.start == 3
      && bytes[digits.start..<digits.end].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// `3 days`, `3 days ago`, `3 hours after T`, `3 hours before T`; the duration is taken.
  private mutating func parseMoment(_ span: TimeSpan, from start: Int) -> Expression {
    if accept(.ago) { return Expression(.ago(span), range(from: start)) }
    guard at(.after) || at(.before), isPrimaryStart(at: index + 1) else {
      return Expression(.duration(span), range(from: start))
    }
    let direction: Expression.Direction = at(.after) ? .after : .before
    guard let entered = enter() else { return Expression(.missing, range(from: start)) }
    defer { leave(entered) }
    _ = accept(direction == .after ? .after : .before)
    let base = parseUnary()
    height += 1
    return Expression(.shifted(span, direction, base), range(from: start))
  }

  mutating func parseDate() -> Expression {
    let start = index
    advance()
    let date = CivilDate(iso: bytes[tokens[start].start..<tokens[start].end])
    guard at(kind: .clockTime) else {
      return date.map { Expression(.date($0), range(of: start)) } ?? damaged(start)
    }
    let time = clockTime(of: index)
    advance()
    guard let date, let time else { return Expression(.missing, range(from: start)) }
    return Expression(.dateTime(date, time), range(from: start))
  }

  /// A text with its insertions.
  mutating func parseText() -> Expression {
    let start = index
    var parts: [Expression.TextLiteral.Part] = []
    var highest = 0
    advance()
    while true {
      switch kind {
      case .textSegment:
        parts.append(.text(unescaped(range(of: index))))
        advance()
      case .interpolationStart:
        parts.append(.value(parseInsertion()))
        highest = max(highest, height)
      default:
        _ = accept(.textEnd)
        height = highest + 1
        return Expression(.text(Expression.TextLiteral(parts)), range(from: start))
      }
    }
  }

  private mutating func parseInsertion() -> Expression {
    let start = index
    advance()
    let value: Expression
    if at(kind: .interpolationEnd) {
      report(.missingValue(.value, before: "}", at: range(from: start)))
      value = Expression(.missing, range(of: start))
    } else if let entered = enter() {
      let parenthesesBefore = parenthesisDepth
      parenthesisDepth = 0
      value = parseExpression()
      parenthesisDepth = parenthesesBefore
      leave(entered)
    } else {
      value = Expression(.missing, range(of: start))
    }
    if !at(kind: .interpolationEnd) { unexpected() }
    var open = 1
    while !isAtEnd {
      if at(kind: .interpolationStart) { open += 1 }
      if at(kind: .interpolationEnd) { open -= 1 }
      advance()
      if open == 0 { break }
    }
    return value
  }

  private mutating func parseParenthesized() -> Expression {
    let start = index
    guard let entered = enter() else {
      skipParentheses()
      return Expression(.missing, range(from: start))
    }
    defer { leave(entered) }
    advance()
    parenthesisDepth += 1
    let inner = parseExpression()
    parenthesisDepth -= 1
    height += 1
    if !accept(.rightParenthesis) { reportUnclosedParenthesis(start) }
    return Expression(.parenthesized(inner), range(from: start))
  }

  /// Skips `( … )`, at most to the end of the clause.
  private mutating func skipParentheses() {
    var open = 0
    repeat {
      if at(kind: .leftParenthesis) { open += 1 }
      if at(kind: .rightParenthesis) { open -= 1 }
      skipOne()
    } while open > 0 && !isAtEnd && !at(kind: .leftBrace) && !at(kind: .rightBrace) && !isClauseOnNewLine
  }

  // MARK: - Names

  private mutating func parseNamePrimary() -> Expression {
    let start = index
    guard let word = lexeme else {
      if isEmptyCall, written(index) == "today" { return parseEmptyCall() }
      return kind(at: index + 1) == .leftParenthesis ? parseCall() : parsePath()
    }
    if word.isReserved { return parseReserved(word) }
    if isClauseOnNewLine || isPlainAction(at: index) || (isInColumnOne(index) && isDeclaration(at: index)) {
      missing(.value)
      return Expression(.missing, gap.place.range)
    }
    switch word {
    case .true, .false:
      guard kind(at: index + 1) != .dot, kind(at: index + 1) != .leftParenthesis else { break }
      advance()
      understand(from: start, as: word == .true ? "yes" : "no") { .foreignFlag($0, canonical: $1, at: $2.range) }
      return Expression(.flag(word == .true), range(of: start))
    case .now where isEmptyCall:
      return parseEmptyCall()
    default: break
    }
    guard kind(at: index + 1) == .leftParenthesis else { return parsePath() }
    if word == .rate, isExact(word, at: index) { return parseRate() }
    if let function = Expression.Aggregate.Function(rawValue: word.rawValue) { return parseAggregate(function) }
    return parseCall()
  }

  /// `()` after the name.
  private var isEmptyCall: Bool {
    kind(at: index + 1) == .leftParenthesis && kind(at: index + 2) == .rightParenthesis
  }

  /// `today()`, `now()`, as spreadsheets write it.
  private mutating func parseEmptyCall() -> Expression {
    let start = index
    let name = takeName()
    index += 2
    understand(from: start, as: name.text) { .foreignWording($0, canonical: $1, edit: $2) }
    return Expression(.path([name]), range(of: start))
  }

  private mutating func parseReserved(_ word: Lexeme) -> Expression {
    let start = index
    switch word {
    case .yes, .no:
      if !isExact(word, at: index) {
        advance()
        understand(from: start, as: word.rawValue) { .foreignFlag($0, canonical: $1, at: $2.range) }
      } else {
        advance()
      }
      if word == .no, isName(at: index), !isFirstOnLine(index), lexeme == nil {
        report(.missingWindow(written(index), at: range(from: start).union(range(of: index))))
        advance()
      }
      return Expression(.flag(word == .yes), range(of: start))
    case .if:
      let inner = parseConditional()
      let place = range(from: start)
      report(
        .unparenthesized(
          at: place,
          edits: [
            TextEdit(SourceRange(file: place.file, start: place.start, end: place.start), "("),
            TextEdit(place.after, ")"),
          ]))
      return inner
    default:
      if isMeantAsOperand(start) {
        report(.reservedWord(word.rawValue, at: range(of: start)))
        return parsePath()
      }
      missing(.value)
      return Expression(.missing, gap.place.range)
    }
  }

  /// Whether a reserved word is followed by what only follows a value.
  private func isMeantAsOperand(_ position: Int) -> Bool {
    guard let word = lexemes[position], word != .then, word != .else, word != .when else { return false }
    switch lexeme(at: position + 1) {
    case .equalSign, .notEqual, .lessSign, .lessOrEqual, .greaterSign, .greaterOrEqual, .assignSign, .is: return true
    default: return false
    }
  }

  /// `score`, `account.employees`
  mutating func parsePath() -> Expression {
    let start = index
    var names = [takeName()]
    while at(kind: .dot) {
      advance()
      if kind == .name, let word = lexeme, word.isReserved, isExact(word, at: index), !hasGap(before: index) {
        report(.reservedWord(word.rawValue, at: range(of: index)))
        names.append(takeName())
      } else if let name = expectName() {
        names.append(name)
      } else {
        return Expression(.missing, range(from: start))
      }
    }
    return Expression(.path(names), range(from: start))
  }

  private func hasGap(before position: Int) -> Bool { tokens[position - 1].end != tokens[position].start }

  /// A path where the grammar wants one.
  mutating func expectPath() -> Expression {
    guard isName(at: index), !isClauseOnNewLine else {
      let (place, found) = gap
      report(.missingName(.path, before: found, at: place.range))
      return Expression(.missing, place.range)
    }
    return parsePath()
  }
}
