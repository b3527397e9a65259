import BusinessTime
import RuleEngine
import RuleSemantics

// Experiments: which arm a subject is in, before anything is known of what becomes of it.
extension Decider {
  /// What of an experiment is known, also under its former name.
  private func known(_ experiment: ExperimentPlan) -> (name: String, state: ExperimentState)? {
    for name in [experiment.name, experiment.formerName].compactMap(\.self) {
      if let state = state.experiments[name] { return (name, state) }
    }
    return nil
  }

  private func salt(of experiment: ExperimentPlan) -> String {
    known(experiment)?.state.salt ?? "\(experiment.name)@\(now.milliseconds)"
  }

  /// The position of the arm of a candidate, which it keeps for good. Whoever may not be messaged at all, whatever the arm, is not
  /// counted; anything that depends on the arm must not decide who is, or the arms would differ in whom they hold.
  func arm(
    of experiment: ExperimentPlan, _ subject: Subject, _ row: Int32, _ draft: inout RuleDraft
  ) -> Int {
    if let fixed = options.fixedArms {
      let key = key(of: subject, row: row)
      let id = subject == .contact ? DrawnKeys.id(ofContact: key) : DrawnKeys.id(ofAccount: key)
      let arm = fixed.arm(of: experiment.name, step: nil, for: id, among: experiment.armNames)
      return arm.flatMap(experiment.arm(named:)) ?? 0
    }
    let former = known(experiment)?.state.assignments[row]
    if let former, let arm = experiment.arm(named: former.arm) { return arm }
    let arm = experiment.arm(ofBucket: bucket(of: key(of: subject, row: row), salt: salt(of: experiment)))
    let isOpen =
      if let sendsMarketing = experiment.sendsMarketing, subject == .contact {
        recipientOutcome(row, isTransactional: !sendsMarketing) == nil
      } else {
        true
      }
    if isOpen {
      draft.effects.experiments.assignments.append(
        .init(experiment: experiment.name, subject: subject, row: row, arm: experiment.armNames[arm], at: now))
    }
    return arm
  }

  /// Keeps the salt of an experiment that runs for the first time, or under a new name, and its shares where they have
  /// changed.
  func begin(_ experiment: ExperimentPlan) {
    let known = known(experiment)
    if known?.name != experiment.name {
      decisions.changes.experiments.begun.append(
        .init(experiment: experiment.name, formerName: known?.name, salt: salt(of: experiment)))
    }
    guard known?.state.shares.last?.shares != experiment.shares else { return }
    decisions.changes.experiments.shares.append(
      .init(experiment: experiment.name, shares: .init(at: now, shares: experiment.shares)))
  }
}
