/// Reads fixed-form ASCII text from bytes. The bytes are handed to every call, since a stored span would tie the
/// scanner to their lifetime.
struct DigitScanner {
  var position: Int

  @inline(__always)
  func peek(_ bytes: Span<UInt8>) -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  @inline(__always)
  func isAtEnd(_ bytes: Span<UInt8>) -> Bool { position == bytes.count }

  /// Moves past `byte` if it comes next.
  @inline(__always)
  mutating func skip(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard peek(bytes) == byte else { return false }
    position += 1
    return true
  }

  /// Moves past `letters`, given in capitals, in either case; letters only.
  mutating func skip(letters: StaticString, _ bytes: Span<UInt8>) -> Bool {
    let count = letters.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    let matches = letters.withUTF8Buffer { wanted in
      for index in 0..<count where bytes[position + index] & 0xDF != wanted[index] { return false }
      return true
    }
    if matches { position += count }
    return matches
  }

  /// A run of digits, all of it: `nil` where there are fewer or more of them than `digits` allows (at most 18).
  @inline(__always)
  mutating func number(_ bytes: Span<UInt8>, digits: ClosedRange<Int>) -> Int? {
    var value = 0
    var count = 0
    while position < bytes.count, bytes[position] &- 48 < 10 {
      guard count < digits.upperBound else { return nil }
      value = value &* 10 &+ Int(bytes[position] &- 48)
      count &+= 1
      position &+= 1
    }
    return count >= digits.lowerBound ? value : nil
  }

  /// Exactly so many digits, whatever follows, as in `+0130`.
  mutating func fixedNumber(_ bytes: Span<UInt8>, digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for index in position..<position + digits {
      guard bytes[index] &- 48 < 10 else { return nil }
      value = value * 10 + Int(bytes[index] &- 48)
    }
    position += digits
    return value
  }

  /// `2026-03-01`.
  mutating func isoDate(_ bytes: Span<UInt8>) -> CivilDate? {
    guard let year = number(bytes, digits: 4...4), skip(UInt8(ascii: "-"), bytes),
      let month = number(bytes, digits: 2...2), skip(UInt8(ascii: "-"), bytes),
      let day = number(bytes, digits: 2...2)
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  /// The milliseconds of a fraction of a second, without its point; digits past the third are cut off, so that a time
  /// is never moved into the next second. `nil` for no digit or more than 18.
  mutating func fractionMilliseconds(_ bytes: Span<UInt8>) -> Int? {
    let start = position
    guard var value = number(bytes, digits: 1...18) else { return nil }
    var count = position - start
    while count < 3 {
      value *= 10
      count += 1
    }
    while count > 3 {
      value /= 10
      count -= 1
    }
    return value
  }
}
