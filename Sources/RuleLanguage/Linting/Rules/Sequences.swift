import RuleDiagnostics
import RuleSemantics
import RuleSyntax

/// Sequences that nobody leaves before the last step, even when they have long done what it is about.
func findSequencesWithoutExit(_ context: LintContext) -> [Diagnostic] {
  context.program.sequences
    .filter { $0.goal == nil && $0.exits.isEmpty }
    .map { .sequenceWithoutExit($0.name, at: $0.range) }
}

/// Sequences that no condition and no rule enrolls in.
func findSequencesNobodyEnters(_ context: LintContext) -> [Diagnostic] {
  var entered: Set<String> = []
  for action in context.actions where action.id == .enroll {
    if case .name(let name) = action.arguments[.sequence] { entered.insert(name) }
  }
  return context.program.sequences
    .filter { $0.enroll == nil && !entered.contains($0.name) }
    .map { .neverEnrolled($0.name, at: $0.range) }
}

/// Messages in a rule book that nowhere says which consent they need: marketing holds, but nobody wrote it down.
func findImplicitConsent(_ context: LintContext) -> [Diagnostic] {
  for case .policy(let policy) in context.trees.flatMap(\.declarations) {
    for case .requireConsent in policy.items.map(\.kind) { return [] }
  }
  let acting =
    context.program.rules.flatMap(\.actions)
    + context.program.sequences.flatMap(\.steps).flatMap(\.statements).flatMap(\.actions)
  let first = acting.first { action in
    if case .flag(true) = action.arguments[.transactional] { return false }
    return action.id.descriptor.isMessage
  }
  return first.map { [.implicitConsent(at: $0.range)] } ?? []
}

/// Tests that can never fail.
func findTestsWithoutExpectation(_ context: LintContext) -> [Diagnostic] {
  context.program.tests.filter { test in
    !test.steps.contains { step in
      switch step.kind {
      case .expectNothing, .expectAction, .expectEnrolled, .expectCondition: true
      case .at, .wait, .givenConsent, .givenArm, .givenSplit, .givenRecord, .givenDeal, .givenEvent: false
      }
    }
  }
  .map { .testWithoutExpectation($0.title, at: $0.range) }
}
