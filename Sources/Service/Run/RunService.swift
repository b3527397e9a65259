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
    /// Whom alone it is about; `nil` for everybody.
    package var scope: RunScope?

    package init(
      approvedRules: Set<String> = [], goesBeyondHalt: Bool = false, ignoresClock: Bool = false, scope: RunScope? = nil
    ) {
      self.approvedRules = approvedRules
      self.goesBeyondHalt = goesBeyondHalt
      self.ignoresClock = ignoresClock
      self.scope = scope
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
    return try Attempt(book, store, now, options).commit(to: store)
  }

  /// What was loaded, evaluated and decided; nothing is written yet.
  struct Attempt {
    let loaded: LoadedState
    private let prepared: PreparedBook
    private let options: Options
    let evaluation: Evaluation
    let decisions: Decisions

    init(_ book: RuleBook, _ store: Store, _ now: Instant, _ options: Options = Options()) throws {
      try self.init(PreparedBook(book, store), store, now, options)
    }

    init(_ prepared: PreparedBook, _ store: Store, _ now: Instant, _ options: Options = Options()) throws {
      self.prepared = prepared
      self.options = options
      loaded = try store.load(prepared.program, reading: prepared.reads, now: now)
      evaluation = Evaluation(
        plan: prepared.plan.evaluation, snapshot: loaded.snapshot, now: now, calendar: prepared.calendar)
      decisions = decide(
        evaluation, plan: prepared.plan, state: loaded.state,
        options: DecisionOptions(
          approvedRules: options.approvedRules, ignoresHalt: options.goesBeyondHalt, holidays: prepared.holidays.days))
    }

    /// About some alone; `Options.scope` says about whom.
    ///
    /// - Parameters:
    ///   - population: how many there are in all.
    ///   - everybody: what everybody does, where that is known already.
    init(
      _ prepared: PreparedBook, _ store: Store, _ now: Instant, about scope: RunScope,
      of population: DecisionOptions.Population, everybody: EverybodysEvents?
    ) throws {
      self.prepared = prepared
      options = Options(scope: scope)
      let options = DecisionOptions(population: population, holidays: prepared.holidays.days)
      func decided(_ everybody: EverybodysEvents) throws -> (LoadedState, Evaluation, Decisions) {
        let loaded = try store.load(
          prepared.program, reading: prepared.reads, now: now,
          about: .records(contacts: scope.contacts, accounts: scope.accounts), everybody: everybody)
        guard let loaded else { preconditionFailure("records that are not there are left out of a load") }
        let evaluation = Evaluation(
          plan: prepared.plan.evaluation, snapshot: loaded.snapshot, now: now, calendar: prepared.calendar)
        return (loaded, evaluation, decide(evaluation, plan: prepared.plan, state: loaded.state, options: options))
      }
      // What everybody does is much to read, and few decisions need it.
      let isKnown = if case .some = everybody { true } else { false }
      let isSparing = !prepared.reads.everybodysFields.isEmpty && !isKnown
      var (loaded, evaluation, decisions) = try decided(everybody ?? (isSparing ? EverybodysEvents.leftOut : .read))
      if isSparing, decisions.recommends { (loaded, evaluation, decisions) = try decided(.read) }
      self.loaded = loaded
      self.evaluation = evaluation
      self.decisions = decisions
    }

    func commit(to store: Store) throws -> RunResult {
      var result = result(isDryRun: false)
      let committed = try store.commit(
        decisions, upon: loaded, program: prepared.program, rulebook: prepared.version, kept: kept(result),
        isForced: options.ignoresClock)
      if decisions.halt == nil { result.committed = committed }
      return result
    }

    /// - Returns: with nothing committed where nothing in it is new.
    func commitNews(to store: Store) throws -> RunResult {
      var result = result(isDryRun: false)
      if decisions.actions.isEmpty, decisions.changes.isEmpty { return result }
      result.committed = try store.commitNews(
        decisions, upon: loaded, program: prepared.program, rulebook: prepared.version, kept: kept(result))
      return result
    }

    private func kept(_ result: RunResult) -> RunProtocol {
      RunProtocol(options: options.json.text, digest: result.digest)
    }

    func result(isDryRun: Bool) -> RunResult {
      let patterns = evaluation.problems.exceededPatterns.map { pattern, count in
        "the pattern `/\(pattern.pattern)/` took too long on \(Plural.count(count, "text")), which count as unknown"
      }
      return RunResult(
        book: prepared.book, decisions: decisions, contacts: loaded.snapshot.contacts.count,
        accounts: loaded.snapshot.accounts.count, isDryRun: isDryRun,
        problems: prepared.holidays.problems + patterns.sorted())
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
