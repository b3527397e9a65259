import BusinessTime
package import RuleDiagnostics

extension Decisions {
  /// What one run did with a sequence, in numbers of contacts.
  package struct SequenceReport: Hashable, Sendable {
    package var name: String
    package var range: SourceRange
    /// For whom the condition to be enrolled is true, or is unknown.
    package var matched = 0
    package var unknown = 0
    /// Newly in it, without those held out.
    package var enrolled = 0
    package var heldOut = 0
    /// For whom an action of a step was decided.
    package var acted = 0
    /// In it after the run, by why they stay where they are.
    package var waiting = 0
    package var held = 0
    package var closed = 0
    package var paused = 0
    /// Out of it in this run.
    package var reachedGoal = 0
    package var exited = 0
    package var finished = 0
    package var removed = 0
    /// In an earlier version that does not check any more.
    package var stranded = 0
    /// Why, when `stranded` is not 0.
    package var problem: Diagnostic?
    /// What a person is asked before anybody is enrolled; `nil` when nothing is.
    package var approval: Outcome.ApprovalReason?
    /// Why a person would have been asked, had the caller not said yes beforehand.
    package var approvedBeforehand: Outcome.ApprovalReason?
    package var isNew = false
    /// By its text, or by a person.
    package var isPaused = false
    package var isExecutable = true

    package init(name: String, range: SourceRange) {
      self.name = name
      self.range = range
    }

    /// Whether there is something to say of it.
    package var isQuiet: Bool {
      matched == 0
        && enrolled + heldOut + acted + waiting + held + closed + paused + reachedGoal + exited + finished
          + removed + stranded == 0
        && approval == nil
    }

    mutating func count(_ enrolment: Enrolment) {
      switch enrolment.ending {
      case .goal: reachedGoal += 1
      case .exited: exited += 1
      case .finished: finished += 1
      case .removed: removed += 1
      case nil:
        if enrolment.isPaused {
          paused += 1
          return
        }
        switch enrolment.rest {
        case .ready, .waiting: waiting += 1
        case .held: held += 1
        case .closed: closed += 1
        }
      }
    }

    /// Nothing of it came to pass.
    mutating func halt() {
      (enrolled, heldOut, acted, reachedGoal, exited, finished, removed) = (0, 0, 0, 0, 0, 0, 0)
    }
  }
}
