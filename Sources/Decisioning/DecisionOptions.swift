package import BusinessTime

/// What the caller says about one run.
package struct DecisionOptions: Sendable {
  /// Rules that may act however many people it concerns, in this run.
  package var approvedRules: Set<String>
  /// Goes on where `halt` would stop the run.
  package var ignoresHalt: Bool
  /// Whether consent, `never message`, `never repeat`, caps and quiet hours hold; not in a test without `with policy`.
  package var appliesMessagePolicies: Bool
  /// Whether approval and halt hold; never in tests, since they are about whole populations.
  package var appliesPopulationPolicies: Bool
  /// Whether everybody is in the first arm of an experiment, and none is assigned; so in tests.
  package var takesFirstArms: Bool
  /// Whether `sync to hubspot property` is decided; a simulation leaves it out, since nothing that rules see comes of it.
  package var syncsProperties: Bool
  /// The days of each of `CheckedPolicy.holidays`; those without a condition are in the calendar of the evaluation too.
  package var holidays: [Set<CivilDate>]

  package init(
    approvedRules: Set<String> = [], ignoresHalt: Bool = false, appliesMessagePolicies: Bool = true,
    appliesPopulationPolicies: Bool = true, takesFirstArms: Bool = false, syncsProperties: Bool = true,
    holidays: [Set<CivilDate>] = []
  ) {
    self.approvedRules = approvedRules
    self.ignoresHalt = ignoresHalt
    self.appliesMessagePolicies = appliesMessagePolicies
    self.appliesPopulationPolicies = appliesPopulationPolicies
    self.takesFirstArms = takesFirstArms
    self.syncsProperties = syncsProperties
    self.holidays = holidays
  }
}
