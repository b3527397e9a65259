package import BusinessTime

/// One contact's way through one sequence.
package struct Enrolment: Hashable, Sendable {
  /// How it came about.
  package enum Source: String, Hashable, Sendable, CaseIterable {
    case condition
    /// `enroll in` of a rule or of another sequence.
    case action
    /// A person asked for it.
    case command
  }

  /// A statement of a step.
  package struct Place: Hashable, Sendable {
    package var step: String
    /// Numbers from 0 and the names of branches, as in `1.then.0`; empty where the step begins.
    package var position: String

    package init(step: String, position: String) {
      self.step = step
      self.position = position
    }
  }

  package struct Visit: Hashable, Sendable {
    package var step: String
    package var beganAt: Instant
    /// When an action of the step was done last; `nil` for never.
    package var actedAt: Instant?

    package init(step: String, beganAt: Instant, actedAt: Instant? = nil) {
      self.step = step
      self.beganAt = beganAt
      self.actedAt = actedAt
    }
  }

  /// The arm that chance chose.
  package struct ArmChoice: Hashable, Sendable {
    package var place: Place
    package var arm: String

    package init(place: Place, arm: String) {
      self.place = place
      self.arm = arm
    }
  }

  /// Why it stays where it is.
  package enum Rest: Hashable, Sendable {
    /// It goes on with the next run.
    case ready
    /// At a wait that ends then, or earlier where it is `until` something.
    case waiting(until: Instant)
    /// At a message that the policy holds.
    case held(until: Instant)
    /// Outside the times of `act on`.
    case closed(until: Instant)
  }

  package enum Ending: Hashable, Sendable {
    case goal
    /// The condition of the `exit when`, as it is written.
    case exited(String)
    case finished
    /// By a rule or sequence, or `nil` for a person.
    case removed(by: String?)
  }

  /// The row of the contact.
  package var contact: Int32
  /// Of the sequence, which it goes through to its end.
  package var version: String
  package var enteredAt: Instant
  package var source: Source
  /// Goes the same way without anything being done, to be compared with.
  package var isHeldOut: Bool
  package var isPaused: Bool
  /// The statement that is next.
  package var place: Place
  /// In the order in which the steps were begun.
  package var visits: [Visit]
  package var arms: [ArmChoice]
  /// From when the next wait counts: when what stands before it was done.
  package var clock: Instant
  package var rest: Rest
  /// Since when the message that is next has been held.
  package var heldSince: Instant?
  package var ending: Ending?
  package var endedAt: Instant?
  /// How often it was moved to another version.
  package var moves: Int

  package init(
    contact: Int32, version: String, enteredAt: Instant, source: Source, isHeldOut: Bool = false,
    isPaused: Bool = false, place: Place, visits: [Visit] = [], arms: [ArmChoice] = [], clock: Instant? = nil,
    rest: Rest = .ready, heldSince: Instant? = nil, ending: Ending? = nil, endedAt: Instant? = nil,
    moves: Int = 0
  ) {
    self.contact = contact
    self.version = version
    self.enteredAt = enteredAt
    self.source = source
    self.isHeldOut = isHeldOut
    self.isPaused = isPaused
    self.place = place
    self.visits = visits
    self.arms = arms
    self.clock = clock ?? enteredAt
    self.rest = rest
    self.heldSince = heldSince
    self.ending = ending
    self.endedAt = endedAt
    self.moves = moves
  }

  /// When the step was begun; `nil` where it was not.
  package func began(_ step: String) -> Instant? { visits.last { $0.step == step }?.beganAt }

  mutating func end(_ ending: Ending, at now: Instant) {
    self.ending = ending
    endedAt = now
    rest = .ready
    heldSince = nil
  }
}
