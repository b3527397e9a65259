package import ContactStore
package import Decisioning
package import RuleDiagnostics
import RuleSemantics

/// What a run, or a dry run, came to.
package struct RunResult: Sendable {
  package let book: RuleBook
  package let decisions: Decisions
  /// How many were evaluated.
  package let contacts: Int
  package let accounts: Int
  package let isDryRun: Bool
  /// What a person should know of how it went, each a sentence.
  package let problems: [String]
  /// What was written; `nil` for a dry run, and for a run that was halted.
  package var committed: CommittedRun?

  /// Whether something in it is a problem for the exit code.
  package var hasProblems: Bool { decisions.halt != nil }
}

extension RunResult {
  /// As `plan --format json` and `run --format json` print it.
  package var json: JSONValue {
    decisions.json(book.program, rulebook: book.hash, contacts: contacts)
  }
}
