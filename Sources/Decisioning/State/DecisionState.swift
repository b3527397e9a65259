package import BusinessTime
package import RuleEngine
package import RuleSemantics

/// What the last runs left behind, at one moment. Rows are those of the snapshot that is decided upon; what journeys
/// and segments were is in `Snapshot.previous`.
package struct DecisionState: Sendable {
  /// By rule name.
  package var deployments: [String: Deployment]
  /// By rule name, as last deployed.
  package var firings: [String: FiringTable]
  /// Occurrences that a rule is done with. Those may be forgotten that were due more than `lateness` ago and are not
  /// held.
  package var handled: Set<RuleOccurrence>
  /// Of fields that an `on` rule asks for, and transitions of journeys and segments likewise; in any order. Needed as
  /// far back as `lateness`, the longest wait and the longest hold reach together.
  package var changes: [FieldChange]
  /// By purpose: for each contact 1 where a consent is on record. A purpose that is not here has none.
  package var consents: [String: [UInt8]]
  /// For each contact 1 where nothing may be sent whatever happens; empty for nobody.
  package var suppressed: [UInt8]
  /// For each row 1 where it is on the list; a list that is not here is empty.
  package var lists: [ListName: [UInt8]]
  /// What `sync to hubspot property` last wrote; a property that is not here was never written.
  package var synced: [PropertyName: Column]
  /// Within the longest `never repeat` of a recommendation.
  package var recommendations = RecommendationHistory()
  /// Messages that are held.
  package var holds: [RuleOccurrence: HeldMessage]
  package var approvals: ApprovalState
  /// By name, as last run.
  package var experiments: [String: ExperimentState]
  package var sequences = SequenceState()

  package init(
    deployments: [String: Deployment] = [:], firings: [String: FiringTable] = [:],
    handled: Set<RuleOccurrence> = [], changes: [FieldChange] = [], consents: [String: [UInt8]] = [:],
    suppressed: [UInt8] = [], lists: [ListName: [UInt8]] = [:], synced: [PropertyName: Column] = [:],
    holds: [RuleOccurrence: HeldMessage] = [:], approvals: ApprovalState = ApprovalState(),
    experiments: [String: ExperimentState] = [:]
  ) {
    self.deployments = deployments
    self.firings = firings
    self.handled = handled
    self.changes = changes
    self.consents = consents
    self.suppressed = suppressed
    self.lists = lists
    self.synced = synced
    self.holds = holds
    self.approvals = approvals
    self.experiments = experiments
  }

  package static let empty = DecisionState()

  /// How late an occurrence may be and still set off a rule.
  package static let lateness = TimeSpan(24, .hours)
}

/// What a rule decides upon: one occurrence for one subject. The hold of a `when` rule has no occurrence.
package struct RuleOccurrence: Hashable, Sendable {
  package var rule: String
  package var subject: Subject
  package var row: Int32
  package var occurrence: OccurrenceKey?

  package init(rule: String, subject: Subject, row: Int32, occurrence: OccurrenceKey?) {
    self.rule = rule
    self.subject = subject
    self.row = row
    self.occurrence = occurrence
  }
}

/// How long a message is held.
package struct HeldMessage: Hashable, Sendable {
  package var since: Instant
  /// As the last run that met it saw it: what holds it may change.
  package var until: Instant

  package init(since: Instant, until: Instant) {
    self.since = since
    self.until = until
  }
}

/// A list of the CRM, of contacts or of accounts.
package struct ListName: Hashable, Sendable {
  package var subject: Subject
  package var name: String

  package init(_ subject: Subject, _ name: String) {
    self.subject = subject
    self.name = name
  }
}

/// A property of the CRM that a definition is synced to.
package struct PropertyName: Hashable, Sendable {
  package var subject: Subject
  package var name: String

  package init(_ subject: Subject, _ name: String) {
    self.subject = subject
    self.name = name
  }
}
