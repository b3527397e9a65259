import RuleEngine
import Testing

@Suite struct TextPoolTests {
  @Test func equalTextsHaveOneCode() {
    var pool = TextPool()
    let texts = ["", "a", "A", "straße", "STRASSE", "É", "é", "e\u{301}", "İ", "日本"]
    let codes = texts.map { pool.code(for: $0) }
    #expect(Set(codes).count == texts.count)
    let again = texts.map { pool.code(for: $0) }
    #expect(again == codes)
    #expect(codes.map { pool.text($0) } == texts)
    #expect(pool.existingCode(for: "nowhere") == nil)
    #expect(pool.existingCode(for: "é") == codes[6])
  }

  /// A composed letter and the same letter with a combining mark are different texts, as in the store.
  @Test func textsAreComparedByteByByte() {
    var pool = TextPool()
    let codes = ["é", "e\u{301}"].map { pool.code(for: $0) }
    #expect(codes[0] != codes[1])
  }

  @Test func textsThatDifferInCaseHaveOneFoldedCode() {
    var pool = TextPool()
    let codes = ["ACME", "Acme", "acme", "É", "é", "", "straße", "STRASSE"].map { pool.code(for: $0) }
    let folded = codes.map { pool.folded($0) }
    #expect(folded[0] == codes[2])
    #expect(folded[1] == codes[2])
    #expect(folded[2] == codes[2])
    #expect(folded[3] == codes[4])
    #expect(folded[5] == codes[5])
    #expect(folded[6] != folded[7])
  }

  /// Copies of a pool add texts for themselves, without touching what they share.
  @Test func aFrozenPoolIsShared() {
    var pool = TextPool()
    let codes = ["Acme", "acme", "é"].map { pool.code(for: $0) }
    pool.freeze()
    var (left, right) = (pool, pool)
    let (leftCode, rightCode) = (left.code(for: "Left"), right.code(for: "right"))
    #expect(leftCode == 3 && rightCode == 3)
    #expect(left.text(leftCode) == "Left" && right.text(rightCode) == "right")
    #expect(left.text(left.folded(leftCode)) == "left")
    #expect(left.code(for: "Acme") == codes[0])
    #expect(left.folded(codes[0]) == codes[1])
    #expect(pool.count == 3 && left.count == 5)
    #expect(pool.existingCode(for: "Left") == nil)
    // What is no UTF-8 is replaced, as `String` does it.
    let bytes: [UInt8] = [0x41, 0xff]
    let repaired = bytes.withUnsafeBufferPointer { left.code(forUTF8: $0) }
    #expect(left.text(repaired) == "A\u{fffd}")
  }

  @Test func manyTextsKeepTheirCodes() {
    var pool = TextPool()
    for number in 0..<5_000 as Range<Int32> {
      let code = pool.code(for: "text \(number)")
      #expect(code == number)
    }
    let copy = pool
    let more = pool.code(for: "one more")
    #expect(more == 5_000)
    #expect(copy.existingCode(for: "one more") == nil)
    #expect(copy.count == 5_000)
    for number in 0..<5_000 as Range<Int32> { #expect(pool.text(number) == "text \(number)") }
    // The same when no more are added: texts are looked up in another way then.
    pool.freeze()
    for number in 0..<5_000 as Range<Int32> {
      #expect(pool.text(number) == "text \(number)" && pool.existingCode(for: "text \(number)") == number)
    }
    #expect(pool.existingCode(for: "text") == nil)
    #expect(pool.code(for: "text") == 5_001)
  }
}
