extension DiagnosticID {
  static let rulesTable: Table = [
    .repeatedRule: (.error, "an unnamed rule stands in the rule book twice"),
    .skipNotLast: (.error, "actions follow `skip lower rules`"),
    .conflictingFrequency: (.error, "clauses that say how often contradict each other"),
    .templateWithValues: (.error, "the name of an email template is not fixed"),
    .needlessFallback: (.error, "an `otherwise` that is never used"),
    .unwritableField: (.error, "a rule changes something that it cannot change"),
    .listOfValues: (.error, "something that is no segment is synced to a list"),
  ]
}
