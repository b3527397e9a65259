import Glibc

extension UnsafeBufferPointer<UInt8> {
  /// Whether there is a NUL byte.
  var holdsNUL: Bool {
    guard let baseAddress, count > 0 else { return false }
    return memchr(baseAddress, 0, count) != nil
  }

  /// Whether these are well-formed UTF-8, as Unicode defines it: no overlong forms, no surrogates.
  var isUTF8: Bool {
    var index = 0
    while index < count {
      // Eight ASCII bytes at a time, since most texts are nothing else.
      while index &+ 8 <= count, let baseAddress,
        UnsafeRawPointer(baseAddress + index).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        index &+= 8
      }
      guard index < count else { return true }
      let length = scalarLength(at: index)
      guard length > 0 else { return false }
      index &+= length
    }
    return true
  }

  /// The length of the well-formed scalar at `index`; 0 where there is none.
  private func scalarLength(at index: Int) -> Int {
    let first = self[index]
    switch first {
    case 0..<0x80: return 1
    case 0xC2...0xDF: return continues(index, 1) ? 2 : 0
    case 0xE0...0xEF:
      guard continues(index, 2) else { return 0 }
      let second = self[index + 1]
      let isRefused = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)
      return isRefused ? 0 : 3
    case 0xF0...0xF4:
      guard continues(index, 3) else { return 0 }
      let second = self[index + 1]
      let isRefused = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)
      return isRefused ? 0 : 4
    default: return 0
    }
  }

  private func continues(_ index: Int, _ more: Int) -> Bool {
    guard index + more < count else { return false }
    return (1...more).allSatisfy { self[index + $0] & 0xC0 == 0x80 }
  }
}
