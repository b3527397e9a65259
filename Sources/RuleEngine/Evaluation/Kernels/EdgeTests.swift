import RuleSemantics

/// Whether texts start or end with others: of each text the first and last eight bytes are read once.
struct EdgeTests {
  fileprivate struct Test {
    var test: Int32
    var isFolded: Bool
    var isAtEnd: Bool
    var count: Int32
    /// The first or last eight bytes of the part, as many as there are, and which bits of eight bytes of a text they are.
    var key: UInt64
    var mask: UInt64
    /// Where the whole part stands in `long`, where it is longer than that.
    var start: Int32
  }

  private var tests: [Test] = []
  private var long: [UInt8] = []

  mutating func add(_ part: [UInt8], isAtEnd: Bool, test: Int, isFolded: Bool) {
    let bytes = Array(isAtEnd ? part.suffix(8) : part.prefix(8))
    let padding = [UInt8](repeating: 0, count: 8 - bytes.count)
    let ones = [UInt8](repeating: .max, count: bytes.count)
    func word(_ bytes: [UInt8]) -> UInt64 {
      bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }
    tests.append(
      Test(
        test: Int32(test), isFolded: isFolded, isAtEnd: isAtEnd, count: Int32(part.count),
        key: word(isAtEnd ? padding + bytes : bytes + padding), mask: word(isAtEnd ? padding + ones : ones + padding),
        start: Int32(long.count)))
    if part.count > 8 { long += part }
  }

  /// Calls `body` with the tests where they stand in memory.
  func withTests(_ body: (Tests) -> Void) {
    tests.withUnsafeBufferPointer { tests in
      long.withUnsafeBufferPointer { long in body(Tests(tests: tests, long: long)) }
    }
  }

  struct Tests {
    fileprivate let tests: UnsafeBufferPointer<Test>
    fileprivate let long: UnsafeBufferPointer<UInt8>

    @inline(__always)
    func ask(_ text: UnsafeBufferPointer<UInt8>, _ form: TextForm, _ answers: AnswersOfText) {
      guard !tests.isEmpty else { return }
      let (first, last) = edges(of: text)
      for test in tests {
        guard ((test.isAtEnd ? last : first) ^ test.key) & test.mask == 0, text.count >= Int(test.count),
          form.serves(test.isFolded)
        else { continue }
        if test.count <= 8 || holds(text, test) { answers.giveYes(to: Int(test.test)) }
      }
    }

    /// The first and the last eight bytes of the text, or as many as it has at the same end of them.
    @inline(__always)
    private func edges(of text: UnsafeBufferPointer<UInt8>) -> (first: UInt64, last: UInt64) {
      if text.count >= 8 {
        let raw = UnsafeRawBufferPointer(text)
        return (
          UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)),
          UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self))
        )
      }
      var word: UInt64 = 0
      for byte in text.reversed() { word = word << 8 | UInt64(byte) }
      return (word, text.isEmpty ? 0 : word << UInt64(64 - 8 * text.count))
    }

    private func holds(_ text: UnsafeBufferPointer<UInt8>, _ test: Test) -> Bool {
      let part = UnsafeBufferPointer(rebasing: long[Int(test.start)..<Int(test.start + test.count)])
      return RuleEngine.holds(text, test.isAtEnd ? .endsWith : .startsWith, part)
    }
  }
}
