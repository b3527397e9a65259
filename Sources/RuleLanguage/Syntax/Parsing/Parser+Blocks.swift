import RuleDiagnostics

/// A block whose closing brace has not been read yet.
struct OpenBlock {
  var kind: SyntaxBlock
  /// The token of the `{`; `nil` when it was missing.
  var brace: Int?
  /// The token that its first item starts with.
  var firstItem: Int
  /// Whether it holds what an `if` does, so that `else` may follow it.
  var isBranch = false
}

extension Parser {
  /// Reads `{ item item … }`. `item` reads one and returns whether it recognized one at all; what it does not recognize
  /// is reported here and skipped up to the next item.
  /// Returns whether there was a block at all.
  @discardableResult
  mutating func parseBlock(_ kind: SyntaxBlock, isBranch: Bool = false, _ item: (inout Parser) -> Bool) -> Bool {
    guard let brace = openBrace(of: kind) else { return false }
    guard depth < Parser.deepestNesting else {
      report(.nestingTooDeep(limit: Parser.deepestNesting, at: range(of: brace.index)))
      skipToEndOfBlock()
      return true
    }
    depth += 1
    openBlocks.append(
      OpenBlock(kind: kind, brace: brace.isThere ? brace.index : nil, firstItem: index, isBranch: isBranch))
    defer {
      openBlocks.removeLast()
      depth -= 1
    }
    isMuted = isMuted && !isItemStart(of: kind, at: index)
    while true {
      let start = index
      if at(kind: .rightBrace) {
        if takeClosingBrace(of: kind) { return true }
        continue
      }
      if isClosedFromOutside(kind) {
        reportUnclosedBlock()
        return true
      }
      let lexemeBefore = lexeme
      itemStart = start
      if item(&self) {
        if isAtBoundary(of: kind) || startsLine(in: kind) { isMuted = false }
      } else {
        handleUnknownItem(of: kind)
      }
      if index == start, lexeme == lexemeBefore { skipOne() }
    }
  }

  /// Whether a field or value starts on a new line, however it goes on.
  private func startsLine(in kind: SyntaxBlock) -> Bool {
    (kind == .fields || kind == .record) && isFirstOnLine(index) && isName(at: index)
  }

  // MARK: - Opening

  /// Takes the opening brace. Where it is missing it is reported, and reading goes on if what follows can be told to
  /// belong to the block; otherwise `nil`.
  private mutating func openBrace(of kind: SyntaxBlock) -> (index: Int, isThere: Bool)? {
    if accept(.leftBrace) { return (index - 1, true) }
    let isNewDeclaration = isInColumnOne(index) && isDeclaration(at: index)
    if !isNewDeclaration, isItemStart(of: kind, at: index), !hasBraceOnLine {
      reportMissingBrace(of: kind)
      return (max(index - 1, 0), false)
    }
    guard !isNewDeclaration, !isAtEnd, hasBraceOnLine else {
      reportMissingBrace(of: kind)
      return nil
    }
    unexpected()
    while !at(kind: .leftBrace), !isAtEnd { skipOne() }
    advance()
    return (index - 1, true)
  }

  private mutating func reportMissingBrace(of kind: SyntaxBlock) {
    let (place, found) = gap
    report(.missingBrace(of: kind, before: found, at: place.range))
  }

  /// Whether an opening brace follows later on this line.
  private var hasBraceOnLine: Bool {
    var position = index
    if position > 0, hasLineBreak(between: position - 1, and: position) { return self.kind == .leftBrace }
    while self.kind(at: position) != .endOfFile, self.kind(at: position) != .rightBrace {
      if self.kind(at: position) == .leftBrace { return true }
      if self.kind(at: position + 1) == .endOfFile || hasLineBreak(between: position, and: position + 1) {
        return false
      }
      position += 1
    }
    return false
  }

  // MARK: - Closing

