import Foundation
import RuleDiagnostics
import Testing

/// The pages of the checker's diagnostics: what they warn of is reported under their id, what they recommend is fine.
struct PageExampleTests {
  /// Those of the checker whose pages show whole declarations.
  static let ids = DiagnosticID.allCases.filter {
    [.names, .types, .time, .missingData, .people, .rules].contains($0.descriptor.category)
      && ![.fewArms, .secondExperiment].contains($0)
  }

  @Test(arguments: ids) func theWrongExampleIsReportedAndTheRightOneIsNot(id: DiagnosticID) throws {
    let (wrong, right) = try Self.examples(of: id)
    // Some are about what a rule book lacks.
    let isAlone = id == .noInteractions || id == .undeclaredRecord
    #expect(Set(Self.reports(on: wrong, isAlone: isAlone).map(\.id)) == [id])
    #expect(Self.reports(on: right, isAlone: isAlone).map(\.id) == [])
  }

  private static func examples(of id: DiagnosticID) throws -> (wrong: String, right: String) {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/diagnostics/\(id.rawValue).md"), encoding: .utf8)
    let fences = page.split(separator: "```abm\n").dropFirst().map { fence in
      String(fence[..<(fence.firstRange(of: "```")?.lowerBound ?? fence.endIndex)])
    }
    return (try #require(fences.first), try #require(fences.dropFirst().first))
  }

  /// What is said about an example beside those common declarations that it does not make itself.
  private static func reports(on example: String, isAlone: Bool) -> [Diagnostic] {
    if isAlone {
      return CheckedBook("contact { email text key }\naccount { domain text key }", example).diagnostics
    }
    let declared = Set(example.split(separator: "\n").map { head(of: $0) })
    let others = declarations.filter { !declared.contains(head(of: $0[...])) }
    let book = CheckedBook(others.joined(separator: "\n"), example)
    return book.diagnostics.filter { $0.range.file == FileID(1) }
  }

  /// The first words: `score fit`, `contact {`.
  private static func head(of declaration: Substring) -> [Substring] {
    Array(declaration.split(whereSeparator: \.isWhitespace).prefix(2))
  }

  /// Each common declaration: it starts in the first column of its file.
  private static let declarations: [String] = {
    var chunks: [String] = []
    for line in (commonDeclarations + moreDeclarations).split(separator: "\n") {
      if line.first.map({ $0 != " " && $0 != "}" }) ?? false { chunks.append("") }
      chunks[chunks.count - 1] += line + "\n"
    }
    return chunks
  }()

  private static let moreDeclarations = """

    sequence finance_nurture { enroll when persona == cfo  step intro { send asset roi_guide } }
    rule roi_for_finance { when score > 70 then send asset roi_guide }
    recommendation next_best { from asset  factor fresh 100% = freshness(candidate.published, half life 90 days) }
    """
}
