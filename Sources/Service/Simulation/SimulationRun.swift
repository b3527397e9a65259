package import BusinessTime
package import ContactStore
import Decisioning
import Foundation
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// A rule book, played over the history in a database; nothing is written.
package struct SimulationRun: Sendable {
  package struct Options: Sendable {
    package var start: Instant
    package var end: Instant
    /// `nil` for once a day, at the start of business hours.
    package var every: TimeSpan?
    let approvals: Simulation.Approvals

    /// - Parameter assumesApproval: whether rules that ask may act, and halted runs go on.
    package init(start: Instant, end: Instant, every: TimeSpan? = nil, assumesApproval: Bool = true) {
      self.start = start
      self.end = end
      self.every = every
      approvals = assumesApproval ? .given : .withheld
    }
  }

  /// How it is called.
  package let name: String
  package let book: RuleBook
  package let options: Options
  let tally: SimulationTally
  package let contacts: Int
  package let accounts: Int
  package let problems: [String]
  /// By row; for names.
  let contactKeys: [String]
  let accountKeys: [String]

  /// - Parameter progress: called after each run with how many of how many are done.
  package static func play(
    _ book: RuleBook, named name: String, _ store: Store, _ options: Options, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> SimulationRun {
    let plan = DecisionPlan(EvaluationPlan(book.program))
    let holidays = PolicyHolidays(of: book)
    let calendar = book.program.policy.calendar(holidays: holidays.days)
    let instants = Simulation.instants(
      from: options.start, to: options.end, every: options.every, policy: book.program.policy, calendar: calendar)
    guard let first = instants.first, let last = instants.last else { throw EmptySpan(options: options) }
    progress(0, instants.count)
    let history = try store.loadHistory(
      book.program, reading: plan.evaluation.readSet.union(plan.readSet), from: first, to: last)
    let snapshot = history.snapshot
    var simulation = Simulation(
      history, plan: plan, holidays: holidays.days, approvals: options.approvals, describesActions: false,
      threads: ProcessInfo.processInfo.activeProcessorCount)
    var tally = SimulationTally(
      book.program, from: calendar.zone.day(of: first), to: calendar.zone.day(of: last))
    simulation.play(instants, every: options.every) { run, index in
      tally.add(run)
      progress(index + 1, instants.count)
    }
    tally.finish()
    return SimulationRun(
      name: name, book: book, options: options, tally: tally, contacts: snapshot.contacts.count,
      accounts: snapshot.accounts.count, problems: holidays.problems,
      contactKeys: snapshot.contacts.keys.map { snapshot.texts.text($0) },
      accountKeys: snapshot.accounts.keys.map { snapshot.texts.text($0) })
  }

  func key(of subject: Subject, row: Int32) -> String {
    switch subject {
    case .contact: contactKeys[Int(row)]
    case .account: accountKeys[Int(row)]
    }
  }

  var zone: Zone { Zone(identifier: book.program.policy.zone) ?? .utc }
}

package struct EmptySpan: WrongUsage, CustomStringConvertible {
  package let options: SimulationRun.Options

  package init(options: SimulationRun.Options) {
    self.options = options
  }

  package var description: String {
    "no run takes place between \(options.start) and \(options.end); --to has to be later than --from"
  }
}
