import RuleDiagnostics

/// A lint rule looks at the whole program and says what it finds.
typealias LintRule = @Sendable (LintContext) -> [Diagnostic]

/// Every lint rule there is; each has its own file in `Rules/`.
let allRules: [LintRule] = [
  findMissingSurprises,
  findUnsatisfiableConditions,
  findUnusedDefinitions,
  findDuplicateDefinitions,
  findDuplicateRules,
  findUnnamedRules,
  findHiddenRules,
  findContestedFields,
  findRuleLoops,
  findRestlessUpkeep,
  findSequencesWithoutExit,
  findSequencesNobodyEnters,
  findOverlappingSegments,
  findImplicitConsent,
  findTestsWithoutExpectation,
]
