import Foundation
import Testing

/// The grammar for editors colors every word of the language.
struct EditorGrammarTests {
  fileprivate struct Pattern {
    var scope: String
    var match: NSRegularExpression
  }

  private static let declarations = [
    "contact", "account", "deal", "event", "asset", "assets", "team", "define", "score", "journey", "segment", "rule",
    "recommendation", "sequence", "policy", "experiment", "test",
  ]

  @Test func everyWordOfTheGrammarHasAColor() throws {
    let patterns = try Self.patterns()
    for word in try Grammar.load().words where word.allSatisfy(\.isLetter) {
      // Functions are told by the parenthesis behind them.
      let isColored = patterns.contains { $0.colors(word) || $0.colors("\(word)(") }
      #expect(isColored, "`\(word)` has no color")
    }
  }

  @Test func reservedWordsAreKeywords() throws {
    let patterns = try Self.patterns()
    for word in Grammar.reserved {
      let scopes = patterns.filter { $0.colors(word) }.map(\.scope)
      #expect(scopes.contains { $0.hasPrefix("keyword.") || $0.hasPrefix("constant.language") }, "`\(word)`")
    }
  }

  @Test(arguments: declarations)
  func declarationsStandOut(_ word: String) throws {
    let grammar = try Self.grammar()
    let repository = try #require(grammar["repository"] as? [String: Any])
    let declaration = try #require(repository["declaration"] as? [String: Any])
    let match = try NSRegularExpression(pattern: #require(declaration["match"] as? String))
    let line = "\(word) some_name { "
    let found = try #require(match.firstMatch(in: line, range: NSRange(line.startIndex..., in: line)))
    #expect(found.range(at: 1).length == word.utf16.count)
  }

  @Test func signsTextsAndPatterns() throws {
    let patterns = try Self.patterns()
    func scopes(_ text: String) -> [String] { patterns.filter { $0.colors(text) }.map(\.scope) }
    #expect(scopes("# a comment") == ["comment.line.number-sign.abm"])
    #expect(scopes("2026-03-01").contains("constant.numeric.date.abm"))
    #expect(scopes("09:00").contains("constant.numeric.time.abm"))
    #expect(scopes("30%").contains("constant.numeric.percent.abm"))
    #expect(scopes("1_000.5").contains("constant.numeric.abm"))
    #expect(scopes("`a name`").contains("variable.other.quoted.abm"))
    #expect(scopes(">=").contains("keyword.operator.abm"))
    #expect(scopes("some_name") == [])
  }

  @Test func everyIncludeExists() throws {
    let grammar = try Self.grammar()
    let repository = try #require(grammar["repository"] as? [String: Any])
    var included: Set<String> = []
    Self.visit(grammar) { if let name = $0["include"] as? String { included.insert(name) } }
    #expect(included.subtracting(["$self"]) == Set(repository.keys.map { "#\($0)" }))
    #expect(grammar["scopeName"] as? String == "source.abm")
    #expect(grammar["fileTypes"] as? [String] == ["abm"])
  }

  // MARK: - Reading

  private static func grammar() throws -> [String: Any] {
    let data = try Data(contentsOf: Repository.root.appending(path: "grammar/abm.tmLanguage.json"))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The patterns of one line that have a scope.
  private static func patterns() throws -> [Pattern] {
    var patterns: [Pattern] = []
    var broken: [String] = []
    visit(try grammar()) { rule in
      for key in ["match", "begin", "end"] {
        guard let text = rule[key] as? String else { continue }
        guard let expression = try? NSRegularExpression(pattern: text) else {
          broken.append(text)
          continue
        }
        if key == "match", let scope = rule["name"] as? String {
          patterns.append(Pattern(scope: scope, match: expression))
        }
      }
    }
    #expect(broken == [])
    return patterns
  }

  private static func visit(_ value: Any, _ body: ([String: Any]) -> Void) {
    if let rule = value as? [String: Any] {
      body(rule)
      for inner in rule.values { visit(inner, body) }
    } else if let list = value as? [Any] {
      for inner in list { visit(inner, body) }
    }
  }
}

extension EditorGrammarTests.Pattern {
  /// Whether the pattern takes the whole text, a parenthesis behind it aside.
  func colors(_ text: String) -> Bool {
    let wanted = text.hasSuffix("(") ? text.utf16.count - 1 : text.utf16.count
    guard let found = match.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) else { return false }
    return found.range.location == 0 && found.range.length == wanted
  }
}
