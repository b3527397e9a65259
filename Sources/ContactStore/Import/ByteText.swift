/// The bytes of one value, where they lie.
typealias Bytes = UnsafeBufferPointer<UInt8>

extension UnsafeBufferPointer<UInt8> {
  /// Without blanks, tabs and line ends at both ends.
  var trimmed: Bytes {
    var start = 0
    var end = count
    while start < end, self[start].isBlank { start &+= 1 }
    while end > start, self[end &- 1].isBlank { end &-= 1 }
    return Bytes(rebasing: self[start..<end])
  }

  var text: String { String(decoding: self, as: UTF8.self) }

  /// Whether these are the lowercase ASCII letters of `word` in either case.
  func matches(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { wanted in
      for index in 0..<count where self[index].lowercased != wanted[index] { return false }
      return true
    }
  }
}

extension UInt8 {
  var isBlank: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }

  var isDigit: Bool { self &- 0x30 < 10 }

  /// ASCII letters only.
  var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
