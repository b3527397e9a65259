import ArgumentParser
import Foundation
import RuleDiagnostics
import Service

/// How the program ends: 0 fine, 1 problems found, 2 wrong usage, 3 the world failed.
enum Exit {
  static let problems = ExitCode(1)

  /// Prints what is to be said of an error and ends the process.
  static func leave(with error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    if let error = error as? RuleBookHasErrors {
      let renderer = TextRenderer(usesColor: Output.usesColor, width: Output.width)
      for diagnostic in error.book.diagnostics where diagnostic.severity == .error {
        Output.error(renderer.render(diagnostic, in: error.book.source))
      }
      Output.error("the rule book has errors; nothing was done")
      exit(1)
    }
    let code = AbmRules.exitCode(for: error)
    if code == .success {
      // `--help` and `--version`.
      print(AbmRules.fullMessage(for: error))
      exit(0)
    }
    if code == .validationFailure {
      Output.error(AbmRules.fullMessage(for: error))
      exit(2)
    }
    Output.error("error: \(error)")
    switch error {
    case is any WrongUsage: exit(2)
    default: exit(3)
    }
  }
}
