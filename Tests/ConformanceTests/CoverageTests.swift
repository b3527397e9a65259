import Foundation
import RuleDiagnostics
import RuleSyntax
import Testing

/// The reference leaves nothing out.
struct CoverageTests {
  @Test func everyDiagnosticHasACase() {
    // A case has no folder with files of holidays; the tests of the commands show it.
    var shown: Set<String> = [DiagnosticID.unreadableHolidaysFile.rawValue]
    for conformance in ConformanceCase.all {
      for kind in [ConformanceCase.FenceKind.diagnostics, .lint] {
        let text = conformance.text(of: kind) ?? ""
        for id in DiagnosticID.allCases where text.contains("[\(id.rawValue)]:") { shown.insert(id.rawValue) }
      }
    }
    #expect(Set(DiagnosticID.allCases.map(\.rawValue)).subtracting(shown).sorted() == [])
  }

  @Test func everyFormOfTheGrammarHasACase() throws {
    let grammar = try Grammar.load()
    var shown: Set<String> = []
    for text in Set(ConformanceCase.all.flatMap(\.texts)) {
      let (tree, reports) = parse(SourceFile(path: "case.abm", text: text))
      guard reports.isEmpty else { continue }
      shown.formUnion(GrammarRecognizer(grammar, tree).forms(of: "book"))
    }
    #expect(grammar.forms.subtracting(shown).sorted() == [])
  }

  /// What is right in the reference is right by the grammar.
  @Test func theGrammarKnowsEveryCase() throws {
    let grammar = try Grammar.load()
    let right = ConformanceCase.all.filter { !($0.text(of: .diagnostics) ?? "").contains(" error[") }
    for text in Set(right.flatMap(\.texts)) {
      let (tree, reports) = parse(SourceFile(path: "case.abm", text: text))
      // Forms of other tools, and a joining `and` in a step, are understood and no part of the grammar.
      guard reports.isEmpty else { continue }
      #expect(GrammarRecognizer(grammar, tree).accepts("book"), "\(text)")
    }
  }

  @Test(arguments: try Repository.files(in: Repository.root.appending(path: "rules"), ending: "abm").map(\.path))
  func theGrammarKnowsTheStarterRuleBook(_ path: String) throws {
    let grammar = try Grammar.load()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let (tree, reports) = parse(SourceFile(path: path, text: text))
    #expect(reports == [])
    #expect(GrammarRecognizer(grammar, tree).accepts("book"))
  }
}

extension ConformanceCase {
  /// All files of the case that are read as rules.
  fileprivate var texts: [String] {
    files(rule: rule, table: text(of: .values).map(ValueTable.init)).map(\.text)
  }
}

extension Grammar {
  /// Every production, and every choice that one leaves open, in the notation of `GrammarRecognizer.forms(of:)`.
  fileprivate var forms: Set<String> {
    var forms: Set<String> = []
    for name in names where !Grammar.isToken(name) {
      if name != "book" { forms.insert(name) }
      productions[name]?.visit { part in
        switch part {
        case .choice(let parts):
          if !parts.contains(where: \.isInterleaved) {
            for inner in parts { forms.insert("\(name): \(inner.notation)") }
          }
        case .optional, .repetition: forms.insert("\(name): \(part.notation)")
        case .word, .production, .sequence, .interleaved: break
        }
      }
    }
    // Parts in any order are left out or repeated there, and named without brackets.
    for name in names {
      productions[name]?.visit { part in
        guard case .interleaved(let parts) = part else { return }
        for inner in parts {
          switch inner {
          case .optional(let single), .repetition(let single):
            forms.remove("\(name): \(inner.notation)")
            forms.insert("\(name): \(single.notation)")
          default: break
          }
        }
      }
    }
    return forms
  }
}

extension GrammarPart {
  fileprivate var isInterleaved: Bool {
    if case .interleaved = self { true } else { false }
  }
}
