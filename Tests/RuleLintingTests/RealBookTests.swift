import Foundation
import RuleDiagnostics
import RuleLinting
import RuleSemantics
import RuleSyntax
import Testing

/// Rule books that people start from are free of warnings: what the linter said about them would be noise.
@Suite("Linting real rule books")
struct RealBookTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func theStarterBookIsClean() throws {
    #expect(try findings() == [])
  }

  @Test func everyRecipeOfTheHandbookStandsBesideTheStarterBook() throws {
    let page = try String(contentsOf: Self.root.appending(path: "docs/handbook.md"), encoding: .utf8)
    let recipes = page.components(separatedBy: "```abm\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    #expect(recipes.count == 10)
    #expect(try findings(beside: recipes) == [])
  }

  /// What parser, checker and linter say about the starter book, and texts added to it.
  private func findings(beside texts: [String] = []) throws -> [String] {
    let folder = Self.root.appending(path: "rules")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".abm") }
    #expect(!names.isEmpty)
    let table = try String(contentsOf: folder.appending(path: "assets.csv"), encoding: .utf8)
    let lines = table.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let assets = AssetFile(
      path: "assets.csv", columns: try #require(lines.first),
      rows: lines.enumerated().dropFirst().map { .init(line: $0.offset + 1, values: $0.element) })

    var book = SourceBook()
    for name in names.sorted() {
      book.add(path: "rules/\(name)", bytes: Array(try Data(contentsOf: folder.appending(path: name))))
    }
    for (index, text) in texts.enumerated() { book.add(path: "text \(index + 1)", bytes: Array(text.utf8)) }
    let parsed = book.files.map { parse($0) }
    let trees = parsed.map(\.tree)
    let (program, diagnostics) = check(book, trees: trees, assets: [assets])
    let all = parsed.flatMap(\.diagnostics) + diagnostics + lint(program, trees: trees)
    return all.map { "\(book[$0.range.file].path): \($0.message): \(book.text($0.range))" }
  }
}
