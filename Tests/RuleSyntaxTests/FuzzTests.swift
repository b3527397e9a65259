import Foundation
import RuleDiagnostics
import RuleSyntax
import TestSupport
import Testing

@Suite("Fuzz")
struct FuzzTests {
  /// How often each seed is gone on with; a longer run sets `FUZZ_ROUNDS`.
  static let rounds = Int(ProcessInfo.processInfo.environment["FUZZ_ROUNDS"] ?? "") ?? 1

  @Test(arguments: 0..<60)
  func randomBytesDoNoHarm(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 1)
    let length = Int.random(in: 0...600, using: &generator)
    expectSound((0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
    // Bytes of which many mean something.
    let signs = Array("{}()\"\"''`,.=<>!&|+-*/%#[]_ \n\n\t09:ab€“”\\\u{0}".utf8)
    expectSound((0..<length).map { _ in signs.randomElement(using: &generator) ?? 0 })
  }

  @Test(arguments: 0..<60)
  func randomTokensDoNoHarm(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 1001)
    let file = SourceFile(path: "book.abm", text: Examples.book)
    let words = parse(file).tree.tokens.map { file.text(SourceRange(file: file.id, start: $0.start, end: $0.end)) }
    for _ in 0..<Self.rounds {
      var text = ""
      for _ in 0..<Int.random(in: 1...300, using: &generator) {
        text += words.randomElement(using: &generator) ?? ""
        text += [" ", " ", " ", "\n", ""].randomElement(using: &generator) ?? ""
      }
      expectSound(Array(text.utf8))
    }
  }

  @Test(arguments: 0..<40)
  func randomEditsOfAValidBookDoNoHarm(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed) + 2001)
    for _ in 0..<Self.rounds { expectSound(edited(Array(Examples.book.utf8), using: &generator)) }
  }

  private func edited(_ book: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = book
    for _ in 0..<Int.random(in: 1...30, using: &generator) {
      let start = Int.random(in: 0..<bytes.count, using: &generator)
      let end = min(bytes.count, start + Int.random(in: 0...20, using: &generator))
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: start)
      default:
        let other = Int.random(in: 0..<bytes.count, using: &generator)
        bytes.swapAt(start, other)
      }
      if bytes.isEmpty { bytes = [0x0A] }
    }
    return bytes
  }

  @Test func everyPrefixIsSound() {
    let bytes = Array(Examples.book.utf8)
    for length in stride(from: 0, through: bytes.count, by: 37) { expectSound(Array(bytes[..<length])) }
  }

  static let deep: [(String, String, String)] = [
    ("define x = ", "(", ")"), ("define x = ", "not ", ""), ("define x = ", "- ", ""), ("define x = ", "f(", ")"),
    ("define x = ", "sum(", ""), ("define x = ", "count(a where ", ""), ("define x = 1", "+1", ""),
    ("define x = a", " otherwise a", ""), ("define x = a", " and a", ""), ("define x = ", "if a then b else ", ""),
    ("define x = ", "if if a then ", ""), ("define x = ", "\"{", ""), ("define x = ", "\"{\"", ""),
    ("define x = ", "3 hours after ", ""), ("define x = a in ", "(b ", ""), ("contact { x ", "list of ", ""),
    ("sequence x { step y ", "{ if a ", ""), ("sequence x { step y { if a {} ", "else if b {} ", ""),
    ("sequence x { step y ", "{ split { arm a 50% ", ""), ("", "rule x { ", ""), ("", "{", "}"), ("", "}", ""),
    ("", "foo { ", ""), ("define x = ", "“‘", ""), ("define x = ", "`", ""), ("", "\n", ""),
    ("when a then ", "send ", ""),
    ("asset x { ", "a (b ", ""), ("contact { ", "a ", ""), ("test \"t\" { ", "given a { ", ""),
    ("define x = ", "a.", ""),
    ("define x = a matches ", "/[", ""), ("rule x { ", "foo ", ""), ("define x = ", "[", "]"), ("define x = ", "'", ""),
  ]

  @Test(arguments: deep)
  func depthAndLengthAreBounded(start: String, opening: String, closing: String) {
    let count = 20_000
    let text = start + String(repeating: opening, count: count) + "a" + String(repeating: closing, count: count)
    let clock = ContinuousClock()
    let elapsed = clock.measure { expectSound(Array(text.utf8)) }
    #expect(elapsed < .seconds(10), "\(opening) takes \(elapsed)")
  }

  /// Texts that once led the parser astray.
  @Test(arguments: [
    "ule e k\"{{}\"", "rule x \"{a}\" \"{{}\" {", "segment a \"{when}\" b when c",
    "when (a \"{f(x)}\" then skip lower rules",
    "rule x y \"{ { }\" { when a }",
  ])
  func textsThatLookLikeBlocksDoNoHarm(text: String) {
    expectSound(Array(text.utf8))
  }

  @Test func aLineOfAMegabyteIsFine() {
    let text = "when " + String(repeating: "a == 1 and ", count: 100_000) + "b then skip lower rules"
    #expect(text.utf8.count > 1_000_000)
    #expect(ids(text) == [])
    let title = "rule x \"" + String(repeating: "long ", count: 220_000) + "\" { when a then skip lower rules }"
    #expect(ids(title) == [])
  }

  @Test func nestingIsReportedOnce() {
    #expect(
      ids("define x = " + String(repeating: "(", count: 65) + "1" + String(repeating: ")", count: 65)) == [
        "nesting-too-deep"
      ])
    #expect(ids("define x = " + String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60)) == [])
    #expect(ids("define x = 1" + String(repeating: " + 1", count: 300)) == [])
    #expect(ids("define x = 1" + String(repeating: " + 1", count: 500)) == ["nesting-too-deep"])
  }
}
