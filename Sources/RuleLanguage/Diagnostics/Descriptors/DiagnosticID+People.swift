extension DiagnosticID {
  static let peopleTable: Table = [
    .nestedCollection: (.error, "events or people are asked for inside a `where`"),
    .misplacedPeople: (.error, "people or deals that the subject does not have"),
    .undeclaredRecord: (.error, "deals are asked for and not declared"),
    .wrongCollection: (.error, "a function does not go with events, or with people"),
    .rateWithoutAsset: (.error, "a rate about events that name no asset"),
    .eventsOfEverybody: (.error, "a rate or popularity that is not about the events of everybody"),
    .actionNotForAccounts: (.error, "something for contacts in a rule about accounts"),
    .incompleteDeclaration: (.error, "a declaration lacks something that it cannot do without"),
    .notForAccounts: (.error, "something that only contacts can have is declared `for account`"),
    .misplacedSkip: (.error, "`skip lower rules` stands outside a rule"),
    .misplacedStatement: (.error, "an arm of an experiment holds something else than actions"),
    .fewArms: (.error, "a split or experiment has fewer than two arms"),
    .armsTotal: (.error, "the shares of the arms do not total 100 %"),
    .secondExperiment: (.error, "two experiments change one rule"),
  ]
}
