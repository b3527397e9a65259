// The two halves of the checker replace these as they arrive.
extension Checker {
  mutating func declareDefinitions() {}
  mutating func checkDefinitions() {}
  mutating func checkRules() {}
}
