import RuleDiagnostics

extension Parser {
  /// All declarations of the file. A declaration word in column 1 closes whatever is open.
  mutating func parseDeclarations() -> [Declaration] {
    var declarations: [Declaration] = []
    while !isAtEnd {
      let start = index
      beginDeclaration()
      if kind == .name, let word = lexeme, let declaration = parseDeclaration(word) {
        declarations.append(declaration)
        declarations += finishDeclaration()
      } else if let word = misspelledDeclaration(at: index) {
        report(.notADeclaration(written(index), at: range(of: index), suggestion: word.rawValue))
        lexemes[index] = word
        if let declaration = parseDeclaration(word) { declarations.append(declaration) }
        declarations += finishDeclaration()
      } else if let declaration = parseConditionWithoutWhen() {
        declarations.append(declaration)
        declarations += finishDeclaration()
      } else {
        reportNoDeclaration()
        skipToDeclaration()
        declarations.append(.malformed(MalformedDeclaration(keyword: nil, name: nil, range: range(from: start))))
      }
      if index == start { skipOne() }
      noteDamage(from: start)
    }
    return declarations
  }

  /// Remembers that an error was reported in what was just read. A text that was never closed may hold what follows.
  private mutating func noteDamage(from start: Int) {
    guard hasErrorInDeclaration || (!damagedLines.isEmpty && isDamaged(from: start, to: index)) else { return }
    damaged.append(range(from: start))
  }

  private mutating func beginDeclaration() {
    isMuted = false
    hasErrorInDeclaration = false
    hasUnclosedBlock = false
    if isInColumnOne(index) { lastErrorIndex = -10 }
    declarationStart = index
    itemStart = index
    openBlocks.removeAll(keepingCapacity: true)
    depth = 0
    parenthesisDepth = 0
    isInEventFilter = false
  }

  /// After a declaration comes another one; anything else is reported, skipped, and returned where it may have been one.
  private mutating func finishDeclaration() -> [Declaration] {
    if isAtEnd { return [] }
    if isDeclaration(at: index), !hasErrorInDeclaration || isFirstOnLine(index) { return [] }
    if at(kind: .rightBrace) {
      reportStrayBrace()
    } else if isInColumnOne(index), !isMuted || startsSomething {
      return []
    } else if !isMuted {
      reportBehindDeclaration()
    }
    let start = index
    skipToDeclaration()
    guard isFirstOnLine(start), index > start + 1 else { return [] }
    return [.malformed(MalformedDeclaration(keyword: nil, name: nil, range: range(from: start)))]
  }

  /// Whether the line reads as a declaration of its own, even if it is none.
  private var startsSomething: Bool {
    if misspelledDeclaration(at: index) != nil { return true }
    return kind == .name && lexeme == nil && !isLastOnLine(index)
  }

  private mutating func reportBehindDeclaration() {
    if at(kind: .rightParenthesis) {
      report(.unmatchedParenthesis(at: range(of: index)))
    } else if at(.end), isLastOnLine(index) {
      report(.strayEnd(at: range(of: index), closesBlock: false))
    } else {
      unexpected()
    }
  }

  private mutating func reportStrayBrace() {
    let stray = strayBrace(from: declarationStart, to: index) ?? index
    report(.unmatchedBrace(at: range(of: stray)))
  }

  private mutating func reportNoDeclaration() {
    let place = range(of: index)
    switch lexeme {
    case .select where kind(at: index + 1) != .leftBrace: report(.foreignStatement(written(index), at: place))
    case .end where isLastOnLine(index): report(.strayEnd(at: place, closesBlock: false))
    default:
      if at(kind: .rightBrace) {
        report(.unmatchedBrace(at: place))
      } else if at(kind: .rightParenthesis) {
        report(.unmatchedParenthesis(at: place))
      } else if kind == .name {
        let word = written(index).lowercased()
        if Parser.statementWords.contains(word), isInColumnOne(index), kind(at: index + 1) == .name {
          report(.foreignStatement(written(index), at: place))
        } else {
          report(.notADeclaration(written(index), at: place, suggestion: nil))
        }
      } else {
        unexpected()
      }
    }
  }

  private static let statementWords: Set<String> = ["insert", "update", "delete", "create", "alter", "where", "from"]

  // MARK: - Recovery

  /// The declaration word that a name was meant to be, when what follows it fits.
  private func misspelledDeclaration(at position: Int) -> Lexeme? {
    guard kind(at: position) == .name, lexemes[position] == nil || !isDeclaration(at: position),
      lexemes[position]?.isReserved != true
    else { return nil }
    let written = written(position)
    guard written.utf8.count <= LexemeTable.longest + 2,
      let meant = nearest(to: written, among: Lexeme.declarationWords.map(\.rawValue)),
      let word = Lexeme(rawValue: meant), meant != written.lowercased()
    else { return nil }
    guard word != .on || kind(at: position + 1) == .name else { return nil }
    return isDeclaration(at: position, as: word) ? word : nil
  }

