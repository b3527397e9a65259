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
    var trees: [SyntaxTree] = []
    for name in names.sorted() {
      let (tree, diagnostics) = parse(
        book.add(path: "rules/\(name)", bytes: Array(try Data(contentsOf: folder.appending(path: name)))))
      trees.append(tree)
      #expect(diagnostics == [])
    }
    let (program, diagnostics) = check(book, trees: trees, assets: [assets])
    #expect(diagnostics.map(\.message) == [])
    #expect(lint(program, trees: trees).map { "\($0.message): \(book.text($0.range))" } == [])
  }
}
