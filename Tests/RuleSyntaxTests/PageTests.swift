import Foundation
import RuleDiagnostics
import RuleSyntax
import Testing

/// The pages of the diagnostics about syntax show what they speak of.
@Suite("Pages")
struct PageTests {
  static let ids = DiagnosticID.allCases.filter { $0.descriptor.category == .syntax }

  @Test(arguments: ids)
  func showsTheMistakeAndItsRepair(id: DiagnosticID) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/diagnostics/\(id.rawValue).md"), encoding: .utf8)
    let examples = page.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element.dropFirst("abm".count)) }
    if examples.count == 2 { #expect(Set(RuleSyntaxTests.ids(examples[0])) == [id.rawValue]) }
    #expect(RuleSyntaxTests.ids(try #require(examples.last)) == [])
  }
}
