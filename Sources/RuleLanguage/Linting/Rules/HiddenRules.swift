import RuleDiagnostics
import RuleSemantics

/// Rules that can never act: whoever meets their condition meets that of a higher rule that skips all lower ones.
func findHiddenRules(_ context: LintContext) -> [Diagnostic] {
  let skipping = context.program.rules.filter {
    $0.skipsLowerRules && $0.trigger == nil && !$0.frequency.isPaused && $0.condition != nil
  }
  if skipping.isEmpty { return [] }
  return context.program.rules.compactMap { rule in
    guard let condition = rule.condition else { return nil }
    for higher in skipping where higher.priority > rule.priority && higher.subject == rule.subject {
      guard let barrier = higher.condition, context.implies(condition, barrier) else { continue }
      return .hiddenRule(
        context.name(of: rule), at: context.nameRange(of: rule),
        higher: context.name(of: higher), condition: context.text(barrier.range), higherRange: barrier.range)
    }
    return nil
  }
}
