extension DiagnosticID {
  static let typesTable: Table = [
    .typeMismatch: (.error, "a value of one type where another belongs"),
    .differentChoices: (.error, "values of two different `one of` are compared"),
    .quotedValue: (.error, "a number, date, choice or yes or no stands in quotes"),
    .notACondition: (.error, "a value stands where a condition belongs"),
    .percentOfScore: (.error, "a score is compared with a percentage"),
    .unorderedComparison: (.error, "values without an order are compared by order"),
    .listComparison: (.error, "a list is compared like a single value"),
    .choiceAfterOr: (.error, "a value follows `or` as if it were a condition"),
    .missingParentheses: (.error, "a value after `in` stands without parentheses"),
    .invalidPattern: (.error, "a regular expression cannot be read"),
    .reversedBounds: (.error, "a lower bound is not below the upper one"),
    .invalidNumber: (.error, "a number is out of range where it stands"),
    .wrongArguments: (.error, "a function is given other values than it takes"),
    .mixedScore: (.error, "a score has factors and points"),
    .weightsTotal: (.error, "weights do not total 100 %"),
  ]
}
