extension DiagnosticID {
  static let testsTable: Table = [
    .testWithoutStart: (.error, "a test does not say first when it takes place"),
    .clockBackwards: (.error, "a test turns its clock back"),
    .misplacedAgo: (.error, "a record is given `… ago`, which only events can be"),
    .severalEvents: (.error, "a test gives `interaction`, which stands for many events"),
    .unknownTestPerson: (.error, "a test expects something for a person it does not give"),
    .unknownTestStep: (.error, "a test expects a step that its sequence does not have"),
    .unknownTestArm: (.error, "a test gives an arm that its experiment or sequence does not have"),
  ]
}
