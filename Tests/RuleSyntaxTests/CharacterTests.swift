import RuleDiagnostics
import RuleSyntax
import Testing

@Suite("Characters")
struct CharacterTests {
  private func reports(_ bytes: [UInt8]) -> [String] {
    let file = SourceFile(id: FileID(0), path: "test.abm", bytes: bytes)
    return parse(file).diagnostics.map { "\($0.range.start) \($0.id.rawValue)" }
  }

  @Test func malformedUTF8IsSaidOnceAtItsPlace() {
    #expect(
      reports(Array("define x = \"".utf8) + [0xFF, 0x41, 0xC3] + Array("\"\ndefine y = 2".utf8)) == [
        "12 malformed-utf8"
      ])
    #expect(reports([0xC3, 0x28] + Array("\ndefine y = 2".utf8)) == ["0 malformed-utf8"])
    #expect(reports(Array("# \u{FFFD}\ndefine y = 2".utf8)) == ["2 malformed-utf8"])
    // Overlong, surrogate, beyond Unicode, cut off.
    for bytes: [UInt8] in [[0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
      #expect(reports(Array("# ".utf8) + bytes) == ["2 malformed-utf8"])
    }
  }

  @Test func nulBytesAreSaidOnce() {
    #expect(reports(Array("define x\u{0} = 1\ndefine y\u{0}\u{0} = 2".utf8)) == ["8 nul-byte"])
  }

  @Test func pastedBlanksAreBlanks() {
    #expect(reports(Array("\u{FEFF}define\u{A0}x = 1\r\ndefine\u{200B} y\u{3000}= 2\r\n".utf8)) == [])
  }

  @Test func columnOneIsFoundBehindAByteOrderMark() {
    #expect(
      reports(Array("\u{FEFF}rule a {\n  when b then send asset c\nrule d { when e then send asset f }".utf8)) == [
        "10 unclosed-block"
      ])
  }

  @Test func lettersOfEveryScriptMakeNames() {
    #expect(reports(Array("define größe = 1\ndefine 年齢 = größe + 1\ndefine ῥόδον = 年齢".utf8)) == [])
    #expect(reports(Array("define 😀 = 1".utf8)) == ["7 unknown-character"])
    #expect(reports(Array("define _x = 1".utf8)) == ["7 unknown-character"])
  }

  @Test func commentsRunToTheEndOfTheLine() {
    #expect(reports(Array("# a { \" (\ndefine x = 1 # } \" )\n#".utf8)) == [])
    #expect(reports(Array("define x = \"a # b\"".utf8)) == [])
  }

  @Test func anEmptyFileIsFine() {
    #expect(reports([]) == [])
    #expect(reports(Array(" \n\t# only this".utf8)) == [])
    #expect(parse(SourceFile(path: "test.abm", text: "")).tree.tokens.map(\.kind) == [.endOfFile])
  }

  @Test func tokensOfATextAreItsParts() {
    let tree = parse(SourceFile(path: "test.abm", text: "define x = \"a {b otherwise \"c\"} d\"")).tree
    #expect(
      tree.tokens.map(\.kind) == [
        .name, .name, .sign, .textStart, .textSegment, .interpolationStart, .name, .name, .textStart, .textSegment,
        .textEnd, .interpolationEnd, .textSegment, .textEnd, .endOfFile,
      ])
  }

  @Test func tokensAreTheLongest() {
    let kinds = { (text: String) in
      parse(SourceFile(path: "test.abm", text: "define x = " + text)).tree.tokens.dropFirst(3).dropLast().map(\.kind)
    }
    #expect(kinds("2026-03-01 09:00") == [.date, .clockTime])
    #expect(kinds("1_000.5% - 3") == [.percent, .sign, .number])
    #expect(kinds("a matches /b[/]c/i") == [.name, .name, .regex])
    #expect(kinds("a / b / c") == [.name, .sign, .name, .sign, .name])
    #expect(kinds("5-3-x") == [.number, .sign, .number, .sign, .name])
    #expect(kinds("`a b`.c") == [.name, .dot, .name])
  }
}
