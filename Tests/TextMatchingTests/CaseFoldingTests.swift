import Testing
import TextMatching

struct CaseFoldingTests {
  @Test(arguments: [
    ("", ""), ("already small 123", "already small 123"), ("ACME Ltd.", "acme ltd."), ("[@Z`{", "[@z`{"),
    ("MÜLLER", "müller"), ("ÉCOLE", "école"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("ς", "σ"), ("Straße", "straße"), ("ẞ", "ß"),
    ("ſ", "s"), ("\u{212A}", "k"), ("\u{212B}", "å"), ("\u{2126}", "ω"), ("\u{B5}", "\u{3BC}"), ("İ", "İ"),
    ("ı", "ı"), ("Ǆ", "ǆ"), ("ǅ", "ǆ"), ("ᾈ", "ᾀ"), ("ẛ", "ṡ"), ("\u{345}", "ι"), ("ϴ", "θ"), ("ﬁ", "ﬁ"),
    ("ŉ", "ŉ"), ("\u{1FD3}", "\u{390}"), ("\u{FB05}", "\u{FB06}"),
    // Cherokee folds to its capitals.
    ("\u{13A0}", "\u{13A0}"), ("\u{AB70}", "\u{13A0}"), ("\u{13F8}", "\u{13F0}"),
    ("ДОБРЫЙ", "добрый"), ("\u{1C80}", "в"), ("Ա", "ա"), ("\u{10400}", "\u{10428}"), ("\u{10A0}", "\u{2D00}"),
    ("\u{1C90}", "\u{10D0}"), ("中文", "中文"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("A\u{301}", "a\u{301}"), ("X\u{0}Y", "x\u{0}y"),
  ])
  func folds(text: String, expected: String) {
    // By scalars: `==` of strings would take the Kelvin sign for a K anyway.
    #expect(Array(foldCase(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test func foldingTwiceChangesNothing() {
    for scalar in allScalars() {
      let once = foldCase(scalar)
      if foldCase(once) != once { Issue.record("U+\(String(scalar.value, radix: 16))") }
    }
  }

  /// Every folding of Unicode 14, as one number. Source: Perl 5.36,
  /// `Unicode::UCD::prop_invmap("Simple_Case_Folding")`, the entries in the order of their scalars, hashed as below.
  @Test func everyFoldingOfUnicode14IsThere() {
    var count = 0
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    // These three got their folding in Unicode 15.1.
    let later: Set<UInt32> = [0x1FD3, 0x1FE3, 0xFB05]
    for scalar in allScalars() where !later.contains(scalar.value) {
      guard let age = scalar.properties.age, age.major <= 14 else { continue }
      let folded = foldCase(scalar)
      guard folded != scalar else { continue }
      count += 1
      for value in [scalar.value, folded.value] { hash = (hash ^ UInt64(value)) &* 0x100_0000_01b3 }
    }
    #expect(count == 1454)
    #expect(hash == 0x67bc_908b_2b28_6b36)
  }

  /// What PCRE2 takes for the same letter without regard to case is what folds to the same scalar.
  @Test func agreesWithPCRE2() throws {
    let later: Set<UInt32> = [0x390, 0x3B0, 0xFB06, 0x1FD3, 0x1FE3, 0xFB05]
    let cased = allScalars().filter { scalar in
      guard let age = scalar.properties.age, age.major <= 14 else { return false }
      return scalar.properties.changesWhenCaseMapped && !later.contains(scalar.value)
    }
    #expect(cased.count > 2500)
    let all = String(String.UnicodeScalarView(cased))
    let classes = Dictionary(grouping: cased, by: { foldCase($0) })
    for (folded, members) in classes {
      let others = String(String.UnicodeScalarView(all.unicodeScalars.filter { foldCase($0) != folded }))
      for member in members {
        let hex = String(member.value, radix: 16)
        let pattern = try CompiledPattern(pattern: "\\x{\(hex)}", options: "i")
        #expect(pattern.matches(others) == .no, "U+\(hex) has a relative outside its class")
        for other in members {
          #expect(pattern.matches(String(other)) == .yes, "U+\(hex) and \(other)")
        }
      }
    }
  }

  private func allScalars() -> [Unicode.Scalar] {
    (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
  }
}
