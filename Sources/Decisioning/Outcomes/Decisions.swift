package import BusinessTime
package import RuleDiagnostics

/// What one run decides. The same inputs give the same value, to the byte.
package struct Decisions: Sendable {
  package var now: Instant
  /// In the order in which rules go: higher priority first, then by name.
  package var rules: [RuleReport] = []
  /// In the same order.
  package var sequences: [SequenceReport] = []
  /// By rule in that order, then by key of the subject, occurrence and position; syncs last.
  package var actions: [DecidedAction] = []
  package var changes = StateChanges()
  /// What the rule book declares and this version does not carry out yet, once per declaration.
  package var notExecutable: [NotExecutable] = []
  /// Why the run was halted before its first action; its changes are then empty.
  package var halt: Halt?
  /// Names of deployed rules that the rule book no longer has; sorted. An edited unnamed rule is among them.
  package var vanishedRules: [String] = []
  /// The same of sequences; whoever is in one stays where they are.
  package var vanishedSequences: [VanishedSequence] = []
  /// When to decide again about those who were decided about.
  package var nextLooks = NextLooks()
  /// Of a run over some alone: whether it must give way to one over everybody, since something begins or so many are
  /// reached that a person has to be asked.
  package var concernsEverybody = false
  /// Whether one over everybody should come soon: somebody is to be asked about, and waits for that alone.
  package var wantsEverybody = false
  /// Whether recommendations were asked, which may read what everybody does.
  package var recommends = false

  package init(now: Instant) {
    self.now = now
  }

  package struct RuleReport: Hashable, Sendable {
    package var name: String
    package var range: SourceRange
    /// Subjects, of an `on` rule due occurrences, for which the condition is true.
    package var matched = 0
    /// Of those, how many the rule acts on.
    package var acted = 0
    /// Occurrences that are not due yet, and held messages.
    package var waiting = 0
    /// Left out: by `skip lower rules`, `paused`, a missing time to wait until.
    package var skipped = 0
    /// Subjects or occurrences for which the condition is unknown.
    package var unknown = 0
    /// On how many it would act if a person approved it; `nil` when nothing is asked.
    package var approval: Outcome.ApprovalReason?
    /// Why a person would have been asked, had the caller not said yes beforehand.
    package var approvedBeforehand: Outcome.ApprovalReason?
    package var isNew = false
    /// How many people who were there before it a new rule messages; `nil` for any other rule.
    package var existingPeople: Int?
    package var isEdited = false
    package var isPaused = false
    package var isExecutable = true

    package init(name: String, range: SourceRange) {
      self.name = name
      self.range = range
    }
  }

  package struct VanishedSequence: Hashable, Sendable {
    package var name: String
    package var enrolled: Int
  }

  package struct NotExecutable: Hashable, Sendable {
    package enum Feature: String, Hashable, Sendable, CaseIterable {
      /// A condition reads what no evaluation computes.
      case expression
    }

    /// The rule, recommendation or sequence.
    package var name: String
    package var feature: Feature
    package var range: SourceRange
    /// For how many subjects or occurrences it would have acted or enrolled, as far as its condition says.
    package var matched: Int

    package init(name: String, feature: Feature, range: SourceRange, matched: Int = 0) {
      self.name = name
      self.feature = feature
      self.range = range
      self.matched = matched
    }
  }

  package struct Halt: Hashable, Sendable {
    package var contacts: Int
    package var limit: Int

    package init(contacts: Int, limit: Int) {
      self.contacts = contacts
      self.limit = limit
    }
  }
}
