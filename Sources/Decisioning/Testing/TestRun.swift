import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// One test: its clock, its world, and what happened since the last stop.
struct TestRun {
  /// An action that was decided, and when.
  struct Happening {
    var at: Instant
    var action: DecidedAction
  }

  let test: CheckedTest
  let plan: DecisionPlan
  let calendar: BusinessCalendar
  private(set) var options: DecisionOptions
  var world: TestWorld
  var now: Instant
  /// Whether the test or the clock changed something since the last run. What a run itself changes is for the next tick.
  private var isStale = true
  private var isAtStop = false
  private var nextTick: Instant
  /// Since the stop before.
  private(set) var happenings: [Happening] = []
  /// The steps that somebody came to since the stop before, by sequence.
  private var passed: [String: Set<String>] = [:]
  /// Of the last run, for what is asked at a stop.
  private var evaluation: Evaluation?
  /// The last evaluation, and the number of its snapshot.
  private var basis: (evaluation: Evaluation, number: Int)?
  private var failures: [TestFailure] = []
  private var cast = TestCast()
  /// Where what is reached is written down; `nil` where nobody asks.
  private let tally: CoverageTally?

  var program: CheckedProgram { plan.program }

  init(_ test: CheckedTest, plan: DecisionPlan, holidays: [Set<CivilDate>], tally: CoverageTally? = nil) {
    self.tally = tally
    self.test = test
    self.plan = plan
    calendar = plan.program.policy.calendar(holidays: holidays)
    options = DecisionOptions(
      appliesMessagePolicies: test.withPolicy, appliesPopulationPolicies: false, fixedArms: FixedArms(),
      holidays: holidays)
    world = TestWorld(plan)
    now = test.start ?? Instant(milliseconds: 0)
    nextTick = now
    nextTick = tick(after: now)
  }

  mutating func result() -> TestResult {
    for step in test.steps { take(step) }
    return TestResult(
      title: test.title, range: test.range, verdict: failures.isEmpty ? .passed : .failed(failures))
  }

  mutating func played() -> PlayedTest {
    for step in test.steps { take(step) }
    stop()
    return PlayedTest(now: now, evaluation: current(), actions: happenings.map { ($0.at, $0.action) })
  }

  private mutating func take(_ step: CheckedTest.Step) {
    switch step.kind {
    case .at, .wait: leaveStop()
    case .givenConsent, .givenArm, .givenSplit, .givenRecord, .givenDeal, .givenEvent:
      leaveStop()
      isStale = true
      evaluation = nil
    case .expectNothing, .expectAction, .expectEnrolled, .expectCondition: stop()
    }
    switch step.kind {
    case .at(let instant): advance(to: instant)
    case .wait(let span): advance(to: calendar.add(span, to: now))
    case .givenConsent(let purpose): cast.giveConsent(purpose, &world)
    case .givenArm(let arm, let experiment, let subject):
      let keys = cast.drawnKeys(&world, of: subject)
      options.fixedArms?.give(arm, of: experiment, step: nil, to: keys.id(byAccount: subject == .account))
    case .givenSplit(let arm, let sequence, let step):
      let keys = cast.drawnKeys(&world, of: .contact)
      for byAccount in [false, true] {
        options.fixedArms?.give(arm, of: sequence, step: step, to: keys.id(byAccount: byAccount))
      }
    case .givenRecord(let subject, let values): cast.give(values, to: subject, &world, at: now)
    case .givenDeal(let values): cast.giveDeal(values, &world)
    case .givenEvent(let event, let values, let ago):
      let at = ago.map { calendar.subtract($0, from: now) } ?? now
      cast.giveEvent(event, values, &world, at: at, recordedAt: now)
    case .expectNothing: expectNothing(step)
    case .expectAction(let action, let isNegated, let person):
      expect(action, isNegated: isNegated, to: person, step)
    case .expectEnrolled(let sequence, let name): expectEnrolled(in: sequence, at: name, step)
    case .expectCondition(let condition, let subject): expect(condition, of: subject, step)
    }
  }

  // MARK: - The clock

  /// Every fifteen minutes unless the policy says otherwise, counted from the start of the test.
  private func tick(after instant: Instant) -> Instant {
    let usual = TimeSpan(15, .minutes)
    let next = calendar.add(program.policy.evaluateEvery ?? usual, to: instant)
    return next > instant ? next : calendar.add(usual, to: instant)
  }

