import BusinessTime
import RuleEngine
import RuleSemantics

/// The enrolments in one version of a sequence, and the answers that they share. A class, since a condition is worked
/// out for all of them when it is first asked for.
final class SequenceBatch {
  let version: SequenceVersion
  let batch: OccurrenceBatch
  private let evaluation: Evaluation
  private let goal: [UInt8]?
  private let exits: [(truths: [UInt8], text: String)]
  private var conditions: [Int: [UInt8]] = [:]

  init(_ enrolments: [Enrolment], _ version: SequenceVersion, _ evaluation: Evaluation) {
    self.version = version
    self.evaluation = evaluation
    let batch = OccurrenceBatch(enrolments, version.sequence)
    self.batch = batch
    goal = version.goal.map { batch.truths($0, evaluation) }
    exits = version.exits.compactMap { exit in exit.node.map { (batch.truths($0, evaluation), exit.text) } }
  }

  func isGoalReached(at position: Int) -> Bool { goal?[position] == 1 }

  func exit(at position: Int) -> String? { exits.first { $0.truths[position] == 1 }?.text }

  func isTrue(condition: Int, at position: Int) -> Bool {
    if let known = conditions[condition] { return known[position] == 1 }
    guard let node = version.conditions[condition] else { return false }
    let truths = batch.truths(node, evaluation)
    conditions[condition] = truths
    return truths[position] == 1
  }
}

/// What the way of one enrolment depends on, in a run.
struct SequenceSurroundings: EnrolmentSurroundings {
  let decider: Decider
  let batch: SequenceBatch
  let position: Int
  let sequence: String
  let enrolment: Enrolment
  let salt: String
  private(set) var actions: [DecidedAction] = []

  init(
    decider: Decider, batch: SequenceBatch, position: Int, sequence: String, enrolment: Enrolment, salt: String
  ) {
    self.decider = decider
    self.batch = batch
    self.position = position
    self.sequence = sequence
    self.enrolment = enrolment
    self.salt = salt
  }

  var now: Instant { decider.now }
  var isGoalReached: Bool { batch.isGoalReached(at: position) }
  var exit: String? { batch.exit(at: position) }
  var removal: String? { decider.removal(of: enrolment.contact, from: sequence) }

  func isTrue(condition: Int) -> Bool { batch.isTrue(condition: condition, at: position) }

  func add(_ span: TimeSpan, to instant: Instant) -> Instant {
    decider.calendars[.contact, enrolment.contact].add(span, to: instant)
  }

  func arm(of arms: [SequenceProgram.Arm], byAccount: Bool, at place: Enrolment.Place) -> SequenceProgram.Arm? {
    let id = decider.drawnKeys(enrolment.contact).id(byAccount: byAccount)
    if let fixed = decider.options.fixedArms {
      let arm = fixed.arm(of: sequence, step: place.step, for: id, among: arms.map(\.name))
      return arms.first { arm == nil || $0.name == arm }
    }
    let bucket = bucket(of: id, salt: "\(salt)/\(place.step)/\(place.position)")
    return arms.first { bucket < $0.limit }
  }

  var opening: Instant? {
    guard let window = batch.version.sequence.window else { return nil }
    let zone = window.inContactTime ? decider.zone(of: enrolment.contact) : decider.calendars.common.zone
    let calendar = decider.sendCalendar(
      days: window.days, hours: DailyWindow(from: window.from, to: window.to), zone: zone, of: enrolment.contact)
    return calendar.opening(at: now) == nil ? calendar.nextOpening(from: now) : nil
  }

  mutating func act(_ action: Int, at place: Enrolment.Place, heldSince: Instant?) -> Outcome {
    let checked = batch.version.program.actions[action]
    let row = enrolment.contact
    var resolved = decider.resolve(
      checked, 0,
      .init(
        subject: .contact, row: row, batch: batch.batch, position: position, nodes: batch.version.arguments[action],
        rule: sequence, isUpkeep: false))
    if resolved.outcome == .act { resolved.outcome = decider.outcome(of: resolved, row, heldSince: heldSince) }
    decider.claim([resolved], for: sequence)
    if resolved.outcome == .act || resolved.outcome.isQuestion {
      decider.apply(resolved, sequence, .contact, row, &decider.decisions.changes)
    } else if case .overridden(let by) = resolved.outcome {
      decider.decisions.changes.overrides.append(
        .init(rule: sequence, by: by, subject: .contact, row: row, what: resolved.target ?? ""))
    }
    var decided = DecidedAction(
      rule: sequence, subject: .contact, row: row, key: decider.key(of: .contact, row: row), action: checked.id,
      arguments: resolved.arguments, outcome: resolved.outcome, request: resolved.request,
      occurrence: .enrolment(at: enrolment.enteredAt, place, moves: enrolment.moves), index: 0)
    if decider.options.describesActions {
      decided.picks = resolved.ranking.map { DecidedPicks($0, of: $1, decider.program) }
    }
    if decided.outcome.isQuestion {
      decider.decisions.changes.approvals.askedItems.append(decider.item(decided, resolved))
    }
    actions.append(decided)
    return resolved.outcome
  }
}
