extension DiagnosticID {
  static let namesTable: Table = [
    .unknownName: (.error, "a name that is not declared"),
    .textWithoutQuotes: (.error, "a text stands without its quotes"),
    .nullValue: (.error, "a word for nothing stands where a value belongs"),
    .eventAsValue: (.error, "an event stands where a value belongs"),
    .peopleAsValue: (.error, "people or deals stand where one value belongs"),
    .unknownField: (.error, "a field that its owner does not have"),
    .unknownEvent: (.error, "an event that is not declared"),
    .noInteractions: (.error, "interactions are asked for, and no event is one"),
    .unknownDeclaration: (.error, "a rule, sequence, recommendation or team that is not declared"),
    .unknownAsset: (.error, "an asset that is not declared"),
    .unknownValue: (.error, "a value that a `one of` or journey does not have"),
    .unknownFunction: (.error, "a function that does not exist"),
    .unknownStep: (.error, "a step that the sequence does not have"),
    .misplacedName: (.error, "a name that means nothing where it stands"),
    .duplicateName: (.error, "two things of a contact or account have one name"),
    .cyclicDefinition: (.error, "definitions depend on each other in a circle"),
  ]
}
