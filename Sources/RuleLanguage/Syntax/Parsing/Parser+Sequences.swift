import RuleDiagnostics

// recommendation, sequence and the blocks of steps
extension Parser {
  mutating func parseRecommendation() -> Declaration {
    let start = index
    _ = accept(.recommendation)
    let head = parseHead()
    var items: [RecommendationDeclaration.Item] = []
    parseBlock(.recommendation) { parser in
      guard parser.isItemStart(of: .recommendation, at: parser.index) else { return false }
      if let item = parser.parseRecommendationItem() { items.append(item) }
      return true
    }
    guard let head else { return malformed(.recommendation, from: start) }
    return .recommendation(RecommendationDeclaration(head: head, items: items, range: range(from: start)))
  }

  private mutating func parseRecommendationItem() -> RecommendationDeclaration.Item? {
    let start = index
    switch lexeme {
    case .from:
      _ = accept(.from)
      expect(.asset)
      let filter = accept(.where) ? parseExpression() : nil
      return .candidates(filter, range(from: start))
    case .never:
      _ = accept(.never)
      expect(.repeat)
      expect(.within)
      return .neverRepeat(parseDuration(), range(from: start))
    case .factor: return parseFactor().map { .factor($0) }
    default:
      _ = accept(.pick)
      expect(.best)
      let count = expectNumber()
      var threshold: NumberLiteral?
      if at(.scoring) || isMisspelled(as: .scoring) || (at(.at, .least) && !isFirstOnLine(index)) {
        expect(.scoring)
        expect(.at)
        expect(.least)
        threshold = expectShare()
      }
      return .pick(count, atLeast: threshold, range(from: start))
    }
  }

  // MARK: - Sequences

  mutating func parseSequence() -> Declaration {
    let start = index
    _ = accept(.sequence)
    let head = parseHead()
    var items: [SequenceDeclaration.Item] = []
    parseBlock(.sequence) { parser in
      guard parser.isItemStart(of: .sequence, at: parser.index) else { return false }
      if let item = parser.parseSequenceItem() { items.append(item) }
      return true
    }
    guard let head else { return malformed(.sequence, from: start) }
    return .sequence(SequenceDeclaration(head: head, items: items, range: range(from: start)))
  }

  private mutating func parseSequenceItem() -> SequenceDeclaration.Item? {
    let start = index
    switch lexeme {
    case .enroll, .goal, .exit:
      let word = lexeme ?? .exit
      _ = accept(word)
      expect(.when)
      let condition = parseExpression()
      let place = range(from: start)
      return word == .enroll
        ? .enroll(condition, place) : word == .goal ? .goal(condition, place) : .exit(condition, place)
    case .priority:
      _ = accept(.priority)
      return .priority(expectNumber(), range(from: start))
    case .holdout:
      _ = accept(.holdout)
      let share = expectShare()
      let isByAccount = parseByAccount()
      return .holdout(share, byAccount: isByAccount, range(from: start))
    case .act:
      return parseSendWindow()
    case .step:
      _ = accept(.step)
      let name = expectName()
      let block = parseStepBlock()
      return name.map { .step($0, block, range(from: start)) }
    default: return parseFrequency().map { .frequency($0) }
    }
  }

  private mutating func parseByAccount() -> Bool {
    guard at(.by) || (isMisspelled(as: .by) && lexeme(at: index + 1) == .account) else { return false }
    expect(.by)
    expect(.account)
    return true
  }

  /// `act on weekdays between 09:00 and 17:00 in contact time`
  private mutating func parseSendWindow() -> SequenceDeclaration.Item? {
    let start = index
    _ = accept(.act)
    return parseWindow(from: start).map { .sendWindow($0) }
  }

  /// `on weekdays between 09:00 and 17:00 in contact time`
  mutating func parseWindow(from start: Int) -> SequenceDeclaration.SendWindow? {
    expect(.on)
    let days = parseDays()
    expect(.between)
    let from = expectClockTime()
    expect(.and)
    let to = expectClockTime()
    let isInContactTime = parseInContactTime()
    guard let from, let to else { return nil }
    return SequenceDeclaration.SendWindow(
      days: days, from: from, to: to, inContactTime: isInContactTime, range: range(from: start))
  }

