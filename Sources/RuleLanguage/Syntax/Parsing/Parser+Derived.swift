import RuleDiagnostics

// define, score, journey, segment
extension Parser {
  mutating func parseDefine() -> Declaration {
    let start = index
    _ = accept(.define)
    let head = parseHead()
    var choices: TypeSyntax?
    if at(.one), lexeme(at: index + 1) == .of || kind(at: index + 1) == .leftParenthesis { choices = parseType() }
    expectAssignment()
    let value = parseExpression()
    let sync = parseSync()
    guard let head else { return malformed(.define, from: start) }
    // Half of a value would have a type that the whole may not have.
    return .define(
      DefineDeclaration(
        head: head, choices: choices, value: hasErrorInDeclaration ? Expression(.missing, value.range) : value,
        sync: sync, range: range(from: start)))
  }

  /// `=`; `==`, `is` and `:=` are understood.
  private mutating func expectAssignment() {
    if !at(.equalSign), !at(.is) { skipOnLine(to: [.assignSign]) }
    if at(.equalSign) || at(.is) {
      advance()
      understand(from: index - 1, as: "=") { .foreignOperator($0, canonical: $1, edit: $2) }
    } else {
      expect(.assignSign)
    }
    if at(.assignSign) {
      unexpected()
      advance()
    }
  }

  /// Reports and skips what stands before one of the words, when it follows on this line.
  mutating func skipOnLine(to words: [Lexeme]) {
    guard !isAtEnd, !isFirstOnLine(index), !words.contains(where: { at($0) }) else { return }
    var position = index
    while kind(at: position) != .endOfFile, position == index || !isFirstOnLine(position) {
      if let word = lexemes[position], words.contains(word) {
        if at(kind: .rightParenthesis) {
          report(.unmatchedParenthesis(at: range(of: index)))
        } else {
          unexpected()
        }
        index = position
        return
      }
      if kind(at: position) == .leftBrace || kind(at: position) == .rightBrace { return }
      position = after(position)
    }
  }

  /// `factor NAME 20% = …`
  mutating func parseFactor() -> FactorSyntax? {
    let start = index
    expect(.factor)
    let name = expectName()
    let weight: NumberLiteral
    if at(.assignSign) || at(.equalSign) {
      missing(.share)
      weight = NumberLiteral(0, range(of: index))
    } else {
      weight = expectShare()
    }
    expectAssignment()
    let value = parseExpression()
    guard let name else { return nil }
    return FactorSyntax(name: name, weight: weight, value: value, range: range(from: start))
  }

  // MARK: - Scores

  mutating func parseScore() -> Declaration {
    let start = index
    _ = accept(.score)
    let head = parseHead()
    var items: [ScoreDeclaration.Item] = []
    parseBlock(.score) { parser in
      guard parser.isItemStart(of: .score, at: parser.index), let word = parser.lexeme else { return false }
      switch word {
      case .factor:
        if let factor = parser.parseFactor() { items.append(.factor(factor)) }
      case .limit: items.append(parser.parseLimit())
      default: items.append(.points(parser.parsePoints()))
      }
      return true
    }
    let sync = parseSync()
    guard let head else { return malformed(.score, from: start) }
    return .score(ScoreDeclaration(head: head, items: items, sync: sync, range: range(from: start)))
  }

  private mutating func parseLimit() -> ScoreDeclaration.Item {
    let start = index
    _ = accept(.limit)
    let low = expectSignedNumber()
    expect(.to)
    let high = expectSignedNumber()
    return .limit(low, high, range(from: start))
  }

  /// `add 25 when …`, `subtract 5 per page_view …, up to 20`
  private mutating func parsePoints() -> ScoreDeclaration.Points {
    let start = index
    let isSubtracted = at(.subtract)
    _ = accept(isSubtracted ? .subtract : .add)
    let amount = expectNumber()
    let basis: ScoreDeclaration.Basis
    if at(.per) || (isMisspelled(as: .per) && isName(at: index + 1)) {
      expect(.per)
      basis = parsePerEvent().map { .per($0) } ?? .when(Expression(.missing, range(from: start)))
    } else {
      if at(.if) {
        advance()
        understand(from: index - 1, as: "when") { .foreignWording($0, canonical: $1, edit: $2) }
      } else {
        expect(.when)
      }
      basis = .when(parseExpression())
    }
    return ScoreDeclaration.Points(
      isSubtracted: isSubtracted, amount: amount, basis: basis, range: range(from: start))
  }

