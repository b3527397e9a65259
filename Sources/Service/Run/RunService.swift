package import BusinessTime
package import ContactStore
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// The road from a rule book and a database to decisions; the same for a dry run and a run.
package enum RunService {
  package struct Options: Sendable {
    /// Rules that may act however many people it concerns, in this run.
    package var approvedRules: Set<String>
    /// Whether to go on where the policy would halt.
    package var goesBeyondHalt: Bool
    /// Whether a clock behind the last run is no reason to stop.
    package var ignoresClock: Bool

    package init(approvedRules: Set<String> = [], goesBeyondHalt: Bool = false, ignoresClock: Bool = false) {
      self.approvedRules = approvedRules
      self.goesBeyondHalt = goesBeyondHalt
      self.ignoresClock = ignoresClock
    }
  }

  /// What a run would decide at `now`; writes nothing.
  package static func plan(
    _ book: RuleBook, _ store: Store, at now: Instant, options: Options = Options()
  ) throws -> RunResult {
    try Attempt(book, store, now, options).result(isDryRun: true)
  }

  /// Decides and commits. Where the policy halts the run, what it would have done is on record and nothing else is.
  package static func run(
    _ book: RuleBook, _ store: Store, at now: Instant, options: Options = Options()
  ) throws -> RunResult {
    let names = book.program.rules.map(\.name) + book.program.sequences.map(\.name)
    for rule in options.approvedRules where !names.contains(rule) { throw UnknownRule(name: rule, declared: names) }
    let attempt = try Attempt(book, store, now, options)
    var result = attempt.result(isDryRun: false)
    let committed = try store.commit(
      result.decisions, upon: attempt.loaded, program: book.program, rulebook: book.version,
      kept: RunProtocol(options: options.json.text, digest: result.digest),
      isForced: options.ignoresClock)
    if result.decisions.halt == nil { result.committed = committed }
    return result
  }

  /// What was loaded, evaluated and decided; nothing is written yet.
  struct Attempt {
    let loaded: LoadedState
    private let book: RuleBook
    let evaluation: Evaluation
    let decisions: Decisions
    private let holidays: PolicyHolidays

    init(_ book: RuleBook, _ store: Store, _ now: Instant, _ options: Options = Options()) throws {
      let book = try book.joined(with: store)
      self.book = book
      let plan = DecisionPlan(EvaluationPlan(book.program))
      holidays = PolicyHolidays(of: book)
      loaded = try store.load(
        book.program, reading: plan.evaluation.readSet.union(plan.readSet), now: now)
      evaluation = Evaluation(
        plan: plan.evaluation, snapshot: loaded.snapshot, now: now,
        calendar: book.program.policy.calendar(holidays: holidays.days))
      decisions = decide(
        evaluation, plan: plan, state: loaded.state,
        options: DecisionOptions(
          approvedRules: options.approvedRules, ignoresHalt: options.goesBeyondHalt, holidays: holidays.days))
    }

    func result(isDryRun: Bool) -> RunResult {
      let patterns = evaluation.problems.exceededPatterns.map { pattern, count in
        "the pattern `/\(pattern.pattern)/` took too long on \(Plural.count(count, "text")), which count as unknown"
      }
      return RunResult(
        book: book, decisions: decisions, contacts: loaded.snapshot.contacts.count,
        accounts: loaded.snapshot.accounts.count, isDryRun: isDryRun, problems: holidays.problems + patterns.sorted())
    }
  }
}

extension RuleBook {
  /// As the store keeps it.
  var version: RulebookVersion {
    RulebookVersion(
      hash: hash,
      files: source.files.prefix(trees.count).map {
        .init(path: $0.path, text: String(decoding: $0.bytes, as: UTF8.self))
      }
        + attachments.sorted { $0.key < $1.key }.map {
          .init(path: $0.key, text: String(decoding: $0.value, as: UTF8.self))
        })
  }
}
