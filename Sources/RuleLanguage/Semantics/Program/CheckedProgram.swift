package import RuleDiagnostics

/// A whole rule book, resolved and typed. Where `check` reported errors it is incomplete and must not be planned.
package struct CheckedProgram: Sendable {
  package var book: SourceBook
  package var choiceSets: [ChoiceSet]
  package var contact: RecordSchema
  package var account: RecordSchema
  package var deal: RecordSchema
  package var asset: RecordSchema
  /// The first is the built-in `message`.
  package var events: [EventSchema]
  package var assets: [CheckedAsset]
  package var teams: [CheckedTeam]
  /// Each after those that it reads.
  package var definitions: [Definition]
  package var rules: [CheckedRule]
  package var recommendations: [CheckedRecommendation]
  package var sequences: [CheckedSequence]
  /// Earlier versions of sequences that somebody is still in, under the present names, with what the names in them mean
  /// now.
  package var earlierSequences: [CheckedSequence] = []
  /// Those that do not check any more.
  package var brokenSequences: [BrokenSequence] = []
  package var policy: CheckedPolicy
  package var experiments: [CheckedExperiment]
  package var tests: [CheckedTest]

  package init(
    book: SourceBook, choiceSets: [ChoiceSet], contact: RecordSchema, account: RecordSchema, deal: RecordSchema,
    asset: RecordSchema, events: [EventSchema], assets: [CheckedAsset], teams: [CheckedTeam],
    definitions: [Definition], rules: [CheckedRule], recommendations: [CheckedRecommendation],
    sequences: [CheckedSequence], policy: CheckedPolicy, experiments: [CheckedExperiment], tests: [CheckedTest]
  ) {
    self.book = book
    self.choiceSets = choiceSets
    self.contact = contact
    self.account = account
    self.deal = deal
    self.asset = asset
    self.events = events
    self.assets = assets
    self.teams = teams
    self.definitions = definitions
    self.rules = rules
    self.recommendations = recommendations
    self.sequences = sequences
    self.policy = policy
    self.experiments = experiments
    self.tests = tests
  }

  package subscript(id: DefinitionID) -> Definition { definitions[id.index] }
  package subscript(id: EventID) -> EventSchema { events[id.index] }
  package subscript(id: AssetID) -> CheckedAsset { assets[id.index] }
  package subscript(id: ChoiceSetID) -> ChoiceSet { choiceSets[id.index] }

  package func record(of subject: Subject) -> RecordSchema {
    switch subject {
    case .contact: contact
    case .account: account
    }
  }
}
