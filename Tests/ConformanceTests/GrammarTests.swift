import RuleDiagnostics
import RuleSyntax
import TestSupport
import Testing

/// The grammar on the page and the parser know the same language.
struct GrammarTests {
  private static let declarations = [
    "contact", "account", "deal", "event", "asset_fields", "asset", "asset_file", "team", "define", "score", "journey",
    "segment", "rule", "short_rule", "recommendation", "sequence", "policy", "experiment", "test",
  ]

  @Test func everyProductionExistsAndIsUsed() throws {
    let grammar = try Grammar.load()
    var used: Set<String> = ["book"]
    for part in grammar.productions.values {
      part.visit { if case .production(let name) = $0 { used.insert(name) } }
    }
    let inWords: Set<String> = ["LETTER", "DIGIT", "CHARACTER"]
    #expect(used.subtracting(grammar.names).subtracting(inWords) == [])
    #expect(Set(grammar.names).subtracting(used) == [])
  }

  @Test(arguments: declarations)
  func everySentenceOfTheGrammarIsRead(_ declaration: String) throws {
    let grammar = try Grammar.load()
    for seed in 1...160 as ClosedRange<UInt64> {
      var deriver = SentenceDeriver(grammar, seed: seed, deepest: 8 + Int(seed % 12))
      let sentence = deriver.sentence(from: declaration)
      let reports = parse(SourceFile(path: "sentence.abm", text: sentence)).diagnostics
      #expect(reports.map(\.message) == [], "seed \(seed):\n\(sentence)")
    }
  }

  @Test func bookOfSeveralDeclarationsIsRead() throws {
    let grammar = try Grammar.load()
    for seed in 1...100 as ClosedRange<UInt64> {
      var deriver = SentenceDeriver(grammar, seed: seed, deepest: 12)
      let sentence = deriver.sentence(from: "book")
      let reports = parse(SourceFile(path: "sentence.abm", text: sentence)).diagnostics
      #expect(reports.map(\.message) == [], "seed \(seed):\n\(sentence)")
    }
  }

  /// The recognizer is the judge below, so it has to know the sentences itself.
  @Test func sentencesOfTheGrammarAreRecognized() throws {
    let grammar = try Grammar.load()
    for declaration in Self.declarations {
      for seed in 1...10 as ClosedRange<UInt64> {
        var deriver = SentenceDeriver(grammar, seed: seed, deepest: 9)
        let sentence = deriver.sentence(from: declaration)
        let tree = parse(SourceFile(path: "sentence.abm", text: sentence)).tree
        #expect(GrammarRecognizer(grammar, tree).accepts("book"), "seed \(seed):\n\(sentence)")
      }
    }
  }

  /// A sentence that has lost a token and is no sentence any more is reported.
  @Test func lostTokensAreReported() throws {
    let grammar = try Grammar.load()
    var random = SeededGenerator(seed: 4)
    var count = 0
    for declaration in Self.declarations {
      for seed in 1...40 as ClosedRange<UInt64> {
        var deriver = SentenceDeriver(grammar, seed: seed, deepest: 8)
        let sentence = deriver.sentence(from: declaration)
        let tokens = parse(SourceFile(path: "sentence.abm", text: sentence)).tree.tokens.dropLast()
        guard tokens.count < 80, let lost = tokens.randomElement(using: &random) else { continue }
        var bytes = Array(sentence.utf8)
        bytes.replaceSubrange(lost.start..<lost.end, with: [UInt8(ascii: " ")])
        let file = SourceFile(id: FileID(0), path: "sentence.abm", bytes: bytes)
        let (tree, reports) = parse(file)
        let isSentence = GrammarRecognizer(grammar, tree).accepts("book")
        count += isSentence ? 0 : 1
        #expect(
          isSentence || !reports.isEmpty,
          "\(declaration), seed \(seed), without `\(sentence.utf8Text(lost))`:\n\(file.text(SourceRange(file: file.id, start: 0, end: bytes.count)))"
        )
      }
    }
    #expect(count > 300)
  }
}

extension String {
  fileprivate func utf8Text(_ token: Token) -> String {
    String(decoding: Array(utf8)[token.start..<token.end], as: UTF8.self)
  }
}
