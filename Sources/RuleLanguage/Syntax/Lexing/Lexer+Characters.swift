import RuleDiagnostics

extension Lexer {
  @inline(__always)
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F: true
    default: false
    }
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  static func endsLine(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .decimalNumber: return true
    default: return false
    }
  }

  func byte(at position: Int) -> UInt8 { position < bytes.count ? bytes[position] : 0 }

  /// The end of the line that `position` is in, before its line break.
  func endOfLine(from position: Int) -> Int {
    var end = position
    while end < bytes.count, !Lexer.endsLine(bytes[end]) { end += 1 }
    return end
  }

  /// The scalar that starts at `position` and its length in bytes; `nil` for malformed UTF-8.
  func scalar(at position: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[position]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length: Int
    var value: UInt32
    switch first {
    case 0xC2...0xDF: (length, value) = (2, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, value) = (3, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, value) = (4, UInt32(first & 0x07))
    default: return nil
    }
    guard position + length <= bytes.count else { return nil }
    for index in position + 1..<position + length {
      guard bytes[index] & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(bytes[index] & 0x3F)
    }
    let smallest: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
    guard value >= smallest[length], let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }

  /// Where the text stops being UTF-8, or where a reader has put U+FFFD for bytes that were not.
  func firstMalformedByte() -> Int? {
    var position = 0
    while position < bytes.count {
      if bytes[position] < 0x80 {
        position += 1
        continue
      }
      guard let (scalar, length) = scalar(at: position), scalar != "\u{FFFD}" else { return position }
      position += length
    }
    return nil
  }

  /// The length of a blank that is not ASCII (a no-break space, a byte order mark), as pasted text has them.
  func blankLength(at position: Int) -> Int? {
    guard let (scalar, length) = scalar(at: position) else { return nil }
    switch scalar.value {
    case 0x85, 0xA0, 0x1680, 0x2000...0x200F, 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF: return length
    default: return nil
    }
  }

  mutating func lexBeyondASCII() {
    guard let (scalar, length) = scalar(at: offset) else { return lexUnknown() }
    let sign: Lexeme? =
      switch scalar {
      case "≠": .notEqualSign
      case "≤": .lessOrEqualSign
      case "≥": .greaterOrEqualSign
      case "−", "–": .minusSign
      case "×": .timesSign
      case "÷": .divisionSign
      default: nil
      }
    if let sign {
      offset += length
      push(.sign, from: offset - length, sign)
      return
    }
    switch scalar {
    case "“", "”", "„", "«", "»": lexText(.curly)
    case "‘", "’", "‚": lexText(.singleCurly)
    default: scalar.properties.isAlphabetic ? lexName() : lexUnknown()
    }
  }

  /// Takes every byte that can start no token as one token, and reports it.
  mutating func lexUnknown() {
    let start = offset
    let isNul = bytes[start] == 0
    var isText = true
    while offset < bytes.count {
      let byte = bytes[offset]
      guard (byte == 0) == isNul else { break }
      if byte < 0x80 {
        guard isUnknown(byte) || (offset > start && bytes[start] == UInt8(ascii: "_") && Lexer.isNameByte(byte)) else {
          break
        }
        offset += 1
      } else if let (scalar, length) = scalar(at: offset) {
        guard isUnknown(scalar) else { break }
        isText = isText && scalar != "\u{FFFD}"
        offset += length
      } else {
        isText = false
        offset += 1
      }
    }
    if offset == start { offset += scalar(at: start)?.1 ?? 1 }
    push(.unknown, from: start)
    let place = range(start, offset)
    if !isText {
      // Reported once, for the whole file.
      damagedLines.insert(file.lineIndex(at: start))
    } else if isNul {
      if hasReportedNul { damagedLines.insert(file.lineIndex(at: start)) } else { report(.nulByte(at: place)) }
      hasReportedNul = true
    } else {
      report(.unknownCharacter(file.text(place), at: place))
    }
  }

  private func isUnknown(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x00...0x08, 0x0E...0x1F, 0x7F: true
    case UInt8(ascii: "$"), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "?"), UInt8(ascii: "@"),
      UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "#"):
      true
    default: false
    }
  }

  private func isUnknown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "≠", "≤", "≥", "−", "–", "×", "÷", "“", "”", "„", "«", "»", "‘", "’", "‚": false
    default: !scalar.properties.isAlphabetic && !scalar.properties.isWhitespace
    }
  }
}
