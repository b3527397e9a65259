import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What the tests have reached so far. A class: all tests of a rule book write to one.
final class CoverageTally {
  /// With nodes for what is asked beyond the rule book.
  let plan: DecisionPlan
  private let all: CoverageProbes
  private var isCovered: [Bool]
  private var isEverTrue: [Bool]
  private var isEverOtherwise: [Bool]
  private var lowest: [Double]
  private var highest: [Double]
  private var subjects: Set<Subject> = []
  /// By rule, why it did not act when it might have.
  private var obstacles: [String: [String: Int]] = [:]
  private var events: Set<String> = []
  private var isEverWithPolicy = false

  init(_ plan: DecisionPlan) {
    all = CoverageProbes(plan)
    self.plan = all.plan
    isCovered = Array(repeating: false, count: all.probes.count)
    isEverTrue = Array(repeating: false, count: all.conditions.count)
    isEverOtherwise = isEverTrue
    lowest = Array(repeating: .infinity, count: all.conditions.count)
    highest = Array(repeating: -.infinity, count: all.conditions.count)
  }

  // MARK: - What a run shows

  /// - Parameter withPolicy: whether the policy about messages holds.
  func observe(_ evaluation: Evaluation, _ decisions: Decisions, withPolicy: Bool) {
    let snapshot = evaluation.snapshot
    isEverWithPolicy = isEverWithPolicy || withPolicy
    if snapshot.contacts.count > 0 { subjects.insert(.contact) }
    if snapshot.accounts.count > 0 { subjects.insert(.account) }
    for (index, table) in snapshot.events.enumerated() where table.count > 0 {
      events.insert(plan.program.events[index].name)
    }
    var truths: [Int: [UInt8]] = [:]
    var wanted: Set<Int> = []
    for (index, probe) in all.probes.enumerated() where !isCovered[index] {
      if case .wishes(let wishes) = probe.question { wanted.formUnion(wishes.map(\.condition)) }
    }
    // What has been seen both ways has nothing more to tell by itself.
    for index in all.conditions.indices
    where wanted.contains(index) || !isEverTrue[index] || !isEverOtherwise[index] {
      observe(condition: index, evaluation, &truths)
    }
    let acts = ActsOfRun(decisions)
    for (index, probe) in all.probes.enumerated() where !isCovered[index] && (withPolicy || !probe.isOfPolicy) {
      isCovered[index] = isReached(probe, evaluation, acts, truths)
    }
    for action in decisions.actions where action.outcome != .act && !action.isSync {
      obstacles[action.rule, default: [:]][action.outcome.name, default: 0] += 1
    }
  }

  private func observe(condition index: Int, _ evaluation: Evaluation, _ truths: inout [Int: [UInt8]]) {
    let condition = all.conditions[index]
    guard let node = condition.node else { return }
    let flags = evaluation.truths(node, of: condition.subject)
    truths[index] = flags
    isEverTrue[index] = isEverTrue[index] || flags.contains(1)
    isEverOtherwise[index] = isEverOtherwise[index] || flags.contains { $0 != 1 }
    guard let number = condition.number else { return }
    for row in flags.indices {
      guard case .number(let value) = evaluation.value(number, row: row) else { continue }
      lowest[index] = min(lowest[index], value)
      highest[index] = max(highest[index], value)
    }
  }

