import RuleSemantics

// What might have happened, if it were carried out: then a test cannot say that it did not.
extension TestRun {
  /// The first thing that is not carried out and might have done such an action by now.
  func missing(_ isWanted: (CheckedAction) -> Bool) -> Decisions.NotExecutable? {
    missed.sorted().map { notExecutable[$0] }.first { actions(of: $0).contains(where: isWanted) }
  }

  /// Those of the rule and of the arms of an experiment on it, or of the sequence.
  private func actions(of missing: Decisions.NotExecutable) -> [CheckedAction] {
    let rule = program.rules.first { $0.name == missing.name && $0.range == missing.range }
    let sequence = program.sequences.first { $0.name == missing.name && $0.range == missing.range }
    let arms = program.experiments.filter { $0.rule == missing.name }.flatMap(\.arms)
    return (rule?.actions ?? []) + (sequence?.steps ?? []).flatMap(\.statements).flatMap(\.actions)
      + arms.flatMap(\.statements).flatMap(\.actions)
  }
}

extension CheckedSequence.Statement {
  /// Those of all its branches.
  var actions: [CheckedAction] {
    switch self {
    case .action(let action): [action]
    case .wait, .waitUntil: []
    case .conditional(_, let then, let otherwise, _): (then + otherwise).flatMap(\.actions)
    case .split(_, let arms, _): arms.flatMap(\.statements).flatMap(\.actions)
    }
  }
}