  /// Takes the `}`; `false` when it closes too early: what follows belongs to this block, and to nothing around it.
  private mutating func takeClosingBrace(of kind: SyntaxBlock) -> Bool {
    let brace = index
    advance()
    isMuted = isMuted && openBlocks.count > 1
    guard isContinued(kind) else { return true }
    let stray = strayBrace(from: declarationStart, to: index) ?? brace
    report(.unmatchedBrace(at: range(of: stray)))
    isMuted = false
    return false
  }

  /// Whether what stands behind a closing brace is one more item of the block that was closed.
  private func isContinued(_ kind: SyntaxBlock) -> Bool {
    guard let block = openBlocks.last, block.brace != nil, !isAtEnd, !at(kind: .rightBrace) else { return false }
    let isElse = kind == .steps && at(.else) && !block.isBranch
    guard isElse || isItemStart(of: kind, at: index), !isDeclaration(at: index) else { return false }
    if openBlocks.count > 1 {
      let isOuter = isItemStart(of: openBlocks[openBlocks.count - 2].kind, at: index)
      return !isOuter && (kind != .record || !isFirstOnLine(index))
    }
    if !isFirstOnLine(index) { return !isFirstOnLine(index + 1) }
    return indentation(of: index) >= indentation(of: block.firstItem)
  }

  /// Whether what stands here belongs to no block, or to one further out, so that this one has no closing brace.
  private func isClosedFromOutside(_ kind: SyntaxBlock) -> Bool {
    if isAtEnd { return true }
    if isInColumnOne(index), isDeclaration(at: index) {
      let isItem = isItemStart(of: kind, at: index)
      if !isItem || !(openBlocks.last.map { isInColumnOne($0.firstItem) } ?? false) { return true }
    }
    if kind == .fields, at(.worth), self.kind(at: index + 1) == .number, openBlocks.count == 1 { return true }
    if kind == .steps, at(.else), openBlocks.last?.isBranch == true { return true }
    if kind == .team || (isItemStart(of: kind, at: index) && kind != .record) { return false }
    guard openBlocks.count > 1 else { return false }
    for outer in openBlocks.dropLast() where isItemStart(of: outer.kind, at: index) && outer.kind != .record {
      if kind == .record, !isFirstOnLine(index) { continue }
      return true
    }
    return false
  }

  /// Reports the brace that is left open; once for each declaration.
  private mutating func reportUnclosedBlock() {
    guard !hasUnclosedBlock, let brace = openBlocks.last?.brace else { return }
    hasUnclosedBlock = true
    let culprit = unclosedBrace(from: isDeclarationClosing ? declarationStart : brace, to: index) ?? brace
    let isDamaged = !damagedLines.isEmpty && isDamaged(from: declarationStart, to: index)
    isMuted = isMuted && hasErrorInDeclaration && isDamaged
    if !isDamaged { report(.unclosedBlock(at: range(of: culprit))) }
  }

  private var isDeclarationClosing: Bool { isAtEnd || (isInColumnOne(index) && isDeclaration(at: index)) }

  /// Whether the lexer reported something between the two tokens.
  func isDamaged(from start: Int, to end: Int) -> Bool {
    let lines = file.lineIndex(at: tokens[start].start)...file.lineIndex(at: tokens[max(start, end - 1)].end)
    return damagedLines.contains { lines.contains($0) }
  }

  // MARK: - What belongs to no item

