import RuleDiagnostics

extension Parser {
  static let actionWords: [Lexeme] = [
    .send, .recommend, .enroll, .remove, .add, .set, .advance, .clear, .assign, .create, .notify, .call, .skip,
  ]

  /// `action and action …`
  mutating func parseActions() -> [ActionSyntax] {
    var actions: [ActionSyntax] = []
    while true {
      let start = index
      actions.append(parseAction())
      if !isMuted || index == start { dropForeignJoin() }
      if !at(.and), isMuted { skipToNextAction() }
      if at(.then), isActionStart(at: index + 1), !isMuted {
        lexemes[index] = .and
        understandWords(range(of: index), as: "and")
      }
      if at(.and) || (at(kind: .comma) && isActionStart(at: index + 1)) {
        if !accept(.and) {
          let place = range(of: index)
          report(.missingWord("and", before: ",", at: place, insertion: TextEdit(place, " and")))
          advance()
        }
        isMuted = isMuted && !isActionStart(at: index)
        continue
      }
      return actions
    }
  }

  /// `send … && create …`
  private mutating func dropForeignJoin() {
    guard lexeme == .doubleAmpersand || lexeme == .ampersand else { return }
    advance()
    understand(from: index - 1, as: "and") { .foreignOperator($0, canonical: $1, edit: $2) }
    lexemes[index - 1] = .and
    index -= 1
  }

  /// Skips quietly to an `and` before an action, or to whatever ends the clause.
  private mutating func skipToNextAction() {
    while !isAtEnd, !at(kind: .rightBrace), !at(kind: .leftBrace) {
      if at(.and), isActionStart(at: index + 1) { return }
      if isInColumnOne(index), isDeclaration(at: index) { return }
      if openBlocks.contains(where: { isItemStart(of: $0.kind, at: index) }) { return }
      if openBlocks.isEmpty, let word = lexeme, isFrequencyStart(at: index, as: word) || at(.when) { return }
      skipOne()
    }
  }

  /// One action. What is no action is reported and stays `malformed`.
  mutating func parseAction() -> ActionSyntax {
    let start = index
    guard kind == .name, let word = lexeme else { return unknownAction() }
    let action: ActionSyntax.Kind?
    switch word {
    case .send: action = parseSend()
    case .recommend: action = parseRecommend()
    case .enroll:
      _ = accept(.enroll)
      expect(.in)
      action = expectName().map { .enroll($0) }
    case .remove: action = parseRemove()
    case .add:
      _ = accept(.add)
      expect(.to)
      expect(.list)
      action = expectOutsideName().map { .addToList($0) }
    case .set, .advance: action = parseSet(word)
    case .clear:
      _ = accept(.clear)
      action = .clear(expectPath())
    case .assign:
      _ = accept(.assign)
      expect(.owner)
      expect(.from)
      action = expectName().map { .assignOwner(from: $0) }
    case .create: action = parseCreate()
    case .notify:
      _ = accept(.notify)
      action = expectRecipient().map { .notify($0, expectMessage()) }
    case .call:
      _ = accept(.call)
      expect(.webhook)
      action = expectOutsideName().map { .callWebhook($0) }
    case .skip:
      _ = accept(.skip)
      expect(.lower)
      expect(.rules)
      action = .skipLowerRules
    default: return unknownAction()
    }
    return ActionSyntax(action ?? .malformed, range(from: start))
  }

  private mutating func unknownAction() -> ActionSyntax {
    let start = index
    if kind == .name, !(lexeme?.isReserved ?? false), !isClauseOnNewLine,
      !(openBlocks.contains { isItemStart(of: $0.kind, at: index) }),
      !(openBlocks.isEmpty && lexeme.map { isFrequencyStart(at: index, as: $0) } == true)
    {
      let written = written(index)
      if let meant = misspelledWord(among: Parser.actionWords) {
        report(.unknownAction(written, at: range(of: index), suggestion: meant.rawValue))
        lexemes[index] = meant
        return parseAction()
      }
      if lexeme == .asset || lexeme == .email || lexeme == .best {
        let edit = TextEdit(startOf(range(of: index)), "send ")
        report(.missingWord("send", before: written, at: range(of: index), insertion: edit))
        return ActionSyntax(parseSendObject() ?? .malformed, range(from: start))
      }
      if lexeme == .task || lexeme == .note {
        let edit = TextEdit(startOf(range(of: index)), "create ")
        report(.missingWord("create", before: written, at: range(of: index), insertion: edit))
        return ActionSyntax(parseCreated() ?? .malformed, range(from: start))
      }
      report(.unknownAction(written, at: range(of: index), suggestion: nil))
      advance()
      return ActionSyntax(.malformed, range(from: start))
    }
    let (place, found) = gap
    report(.missingAction(after: index > 0 ? written(index - 1) : "", before: found, at: place.range))
    return ActionSyntax(.malformed, place.range)
  }

  // MARK: - Messages

  private mutating func parseSend() -> ActionSyntax.Kind? {
    _ = accept(.send)
    return parseSendObject()
  }

