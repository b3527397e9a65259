import RuleDiagnostics

/// The quotes that open a text. Only the straight double ones are ours; the others are understood.
enum Quote {
  case straight, single, curly, singleCurly
}

extension Lexer {
  private static let deepestText = 8

  /// A text on one line, with its insertions. When it is not closed properly, it is read again in a way that loses as
  /// little as possible of the line.
  mutating func lexText(_ quote: Quote) {
    let start = offset
    if start < pairsQuotesUntil { return lexPairedText(quote) }
    let counts = (tokens.count, diagnostics.count, edits.count)
    let damagedBefore = damagedLines
    if lexClosedText(quote) { return }
    damagedLines = damagedBefore
    tokens.removeSubrange(counts.0...)
    lexemes.removeSubrange(counts.0...)
    diagnostics.removeSubrange(counts.1...)
    edits.removeSubrange(counts.2...)
    textDepth = 0
    offset = start
    lexUnclosedText(quote)
  }

  // MARK: - Texts that close

  /// Reads a text up to its closing quote; `false` when the line ends first.
  private mutating func lexClosedText(_ quote: Quote) -> Bool {
    guard textDepth < Lexer.deepestText else { return false }
    textDepth += 1
    defer { textDepth -= 1 }
    let start = offset
    offset += quoteLength(at: offset)
    push(.textStart, from: start)
    var replacements = [TextEdit(range(start, offset), "\"")]
    let closer = closer(of: quote)
    var segment = offset
    while offset < bytes.count {
      let byte = bytes[offset]
      if Lexer.endsLine(byte) { return false }
      if let length = closingLength(closer, at: offset) {
        pushSegment(from: segment)
        offset += length
        push(.textEnd, from: offset - length)
        replacements.append(TextEdit(range(offset - length, offset), "\""))
        reportForeignQuotes(replacements, from: start)
        return true
      }
      switch byte {
      case UInt8(ascii: "\\"):
        offset += offset + 1 < bytes.count && !Lexer.endsLine(bytes[offset + 1]) ? 2 : 1
      case UInt8(ascii: "{"):
        pushSegment(from: segment)
        guard lexInsertion() else { return false }
        segment = offset
      case UInt8(ascii: "\""):
        replacements.append(TextEdit(range(offset, offset + 1), "\\\""))
        offset += 1
      default: offset += 1
      }
    }
    return false
  }

  private mutating func lexInsertion() -> Bool {
    offset += 1
    push(.interpolationStart, from: offset - 1)
    while true {
      skipBlanksOnLine()
      guard offset < bytes.count, !Lexer.endsLine(bytes[offset]) else { return false }
      switch bytes[offset] {
      case UInt8(ascii: "}"):
        offset += 1
        push(.interpolationEnd, from: offset - 1)
        return true
      case UInt8(ascii: "{"):
        // INVARIANT: no text holds a brace of a block, so that looking for one need not look into texts.
        offset += 1
        push(.unknown, from: offset - 1)
        report(.unknownCharacter("{", at: range(offset - 1, offset)))
      case UInt8(ascii: "\""): guard lexClosedText(.straight) else { return false }
      case UInt8(ascii: "'"): guard lexClosedText(.single) else { return false }
      case 0x80... where foreignQuote(at: offset) != nil:
        guard let quote = foreignQuote(at: offset), lexClosedText(quote) else { return false }
      default: lexToken()
      }
    }
  }

  private mutating func pushSegment(from start: Int) {
    if offset > start { push(.textSegment, from: start) }
  }

  private mutating func reportForeignQuotes(_ replacements: [TextEdit], from start: Int) {
    let needed = replacements.filter { file.text($0.range) != $0.replacement }
    guard !needed.isEmpty else { return }
    edits += needed
    diagnostics.append(.foreignQuotes(at: range(start, offset), edits: needed))
  }

  // MARK: - Texts that do not close

  private mutating func lexUnclosedText(_ quote: Quote) {
    let start = offset
    let content = start + quoteLength(at: start)
    let end = endOfLine(from: start)
    pairsQuotesUntil = end
    if quote == .single || quote == .singleCurly { return lexLoneApostrophe() }
    if let curly = firstCurlyQuote(from: content, to: end), quote == .straight, !holds("\"", content, curly) {
      // Opened straight, closed curly.
      pushText(from: start, content: content, to: curly, closing: quoteLength(at: curly))
      let edit = TextEdit(range(curly, offset), "\"")
      edits.append(edit)
      diagnostics.append(.foreignQuotes(at: range(start, offset), edits: [edit]))
      return
    }
    if let brace = blockBrace(from: content, to: end) {
      report(.unclosedText(at: range(start, brace)))
      return pushText(from: start, content: content, to: brace, closing: 0)
    }
    if let closing = firstQuote(from: content, to: end) {
      let brace = (content..<closing).first { bytes[$0] == UInt8(ascii: "{") } ?? start
      report(.unclosedInsertion(at: range(brace, brace + 1)))
      return pushText(from: start, content: content, to: closing, closing: quoteLength(at: closing))
    }
    let last = withoutClosers(from: content, to: end)
    report(.unclosedText(at: range(start, last)))
    pushText(from: start, content: content, to: last, closing: 0)
  }

