import RuleDiagnostics

/// Text to tokens. What cannot be a token becomes `.unknown` and is reported; a lexer never fails.
struct Lexer {
  let file: SourceFile
  let bytes: [UInt8]
  let table = LexemeTable.shared
  var offset = 0
  var tokens: [Token] = []
  /// The lexeme of the token at the same index, when it is a word or sign of the grammar.
  var lexemes: [Lexeme?] = []
  var diagnostics: [Diagnostic] = []
  var edits: [TextEdit] = []
  /// The lines on which an error was met; the parser says no more about them.
  var damagedLines: Set<Int> = []
  /// The line up to here holds a text that is never closed: its quotes are paired as they come.
  var pairsQuotesUntil = 0
  var textDepth = 0
  var hasReportedNul = false

  init(_ file: SourceFile) {
    self.file = file
    bytes = file.bytes
    tokens.reserveCapacity(bytes.count / 4 + 8)
    lexemes.reserveCapacity(bytes.count / 4 + 8)
  }

  mutating func run() {
    if let place = firstMalformedByte() {
      report(.malformedUTF8(at: range(place, place + 1)))
    }
    while true {
      skipTrivia()
      guard offset < bytes.count else { break }
      lexToken()
    }
    push(.endOfFile, from: bytes.count)
  }

  // MARK: - Tokens

  mutating func lexToken() {
    let start = offset
    let byte = bytes[start]
    switch byte {
    case 0x41...0x5A, 0x61...0x7A: lexName()
    case 0x30...0x39: lexNumber()
    case UInt8(ascii: "\""): lexText(.straight)
    case UInt8(ascii: "'"): lexText(.single)
    case UInt8(ascii: "`"): lexQuotedName()
    case UInt8(ascii: "{"): pushByte(.leftBrace)
    case UInt8(ascii: "}"): pushByte(.rightBrace)
    case UInt8(ascii: "("): pushByte(.leftParenthesis)
    case UInt8(ascii: ")"): pushByte(.rightParenthesis)
    case UInt8(ascii: "["), UInt8(ascii: "]"): lexBracket(byte)
    case UInt8(ascii: ","): pushByte(.comma)
    case UInt8(ascii: "."): pushByte(.dot)
    case UInt8(ascii: "/") where lexemes.last == .some(.matches): lexRegex()
    case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"),
      UInt8(ascii: "|"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"),
      UInt8(ascii: "%"):
      lexSign()
    case 0x80...: lexBeyondASCII()
    default: lexUnknown()
    }
  }

  mutating func push(_ kind: TokenKind, from start: Int, _ lexeme: Lexeme? = nil) {
    tokens.append(Token(kind, start: start, end: offset))
    lexemes.append(lexeme)
  }

  private mutating func pushByte(_ kind: TokenKind) {
    offset += 1
    push(kind, from: offset - 1)
  }

  mutating func lexName() {
    let start = offset
    var hash = 0
    var isASCII = true
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte < 0x80 {
        guard Lexer.isNameByte(byte) else { break }
        hash = LexemeTable.hash(hash, byte)
        offset += 1
      } else {
        guard let (scalar, length) = scalar(at: offset), Lexer.continuesName(scalar) else { break }
        isASCII = false
        offset += length
      }
    }
    let mayBeWord = isASCII && offset - start <= LexemeTable.longest
    push(.name, from: start, mayBeWord ? table.lexeme(of: bytes, from: start, to: offset, hash: hash) : nil)
  }

