import BusinessTime
import RuleSemantics

/// What the way of one enrolment depends on, at the time of the run.
protocol EnrolmentSurroundings {
  var now: Instant { get }
  var isGoalReached: Bool { get }
  /// The condition of the first `exit when` that is true, as it is written.
  var exit: String? { get }
  /// Whether a rule, or an action of the sequence itself, takes the contact out; by whom.
  var removal: String? { get }
  /// When the sequence may act again; `nil` when it may now.
  var opening: Instant? { get }
  func isTrue(condition: Int) -> Bool
  func add(_ span: TimeSpan, to instant: Instant) -> Instant
  /// The arm of a split that the contact takes; `nil` where there is none.
  func arm(of arms: [SequenceProgram.Arm], byAccount: Bool, at place: Enrolment.Place) -> SequenceProgram.Arm?
  /// Does an action, unless a policy keeps it from being done.
  mutating func act(_ action: Int, at place: Enrolment.Place, heldSince: Instant?) -> Outcome
}

/// Leads an enrolment on as far as it comes at this time. Goal, exits and removal are asked first, so that they come
/// before every action: nothing that they depend on changes within a run.
///
/// An action that a policy holds is met again by the next run; one that comes to nothing for another reason is passed.
/// A wait counts from when what stands before it was done, so that a run that comes late delays what follows and never
/// does two things at once that were to be days apart.
func advance<Surroundings: EnrolmentSurroundings>(
  _ enrolment: inout Enrolment, through program: SequenceProgram, _ surroundings: inout Surroundings
) {
  let now = surroundings.now
  if let by = surroundings.removal { return enrolment.end(.removed(by: by), at: now) }
  if surroundings.isGoalReached { return enrolment.end(.goal, at: now) }
  if let exit = surroundings.exit { return enrolment.end(.exited(exit), at: now) }
  guard var position = program.position(of: enrolment.place) else { return }
  while true {
    position = program.next(from: position)
    enrolment.place = program.places[position]
    switch program.instructions[position] {
    case .begin(let step):
      enrolment.visits.append(.init(step: step, beganAt: now))
      position += 1
    case .wait(let span):
      let end = enrolment.waitEnd ?? surroundings.add(span, to: enrolment.clock)
      guard end <= now else { return enrolment.rest = .waiting(until: end) }
      enrolment.goOn(from: end)
      position += 1
    case .waitUntil(let upTo, let condition):
      let end = enrolment.waitEnd ?? surroundings.add(upTo, to: enrolment.clock)
      let isTrue = surroundings.isTrue(condition: condition)
      guard isTrue || end <= now else { return enrolment.rest = .waiting(until: end) }
      enrolment.goOn(from: min(end, now))
      position += 1
    case .branch(let condition, let otherwise):
      if let opening = surroundings.opening { return enrolment.rest = .closed(until: opening) }
      enrolment.rest = .ready
      position = surroundings.isTrue(condition: condition) ? position + 1 : otherwise
    case .split(let byAccount, let arms):
      if let opening = surroundings.opening { return enrolment.rest = .closed(until: opening) }
      enrolment.rest = .ready
      guard let arm = surroundings.arm(of: arms, byAccount: byAccount, at: enrolment.place) else { return }
      enrolment.arms.append(.init(place: enrolment.place, arm: arm.name))
      position = arm.start
    case .act(let action):
      if let opening = surroundings.opening { return enrolment.rest = .closed(until: opening) }
      // Whoever is held out goes the same way at the same pace, and nothing is done.
      if !enrolment.isHeldOut {
        let outcome = surroundings.act(action, at: enrolment.place, heldSince: enrolment.heldSince)
        if case .held(let until, _) = outcome {
          enrolment.heldSince = enrolment.heldSince ?? now
          return enrolment.rest = .held(until: until)
        }
        if outcome == .act, let visit = enrolment.visits.indices.last { enrolment.visits[visit].actedAt = now }
      }
      enrolment.heldSince = nil
      enrolment.goOn(from: now)
      position += 1
      if let by = surroundings.removal { return enrolment.end(.removed(by: by), at: now) }
    case .jump: continue
    case .finish: return enrolment.end(.finished, at: now)
    }
  }
}

extension Enrolment {
  /// When the wait that it is at ends; `nil` where it has only come there.
  fileprivate var waitEnd: Instant? {
    if case .waiting(let end) = rest { end } else { nil }
  }

  fileprivate mutating func goOn(from clock: Instant) {
    self.clock = clock
    rest = .ready
  }
}