  /// `score > 70 then send …`: a rule without its first word.
  private mutating func parseConditionWithoutWhen() -> Declaration? {
    guard isPrimaryStart, !at(kind: .textStart) || hasThenOnLine, isConditionStart || hasThenOnLine, hasThenAhead else {
      return nil
    }
    report(.missingWhen(at: range(of: index), insertion: TextEdit(startOf(range(of: index)), "when ")))
    return .rule(parseOneLineRule(from: index, hasWhen: false))
  }

  /// Whether what stands here reads as the start of a condition.
  var isConditionStart: Bool {
    if lexeme == .not || lexeme == .did || (lexeme == .no && isNoEvent) { return true }
    guard kind == .name, isName(at: index) else { return false }
    var position = index + 1
    while kind(at: position) == .dot, kind(at: position + 1) == .name { position += 2 }
    switch lexeme(at: position) {
    case .equalSign, .notEqual, .lessSign, .lessOrEqual, .greaterSign, .greaterOrEqual, .assignSign, .diamond, .is, .in,
      .between, .contains, .matches, .and, .or, .then:
      return true
    case .starts, .ends: return lexeme(at: position + 1) == .with
    default: return false
    }
  }

  private var hasThenOnLine: Bool {
    var position = index
    while kind(at: position) != .endOfFile, position == index || !isFirstOnLine(position) {
      if lexemes[position] == .then { return true }
      position += 1
    }
    return false
  }

  /// Whether `then` comes before the next declaration.
  private var hasThenAhead: Bool {
    var position = index
    while kind(at: position) != .endOfFile, position == index || !isInColumnOne(position) {
      if lexemes[position] == .then { return true }
      position += 1
    }
    return false
  }

  /// Skips quietly to where a declaration starts: one in column 1, or one that is first on its line and in no block.
  private mutating func skipToDeclaration() {
    var open = 0
    let start = index
    while !isAtEnd {
      if index > start || isInColumnOne(index) {
        let isMargin = isInColumnOne(index)
        if isMargin, isDeclaration(at: index) || (index > start && misspelledDeclaration(at: index) != nil) { break }
        if open <= 0, !isMargin, isFirstOnLine(index), !at(.when), !at(.on), isDeclaration(at: index) { break }
      }
      if at(kind: .leftBrace) { open += 1 }
      if at(kind: .rightBrace) { open -= 1 }
      skipOne()
    }
    isMuted = false
  }

  // MARK: - Each declaration

  /// Reads the declaration that the word starts; `nil` when it starts none.
  private mutating func parseDeclaration(_ word: Lexeme) -> Declaration? {
    switch word {
    case .contact: return parseRecord(.contact)
    case .account: return parseRecord(.account)
    case .deal: return parseRecord(.deal)
    case .asset: return parseAssetOrSchema()
    case .assets: return parseAssetFile()
    case .event: return parseEvent()
    case .team: return parseTeam()
    case .define: return parseDefine()
    case .score where isDeclaration(at: index): return parseScore()
    case .journey: return parseJourney()
    case .segment: return parseSegment()
    case .rule: return parseRule()
    case .on where isName(at: index + 1): return .rule(parseOneLineRule(from: index, hasWhen: true))
    case .when: return .rule(parseOneLineRule(from: index, hasWhen: true))
    case .recommendation: return parseRecommendation()
    case .sequence: return parseSequence()
    case .policy: return parsePolicy()
    case .experiment: return parseExperiment()
    case .test: return parseTest()
    default: return nil
    }
  }

  /// `NAME [was NAME] [for account] ["Title"]`; `nil` when there is no name, which is reported.
  mutating func parseHead() -> Head? {
    guard let name = expectName() else {
      _ = acceptText()
      return nil
    }
    var head = Head(name: name)
    if at(.was), isName(at: index + 1) {
      _ = accept(.was)
      head.formerName = takeName()
    } else if accept(.was) {
      head.formerName = expectName()
    }
    if accept(.for) {
      head.isForAccount = true
      expect(.account)
    }
    head.title = acceptText()
    if head.title != nil, at(kind: .textStart) {
      unexpected()
      skipOne()
    }
    return head
  }

  /// `sync to hubspot property P`; the word `list` is accepted everywhere, the checker knows where it fits.
  mutating func parseSync() -> SyncClause? {
    let start = index
    guard at(.sync) || (isMisspelled(as: .sync) && lexeme(at: index + 1) == .to) else { return nil }
    expect(.sync)
    expect(.to)
    expect(.hubspot)
    let target: SyncClause.Target = at(.list) ? .list : .property
    if !accept(.list) { expect(.property) }
    guard let name = expectOutsideName() else { return nil }
    return SyncClause(target: target, name: name, range: range(from: start))
  }

  func malformed(_ word: Lexeme, _ name: Name? = nil, from start: Int) -> Declaration {
    .malformed(MalformedDeclaration(keyword: word.rawValue, name: name, range: range(from: start)))
  }
}
