import BusinessTime
package import ContactStore
import Decisioning
package import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// A past run, decided again by the rule book that it followed, at its time, upon what the database held then.
package struct Replay: Sendable {
  package let run: PastRun
  /// Whether all decisions are the same, byte for byte.
  package let isSame: Bool
  /// How many actions were decided again.
  package let actions: Int
  /// What is not as it was recorded.
  package let differences: [Difference]
  /// How many records were erased for good since, which no replay can know.
  package let erased: Int

  package struct Difference: Hashable, Sendable {
    /// Of the action among those of the run, from 0.
    package var position: Int
    /// `nil` where only one of the two is there.
    package var recorded: String?
    package var decided: String?
  }

  /// - Parameter id: `nil` for the last run.
  package static func again(_ id: Int64?, in store: Store) throws -> Replay {
    guard let run = try store.pastRun(id) else { throw UnknownRun(id: id) }
    guard let version = try store.versions(startingWith: run.record.rulebook).first else {
      throw UnreadableVersion(hash: run.record.rulebook)
    }
    let book = try DeployedBook.read(version).joined(with: store.earlierVersions(asOf: run))
    let options = try RunService.Options(kept: run.kept.options)
    let plan = DecisionPlan(EvaluationPlan(book.program))
    let holidays = PolicyHolidays(of: book)
    let loaded = try load(book, plan, run, options, store)
    let evaluation = Evaluation(
      plan: plan.evaluation, snapshot: loaded.snapshot, now: run.record.at,
      calendar: book.program.policy.calendar(holidays: holidays.days))
    let decisions = decide(
      evaluation, plan: plan, state: loaded.state,
      options: DecisionOptions(
        approvedRules: options.approvedRules, ignoresHalt: options.goesBeyondHalt,
        population: options.scope.map { _ in loaded.snapshot.population }, holidays: holidays.days))
    let json = decisions.json(book.program, rulebook: book.hash, contacts: loaded.snapshot.contacts.count)
    let isSame = digestOfText(json.text) == run.kept.digest
    return Replay(
      run: run, isSame: isSame, actions: decisions.actions.count,
      differences: isSame ? [] : try differences(decisions, book, run, store),
      erased: try store.erasedRecords(since: run))
  }

  private static func load(
    _ book: RuleBook, _ plan: DecisionPlan, _ run: PastRun, _ options: RunService.Options, _ store: Store
  ) throws -> LoadedState {
    do {
      return try store.load(
        book.program, reading: plan.evaluation.readSet.union(plan.readSet), asOf: run,
        about: options.scope.map { ($0.contacts, $0.accounts) })
    } catch {
      if case StoreError.schemaDiffers(_, let changes) = error {
        throw UnreplayableRun(run: run.record.id, changes: changes)
      }
      throw error
    }
  }

  /// Compares with the log of decisions. It leaves out what was as in the run before, so that not every difference can
  /// be named.
  private static func differences(
    _ decisions: Decisions, _ book: RuleBook, _ run: PastRun, _ store: Store
  ) throws -> [Difference] {
    let zone = Zone(identifier: book.program.policy.zone) ?? .utc
    let recorded = try store.decisions(of: run.record.id, program: book.program)
    var differences: [Difference] = []
    for entry in recorded {
      let decided =
        decisions.actions.indices.contains(entry.position)
        ? DecisionLine(decisions.actions[entry.position], zone).text : nil
      if decided != entry.text {
        differences.append(.init(position: entry.position, recorded: entry.text, decided: decided))
      }
    }
    let known = Set(recorded.map(\.position))
    for (position, action) in decisions.actions.enumerated() where action.outcome == .act && !known.contains(position) {
      differences.append(.init(position: position, recorded: nil, decided: DecisionLine(action, zone).text))
    }
    return differences.sorted { $0.position < $1.position }
  }

  package var text: String {
    let head = "run \(run.record.id) at \(run.record.at.description), rule book \(run.record.rulebook.prefix(12))"
    if isSame { return "\(head): the same, byte for byte (\(Plural.count(actions, "action")))" }
    var lines = ["\(head): not the same"]
    if erased > 0 {
      lines.append(
        "  \(Plural.count(erased, "record")) \(erased == 1 ? "was" : "were") erased for good since, and cannot be asked"
      )
    }
    for difference in differences {
      lines.append("  action \(difference.position)")
      lines.append("    recorded: \(difference.recorded ?? "nothing")")
      lines.append("    decided:  \(difference.decided ?? "nothing")")
    }
    if differences.isEmpty {
      lines.append(
        "  the logged actions are the same; what differs was not logged: counts, or what was held back again")
    }
    return lines.joined(separator: "\n")
  }

  package var json: JSONValue {
    .members([
      ("run", .integer(Int(run.record.id))), ("now", .text(run.record.at.description)),
      ("rulebook", .text(run.record.rulebook)), ("same", .flag(isSame)), ("actions", .integer(actions)),
      ("erased", erased > 0 ? .integer(erased) : nil),
      (
        "differences",
        .list(
          differences.map { difference in
            .members([
              ("position", .integer(difference.position)), ("recorded", difference.recorded.map(JSONValue.text)),
              ("decided", difference.decided.map(JSONValue.text)),
            ])
          })
      ),
    ])
  }
}

/// An action as the log of decisions has it, on one line.
private struct DecisionLine {
  var text: String

  init(_ action: DecidedAction, _ zone: Zone) {
    let arguments = JSONValue.record(action.arguments.map { .init($0.parameter.rawValue, $0.value) }).text
    text = LoggedDecision.text(
      rule: action.rule, key: action.key, action: action.action.rawValue, arguments: arguments,
      outcome: action.outcome.name, reason: action.outcome.reason(in: zone))
  }
}

/// The tables are no longer what the rule book of the run declares.
package struct UnreplayableRun: Error, CustomStringConvertible {
  package let run: Int64
  package let changes: [String]

  package var description: String {
    "run \(run) cannot be decided again: the database was migrated since to other types of fields than its rule book "
      + "declares (what is not as it was: \(changes.joined(separator: "; "))). Its decisions are in the log, and `why` reads them"
  }
}

package struct UnknownRun: WrongUsage, CustomStringConvertible {
  package let id: Int64?

  package var description: String {
    id.map { "there is no run \($0) in the database" } ?? "there is no run in the database yet"
  }
}

extension Snapshot {
  /// Whoever was decided about alone was so among more than these; how many there were only said whether everybody had to
  /// be decided about, and then there was no such run.
  fileprivate var population: DecisionOptions.Population { .init(contacts: contacts.count, accounts: accounts.count) }
}
