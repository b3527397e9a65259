package import RuleDiagnostics
package import RuleSemantics
package import RuleSyntax

/// What is allowed but probably not meant, in the order of files and offsets, one report for each cause.
///
/// - Parameter program: of a rule book that `check` found no errors in; with errors some reports may be missing.
package func lint(_ program: CheckedProgram, trees: [SyntaxTree]) -> [Diagnostic] {
  let context = LintContext(program: program, trees: trees)
  return allRules.flatMap { $0(context) }.sorted {
    ($0.range.file.index, $0.range.start, $0.id.rawValue) < ($1.range.file.index, $1.range.start, $1.id.rawValue)
  }
}
