package import BusinessTime
package import RuleSemantics

/// What a run leaves behind, to be kept in one transaction with its actions. Everything stands in a deterministic
/// order; rows are those of the snapshot.
package struct StateChanges: Hashable, Sendable {
  /// New or edited rules; with a former name what was kept under it moves to the new one first.
  package var deployments: [DeploymentChange] = []
  package var firings: [FiringChange] = []
  package var handled: [HandledOccurrence] = []
  /// Journeys and segments that are worked out for the first time: from now on they have a past, even if it is that
  /// nobody is in them. Their first stages and members set off nothing.
  package var begun: [DefinitionID] = []
  package var stages: [StageChange] = []
  package var memberships: [MembershipChange] = []
  package var fields: [FieldSet] = []
  package var lists: [ListChange] = []
  package var synced: [SyncedValue] = []
  /// Become `message` events at the time of the run.
  package var messages: [SentMessage] = []
  /// Newly held; those that are held already stay as they are.
  package var holds: [Hold] = []
  /// Holds that ended: sent, expired, or the condition no longer true.
  package var releasedHolds: [RuleOccurrence] = []
  package var overrides: [Override] = []
  /// What recommendations found for actions that act, or that a person is asked about.
  package var recommendations: [RecommendedAsset] = []
  package var experiments = ExperimentChanges()
  package var approvals = ApprovalChanges()

  package var sequences = SequenceChanges()

  package init() {}

  package var isEmpty: Bool { self == StateChanges() }

  package struct DeploymentChange: Hashable, Sendable {
    package var rule: String
    package var formerName: String?
    package var deployment: Deployment

    package init(rule: String, formerName: String? = nil, deployment: Deployment) {
      self.rule = rule
      self.formerName = formerName
      self.deployment = deployment
    }
  }

  package struct FiringChange: Hashable, Sendable {
    package var rule: String
    package var subject: Subject
    package var row: Int32
    package var firing: Firing

    package init(rule: String, subject: Subject, row: Int32, firing: Firing) {
      self.rule = rule
      self.subject = subject
      self.row = row
      self.firing = firing
    }
  }

  package struct HandledOccurrence: Hashable, Sendable {
    package enum Result: String, Hashable, Sendable, CaseIterable {
      case acted
      /// The condition was false or unknown when it was due.
      case notTrue = "not true"
      /// The frequency of the rule forbade it.
      case tooSoon = "too soon"
      /// A higher rule said `skip lower rules`.
      case skipped
      case paused
      /// The time to wait until is missing.
      case noTime = "no time"
      /// No action came to anything: no consent, nothing to change and the like.
      case heldBack = "held back"
      case expired
      /// A person said no, or nobody said yes in time.
      case refused
    }

    package var occurrence: RuleOccurrence
    package var result: Result
    package var due: Instant

    package init(occurrence: RuleOccurrence, result: Result, due: Instant) {
      self.occurrence = occurrence
      self.result = result
      self.due = due
    }
  }

  package struct StageChange: Hashable, Sendable {
    package var definition: DefinitionID
    package var subject: Subject
    package var row: Int32
    /// Positions of stages; -1 for none yet.
    package var from: Int32
    package var to: Int32

    package init(definition: DefinitionID, subject: Subject, row: Int32, from: Int32, to: Int32) {
      self.definition = definition
      self.subject = subject
      self.row = row
      self.from = from
      self.to = to
    }
  }

  package struct MembershipChange: Hashable, Sendable {
    package var definition: DefinitionID
    package var subject: Subject
    package var row: Int32
    package var isMember: Bool

    package init(definition: DefinitionID, subject: Subject, row: Int32, isMember: Bool) {
      self.definition = definition
      self.subject = subject
      self.row = row
      self.isMember = isMember
    }
  }

  /// A change of a field at the time of the run, with the source `rule`.
  package struct FieldSet: Hashable, Sendable {
    package var rule: String
    package var subject: Subject
    package var row: Int32
    package var field: FieldIndex
    package var old: Value
    package var new: Value

    package init(rule: String, subject: Subject, row: Int32, field: FieldIndex, old: Value, new: Value) {
      self.rule = rule
      self.subject = subject
      self.row = row
      self.field = field
      self.old = old
      self.new = new
    }
  }

  package struct ListChange: Hashable, Sendable {
    package var list: ListName
    package var row: Int32
    package var isMember: Bool

    package init(list: ListName, row: Int32, isMember: Bool) {
      self.list = list
      self.row = row
      self.isMember = isMember
    }
  }

  package struct SyncedValue: Hashable, Sendable {
    package var property: PropertyName
    package var definition: DefinitionID
    package var row: Int32
    package var value: Value

    package init(property: PropertyName, definition: DefinitionID, row: Int32, value: Value) {
      self.property = property
      self.definition = definition
      self.row = row
      self.value = value
    }
  }

  package struct SentMessage: Hashable, Sendable {
    package var rule: String
    package var contact: Int32
    /// `nil` for an email made from a template. An asset of the CRM is kept in the field `template` of `message`, since
    /// the field `asset` holds declared ones.
    package var asset: CheckedAction.AssetReference?
    package var template: String?
    /// Such a message counts for no cap.
    package var isTransactional: Bool

    package init(
      rule: String, contact: Int32, asset: CheckedAction.AssetReference? = nil, template: String? = nil,
      isTransactional: Bool = false
    ) {
      self.rule = rule
      self.contact = contact
      self.asset = asset
      self.template = template
      self.isTransactional = isTransactional
    }
  }

  package struct Hold: Hashable, Sendable {
    package var occurrence: RuleOccurrence
    package var since: Instant
    package var until: Instant

    package init(occurrence: RuleOccurrence, since: Instant, until: Instant) {
      self.occurrence = occurrence
      self.since = since
      self.until = until
    }
  }

  package struct Override: Hashable, Sendable {
    package var rule: String
    package var by: String
    package var subject: Subject
    package var row: Int32
    /// The name of the field or list.
    package var what: String

    package init(rule: String, by: String, subject: Subject, row: Int32, what: String) {
      self.rule = rule
      self.by = by
      self.subject = subject
      self.row = row
      self.what = what
    }
  }
}
