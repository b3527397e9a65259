package import Decisioning
package import RuleDiagnostics
package import RuleEngine
package import RuleSemantics
package import RuleSyntax

/// The one road, stage by stage: each hands its value to the next. `plan`, `run`, tests and the daemon all walk it.
package enum RulePipeline {
  /// The text of all files.
  package typealias Source = SourceBook
  /// `parse`: one lossless tree for each file.
  package typealias Trees = [SyntaxTree]
  /// `check`: names resolved, types known.
  package typealias Checked = CheckedProgram
  /// One graph for the whole rule book.
  package typealias Plan = EvaluationPlan
  /// What is evaluated: columns, loaded from the store.
  package typealias Data = Snapshot
  /// What happens to whom, and what is remembered of it.
  package typealias Result = Decisions
}
