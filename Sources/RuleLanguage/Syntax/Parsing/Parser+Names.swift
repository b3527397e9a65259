import RuleDiagnostics

// Names, texts and the plain numbers of clauses.
extension Parser {
  // MARK: - Names

  /// The name of the token, without backticks; those that are not needed are dropped by the formatter.
  mutating func takeName() -> Name {
    let place = range(of: index)
    defer { advance() }
    guard bytes[place.start] == UInt8(ascii: "`") else { return Name(file.text(place), place) }
    let end = place.end > place.start + 1 && bytes[place.end - 1] == UInt8(ascii: "`") ? place.end - 1 : place.end
    let inner = SourceRange(file: file.id, start: place.start + 1, end: end)
    let text = file.text(inner)
    if isPlainName(text) { edits.append(TextEdit(place, text)) }
    return Name(text, place)
  }

  /// Whether the text is a name without backticks in any place.
  private func isPlainName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first | 0x20 >= 0x61, first | 0x20 <= 0x7A,
      text.utf8.allSatisfy({ Lexer.isNameByte($0) })
    else { return false }
    return Lexeme(rawValue: text.lowercased()) == nil
  }

  /// Takes a name. A reserved word is reported, and taken where it can only be meant as a name.
  mutating func expectName(_ expected: SyntaxExpectation = .name) -> Name? {
    if isName(at: index), !isClauseOnNewLine { return isHyphenated(index) ? takeHyphenated() : takeName() }
    if kind == .name, let word = lexeme, word.isReserved, isMeantAsName(index) {
      report(.reservedWord(word.rawValue, at: range(of: index)))
      return takeName()
    }
    let (place, found) = gap
    report(.missingName(expected, before: found, at: place.range))
    return nil
  }

  /// Whether `-` and another word follow the name without a blank.
  private func isHyphenated(_ position: Int) -> Bool {
    lexeme(at: position + 1) == .minus && kind(at: position + 2) == .name
      && tokens[position].end == tokens[position + 1].start && tokens[position + 1].end == tokens[position + 2].start
  }

  private mutating func takeHyphenated() -> Name {
    let start = index
    while isHyphenated(index) { index += 2 }
    advance()
    let place = range(from: start)
    let meant = file.text(place).replacing("-", with: "_")
    report(.malformedName(file.text(place), meant: meant, at: place))
    return Name(meant, place)
  }

  /// Whether what follows a reserved word fits a name alone.
  private func isMeantAsName(_ position: Int) -> Bool {
    switch kind(at: position + 1) {
    case .leftBrace, .comma, .rightParenthesis, .dot: return true
    case .sign:
      switch lexeme(at: position + 1) {
      case .minus, .bang: return false
      default: return true
      }
    case .textStart: return lexemes[position] != .when && lexemes[position] != .then
    case .percent: return true
    case .name: return isTypeStart(at: position + 1) && kind(at: position + 2) != .dot
    default: return false
    }
  }

  /// Whether the next clause or declaration starts here, on a line of its own, so that no name is meant.
  var isClauseOnNewLine: Bool {
    guard lexeme != nil, isFirstOnLine(index) else { return false }
    if isInColumnOne(index), isDeclaration(at: index) { return true }
    if at(.sync, .to) { return true }
    return openBlocks.contains { block in
      block.kind != .record && block.kind != .fields && isItemStart(of: block.kind, at: index)
    }
  }

  /// Whether the next field starts here, on a line of its own, where a field is being read.
  var isFieldOnNewLine: Bool {
    openBlocks.last?.kind == .fields && isFirstOnLine(index) && isItemStart(of: .fields, at: index)
  }

  // MARK: - Texts

  /// A text in quotes without insertions.
  mutating func expectText(_ expected: SyntaxExpectation = .text) -> PlainText {
    if let text = acceptText() { return text }
    missing(expected)
    return PlainText("", gap.place.range)
  }

  mutating func acceptText() -> PlainText? {
    guard at(kind: .textStart) else { return nil }
    let start = index
    var text = ""
    advance()
    while true {
      switch kind {
      case .textSegment:
        text += unescaped(range(of: index))
        advance()
      case .interpolationStart:
        let brace = index
        var open = 1
        advance()
        while open > 0, !isAtEnd {
          if at(kind: .interpolationStart) { open += 1 }
          if at(kind: .interpolationEnd) { open -= 1 }
          advance()
        }
        let place = range(from: brace)
        report(.insertionNotAllowed(at: place))
        text += file.text(place)
      default:
        _ = accept(.textEnd)
        return PlainText(text, range(from: start))
      }
    }
  }

  /// The text of a segment with its escapes resolved.
  mutating func unescaped(_ place: SourceRange) -> String {
    let slice = bytes[place.start..<place.end]
    guard slice.contains(UInt8(ascii: "\\")) else { return String(decoding: slice, as: UTF8.self) }
    var result: [UInt8] = []
    var position = place.start
    while position < place.end {
      guard bytes[position] == UInt8(ascii: "\\") else {
        result.append(bytes[position])
        position += 1
        continue
      }
      let next = position + 1 < place.end ? bytes[position + 1] : 0
      switch next {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "'"):
        result.append(next)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "t"): result.append(0x09)
      default:
        var end = position + 1
        repeat { end += 1 } while end < place.end && bytes[end] & 0xC0 == 0x80
        let escape = SourceRange(file: file.id, start: position, end: min(end, place.end))
        report(.unknownEscape(file.text(escape), at: escape))
        result += bytes[escape.start..<escape.end]
        position = escape.end
        continue
      }
      position += 2
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A thing of the outside world. The formatter puts those in quotes that do not name a declared asset.
  mutating func expectOutsideName(isQuoted: Bool = true) -> OutsideName? {
    if let text = acceptText() { return OutsideName(text.text, text.range) }
    guard isName(at: index), !isClauseOnNewLine, !isFieldOnNewLine else {
      let (place, found) = gap
      report(.missingName(.outsideName, before: found, at: place.range))
      return nil
    }
    let editsBefore = edits.count
    let name = takeName()
    if isQuoted {
      edits.removeSubrange(editsBefore...)
      edits.append(TextEdit(name.range, quoted(name.text)))
    }
    return OutsideName(name.text, name.range)
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" || character == "{" { result.unicodeScalars.append("\\") }
      result.unicodeScalars.append(character)
    }
    return result + "\""
  }

  // MARK: - Numbers

  /// The value of a number token, or of a percentage without its sign, divided by a power of ten.
  func numericValue(of position: Int, hundredths: Bool = false) -> Double {
    let token = tokens[position]
    var whole: UInt64 = 0
    var digits = 0
    var decimals = hundredths ? 2 : 0
    var isFraction = false
    for byte in bytes[token.start..<token.end] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits += 1
        if digits <= 15 { whole = whole * 10 + UInt64(byte - 0x30) }
        if isFraction { decimals += 1 }
      case UInt8(ascii: "."): isFraction = true
      default: break
      }
    }
    // Both are exact, so their quotient is rounded once and is the number nearest to what is written.
    if digits <= 15 { return Double(whole) / Parser.powersOfTen[decimals] }
    var text = file.text(SourceRange(file: file.id, start: token.start, end: token.end))
    text.removeAll { $0 == "_" || $0 == "%" }
    return (Double(text) ?? 0) / (hundredths ? 100 : 1)
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  ]

  /// The share that a percentage states: 0.3 for `30%`.
  func shareValue(of position: Int) -> Double { numericValue(of: position, hundredths: true) }

  /// A number without a sign, where the grammar wants one.
  mutating func expectNumber() -> NumberLiteral {
    guard at(kind: .number) else {
      missing(.number)
      return NumberLiteral(1, gap.place.range)
    }
    defer { advance() }
    return NumberLiteral(numericValue(of: index), range(of: index))
  }

  mutating func expectSignedNumber() -> NumberLiteral {
    let start = index
    let isNegative = acceptMinus()
    let number = expectNumber()
    return NumberLiteral(isNegative ? -number.value : number.value, range(from: start))
  }

  mutating func acceptMinus() -> Bool {
    if at(.minusSign) {
      advance()
      understand(from: index - 1, as: "-") { .foreignOperator($0, canonical: $1, edit: $2) }
      return true
    }
    return accept(.minus)
  }

  /// A percentage: 0.2 for `20%`. `20 %` is understood.
  mutating func expectShare() -> NumberLiteral {
    let start = index
    if at(kind: .percent) {
      advance()
      return NumberLiteral(shareValue(of: start), range(of: start))
    }
    if at(kind: .number), lexeme(at: index + 1) == .percentSign { return takeSpacedPercent() }
    if at(kind: .number) {
      report(.missingPercent(written(index), at: range(of: index)))
      advance()
      return NumberLiteral(shareValue(of: start), range(of: start))
    }
    missing(.share)
    return NumberLiteral(0, gap.place.range)
  }

  /// `30 %`
  mutating func takeSpacedPercent() -> NumberLiteral {
    let start = index
    let canonical = written(index) + "%"
    index += 2
    understand(from: start, as: canonical) { .spacedPercent(at: $2.range, canonical: $1) }
    return NumberLiteral(shareValue(of: start), range(from: start))
  }

  mutating func expectClockTime() -> TimeLiteral? {
    guard at(kind: .clockTime) else {
      missing(.timeOfDay)
      return nil
    }
    defer { advance() }
    guard let time = clockTime(of: index) else {
      isMuted = true
      return nil
    }
    return TimeLiteral(time: time, range: range(of: index))
  }
}
