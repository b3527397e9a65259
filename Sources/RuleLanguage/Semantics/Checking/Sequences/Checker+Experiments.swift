import RuleDiagnostics
import RuleSyntax

extension Checker {
  mutating func checkExperiments() {
    var names = DeclaredNames()
    var experimentOfRule: [String: SourceRange] = [:]
    for case .experiment(let experiment) in declarations {
      if let first = names.add(experiment.name) {
        report(
          .duplicateDeclaration("experiment", experiment.name.text, at: experiment.name.range, first: first))
        continue
      }
      if let rule = resolveName(experiment.rule, as: .rule) {
        if let first = experimentOfRule[rule] {
          report(.secondExperiment(on: rule, at: experiment.rule.range, first: first))
        } else {
          experimentOfRule[rule] = experiment.rule.range
        }
      }
      check(experiment)
    }
    for case .experiment(let experiment) in declarations {
      guard let former = experiment.formerName else { continue }
      checkFormerName(former, of: "experiment", current: program.experiments.map(\.name))
    }
  }

  private mutating func check(_ experiment: ExperimentDeclaration) {
    let rule = program.rules.first { $0.isNamed && $0.name == experiment.rule.text }
    var scope = Scope(subject: rule?.subject ?? .contact)
    scope.trigger = rule?.trigger?.occurrence
    let shares = checkShares(of: experiment.arms, at: experiment.name.range)
    let arms = zip(experiment.arms, shares).map { arm, share in
      CheckedSequence.Arm(
        name: arm.name.text, share: share, statements: checkActions(of: arm, in: scope), range: arm.name.range)
    }
    if experiment.measures.isEmpty {
      report(
        .incompleteDeclaration("experiment", experiment.name.text, lacks: .measure, at: experiment.name.range))
    }
    let measures = experiment.measures.map { measure in
      var rewriting = Afterwards()
      let condition = checkCondition(measure.value, in: Scope(subject: scope.subject))
      return CheckedExperiment.Measure(
        condition: measure.isAfterwards ? rewriting.rewrite(condition) : condition, isAfterwards: measure.isAfterwards,
        window: rewriting.window, range: measure.range)
    }
    program.experiments.append(
      CheckedExperiment(
        name: experiment.name.text, formerName: experiment.formerName?.text, rule: experiment.rule.text,
        title: experiment.title?.text, arms: arms,
        measures: measures, range: experiment.name.range))
  }

  /// Arms replace the actions of a rule, so they hold nothing else.
  private mutating func checkActions(of arm: Arm, in scope: Scope) -> [CheckedSequence.Statement] {
    arm.block.statements.compactMap { statement in
      switch statement {
      case .action(let action):
        if case .skipLowerRules = action.kind {
          report(.misplacedSkip(at: action.range))
          return nil
        }
        return checkAction(action, in: scope).map { .action($0) }
      case .wait(_, let range), .waitUntil(_, _, let range), .conditional(_, _, _, let range):
        report(.misplacedStatement(at: range))
        return nil
      case .split(let split):
        report(.misplacedStatement(at: split.range))
        return nil
      }
    }
  }
}