  /// Reports what stands here, and either corrects it (a misspelled word) or skips to the next item.
  private mutating func handleUnknownItem(of kind: SyntaxBlock) {
    if isMuted { return skipToItem(of: kind) }
    if at(kind: .leftBrace), index > 0, tokens[index - 1].kind == .leftBrace, !isFirstOnLine(index) {
      unexpected(accepts: kind.accepts)
      return advance()
    }
    if at(.end), isFirstOnLine(index), isLastOnLine(index) { return takeEnd(of: kind) }
    if kind == .steps, at(.else) { return takeElse() }
    guard self.kind == .name else {
      if at(kind: .rightParenthesis) {
        report(.unmatchedParenthesis(at: range(of: index)))
      } else {
        unexpected(accepts: kind.accepts)
      }
      return skipToItem(of: kind)
    }
    if let meant = misspelledWord(among: itemWords(of: kind)), isItemStart(of: kind, at: index, as: meant) {
      report(.unknownClause(written(index), in: kind, at: range(of: index), suggestion: meant.rawValue))
      lexemes[index] = meant
      return
    }
    if isFirstOnLine(index) || tokens[index - 1].kind == .leftBrace {
      report(.unknownClause(written(index), in: kind, at: range(of: index), suggestion: nil))
    } else {
      unexpected()
    }
    skipToItem(of: kind)
  }

  func isLastOnLine(_ position: Int) -> Bool {
    self.kind(at: position + 1) == .endOfFile || hasLineBreak(between: position, and: position + 1)
  }

  private mutating func takeEnd(of kind: SyntaxBlock) {
    let place = range(of: index)
    let next = index + 1
    let closes = self.kind(at: next) == .endOfFile || (isInColumnOne(next) && isDeclaration(at: next))
    report(.strayEnd(at: place, closesBlock: closes))
    advance()
    if closes { hasUnclosedBlock = true }
    isMuted = false
  }

  /// An `else` that follows no `if`, with its block.
  private mutating func takeElse() {
    if !hasErrorInDeclaration { unexpected(accepts: "`else` follows the block of an `if`") }
    advance()
    while !isAtEnd, !isFirstOnLine(index), !at(kind: .leftBrace), !at(kind: .rightBrace) { skipOne() }
    if at(kind: .leftBrace) { skipBraces() }
    isMuted = false
  }

  // MARK: - Skipping

  /// Skips one token; a text counts as one, with all that is in it.
  mutating func skipOne() {
    guard at(kind: .textStart) else { return advance() }
    var open = 0
    while !isAtEnd {
      if at(kind: .textStart) { open += 1 }
      if at(kind: .textEnd) { open -= 1 }
      advance()
      if open == 0 { return }
    }
  }

  /// Skips quietly to the next item of the block, its end, or a declaration in column 1.
  private mutating func skipToItem(of kind: SyntaxBlock) {
    let start = index
    while !isAtEnd, !at(kind: .rightBrace) {
      if index > start || kind == .rule || kind == .steps, isAtBoundary(of: kind), isStrongBoundary(of: kind) { break }
      if at(kind: .leftBrace) { skipBraces() } else { skipOne() }
    }
    isMuted = false
  }

  /// In a block of fields or values almost any two names look like an item; only one on a new line or after a comma is
  /// taken for one.
  private func isStrongBoundary(of kind: SyntaxBlock) -> Bool {
    switch kind {
    case .fields, .record: isFirstOnLine(index) || tokens[index - 1].kind == .comma
    default: true
    }
  }

  /// Skips `{ … }`, but never past a declaration in column 1.
  private mutating func skipBraces() {
    var open = 0
    repeat {
      if at(kind: .leftBrace) { open += 1 }
      if at(kind: .rightBrace) { open -= 1 }
      skipOne()
    } while open > 0 && !isAtEnd && !(isInColumnOne(index) && isDeclaration(at: index))
  }

  private mutating func skipToEndOfBlock() {
    index -= 1
    skipBraces()
  }

  /// Whether a clause of the block, its end, or something further out starts here.
  func isAtBoundary(of kind: SyntaxBlock) -> Bool {
    if isAtEnd || at(kind: .rightBrace) || isItemStart(of: kind, at: index) { return true }
    if isInColumnOne(index), isDeclaration(at: index) { return true }
    return openBlocks.dropLast().contains { isItemStart(of: $0.kind, at: index) && $0.kind != .record }
  }
}
