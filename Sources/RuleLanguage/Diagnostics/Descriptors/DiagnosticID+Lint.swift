extension DiagnosticID {
  static let lintTable: Table = [
    .missingSurprise: (.warning, "`not` or `!=` leaves out those whose value is missing"),
    .neverTrue: (.warning, "a condition is never true"),
    .alwaysTrue: (.warning, "a condition leaves nothing out"),
    .unreachableThreshold: (.warning, "a score or number never gets as far as the condition wants"),
    .unusedDefinition: (.hint, "a definition is not used"),
    .duplicateDefinition: (.warning, "two definitions mean the same"),
    .overlappingSegment: (.warning, "a segment is left in the moment in which it is entered"),
    .duplicateRule: (.warning, "two rules do the same under the same condition"),
    .unnamedRule: (.hint, "a rule has no name"),
    .hiddenRule: (.warning, "a rule never acts because a higher one skips it"),
    .contestedField: (.warning, "two rules of equal priority set one field differently"),
    .ruleLoop: (.warning, "rules set each other off in a circle"),
    .restlessUpkeep: (.warning, "a field is set again at every run"),
    .sequenceWithoutExit: (.error, "nobody leaves a sequence early"),
    .neverEnrolled: (.warning, "nobody enters a sequence"),
    .implicitConsent: (.hint, "no policy says which consent messages need"),
    .testWithoutExpectation: (.warning, "a test expects nothing"),
  ]
}
