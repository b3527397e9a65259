import RuleDiagnostics
import RuleSemantics

/// Rules that can never act: whoever meets their condition meets that of a higher rule that skips all lower ones.
func findHiddenRules(_ context: LintContext) -> [Diagnostic] {
  let rules = context.program.rules
  let skipping = rules.indices.filter {
    rules[$0].skipsLowerRules && rules[$0].trigger == nil && !rules[$0].frequency.isPaused
  }
  if skipping.isEmpty { return [] }
  return rules.indices.compactMap { index in
    let rule = rules[index]
    guard let facts = context.ruleFacts[index] else { return nil }
    for other in skipping where rules[other].priority > rule.priority && rules[other].subject == rule.subject {
      let higher = rules[other]
      guard let barrier = higher.condition, let barrierFacts = context.ruleFacts[other],
        facts.implies(barrierFacts, context)
      else { continue }
      return .hiddenRule(
        context.name(of: rule), at: context.nameRange(of: rule),
        higher: context.name(of: higher), condition: context.text(barrier.range), higherRange: barrier.range)
    }
    return nil
  }
}