  private func isReached(
    _ probe: CoverageProbe, _ evaluation: Evaluation, _ acts: ActsOfRun, _ truths: [Int: [UInt8]]
  ) -> Bool {
    let table = probe.subject == .contact ? evaluation.snapshot.contacts : evaluation.snapshot.accounts
    func isWitness(_ row: Int) -> Bool {
      guard let id = probe.definition, let given = table.given[id] else { return true }
      return given.value(at: row, plan.program[id].type, evaluation.texts) == .missing
    }
    switch probe.question {
    case .wishes(let wishes):
      return (0..<table.count).contains { row in
        isWitness(row)
          && wishes.allSatisfy { wish in truths[wish.condition].map { ($0[row] == 1) == wish.isTrue } ?? false }
      }
    case .stage(let id, let position):
      guard case .choices(let stages) = evaluation.column(of: id) else { return false }
      return stages.indices.contains { stages[$0] == position && isWitness($0) }
    case .positive(let node):
      return (0..<table.count).contains { row in
        switch evaluation.value(node, row: row) {
        case .number(let number): number > 0 && isWitness(row)
        case .flag(let flag): flag && isWitness(row)
        default: false
        }
      }
    case .acts(let rule): return acts.acting.contains(rule)
    case .step(let sequence, let step): return acts.steps.contains("\(sequence) \(step)")
    case .way(let sequence, let step, let path):
      return acts.places[sequence]?.contains { $0.step == step && $0.position.hasPrefix(path) } ?? false
    case .goal(let sequence): return acts.goals.contains(sequence)
    case .exit(let sequence, let condition): return acts.exits.contains("\(sequence) \(condition)")
    case .arm(let rule, let arm): return acts.arms.contains("\(rule) \(arm)")
    case .finds(let recommendation): return acts.recommendations.contains(recommendation)
    case .outcome(let clause): return acts.clauses.contains(clause)
    case .due(let rule): return acts.due.contains(rule)
    case .dueCondition(let rule, let isTrue): return (isTrue ? acts.matching : acts.notMatching).contains(rule)
    }
  }

  // MARK: - The result

  func coverage() -> Coverage {
    Coverage(
      items: zip(all.probes, isCovered).map { probe, isCovered in
        .init(
          kind: probe.kind, declaration: probe.declaration, text: probe.text, range: probe.range, isCovered: isCovered,
          reason: isCovered ? nil : reason(probe))
      })
  }

  private func reason(_ probe: CoverageProbe) -> String {
    guard subjects.contains(probe.subject) else { return CoverageWording.nobody(probe.subject) }
    switch probe.question {
    case .wishes(let wishes):
      if probe.isOfPolicy, wishes.allSatisfy({ isEverTrue[$0.condition] }) { return CoverageWording.needsPolicy }
      return reason(wishes)
    case .stage(let id, let position):
      guard case .journey(let journey) = plan.program[id].body, let condition = journey.stages[Int(position)].condition
      else { return CoverageWording.neverInStage }
      return CoverageWording.neverTrue(plan.program.oneLine(condition.range), bound: nil)
    case .positive: return CoverageWording.neverPositive
    case .acts(let rule): return reason(notActing: rule)
    case .step: return CoverageWording.stepNeverActed
    case .way: return CoverageWording.nobodyCame
    case .goal: return CoverageWording.goalNeverReached
    case .exit: return CoverageWording.exitNeverTaken
    case .arm(let rule, let arm):
      let acts = zip(all.probes, isCovered).contains { probe, isCovered in
        if case .acts(rule) = probe.question { isCovered } else { false }
      }
      return acts ? CoverageWording.armNeverGiven(arm) : reason(notActing: rule)
    case .finds: return CoverageWording.neverFound
    case .outcome: return isEverWithPolicy ? CoverageWording.clauseHeldNothing : CoverageWording.noTestWithPolicy
    case .due(let rule): return reason(notDue: rule)
    case .dueCondition(let rule, let isTrue):
      let wasDue = zip(all.probes, isCovered).contains { probe, isCovered in
        if case .due(rule) = probe.question { isCovered } else { false }
      }
      return wasDue
        ? (isTrue ? CoverageWording.neverTrueWhenDue : CoverageWording.alwaysTrueWhenDue) : reason(notDue: rule)
    }
  }

  private func reason(_ wishes: [CoverageProbe.Wish]) -> String {
    for wish in wishes {
      if wish.isTrue, !isEverTrue[wish.condition] { return neverTrue(wish.condition) }
      if !wish.isTrue, !isEverOtherwise[wish.condition] {
        return CoverageWording.alwaysTrue(all.conditions[wish.condition].text)
      }
    }
    return CoverageWording.neverTogether(
      wishes.map { CoverageWording.wish(all.conditions[$0.condition].text, $0.isTrue) })
  }

