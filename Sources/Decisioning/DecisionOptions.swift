package import BusinessTime
import RuleSemantics

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
  /// How many there are of whom only some are decided about; `nil` where all are. Approval and halt then apply to none
  /// of them by themselves: `Decisions.concernsEverybody` says whether they have to.
  package var population: Population?
  /// Whether actions say what they are and what they ask of the CRM; a simulation of many people only counts them.
  package var describesActions: Bool
  /// Whether `Decisions.nextLooks` is worked out; nobody asks a simulation.
  package var looksAhead: Bool
  /// The days of each of `CheckedPolicy.holidays`; those without a condition are in the calendar of the evaluation too.
  package var holidays: [Set<CivilDate>]

  package init(
    approvedRules: Set<String> = [], ignoresHalt: Bool = false, appliesMessagePolicies: Bool = true,
    appliesPopulationPolicies: Bool = true, takesFirstArms: Bool = false, syncsProperties: Bool = true,
    population: Population? = nil, describesActions: Bool = true, looksAhead: Bool = true,
    holidays: [Set<CivilDate>] = []
  ) {
    self.approvedRules = approvedRules
    self.ignoresHalt = ignoresHalt
    self.appliesMessagePolicies = appliesMessagePolicies
    self.appliesPopulationPolicies = appliesPopulationPolicies && population == nil
    self.takesFirstArms = takesFirstArms
    self.syncsProperties = syncsProperties
    self.population = population
    self.describesActions = describesActions
    self.looksAhead = looksAhead
    self.holidays = holidays
  }

  package struct Population: Hashable, Sendable {
    package var contacts: Int
    package var accounts: Int

    package init(contacts: Int, accounts: Int) {
      self.contacts = contacts
      self.accounts = accounts
    }

    subscript(subject: Subject) -> Int {
      switch subject {
      case .contact: contacts
      case .account: accounts
      }
    }
  }
}
