package import BusinessTime
package import RuleSemantics

/// What earlier runs left behind of sequences and of what is done in turn.
package struct SequenceState: Sendable {
  /// By name of a sequence, as last deployed.
  package var deployments: [String: SequenceDeployment] = [:]
  /// Those that have not ended, by name of the sequence, each in the order of rows; one for a contact at most.
  package var enrolments: [String: [Enrolment]] = [:]
  /// When each contact was enrolled last, by name of the sequence: what the frequency needs to know.
  package var entries: [String: FiringTable] = [:]
  /// By team, whom its last turn went to.
  package var turns: [String: String] = [:]
  /// Numbers what people did to sequences; a run that finds another number at its end was overtaken.
  package var lastCommand: Int64 = 0

  package init() {}
}

/// Since when a sequence has been at work.
package struct SequenceDeployment: Hashable, Sendable {
  package var firstAt: Instant
  /// Of the present text.
  package var version: String
  /// Chance is drawn with it. Kept for good, through a change of the name too.
  package var salt: String
  /// Switched off by a person, whatever the text says.
  package var isPaused: Bool

  package init(firstAt: Instant, version: String, salt: String, isPaused: Bool = false) {
    self.firstAt = firstAt
    self.version = version
    self.salt = salt
    self.isPaused = isPaused
  }
}

/// What a run leaves behind of sequences; rows are those of the snapshot.
package struct SequenceChanges: Hashable, Sendable {
  package struct DeploymentChange: Hashable, Sendable {
    package var sequence: String
    /// What was kept under it moves to the new name first.
    package var formerName: String?
    package var deployment: SequenceDeployment
    /// The text of the version, to be kept as long as somebody is in it.
    package var text: String
  }

  package struct EntryChange: Hashable, Sendable {
    package var sequence: String
    package var row: Int32
    package var entry: Firing
  }

  package struct EnrolmentChange: Hashable, Sendable {
    package var sequence: String
    /// As it is after the run.
    package var enrolment: Enrolment
    package var isNew: Bool
  }

  package struct OwnerChange: Hashable, Sendable {
    package var rule: String
    package var subject: Subject
    package var row: Int32
    package var owner: String
  }

  /// `enroll in` and `remove from sequence`.
  struct Request: Hashable, Sendable {
    var sequence: String
    var row: Int32
    var isMember: Bool
    var by: String
  }

  package var deployments: [DeploymentChange] = []
  package var entries: [EntryChange] = []
  /// By sequence, then row.
  package var enrolments: [EnrolmentChange] = []
  package var owners: [OwnerChange] = []
  /// By team, whom its last turn went to; those that changed.
  package var turns: [String: String] = [:]
  /// Worked off at the end of the run.
  var requests: [Request] = []

  package init() {}
}