  mutating func parseInContactTime() -> Bool {
    guard accept(.in) else { return false }
    expect(.contact)
    expect(.time)
    return true
  }

  /// `weekdays`, `(monday, friday)`
  mutating func parseDays() -> [Name] {
    var days: [Name] = []
    if at(kind: .leftParenthesis) {
      parseList { parser in
        if let day = parser.expectName(.daysOfWeek) { days.append(day) }
      }
    } else if isName(at: index), !isClauseOnNewLine {
      days.append(takeName())
    } else {
      missing(.daysOfWeek)
    }
    return days
  }

  // MARK: - Blocks of steps and arms

  mutating func parseStepBlock(isBranch: Bool = false) -> Block {
    let start = index
    var statements: [Block.Statement] = []
    parseBlock(.steps, isBranch: isBranch) { parser in
      guard parser.isStatementStart || parser.isConditionWithoutIf else { return false }
      if let statement = parser.parseStatement() { statements.append(statement) }
      return true
    }
    return Block(statements: statements, range: range(from: start))
  }

  private var isStatementStart: Bool {
    if isItemStart(of: .steps, at: index) { return true }
    // Actions may be joined by `and`, as in a rule.
    return at(.and) && isActionStart(at: index + 1) && kind(at: index - 1) != .leftBrace
  }

  /// A condition and a block, where `if` is missing before them.
  private var isConditionWithoutIf: Bool {
    guard !isMuted, isConditionStart else { return false }
    var position = index
    while kind(at: position) != .endOfFile, position == index || !isFirstOnLine(position) {
      if kind(at: position) == .leftBrace { return true }
      position += 1
    }
    return false
  }

  private mutating func parseStatement() -> Block.Statement? {
    let start = index
    if !isStatementStart {
      let edit = TextEdit(startOf(range(of: index)), "if ")
      report(.missingWord("if", before: written(index), at: range(of: index), insertion: edit))
      return parseIf()
    }
    switch lexeme {
    case .and:
      advance()
      edits.append(TextEdit(range(of: index - 1), ""))
      return .action(parseAction())
    case .if: return parseIf()
    case .split: return parseSplit()
    case .wait:
      _ = accept(.wait)
      if at(.up) {
        _ = accept(.up)
        expect(.to)
        let limit = parseDuration()
        expect(.until)
        return .waitUntil(upTo: limit, parseExpression(), range(from: start))
      }
      return .wait(parseDuration(), range(from: start))
    default: return .action(parseAction())
    }
  }

  /// `if c { … } else if d { … } else { … }`
  private mutating func parseIf() -> Block.Statement? {
    let start = index
    guard let entered = enter() else {
      advance()
      return nil
    }
    defer { leave(entered) }
    _ = accept(.if)
    let condition = parseOr()
    if at(.then), kind(at: index + 1) == .leftBrace {
      unexpected(accepts: "the actions of `if` stand in braces, without `then`")
      advance()
    }
    let then = parseStepBlock(isBranch: true)
    var otherwise: Block?
    if at(.else) {
      _ = accept(.else)
      if at(.if) {
        let inner = index
        if let statement = parseIf() { otherwise = Block(statements: [statement], range: range(from: inner)) }
      } else {
        otherwise = parseStepBlock()
      }
    }
    return .conditional(condition: condition, then: then, otherwise: otherwise, range(from: start))
  }

  private mutating func parseSplit() -> Block.Statement {
    let start = index
    _ = accept(.split)
    let isByAccount = parseByAccount()
    var arms: [Arm] = []
    parseBlock(.split) { parser in
      guard parser.isItemStart(of: .split, at: parser.index) else { return false }
      if let arm = parser.parseArm() { arms.append(arm) }
      return true
    }
    return .split(Block.Split(byAccount: isByAccount, arms: arms, range: range(from: start)))
  }

  /// `arm NAME 50% { … }`
  mutating func parseArm() -> Arm? {
    let start = index
    _ = accept(.arm)
    let name = expectName()
    let share: NumberLiteral
    if at(kind: .leftBrace) {
      missing(.share)
      share = NumberLiteral(0, range(of: index))
    } else {
      share = expectShare()
    }
    let block = parseStepBlock()
    guard let name else { return nil }
    return Arm(name: name, share: share, block: block, range: range(from: start))
  }
}
