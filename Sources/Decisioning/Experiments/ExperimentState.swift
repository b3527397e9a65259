package import BusinessTime
package import RuleSemantics

/// What is kept of an experiment: by what it assigns, and whom it assigned.
package struct ExperimentState: Hashable, Sendable {
  /// Written when the experiment first ran, and kept from then on, also under another name.
  package var salt: String
  /// By row of the rule's subject.
  package var assignments: [Int32: Assignment]
  /// The shares of the arms from an instant on, in the order of time; those of the first also before it.
  package var shares: [Shares]

  package init(salt: String, assignments: [Int32: Assignment] = [:], shares: [Shares] = []) {
    self.salt = salt
    self.assignments = assignments
    self.shares = shares
  }

  package struct Shares: Hashable, Sendable {
    package var at: Instant
    /// By name of the arm, adding up to 1.
    package var shares: [String: Double]

    package init(at: Instant, shares: [String: Double]) {
      self.at = at
      self.shares = shares
    }
  }

  package struct Assignment: Hashable, Sendable {
    /// The name of the arm.
    package var arm: String
    package var at: Instant

    package init(arm: String, at: Instant) {
      self.arm = arm
      self.at = at
    }
  }
}

/// What a run changes of experiments.
package struct ExperimentChanges: Hashable, Sendable {
  /// Those that run for the first time, or under a new name.
  package var begun: [Beginning] = []
  /// Who was given an arm in this run.
  package var assignments: [NewAssignment] = []
  /// Those whose shares are others from this run on.
  package var shares: [NewShares] = []

  package init() {}

  package var isEmpty: Bool { begun.isEmpty && assignments.isEmpty && shares.isEmpty }

  package struct NewShares: Hashable, Sendable {
    package var experiment: String
    package var shares: ExperimentState.Shares

    package init(experiment: String, shares: ExperimentState.Shares) {
      self.experiment = experiment
      self.shares = shares
    }
  }

  package struct Beginning: Hashable, Sendable {
    package var experiment: String
    package var formerName: String?
    package var salt: String

    package init(experiment: String, formerName: String?, salt: String) {
      self.experiment = experiment
      self.formerName = formerName
      self.salt = salt
    }
  }

  package struct NewAssignment: Hashable, Sendable {
    package var experiment: String
    package var subject: Subject
    package var row: Int32
    package var arm: String
    package var at: Instant

    package init(experiment: String, subject: Subject, row: Int32, arm: String, at: Instant) {
      self.experiment = experiment
      self.subject = subject
      self.row = row
      self.arm = arm
      self.at = at
    }
  }

  /// The same upon what was kept.
  package func apply(to experiments: inout [String: ExperimentState]) {
    for beginning in begun {
      let former = beginning.formerName.flatMap { experiments.removeValue(forKey: $0) }
      experiments[beginning.experiment] = former ?? ExperimentState(salt: beginning.salt)
    }
    for change in shares { experiments[change.experiment]?.shares.append(change.shares) }
    for assignment in assignments {
      experiments[assignment.experiment]?.assignments[assignment.row] = .init(
        arm: assignment.arm, at: assignment.at)
    }
  }
}
