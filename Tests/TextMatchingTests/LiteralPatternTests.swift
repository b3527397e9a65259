import Testing
import TextMatching

@Suite struct LiteralPatternTests {
  @Test(
    arguments: [
      ("abc", false, false, [["abc"]]), ("^abc", true, false, [["abc"]]), ("abc$", false, true, [["abc"]]),
      ("^(CEO|CFO)$", true, true, [["CEO", "CFO"]]),
      (
        "(Head|Director) of .*(Sales|Growth)", false, false,
        [["Head of ", "Director of "], ["Sales", "Growth"]]
      ), (#"\.edu$"#, false, true, [[".edu"]]),
      ("^.*abc", false, false, [["abc"]]), ("abc.*$", false, false, [["abc"]]), ("abc.*", false, false, [["abc"]]),
      ("(?:a|b)c(d|e)", false, false, [["acd", "ace", "bcd", "bce"]]),
    ] as [(String, Bool, Bool, [[String]])])
  func knowsFixedTextsInAnOrder(pattern: String, atStart: Bool, atEnd: Bool, parts: [[String]]) throws {
    let literal = try #require(LiteralPattern(pattern: pattern, options: ""))
    #expect(literal.startsAtStart == atStart)
    #expect(literal.endsAtEnd == atEnd)
    #expect(literal.parts == parts)
  }

  @Test(arguments: [
    "", "^", "$", "^$", ".*", "^.*$", "a+", "a*", "a?", "a{2}", "(a|b)+", "(a|b)?", "a.b", "a.*?b", "a.*+b", "[ab]",
    #"\d"#, #"\bvp"#, "a|b", "(a(b|c))", "(a|)", "(?i)a", "(?=a)", "a^b", "a$b", "é", "a(b", "(a.*b)", #"a\"#, "(|)",
    #"\Qa\E"#,
  ])
  func leavesEverythingElse(pattern: String) {
    #expect(LiteralPattern(pattern: pattern, options: "") == nil)
  }

  @Test func leavesPatternsThatIgnoreCase() {
    #expect(LiteralPattern(pattern: "abc", options: "i") == nil)
  }
}
