extension DiagnosticID {
  static let peopleTable: Table = [
    .incompleteDeclaration: (.error, "a declaration lacks something that it cannot do without"),
    .repeatedClause: (.error, "a clause that may stand once stands twice"),
    .notForAccounts: (.error, "something that only contacts can have is declared `for account`"),
    .misplacedSkip: (.error, "`skip lower rules` stands outside a rule"),
    .misplacedStatement: (.error, "an arm of an experiment holds something else than actions"),
    .fewArms: (.error, "a split or experiment has fewer than two arms"),
    .armsTotal: (.error, "the shares of the arms do not total 100 %"),
    .secondExperiment: (.error, "two experiments change one rule"),
  ]
}
