import RuleDiagnostics
import RuleSyntax
import Testing

@Suite("Examples")
struct ExampleTests {
  @Test(arguments: Examples.all)
  func parseWithoutAReport(text: String) {
    #expect(reports(text) == [])
  }

  @Test func areReadAsWhatTheyAre() {
    let tree = parse(SourceFile(path: "book.abm", text: Examples.book)).tree
    let kinds = tree.declarations.map { declaration -> String in
      switch declaration {
      case .record(let record): record.kind.rawValue
      case .event: "event"
      case .asset: "asset NAME"
      case .assetFile: "assets"
      case .team: "team"
      case .define: "define"
      case .score: "score"
      case .journey: "journey"
      case .segment: "segment"
      case .rule(let rule): rule.head == nil ? "one line" : "rule"
      case .recommendation: "recommendation"
      case .sequence: "sequence"
      case .policy: "policy"
      case .experiment: "experiment"
      case .test: "test"
      case .malformed: "malformed"
      }
    }
    let events = [String](repeating: "event", count: 9)
    #expect(
      kinds
        == ["one line", "contact", "account", "deal"] + events + ["asset", "asset NAME", "assets", "team"]
        + ["define", "define", "define", "score", "score", "journey", "segment"]
        + ["rule", "rule", "rule", "one line", "define", "score", "rule", "recommendation", "rule", "rule"]
        + ["sequence", "policy", "experiment", "test"])
  }

  @Test(arguments: Examples.all)
  func loseNothing(text: String) {
    let tree = parse(SourceFile(path: "test.abm", text: text)).tree
    expectSound(Array(text.utf8))
    for gap in trivia(of: tree) {
      let lines = String(decoding: gap, as: UTF8.self).split(separator: "\n")
      for line in lines {
        let rest = line.drop { $0 == " " }
        #expect(rest.isEmpty || rest.hasPrefix("#"), "`\(line)` is in no token")
      }
    }
  }

  @Test func tokensAndTriviaAreTheText() {
    let file = SourceFile(path: "book.abm", text: Examples.book)
    let tree = parse(file).tree
    var bytes: [UInt8] = []
    var end = 0
    for token in tree.tokens {
      bytes += file.bytes[end..<token.start] + file.bytes[token.start..<token.end]
      end = token.end
    }
    #expect(bytes == file.bytes)
  }
}