  /// A run now, one at every tick on the way, one at the end.
  private mutating func advance(to target: Instant) {
    guard target > now else { return }
    evaluate()
    while nextTick < target {
      now = nextTick
      nextTick = tick(after: nextTick)
      isStale = true
      evaluate()
    }
    now = target
    if nextTick == target { nextTick = tick(after: nextTick) }
    isStale = true
    evaluate()
  }

  private mutating func evaluate() {
    guard isStale else { return }
    isStale = false
    let evaluation = fresh()
    let decisions = decide(evaluation, plan: plan, state: world.state, options: options)
    tally?.observe(evaluation, decisions, withPolicy: options.appliesMessagePolicies)
    for action in decisions.actions { happenings.append(Happening(at: now, action: action)) }
    for change in decisions.changes.sequences.enrolments {
      let steps = change.enrolment.visits.filter { $0.beganAt == now }.map(\.step)
      passed[change.sequence, default: []].formUnion(steps)
    }
    world.apply(decisions.changes, at: now)
    self.evaluation = decisions.changes.isWithoutEffectOnValues ? evaluation : nil
  }

  private mutating func stop() {
    guard !isAtStop else { return }
    isAtStop = true
    evaluate()
  }

  private mutating func leaveStop() {
    guard isAtStop else { return }
    isAtStop = false
    happenings = []
    passed = [:]
  }

  /// What conditions of the test are asked of: the world as the last run left it.
  private mutating func current() -> Evaluation {
    if let evaluation { return evaluation }
    let evaluation = fresh()
    self.evaluation = evaluation
    return evaluation
  }

  /// Goes on from the last evaluation as long as records and events are the same.
  private mutating func fresh() -> Evaluation {
    let snapshot = world.snapshot()
    let fresh: Evaluation
    if let basis, basis.number == world.snapshotNumber {
      fresh = Evaluation(continuing: basis.evaluation, at: now, previous: snapshot.previous)
    } else {
      fresh = Evaluation(plan: plan.evaluation, snapshot: snapshot, now: now, calendar: calendar)
    }
    basis = (fresh, world.snapshotNumber)
    return fresh
  }

  private mutating func fail(_ step: CheckedTest.Step, _ message: String, _ trace: [String]) {
    failures.append(TestFailure(range: step.range, at: now, message: message, trace: trace))
  }

  // MARK: - Expectations

  private mutating func expectNothing(_ step: CheckedTest.Step) {
    let happened = happenings.filter { $0.action.isDone && !$0.action.isSync }
    if !happened.isEmpty {
      fail(step, TestWording.expectedNothing(count: happened.count), trace(of: happened))
    }
  }

  private mutating func expect(
    _ action: CheckedAction, isNegated: Bool, to person: String?, _ step: CheckedTest.Step
  ) {
    let evaluation = current()
    let found = happenings.filter { happening in
      happening.action.isDone && matches(happening, action, step.subject, person, evaluation)
    }
    if isNegated, !found.isEmpty {
      fail(step, TestWording.happened(text(of: step)), trace(of: found))
    } else if !isNegated, found.isEmpty {
      fail(step, TestWording.didNotHappen(text(of: step)), trace(of: happenings) + obstacles(to: action, evaluation))
    }
  }

  /// Somebody is in the sequence, held out or not, or was since the stop before; where a step is named, at that step.
  private mutating func expectEnrolled(in sequence: String, at step: String?, _ expectation: CheckedTest.Step) {
    let enrolled = world.state.sequences.enrolments[sequence] ?? []
    if enrolled.contains(where: { step == nil || $0.place.step == step }) { return }
    if let passed = passed[sequence], step.map(passed.contains) ?? true { return }
    fail(expectation, TestWording.didNotHappen(text(of: expectation)), traceOfEnrolment(in: sequence, current()))
  }

  private mutating func expect(_ condition: CheckedExpression, of subject: Subject, _ step: CheckedTest.Step) {
    let row = cast.first(subject, &world)
    if world.snapshotCache == nil { self.evaluation = nil }
    let evaluation = current()
    switch evaluation.truths(condition, of: subject)[row] {
    case 1: break
    case 0: fail(step, TestWording.isFalse(text(of: step)), values(in: condition, subject, row, evaluation))
    default: fail(step, TestWording.isUnknown(text(of: step)), values(in: condition, subject, row, evaluation))
    }
  }

  func text(of step: CheckedTest.Step) -> String { program.book.text(step.range) }
}

extension StateChanges {
  /// Whether conditions evaluated before the changes are as good as those evaluated after them.
  var isWithoutEffectOnValues: Bool {
    fields.isEmpty && messages.isEmpty && stages.isEmpty && memberships.isEmpty
  }
}