  /// A name in backticks, on one line.
  private mutating func lexQuotedName() {
    let start = offset
    var end = start + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "`"), !Lexer.endsLine(bytes[end]) { end += 1 }
    if end < bytes.count, bytes[end] == UInt8(ascii: "`"), end > start + 1 {
      offset = end + 1
      push(.name, from: start)
      return
    }
    offset = start + 1
    while offset < bytes.count, Lexer.isNameByte(bytes[offset]) { offset += 1 }
    report(.unclosedName(at: range(start, offset)))
    push(offset > start + 1 ? .name : .unknown, from: start)
  }

  private mutating func lexSign() {
    let start = offset
    let first = bytes[start]
    let second = start + 1 < bytes.count ? bytes[start + 1] : 0
    let third = start + 2 < bytes.count ? bytes[start + 2] : 0
    let equal = UInt8(ascii: "=")
    let (lexeme, length): (Lexeme, Int) =
      switch (first, second) {
      case (equal, equal): third == equal ? (.tripleEqual, 3) : (.equalSign, 2)
      case (equal, UInt8(ascii: "<")): (.equalLess, 2)
      case (equal, UInt8(ascii: ">")): (.equalGreater, 2)
      case (equal, _): (.assignSign, 1)
      case (UInt8(ascii: "!"), equal): (.notEqual, 2)
      case (UInt8(ascii: "!"), _): (.bang, 1)
      case (UInt8(ascii: "<"), equal): (.lessOrEqual, 2)
      case (UInt8(ascii: "<"), UInt8(ascii: ">")): (.diamond, 2)
      case (UInt8(ascii: "<"), _): (.lessSign, 1)
      case (UInt8(ascii: ">"), equal): (.greaterOrEqual, 2)
      case (UInt8(ascii: ">"), _): (.greaterSign, 1)
      case (UInt8(ascii: "&"), UInt8(ascii: "&")): (.doubleAmpersand, 2)
      case (UInt8(ascii: "&"), _): (.ampersand, 1)
      case (UInt8(ascii: "|"), UInt8(ascii: "|")): (.doublePipe, 2)
      case (UInt8(ascii: "|"), _): (.pipe, 1)
      case (UInt8(ascii: "+"), _): (.plus, 1)
      case (UInt8(ascii: "-"), _): (.minus, 1)
      case (UInt8(ascii: "*"), _): (.star, 1)
      case (UInt8(ascii: "%"), _): (.percentSign, 1)
      default: (.slash, 1)
      }
    offset += length
    push(.sign, from: start, lexeme)
  }

  /// Square brackets are understood as parentheses.
  private mutating func lexBracket(_ byte: UInt8) {
    let isOpening = byte == UInt8(ascii: "[")
    pushByte(isOpening ? .leftParenthesis : .rightParenthesis)
    let edit = TextEdit(range(offset - 1, offset), isOpening ? "(" : ")")
    edits.append(edit)
    diagnostics.append(.foreignBracket(isOpening ? "[" : "]", edit: edit))
  }

  // MARK: - Trivia

  private mutating func skipTrivia() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D: offset += 1
      case UInt8(ascii: "#"): skipLine()
      case UInt8(ascii: "/") where startsForeignComment(): skipForeignComment()
      case UInt8(ascii: "-") where startsForeignComment(): skipForeignComment()
      case 0x80...:
        guard let length = blankLength(at: offset) else { return }
        offset += length
      default: return
      }
    }
  }

  mutating func skipBlanksOnLine() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09: offset += 1
      case 0x80...:
        guard let length = blankLength(at: offset) else { return }
        offset += length
      default: return
      }
    }
  }

  private mutating func skipLine() {
    while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
  }

  /// `//`, and `--` that stands alone.
  private func startsForeignComment() -> Bool {
    guard offset + 1 < bytes.count, bytes[offset + 1] == bytes[offset] else { return false }
    if bytes[offset] == UInt8(ascii: "/") { return lexemes.last != .some(.matches) }
    guard offset == 0 || Lexer.isBlank(bytes[offset - 1]) else { return false }
    guard offset + 2 < bytes.count else { return true }
    return Lexer.isBlank(bytes[offset + 2]) || bytes[offset + 2] == UInt8(ascii: "-")
  }

  private mutating func skipForeignComment() {
    let start = offset
    let edit = TextEdit(range(start, start + 2), "#")
    edits.append(edit)
    diagnostics.append(.foreignComment(file.text(edit.range), edit: edit))
    skipLine()
  }

  // MARK: - Reports

  func range(_ start: Int, _ end: Int) -> SourceRange {
    SourceRange(file: file.id, start: min(start, bytes.count), end: min(end, bytes.count))
  }

  /// Reports an error, at most one for each line.
  mutating func report(_ diagnostic: Diagnostic) {
    if damagedLines.insert(file.lineIndex(at: diagnostic.range.start)).inserted { diagnostics.append(diagnostic) }
  }
}
