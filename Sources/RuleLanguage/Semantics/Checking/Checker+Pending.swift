// The two halves of the checker replace these as they arrive.
extension Checker {
  mutating func declareDefinitions() {}
  mutating func checkPolicies() {}
  mutating func checkDefinitions() {}
  mutating func checkRules() {}
  mutating func checkRecommendations() {}
  mutating func checkSequences() {}
  mutating func checkExperiments() {}
  mutating func checkTests() {}
}
