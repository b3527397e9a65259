import BusinessTime
import RuleDiagnostics
package import RuleEngine
package import RuleSemantics

/// What an experiment has come to by the evaluation's now: each subject measured over the same time from its own
/// assignment on, and left out as long as that time is not over.
///
/// - Parameters:
///   - plan: of a program that holds the experiment and its rule.
///   - state: `nil` for an experiment that no run has begun.
package func analyze(
  _ experiment: CheckedExperiment, _ evaluation: Evaluation, plan: EvaluationPlan, state: ExperimentState?
) -> ExperimentReport {
  let subject = plan.program.rules.first { $0.name == experiment.rule }?.subject ?? .contact
  let assignments = (state?.assignments ?? [:]).sorted { $0.key < $1.key }
  let arms = experiment.arms.map(\.name)
  let position = Dictionary(arms.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  // Those of an arm that the rule book no longer has are in none.
  let known = assignments.compactMap { row, assignment in
    position[assignment.arm].map { (row: row, arm: $0, at: assignment.at) }
  }
  var assigned = [Int](repeating: 0, count: arms.count)
  for entry in known { assigned[entry.arm] += 1 }
  let measures = experiment.measures.map { measure in
    let ripe = known.filter { entry in
      measure.window.map { evaluation.calendar.add($0, to: entry.at) <= evaluation.now } ?? true
    }
    let truths: [UInt8]
    if measure.isAfterwards {
      let node = plan.node(for: measure.condition, of: subject, occurrence: CheckedExperiment.Measure.trigger)
      let batch = Occurrences(
        of: CheckedExperiment.Measure.trigger, subjects: ripe.map(\.row),
        triggers: .interactions(times: ripe.map(\.at.milliseconds), worths: ripe.map { _ in .nan }))
      truths = node.map { evaluation.truths($0, occurrences: batch) } ?? []
    } else {
      let all = plan.node(for: measure.condition, of: subject).map { evaluation.truths($0, of: subject) } ?? []
      truths = ripe.map { all[Int($0.row)] }
    }
    var counts = arms.map { ArmCount(arm: $0, subjects: 0, successes: 0) }
    for (entry, truth) in zip(ripe, truths) {
      counts[entry.arm].subjects += 1
      if truth == 1 { counts[entry.arm].successes += 1 }
    }
    let name = plan.program.book.text(measure.range).split { $0.isWhitespace }.dropFirst().joined(separator: " ")
    return ExperimentReport.Measure(name: name, counts: counts, open: known.count - ripe.count)
  }
  return ExperimentReport(
    name: experiment.name, arms: arms, shares: experiment.arms.map(\.share), assigned: assigned,
    expected: expected(known.map(\.at), experiment, state?.shares ?? []), measures: measures)
}

/// How many would be in each arm by the shares that were in force when each was assigned; those in arms that the rule
/// book no longer has are left out of both.
private func expected(
  _ times: [Instant], _ experiment: CheckedExperiment, _ epochs: [ExperimentState.Shares]
) -> [Double] {
  let present = experiment.arms.map(\.share)
  var counts = epochs.map { _ in 0 }
  for time in times where !epochs.isEmpty {
    // What was assigned before shares were kept had the first that are known.
    counts[max((epochs.firstIndex { $0.at > time } ?? epochs.count) - 1, 0)] += 1
  }
  var expected = present.map { epochs.isEmpty ? $0 * Double(times.count) : 0 }
  for (epoch, count) in zip(epochs, counts) {
    let shares = experiment.arms.map { epoch.shares[$0.name] ?? 0 }
    let total = shares.reduce(0, +)
    for arm in expected.indices {
      expected[arm] += (total > 0 ? shares[arm] / total : present[arm]) * Double(count)
    }
  }
  return expected
}
