import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import RuleSyntax

/// A rule book that was read from a text and has no errors.
struct Book {
  let plan: DecisionPlan

  var program: CheckedProgram { plan.program }

  init(_ text: String, path: String = "book.abm") throws {
    var source = SourceBook()
    source.add(path: path, bytes: Array(text.utf8))
    var trees: [SyntaxTree] = []
    var problems: [Diagnostic] = []
    for file in source.files {
      let parsed = parse(file)
      trees.append(parsed.tree)
      problems += parsed.diagnostics
    }
    let checked = check(source, trees: trees)
    problems += checked.diagnostics
    let errors = problems.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw BookError(description: errors.map { "\($0.id.rawValue): \($0.message)" }.joined(separator: "\n"))
    }
    plan = DecisionPlan(EvaluationPlan(checked.program))
  }

  func definition(_ name: String) throws -> DefinitionID {
    guard let definition = program.definitions.first(where: { $0.name == name }) else {
      throw BookError(description: "no definition `\(name)`")
    }
    return definition.id
  }

  /// The results of all tests, as `title: passed` or `title: failed: …`.
  func testReport(holidays: [Set<CivilDate>] = []) -> [String] {
    runTests(plan, holidays: holidays).map { result in
      switch result.verdict {
      case .passed: "\(result.title): passed"
      case .failed(let failures):
        "\(result.title): failed: "
          + failures.map { "\($0.at.text(in: .utc)) \($0.message)\n  \($0.trace.joined(separator: "\n  "))" }
          .joined(separator: "\n")
      }
    }
  }
}

struct BookError: Error, CustomStringConvertible {
  var description: String
}

/// Every test of the book passes.
func expectAllPass(_ text: String, holidays: [Set<CivilDate>] = []) throws -> [String] {
  let report = try Book(text).testReport(holidays: holidays)
  return report.filter { !$0.hasSuffix(": passed") }
}
