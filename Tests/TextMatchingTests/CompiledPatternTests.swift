import Testing
import TextMatching

struct CompiledPatternTests {
  /// Pattern, options, text, and whether it is found.
  @Test(arguments: [
    (#"@(gmail|yahoo|outlook)\."#, "", "ana@gmail.com", true),
    (#"@(gmail|yahoo|outlook)\."#, "", "ana@GMAIL.com", false),
    (#"@(gmail|yahoo|outlook)\."#, "i", "ana@GMAIL.com", true),
    (#"@(gmail|yahoo|outlook)\."#, "", "gmail.com", false),
    ("", "", "", true), ("", "", "x", true), ("x", "", "", false), ("^$", "", "", true),
    ("^a", "", "ba", false), ("a$", "", "ba", true), ("^b", "", "a\nb", false), ("a.b", "", "a\nb", false),
    // A text is letters, not bytes.
    ("^.$", "", "é", true), ("^.$", "", "👍", true), ("^ß$", "i", "ẞ", true), ("^ss$", "i", "ß", false),
    ("K", "i", "\u{212A}", true), ("straße", "i", "STRAẞE", true), ("^σ+$", "i", "Σςσ", true),
    (#"^\w+$"#, "", "José", true), (#"^\d+$"#, "", "٣", true), (#"\bvice\b"#, "i", "Vice President", true),
    (#"\bél"#, "", "vél", false),
    ("a/b", "", "a/b", true), (#"a\/b"#, "", "a/b", true), ("[/]", "", "/", true),
    (#"\x00"#, "", "a\u{0}b", true), ("b$", "", "a\u{0}b", true),
    (#"(?<year>\d{4})-(\d\d)(x)?"#, "", "on 2026-03", true), (#"(a)\1"#, "", "aa", true),
    ("(1|)b*1", "", "1", true), ("(aab|a).*( |ab)a", "", "aaba", true), ("(aab|a).*aba", "", "aaba", true),
    ("(?i)VP", "", "vp finance", true), (#"^(?!.*test).*@acme\.example$"#, "", "ana@acme.example", true),
    (#"^(?!.*test).*@acme\.example$"#, "", "test@acme.example", false), ("(?<=@)acme", "", "ana@acme.example", true),
  ])
  func finds(pattern: String, options: String, text: String, expected: Bool) throws {
    let compiled = try CompiledPattern(pattern: pattern, options: options)
    #expect(compiled.matches(text) == (expected ? .yes : .no))
    let bytes = Array(text.utf8)
    #expect(bytes.withUnsafeBufferPointer { compiled.matches(utf8: $0) } == (expected ? .yes : .no))
  }

  @Test(arguments: [
    ("a(b", 3), ("[a", 2), ("*a", 0), (#"a\"#, 2), (#"\p{Nowhere}"#, 11), ("a)", 1), (#"\C"#, 2),
    ("é(", 3),
  ])
  func saysWhereAPatternGoesWrong(pattern: String, byteOffset: Int) {
    do {
      _ = try CompiledPattern(pattern: pattern, options: "")
      Issue.record("`\(pattern)` compiled")
    } catch {
      #expect(error.byteOffset == byteOffset, "\(pattern): \(error)")
      #expect(!error.description.isEmpty)
    }
  }

  @Test func saysWhichOptionIsWrong() {
    #expect(throws: PatternError.unknownOption("g")) { try CompiledPattern(pattern: "a", options: "ig") }
    #expect(throws: PatternError.unknownOption("I")) { try CompiledPattern(pattern: "a", options: "I") }
    #expect(throws: PatternError.repeatedOption("i")) { try CompiledPattern(pattern: "a", options: "ii") }
  }

  @Test(arguments: [
    ("(a+)+$", 60), ("^(a|a)*$", 60), ("^(a|aa)+$", 90), ("(x+x+)+y", 60), ("(.*)*b", 200), (#"^(\w+\s?)*$"#, 60),
    // The interpreter keeps the same limits.
    ("(*NO_JIT)(a+)+$", 60), ("(*NO_JIT)^(a|aa)+$", 90),
  ])
  func aRunawaySearchIsGivenUp(pattern: String, length: Int) throws {
    let compiled = try CompiledPattern(pattern: pattern, options: "")
    let letter = pattern.contains("x") ? "x" : "a"
    let text = String(repeating: letter, count: length) + "!"
    let elapsed = try ContinuousClock().measure {
      let result = compiled.matches(text)
      // PCRE2 sees at once that a needed letter is missing from some.
      try #require(result == .limitExceeded || (pattern.hasSuffix("y") || pattern.hasSuffix("b")) && result == .no)
    }
    #expect(elapsed < .seconds(2))
    #expect(compiled.matches("!" + letter) != .limitExceeded, "the next search starts afresh")
  }

  @Test func endlessRecursionIsGivenUp() throws {
    for prefix in ["", "(*NO_JIT)"] {
      let nested = try CompiledPattern(pattern: prefix + #"^(\((?1)*\))+$"#, options: "")
      #expect(nested.matches("(()(()))") == .yes)
      let deep = String(repeating: "(", count: 200_000) + String(repeating: ")", count: 200_000)
      #expect(nested.matches(deep) == .limitExceeded)
    }
  }

  @Test func longTextsAreSearched() throws {
    let pattern = try CompiledPattern(pattern: #"(\w+\s)+end$"#, options: "")
    let words = String(repeating: "word ", count: 2_000)
    #expect(pattern.matches(words + "end") == .yes)
    let address = try CompiledPattern(pattern: #"^[^@\s]+@[^@\s]+\.[^@\s]+$"#, options: "i")
    #expect(address.matches(String(repeating: "a", count: 100_000) + "@acme.example") == .yes)
    #expect(address.matches(String(repeating: "a", count: 10_000)) == .no)
  }

  @Test func bytesThatAreNoTextMatchNothing() throws {
    let pattern = try CompiledPattern(pattern: ".*", options: "")
    for bytes in [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF]] as [[UInt8]] {
      #expect(bytes.withUnsafeBufferPointer { pattern.matches(utf8: $0) } == .no)
    }
    #expect(pattern.matches(utf8: UnsafeBufferPointer(start: nil, count: 0)) == .yes)
  }

  @Test func manyThreadsShareAPattern() async throws {
    let pattern = try CompiledPattern(pattern: #"^(\d+)-(\d+)$"#, options: "")
    await withTaskGroup(of: Bool.self) { group in
      for worker in 0..<8 {
        group.addTask {
          (0..<2000).allSatisfy { number in
            let text = number.isMultiple(of: 2) ? "\(worker)-\(number)" : "\(worker)+\(number)"
            return pattern.matches(text) == (number.isMultiple(of: 2) ? .yes : .no)
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test func arbitraryPatternsNeverTrap() {
    let alphabet = Array(#"ab()[]{}*+?|^$.\dwsK<>=!:-,1290#&'PRC(*)é"#)
    var state: UInt64 = 9
    for _ in 0..<3000 {
      var pattern = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        pattern.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      do {
        let compiled = try CompiledPattern(pattern: pattern, options: "i")
        _ = compiled.matches("ab 12 é")
      } catch {
        if let offset = error.byteOffset { #expect((0...pattern.utf8.count).contains(offset)) }
      }
    }
  }
}
