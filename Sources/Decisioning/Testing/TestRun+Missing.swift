import BusinessTime
import RuleSemantics

// What might have happened, if it were carried out: then a test cannot say that it did not.
extension TestRun {
  /// The first thing that is not carried out and might have done such an action by now.
  func missing(_ isWanted: (CheckedAction) -> Bool) -> Decisions.NotExecutable? {
    for (index, missing) in notExecutable.enumerated() {
      if let sequence = sequence(missing), let since = enrolled[index] {
        if mightHaveDone(sequence, since: since, isWanted) { return missing }
      } else if missed.contains(index), actions(of: missing).contains(where: isWanted) {
        return missing
      }
    }
    return nil
  }

  func sequence(_ missing: Decisions.NotExecutable) -> CheckedSequence? {
    guard missing.feature == .sequence else { return nil }
    return program.sequences.first { $0.name == missing.name && $0.range == missing.range }
  }

  /// Those of the rule, and of the arms of an experiment on it.
  private func actions(of missing: Decisions.NotExecutable) -> [CheckedAction] {
    let rule = program.rules.first { $0.name == missing.name && $0.range == missing.range }
    let arms = program.experiments.filter { $0.rule == missing.name }.flatMap(\.arms)
    return (rule?.actions ?? []) + arms.flatMap(\.statements).flatMap(\.actions)
  }

  private func mightHaveDone(
    _ sequence: CheckedSequence, since start: Instant, _ isWanted: (CheckedAction) -> Bool
  ) -> Bool {
    var time = start
    return sequence.steps.contains { mightHaveDone($0.statements, &time, isWanted) }
  }

  /// Moves the time on by the waits, as short as they may be.
  private func mightHaveDone(
    _ statements: [CheckedSequence.Statement], _ time: inout Instant, _ isWanted: (CheckedAction) -> Bool
  ) -> Bool {
    for statement in statements {
      switch statement {
      case .action(let action): if time <= now, isWanted(action) { return true }
      case .wait(let span, _): time = calendar.add(span, to: time)
      case .waitUntil: break
      case .conditional(_, let then, let otherwise, _):
        if mightHaveDone([then, otherwise], &time, isWanted) { return true }
      case .split(_, let arms, _):
        if mightHaveDone(arms.map(\.statements), &time, isWanted) { return true }
      }
    }
    return false
  }

  /// One of several ways; the shortest leads on.
  private func mightHaveDone(
    _ ways: [[CheckedSequence.Statement]], _ time: inout Instant, _ isWanted: (CheckedAction) -> Bool
  ) -> Bool {
    var ends: [Instant] = []
    for way in ways {
      var end = time
      if mightHaveDone(way, &end, isWanted) { return true }
      ends.append(end)
    }
    time = ends.min() ?? time
    return false
  }
}

extension CheckedSequence.Statement {
  fileprivate var actions: [CheckedAction] {
    switch self {
    case .action(let action): [action]
    case .wait, .waitUntil: []
    case .conditional(_, let then, let otherwise, _): (then + otherwise).flatMap(\.actions)
    case .split(_, let arms, _): arms.flatMap(\.statements).flatMap(\.actions)
    }
  }
}