  /// Down to the part that was never true.
  private func neverTrue(_ index: Int) -> String {
    let condition = all.conditions[index]
    let never = condition.parts.filter { !isEverTrue[$0] }
    if condition.isDisjunction || never.isEmpty {
      return condition.parts.isEmpty || condition.isDisjunction
        ? CoverageWording.neverTrue(condition.text, bound: bound(index))
        : CoverageWording.neverTogether(condition.parts.map { CoverageWording.wish(all.conditions[$0].text, true) })
    }
    return never.map(neverTrue).joined(separator: "; ")
  }

  private func bound(_ index: Int) -> ClosedRange<Double>? {
    all.conditions[index].number != nil && lowest[index] <= highest[index] ? lowest[index]...highest[index] : nil
  }

  private func reason(notActing rule: String) -> String {
    for (index, probe) in all.probes.enumerated() {
      switch probe.question {
      case .wishes(let wishes) where probe.kind == .condition && !isCovered[index] && belongs(probe, to: rule):
        if wishes.first?.isTrue == true { return reason(wishes) }
      case .due(rule) where !isCovered[index]: return reason(notDue: rule)
      case .dueCondition(rule, isTrue: true) where !isCovered[index]: return CoverageWording.neverTrueWhenDue
      default: break
      }
    }
    let most = obstacles[rule]?.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return most.map { CoverageWording.heldBack($0.key) } ?? CoverageWording.neverActed
  }

  private func belongs(_ probe: CoverageProbe, to rule: String) -> Bool {
    plan.program.rules.contains { $0.name == rule && $0.condition?.range == probe.range }
  }

  private func reason(notDue rule: String) -> String {
    guard let trigger = plan.program.rules.first(where: { $0.name == rule })?.trigger else {
      return CoverageWording.neverActed
    }
    if case .event(.type(let event)) = trigger.occurrence, !events.contains(plan.program[event].name) {
      return CoverageWording.noEvent(plan.program[event].name)
    }
    return CoverageWording.neverDue(plan.program.oneLine(trigger.range))
  }
}

/// Who did what in one run, by name.
private struct ActsOfRun {
  var acting: Set<String> = []
  var steps: Set<String> = []
  var due: Set<String> = []
  var matching: Set<String> = []
  var notMatching: Set<String> = []
  /// By sequence, where people came.
  var places: [String: Set<Enrolment.Place>] = [:]
  var goals: Set<String> = []
  var exits: Set<String> = []
  var arms: Set<String> = []
  var recommendations: Set<String> = []
  var clauses: Set<CoverageProbe.Clause> = []

  init(_ decisions: Decisions) {
    for action in decisions.actions {
      if let clause = CoverageProbe.Clause(action.outcome) { clauses.insert(clause) }
      if let picks = action.picks, !picks.picks.isEmpty { recommendations.insert(picks.recommendation) }
      if case .enrolment(_, let place, _) = action.occurrence { places[action.rule, default: []].insert(place) }
    }
    for change in decisions.changes.sequences.enrolments {
      places[change.sequence, default: []].insert(change.enrolment.place)
      for choice in change.enrolment.arms {
        var place = choice.place
        place.position += ".\(choice.arm)."
        places[change.sequence, default: []].insert(place)
      }
      switch change.enrolment.ending {
      case .goal: goals.insert(change.sequence)
      case .exited(let condition): exits.insert("\(change.sequence) \(condition)")
      case .finished, .removed, nil: break
      }
    }
    for report in decisions.rules { for arm in report.arms { arms.insert("\(report.name) \(arm)") } }
    for action in decisions.actions where action.outcome == .act && !action.isSync {
      acting.insert(action.rule)
      if let step = action.step { steps.insert("\(action.rule) \(step)") }
    }
    for report in decisions.rules where report.matched > 0 { matching.insert(report.name) }
    for handled in decisions.changes.handled {
      due.insert(handled.occurrence.rule)
      if handled.result == .notTrue { notMatching.insert(handled.occurrence.rule) }
    }
    due.formUnion(matching)
  }
}