  /// What is sent: `asset A [via owner]`, `best of R`, `email "template"`, each `[as transactional]`. A text alone is
  /// taken for a template, a name alone for an asset.
  private mutating func parseSendObject() -> ActionSyntax.Kind? {
    if at(.best) || (isMisspelled(as: .best) && lexeme(at: index + 1) == .of) {
      expect(.best)
      expect(.of)
      guard let name = expectName() else { return nil }
      return .sendBest(of: name, asTransactional: parseTransactional())
    }
    let isText = kind(at: index + 1) == .textStart
    if at(kind: .textStart) || at(.email) || (isMisspelled(as: .email) && isText) {
      if at(.email), isName(at: index + 1), !isFirstOnLine(index + 1) {
        report(.emailWithoutQuotes(written(index + 1), at: range(of: index + 1)))
        index += 2
        return nil
      }
      expect(.email)
      return .sendEmail(expectMessage(), asTransactional: parseTransactional())
    }
    expect(.asset)
    guard let name = expectOutsideName(isQuoted: false) else { return nil }
    var isViaOwner = false
    if at(.via) || (isMisspelled(as: .via) && lexeme(at: index + 1) == .owner) {
      expect(.via)
      expect(.owner)
      isViaOwner = true
    }
    return .sendAsset(name, viaOwner: isViaOwner, asTransactional: parseTransactional())
  }

  private mutating func parseTransactional() -> Bool {
    guard at(.as) || (lexeme == .transactional && !isFirstOnLine(index)) else { return false }
    expect(.as)
    expect(.transactional)
    return true
  }

  private mutating func parseRecommend() -> ActionSyntax.Kind? {
    _ = accept(.recommend)
    guard let name = expectName() else { return nil }
    guard at(.for) || (lexeme == .approval && !isFirstOnLine(index)) else {
      return .recommend(name, forApproval: false)
    }
    expect(.for)
    expect(.approval)
    return .recommend(name, forApproval: true)
  }

  // MARK: - Lists, sequences, fields

  private mutating func parseRemove() -> ActionSyntax.Kind? {
    _ = accept(.remove)
    expect(.from)
    if at(.sequence) || isMisspelled(as: .sequence) {
      expect(.sequence)
      return expectName().map { .removeFromSequence($0) }
    }
    expect(.list)
    return expectOutsideName().map { .removeFromList($0) }
  }

  /// `set F to v`, `advance F to v`; `set F = v` is understood.
  private mutating func parseSet(_ word: Lexeme) -> ActionSyntax.Kind {
    _ = accept(word)
    let field = expectPath()
    if at(.assignSign) || at(.equalSign) {
      advance()
      understand(from: index - 1, as: "to") { .foreignOperator($0, canonical: $1, edit: $2) }
    } else {
      expect(.to)
    }
    let value = at(.if) ? parseConditional() : parseValue()
    return word == .set ? .set(field, to: value) : .advance(field, to: value)
  }

  // MARK: - Tasks, notes, notices

  private mutating func parseCreate() -> ActionSyntax.Kind? {
    _ = accept(.create)
    return parseCreated()
  }

  private mutating func parseCreated() -> ActionSyntax.Kind? {
    if at(.note) || isMisspelled(as: .note) {
      expect(.note)
      return .createNote(expectMessage())
    }
    expect(.task)
    let text = expectMessage()
    if at(.to), lexeme(at: index + 1) == .owner || kind(at: index + 1) == .textStart {
      advance()
      understand(from: index - 1, as: "for") { .foreignWording($0, canonical: $1, edit: $2) }
    } else {
      expect(.for)
    }
    guard let assignee = expectRecipient() else { return nil }
    var task = ActionSyntax.Task(text: text, assignee: assignee, fallback: nil, due: nil, priority: nil)
    var firsts: [String: Int] = [:]
    while let word = taskWord {
      checkOnce(word.rawValue, index, &firsts)
      switch word {
      case .otherwise:
        expect(.otherwise)
        task.fallback = expectText()
      case .due:
        expect(.due)
        expect(.in)
        task.due = parseDuration()
      default:
        expect(.with)
        expect(.priority)
        task.priority = expectPriority()
      }
    }
    return .createTask(task)
  }

  /// The word that the next part of a task starts with.
  private var taskWord: Lexeme? {
    if at(.otherwise) || at(.due) { return lexeme }
    if at(.with), lexeme(at: index + 1) != .policy { return .with }
    if isFirstOnLine(index) { return nil }
    if isMisspelled(as: .due), lexeme(at: index + 1) == .in { return .due }
    if at(.in), kind(at: index + 1) == .number { return .due }
    if isMisspelled(as: .with), lexeme(at: index + 1) == .priority { return .with }
    if at(.priority), kind(at: index + 1) == .name { return .with }
    if isMisspelled(as: .otherwise), kind(at: index + 1) == .textStart { return .otherwise }
    return nil
  }

  private mutating func expectPriority() -> ActionSyntax.Task.Priority? {
    for (word, priority): (Lexeme, ActionSyntax.Task.Priority) in [(.high, .high), (.medium, .medium), (.low, .low)] {
      if accept(word) { return priority }
    }
    if let meant = misspelledWord(among: [.high, .medium, .low]) {
      report(.misspelledWord(written(index), meant: meant.rawValue, at: range(of: index)))
      advance()
      return ActionSyntax.Task.Priority(rawValue: meant.rawValue)
    }
    let (place, found) = gap
    report(.missingWord("high", before: found, at: place.range, insertion: nil))
    return nil
  }

  private mutating func expectRecipient() -> ActionSyntax.Recipient? {
    if let text = acceptText() { return .address(text) }
    if at(.owner) || isMisspelled(as: .owner) {
      expect(.owner)
      return .owner(range(of: index - 1))
    }
    missing(.recipient)
    return nil
  }

  /// A text that may have insertions.
  private mutating func expectMessage() -> Expression {
    if at(kind: .textStart) { return parseText() }
    missing(.text)
    return Expression(.missing, gap.place.range)
  }
}

extension ActionSyntax {
  var isMalformed: Bool { if case .malformed = kind { true } else { false } }
}
