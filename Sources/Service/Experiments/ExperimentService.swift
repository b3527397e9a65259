package import BusinessTime
package import ContactStore
package import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What experiments have come to: those of a rule book, from its database, and those that ran elsewhere, from a file.
package enum ExperimentService {
  /// In the order of their names.
  package static func reports(_ book: RuleBook, _ store: Store, at now: Instant) throws -> [ExperimentReport] {
    try book.program.experiments.map(\.name).sorted().map { try report(on: $0, book, store, at: now) }
  }

  package static func report(
    on name: String, _ book: RuleBook, _ store: Store, at now: Instant
  ) throws -> ExperimentReport {
    guard let experiment = book.program.experiments.first(where: { $0.name == name }) else {
      throw UnknownExperiment(name: name, declared: book.program.experiments.map(\.name))
    }
    // Only what the experiment reads.
    var program = book.program
    program.rules = program.rules.filter { $0.name == experiment.rule }
    program.experiments = [experiment]
    program.recommendations = []
    program.sequences = []
    program.tests = []
    let plan = EvaluationPlan(program)
    let loaded = try store.load(program, reading: plan.readSet, now: now)
    let evaluation = Evaluation(
      plan: plan, snapshot: loaded.snapshot, now: now,
      calendar: book.program.policy.calendar(holidays: PolicyHolidays(of: book).days))
    let states = loaded.state.experiments
    return analyze(
      experiment, evaluation, plan: plan, state: states[name] ?? experiment.formerName.flatMap { states[$0] })
  }

  /// - Parameters:
  ///   - shares: in percent, by arm; equal where empty.
  ///   - base: the arm that the others are compared with; the first by name where it is `nil`.
  package static func report(
    on path: String, arm: String, outcomes: [String], shares: [String: Double], base: String?
  ) throws -> (report: ExperimentReport, notes: [String]) {
    let observed = try ObservedArms.read(path, arm: arm, outcomes: outcomes)
    for name in shares.keys.sorted() + [base].compactMap(\.self) where !observed.arms.contains(name) {
      throw UnknownArm(name: name, observed: observed.arms)
    }
    let order = observed.arms.indices.sorted { left, right in
      (observed.arms[left] == base ? 0 : 1, left) < (observed.arms[right] == base ? 0 : 1, right)
    }
    let arms = order.map { observed.arms[$0] }
    let given = arms.map { shares.isEmpty ? 1 : shares[$0] ?? 0 }
    let total = given.reduce(0, +)
    let report = ExperimentReport(
      name: path, arms: arms, shares: given.map { total > 0 ? $0 / total : 0 },
      assigned: order.map { observed.assigned[$0] },
      measures: zip(outcomes, observed.counts).map { name, counts in
        .init(name: name, counts: order.map { counts[$0] })
      })
    var notes: [String] = []
    if observed.skipped > 0 {
      notes.append(
        "\(Plural.count(observed.skipped, "row")) without an arm \(observed.skipped == 1 ? "is" : "are") left out")
    }
    for (name, count) in zip(outcomes, observed.missing) where count > 0 {
      notes.append("\(Plural.count(count, "row")) without `\(name)` \(count == 1 ? "is" : "are") left out of it")
    }
    return (report, notes)
  }

  package struct UnknownExperiment: WrongUsage, CustomStringConvertible {
    let name: String
    let declared: [String]

    package var description: String {
      let hint = nearest(to: name, among: declared).map { "; did you mean `\($0)`?" } ?? ""
      return declared.isEmpty
        ? "the rule book has no experiments" : "the rule book has no experiment `\(name)`\(hint)"
    }
  }

  package struct UnknownArm: WrongUsage, CustomStringConvertible {
    let name: String
    let observed: [String]

    package var description: String {
      "nobody is in an arm `\(name)`; the arms of the file are \(observed.map { "`\($0)`" }.joined(separator: ", "))"
    }
  }
}
