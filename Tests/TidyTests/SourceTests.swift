import Foundation
import RuleDiagnostics
import Testing

@Suite("Sources")
struct SourceTests {
  @Test func nothingIsForcedOutsideOfTests() {
    for file in Repository.sources {
      for (number, line) in file.lines.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for word in ["try!", "as!", "fatalError("] {
          #expect(!line.contains(word), "\(file.path):\(number + 1) says \(word)")
        }
      }
    }
  }

  @Test func uncheckedCodeSaysWhy() {
    for file in Repository.sources {
      for (number, line) in file.lines.enumerated()
      where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
        let before = number > 0 ? file.lines[number - 1].drop { $0 == " " } : ""
        #expect(before.hasPrefix("//"), "\(file.path):\(number + 1) gives no reason")
      }
    }
  }

  /// What works on memory itself stands together, with tests against the plain way; the loops over candidates stand with
  /// what they are about.
  @Test func theEngineTouchesMemoryInKernelsOnly() {
    let kernels = ["Sources/RuleEngine/Evaluation/Kernels/", "Sources/RuleEngine/Recommendations/Recommender.swift"]
    for file in Repository.sources
    where file.path.hasPrefix("Sources/RuleEngine/") && !kernels.contains(where: { file.path.hasPrefix($0) }) {
      for (number, line) in file.lines.enumerated() {
        #expect(!line.contains("Unsafe"), "\(file.path):\(number + 1)")
      }
    }
  }

  @Test func timeIsGivenNotTaken() {
    for file in Repository.sources
    where !["Sources/Service/", "Sources/abm-rules/", "Sources/HubSpotSandbox/"].contains(where: file.path.hasPrefix) {
      for (number, line) in file.lines.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        #expect(!line.contains(#/\bDate(\(\)|\.now)/#), "\(file.path):\(number + 1) looks at the clock")
      }
    }
  }

  @Test func nothingIsLeftForLater() {
    for file in Repository.sources + Repository.files(below: "Tests", ending: ".swift")
    where !file.path.hasPrefix("Tests/TidyTests") {
      for (number, line) in file.lines.enumerated() {
        // In quotes it is a kind of task, as HubSpot spells it.
        #expect(!line.replacing("\"TODO\"", with: "").contains(#/\bTODO\b/#), "\(file.path):\(number + 1)")
      }
    }
  }

  /// Wording stands in the catalog, where it can be read as a whole.
  @Test func diagnosticsAreMadeInTheCatalog() {
    for file in Repository.sources where !file.path.hasPrefix("Sources/RuleLanguage/Diagnostics/") {
      for (number, line) in file.lines.enumerated() {
        #expect(!line.contains("Diagnostic("), "\(file.path):\(number + 1) words a diagnostic")
      }
    }
  }
}

@Suite("Diagnostics")
struct DiagnosticPageTests {
  @Test(arguments: DiagnosticID.allCases)
  func hasAPageThatShowsWrongAndRight(id: DiagnosticID) throws {
    let page = Repository.root.appending(path: "docs/diagnostics/\(id.rawValue).md")
    let text = try String(contentsOf: page, encoding: .utf8)
    #expect(text.hasPrefix("# \(id.rawValue)\n"))
    #expect(text.contains("```abm"))
  }

  @Test func everyPageHasADiagnostic() {
    for page in Repository.files(below: "docs/diagnostics", ending: ".md") {
      let name = page.path.split(separator: "/").last?.dropLast(3) ?? ""
      #expect(DiagnosticID(rawValue: String(name)) != nil, "\(page.path)")
    }
  }

  @Test(arguments: DiagnosticID.allCases)
  func isNamedInKebabCaseAndSummedUpInOneSentence(id: DiagnosticID) {
    #expect(id.rawValue.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
    let summary = id.descriptor.summary
    #expect(!summary.isEmpty && !summary.hasSuffix("."))
    #expect(summary.first.map { !$0.isUppercase || summary.hasPrefix("HubSpot") } ?? false, "\(summary)")
  }
}
