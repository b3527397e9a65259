import RuleSemantics

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
