package import BusinessTime
import RuleEngine
package import RuleSemantics

/// Virtual time over history: at each instant a run is decided as it would have been, and its effects are kept for the
/// next. Nothing is written.
package struct Simulation {
  /// What the people who are asked are taken to say.
  package enum Approvals: String, Hashable, Sendable, CaseIterable {
    /// Whoever is asked agrees at once, and lets a halted run go on.
    case given
    /// Nobody answers.
    case withheld
  }

  /// One run.
  package struct Run {
    package var now: Instant
    package var decisions: Decisions
    /// Rules and sequences that asked whether they may act, answered or not.
    package var asking: [(rule: String, reason: Outcome.ApprovalReason)]
    /// Why the run would have stopped; it went on where approvals are given.
    package var halt: Decisions.Halt?
    /// How many messages are held after it, those of sequences among them.
    package var held: Int
    /// How many actions wait for a person after it: single ones, and those of rules and sequences that asked whether they
    /// may act.
    package var unanswered: Int
    /// How many people are at a wait of a sequence after it, or outside its hours.
    package var underway: Int
  }

  package private(set) var world: SimulatedWorld
  private let plan: DecisionPlan
  private let holidays: [Set<CivilDate>]
  private let approvals: Approvals
  private let describesActions: Bool

  /// - Parameters:
  ///   - describesActions: whether actions say what they ask of the CRM, or are only to be counted.
  ///   - threads: how many share the people between them.
  package init(
    _ history: SimulationHistory, plan: DecisionPlan, holidays: [Set<CivilDate>], approvals: Approvals = .given,
    describesActions: Bool = true, threads: Int = 1
  ) {
    self.plan = plan
    self.holidays = holidays
    self.approvals = approvals
    self.describesActions = describesActions
    world = SimulatedWorld(
      history, plan: plan, calendar: plan.program.policy.calendar(holidays: holidays), threads: threads)
  }

  /// Lets time pass to an instant, decides there, and keeps what is decided.
  package mutating func run(at now: Instant) -> Run {
    let areGiven = approvals == .given
    if areGiven { world.approveItems(at: now) }
    let evaluation = world.evaluation(at: now)
    let decisions = decide(
      evaluation, plan: plan, state: world.state,
      options: DecisionOptions(
        approvedRules: areGiven ? Set(plan.program.rules.map(\.name) + plan.program.sequences.map(\.name)) : [],
        ignoresHalt: areGiven, syncsProperties: false, describesActions: describesActions, looksAhead: false,
        holidays: holidays))
    let asking =
      decisions.rules.compactMap { report in
        (report.approval ?? report.approvedBeforehand).map { (rule: report.name, reason: $0) }
      }
      + decisions.sequences.compactMap { report in
        (report.approval ?? report.approvedBeforehand).map { (rule: report.name, reason: $0) }
      }
    let halt = decisions.halt ?? (areGiven ? wouldHalt(decisions) : nil)
    world.apply(decisions.changes, at: now)
    return Run(
      now: now, decisions: decisions, asking: asking, halt: halt,
      held: world.state.holds.count + world.state.sequences.count(resting: \.isHold),
      unanswered: areGiven ? 0 : world.state.approvals.openCount,
      underway: world.state.sequences.count(resting: \.isWait))
  }

  private func wouldHalt(_ decisions: Decisions) -> Decisions.Halt? {
    let rows = decisions.actions.filter { $0.outcome == .act && !$0.isSync && $0.subject == .contact }.map(\.row)
    let people = Set(rows).count
    let limit = plan.program.policy.haltOver.exceeded(by: people, of: world.contactCount)
    return limit.map { Decisions.Halt(contacts: people, limit: $0) }
  }

  /// All runs, in their order. Where they take place once a day, what is held until a time of that day gets a run of its
  /// own, at the full hour: whoever is asleep at the start of business hours would be asleep at every run otherwise, and
  /// a sequence that acts from ten on would never act.
  package mutating func play(_ instants: [Instant], every: TimeSpan?, _ observe: (Run, Int) -> Void) {
    for (index, instant) in instants.enumerated() {
      let next = index + 1 < instants.count ? instants[index + 1] : nil
      var now = instant
      while true {
        let run = run(at: now)
        observe(run, index)
        guard every == nil, let next, let release = nextRelease(after: run), release < next else { break }
        now = release
      }
    }
  }

  /// When runs take place: at the start of business hours of each day, weekends too, so that no occurrence is more than
  /// a day late; or as often as is said, from the start on.
  ///
  /// - Parameters:
  ///   - start, end: both included.
  ///   - every: `nil` for once a day.
  package static func instants(
    from start: Instant, to end: Instant, every: TimeSpan?, policy: CheckedPolicy, calendar: BusinessCalendar
  ) -> [Instant] {
    var instants: [Instant] = []
    if let every {
      var next = start
      while next <= end {
        instants.append(next)
        let later = calendar.add(every, to: next)
        guard later > next else { break }
        next = later
      }
      return instants
    }
    var day: CivilDate = calendar.zone.day(of: start)
    while true {
      let next = calendar.zone.instant(day, policy.businessFrom)
      if next > end { break }
      if next >= start {
        // A day of 25 hours would leave an occurrence of its first hour too late.
        if let last = instants.last, next.milliseconds - last.milliseconds > Simulation.dayMilliseconds {
          instants.append(last.adding(milliseconds: Simulation.dayMilliseconds))
        }
        instants.append(next)
      }
      day = day.adding(days: 1)
    }
    if instants.isEmpty { instants = [start] }
    return instants
  }

  private static let dayMilliseconds: Int64 = 86_400_000

  /// The first full hour by which the time of day holds somebody back no longer; `nil` where it does not.
  private func nextRelease(after run: Run) -> Instant? {
    var first: Instant?
    func take(_ time: Instant) {
      if time > run.now { first = min(first ?? time, time) }
    }
    for action in run.decisions.actions {
      switch action.outcome {
      case .held(let until, .quietHours), .held(let until, .sendWindow), .held(let until, .release): take(until)
      default: break
      }
    }
    for enrolment in world.state.sequences.enrolments.values.joined() where !enrolment.isPaused {
      if case .closed(let until) = enrolment.rest { take(until) }
    }
    let hour: Int64 = 3_600_000
    return first.map { Instant(milliseconds: ($0.milliseconds + hour - 1) / hour * hour) }
  }
}

extension SequenceState {
  /// How many are in sequences at a rest of some kind, those aside who are held out.
  fileprivate func count(resting isCounted: (Enrolment.Rest) -> Bool) -> Int {
    enrolments.values.joined().count { !$0.isHeldOut && $0.ending == nil && isCounted($0.rest) }
  }
}

extension Enrolment.Rest {
  fileprivate var isHold: Bool { if case .held = self { true } else { false } }

  fileprivate var isWait: Bool {
    switch self {
    case .waiting, .closed: true
    case .held, .ready: false
    }
  }
}

extension ApprovalState {
  /// How many actions nobody has answered yet.
  fileprivate var openCount: Int {
    items.count { $0.answer == nil }
      + questions.values.filter { $0.answer == nil }.reduce(0) { $0 + $1.occurrences.count }
  }
}