  /// A text on a line that holds an unclosed one: up to the next quote, without insertions.
  private mutating func lexPairedText(_ quote: Quote) {
    if quote == .single || quote == .singleCurly { return lexLoneApostrophe() }
    let start = offset
    let content = start + quoteLength(at: start)
    let end = pairsQuotesUntil
    let closing = firstQuote(from: content, to: end)
    if let brace = blockBrace(from: content, to: closing ?? end) {
      return pushText(from: start, content: content, to: brace, closing: 0)
    }
    if let closing {
      return pushText(from: start, content: content, to: closing, closing: quoteLength(at: closing))
    }
    pushText(from: start, content: content, to: withoutClosers(from: content, to: end), closing: 0)
  }

  private mutating func lexLoneApostrophe() {
    let start = offset
    offset += quoteLength(at: start)
    push(.unknown, from: start)
    report(.unknownCharacter(file.text(range(start, offset)), at: range(start, offset)))
  }

  private mutating func pushText(from start: Int, content: Int, to end: Int, closing: Int) {
    offset = content
    push(.textStart, from: start)
    offset = end
    pushSegment(from: content)
    offset = end + closing
    push(.textEnd, from: end)
  }

  /// A brace with blanks on both sides is the brace of a block, not of an insertion.
  private func blockBrace(from start: Int, to end: Int) -> Int? {
    var index = start
    while index < end {
      if bytes[index] == UInt8(ascii: "{"), index > start, Lexer.isBlank(bytes[index - 1]),
        index + 1 >= bytes.count || Lexer.isBlank(bytes[index + 1])
      {
        while index > start, Lexer.isBlank(bytes[index - 1]) { index -= 1 }
        return index
      }
      index += 1
    }
    return nil
  }

  /// Leaves closing braces and parentheses at the end of the line outside of an unclosed text.
  private func withoutClosers(from start: Int, to end: Int) -> Int {
    func trimmed(_ position: Int) -> Int {
      var position = position
      while position > start, Lexer.isBlank(bytes[position - 1]) { position -= 1 }
      return position
    }
    var last = trimmed(end)
    var hasInsertion = false
    for index in start..<last where bytes[index] == UInt8(ascii: "{") { hasInsertion = true }
    while !hasInsertion, last > start,
      bytes[last - 1] == UInt8(ascii: "}") || bytes[last - 1] == UInt8(ascii: ")")
    {
      last = trimmed(last - 1)
    }
    return last
  }

  // MARK: - Quotes

  private func foreignQuote(at position: Int) -> Quote? {
    guard let (scalar, _) = scalar(at: position) else { return nil }
    switch scalar {
    case "“", "”", "„", "«", "»": return .curly
    case "‘", "’", "‚": return .singleCurly
    default: return nil
    }
  }

  private func quoteLength(at position: Int) -> Int { scalar(at: position)?.1 ?? 1 }

  /// What ends a text. A curly opening quote is ended by a curly one where the line still has one.
  private func closer(of quote: Quote) -> Quote {
    switch quote {
    case .straight, .single: quote
    case .curly: firstCurlyQuote(from: offset, to: bytes.count) == nil ? .straight : .curly
    case .singleCurly: .singleCurly
    }
  }

  private func closingLength(_ closer: Quote, at position: Int) -> Int? {
    switch closer {
    case .straight: bytes[position] == UInt8(ascii: "\"") ? 1 : nil
    case .single: bytes[position] == UInt8(ascii: "'") ? 1 : nil
    case .curly, .singleCurly:
      bytes[position] >= 0x80 && foreignQuote(at: position) == closer ? quoteLength(at: position) : nil
    }
  }

  /// The first curly quote on the line, before `end`.
  private func firstCurlyQuote(from start: Int, to end: Int) -> Int? {
    var index = start
    while index < end, !Lexer.endsLine(bytes[index]) {
      if bytes[index] >= 0xC2, foreignQuote(at: index) == .curly { return index }
      index += 1
    }
    return nil
  }

  private func firstQuote(from start: Int, to end: Int) -> Int? {
    var index = start
    while index < end {
      if bytes[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      if bytes[index] == UInt8(ascii: "\"") { return index }
      if bytes[index] >= 0xC2, foreignQuote(at: index) == .curly { return index }
      index += 1
    }
    return nil
  }

  private func holds(_ character: Unicode.Scalar, _ start: Int, _ end: Int) -> Bool {
    bytes[start..<end].contains(UInt8(ascii: character))
  }

  // MARK: - Regular expressions

  /// `/…/i`; a slash that is escaped or between brackets does not end it.
  mutating func lexRegex() {
    let start = offset
    offset += 1
    var isInBrackets = false
    while offset < bytes.count, !Lexer.endsLine(bytes[offset]) {
      switch bytes[offset] {
      case UInt8(ascii: "\\") where offset + 1 < bytes.count && !Lexer.endsLine(bytes[offset + 1]): offset += 1
      case UInt8(ascii: "["): isInBrackets = true
      case UInt8(ascii: "]"): isInBrackets = false
      case UInt8(ascii: "/") where !isInBrackets:
        offset += 1
        while offset < bytes.count, Lexer.isNameByte(bytes[offset]) { offset += 1 }
        push(.regex, from: start)
        return
      default: break
      }
      offset += 1
    }
    let end = withoutClosers(from: start + 1, to: offset)
    offset = end
    push(.regex, from: start)
    report(.unclosedRegex(at: range(start, end)))
  }
}
