import RuleSemantics

/// An action that a rule book may take, wherever it stands.
struct ProgramAction {
  var action: CheckedAction
  var subject: Subject
  /// For a person: rule `x`, sequence `y`.
  var place: String

  /// Every action of rules, sequences and experiments, in their order.
  static func all(of program: CheckedProgram) -> [ProgramAction] {
    var actions: [ProgramAction] = []
    for rule in program.rules {
      actions += rule.actions.map { ProgramAction(action: $0, subject: rule.subject, place: "rule `\(rule.name)`") }
    }
    for sequence in program.sequences {
      let place = "sequence `\(sequence.name)`"
      actions += sequence.steps.flatMap { self.actions(in: $0.statements) }
        .map { ProgramAction(action: $0, subject: .contact, place: place) }
    }
    for experiment in program.experiments {
      let place = "experiment `\(experiment.name)`"
      actions += experiment.arms.flatMap { self.actions(in: $0.statements) }
        .map { ProgramAction(action: $0, subject: .contact, place: place) }
    }
    return actions
  }

  private static func actions(in statements: [CheckedSequence.Statement]) -> [CheckedAction] {
    statements.flatMap { statement -> [CheckedAction] in
      switch statement {
      case .action(let action): [action]
      case .wait, .waitUntil: []
      case .conditional(_, let then, let otherwise, _): actions(in: then) + actions(in: otherwise)
      case .split(_, let arms, _): arms.flatMap { actions(in: $0.statements) }
      }
    }
  }

  /// The name of the list that is meant.
  var list: String? {
    if case .name(let name)? = action.arguments[.list] { name } else { nil }
  }

  /// The template or asset that is sent.
  var emailName: String? {
    switch action.arguments[.asset] {
    case .asset(.outside(let name)): return name
    case .asset(.declared), .expression, .field, .name, .recipient, .span, .flag, nil: break
    }
    if case .name(let name)? = action.arguments[.template] { return name }
    return nil
  }
}
