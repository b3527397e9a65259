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
  }
}