  private mutating func parsePerEvent() -> ScoreDeclaration.PerEvent? {
    let start = index
    guard let event = expectName(.eventName) else { return nil }
    var result = ScoreDeclaration.PerEvent(
      event: event, filter: nil, window: nil, atMostOncePer: nil, halfLife: nil, upTo: nil, range: event.range)
    var firsts: [String: Int] = [:]
    while true {
      let first = index
      if at(.where) {
        checkOnce("where", first, &firsts)
        _ = accept(.where)
        result.filter = parseEventFilter { $0.parseExpression() }
      } else if isWindowStart(at: index) {
        checkOnce("a time", first, &firsts)
        result.window = parseWindow()
      } else if at(.at, .most) {
        checkOnce("at most once", first, &firsts)
        _ = accept(.at, .most)
        expect(.once)
        expect(.per)
        result.atMostOncePer = parseDuration()
      } else if at(.half, .life) {
        checkOnce("half life", first, &firsts)
        result.halfLife = parseHalfLife()
      } else if at(kind: .comma) || at(.up, .to) {
        if !accept(.comma) {
          report(.missingComma(at: range(of: index), insertion: TextEdit(range(of: index - 1).after, ",")))
        }
        checkOnce("up to", first, &firsts)
        expect(.up)
        expect(.to)
        result.upTo = expectNumber()
      } else {
        break
      }
      if index == first { break }
    }
    result.range = range(from: start)
    return result
  }

  // MARK: - Journeys

  mutating func parseJourney() -> Declaration {
    let start = index
    _ = accept(.journey)
    let head = parseHead()
    var items: [JourneyDeclaration.Item] = []
    parseBlock(.journey) { parser in
      let first = parser.index
      guard parser.isItemStart(of: .journey, at: first), let word = parser.lexeme else { return false }
      switch word {
      case .stage:
        _ = parser.accept(.stage)
        let name = parser.expectName()
        let condition = parser.parseStageCondition()
        if let name { items.append(.stage(name, condition, parser.range(from: first))) }
      case .moves:
        _ = parser.accept(.moves)
        parser.expect(.back)
        parser.expect(.when)
        items.append(.movesBack(parser.parseExpression(), parser.range(from: first)))
      default:
        _ = parser.accept(.never)
        parser.expect(.moves)
        parser.expect(.back)
        items.append(.neverMovesBack(parser.range(from: first)))
      }
      return true
    }
    let sync = parseSync()
    guard let head else { return malformed(.journey, from: start) }
    return .journey(JourneyDeclaration(head: head, items: items, sync: sync, range: range(from: start)))
  }

  /// `[when …]` behind the name of a stage; a condition that has lost its `when` is told by how it starts.
  private mutating func parseStageCondition() -> Expression? {
    if accept(.when) { return parseExpression() }
    if isFirstOnLine(index) || isAtEnd || at(kind: .rightBrace) { return nil }
    if isItemStart(of: .journey, at: index) { return nil }
    if isMisspelled(as: .when) {
      expect(.when)
      return parseExpression()
    }
    guard isConditionStart else { return nil }
    report(.missingWhen(at: range(of: index), insertion: TextEdit(startOf(range(of: index)), "when ")))
    return parseExpression()
  }

  // MARK: - Segments

  mutating func parseSegment() -> Declaration {
    let start = index
    _ = accept(.segment)
    let head = parseHead()
    if !isMisspelled(as: .when) { skipOnLine(to: [.when]) }
    if !at(.when), !isMisspelled(as: .when), isPrimaryStart, !isClauseOnNewLine {
      report(.missingWhen(at: range(of: index), insertion: TextEdit(startOf(range(of: index)), "when ")))
    } else {
      expect(.when)
    }
    let condition = parseExpression()
    var until: Expression?
    if at(.until) || (isMisspelled(as: .until) && isPrimaryStart(at: index + 1)) {
      expect(.until)
      until = parseExpression()
    }
    let sync = parseSync()
    guard let head else { return malformed(.segment, from: start) }
    return .segment(
      SegmentDeclaration(head: head, condition: condition, until: until, sync: sync, range: range(from: start)))
  }
}
