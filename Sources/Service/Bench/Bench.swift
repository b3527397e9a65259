package import BusinessTime
import ContactStore
import Decisioning
import Glibc
import RuleEngine
import RuleSemantics

/// Measures the road from a rule book and a database to the people whom rules match.
package enum Bench {
  package struct Options: Sendable {
    package var threads: Int
    /// How often everything is evaluated; the median counts.
    package var repetitions: Int
    /// How many contacts are asked for one by one.
    package var contacts: Int
    /// Whether it is measured what keeping all answers costs while data change; `nil` where they are few enough for that
    /// to take seconds.
    package var isIncremental: Bool?

    package init(threads: Int = 1, repetitions: Int = 5, contacts: Int = 200, isIncremental: Bool? = nil) {
      self.threads = threads
      self.repetitions = repetitions
      self.contacts = contacts
      self.isIncremental = isIncremental
    }
  }

  /// Up to so many answers are kept without being asked for.
  private static let fewAnswers = 20_000_000

  /// What is computed from what, a line each.
  package static func explainPlan(of book: RuleBook) -> String {
    EvaluationPlan(book.program).description
  }

  /// Measures a rule book of one's own over made-up data, which are not loaded but made in memory.
  ///
  /// - Parameter progress: called with the share that is done, 0 to 1, and what comes next.
  package static func measure(
    _ configuration: Configuration, contacts: Int, events: Int, options: Options, now: Instant,
    progress: (Double, String) -> Void
  ) throws -> BenchResult {
    var result = BenchResult(threads: options.threads, repetitions: options.repetitions)
    progress(0, "checking the rule book")
    let book = try result.checking.measure { try DataCommands.loadBook(configuration) }
    let plan = result.planning.measure { EvaluationPlan(book.program) }
    progress(0.05, "making data")
    let snapshot = GeneratedSnapshot.make(plan, contacts: contacts, events: events, now: now)
    result.loadedMemoryBytes = residentMemory()
    let calendar = book.program.policy.calendar(holidays: PolicyHolidays(of: book).days)
    evaluate(plan, snapshot, calendar, now, options, &result, progress)
    measureLive(plan, snapshot, calendar, now, options, &result, progress)
    result.memoryBytes = peakMemory()
    progress(1, "")
    return result
  }

  private static func evaluate(
    _ plan: EvaluationPlan, _ snapshot: Snapshot, _ calendar: BusinessCalendar, _ now: Instant, _ options: Options,
    _ result: inout BenchResult, _ progress: (Double, String) -> Void
  ) {
    let subjects = Conditions(plan)
    result.describe(snapshot, rules: subjects.names.count, nodes: plan.graph.nodes.count)
    let encodings = ColumnEncodings()
    func evaluation() -> Evaluation {
      Evaluation(plan: plan, snapshot: snapshot, now: now, calendar: calendar, encodings: encodings)
    }
    for repetition in 0...options.repetitions {
      progress(0.3 + 0.4 * Double(repetition) / Double(options.repetitions + 1), "evaluating")
      var seconds = Stopwatch()
      seconds.measure { subjects.count(evaluation(), threads: options.threads) }
      // What the first finds out about texts serves the others.
      if repetition == 0 { result.firstEvaluation = seconds } else { result.evaluations.append(seconds.seconds) }
    }
    let matches = result.rowsEvaluation.measure { subjects.matches(evaluation(), threads: options.threads) }
    result.counts = subjects.counts(matches, snapshot)
  }

  private static func measureLive(
    _ plan: EvaluationPlan, _ snapshot: Snapshot, _ calendar: BusinessCalendar, _ now: Instant, _ options: Options,
    _ result: inout BenchResult, _ progress: (Double, String) -> Void
  ) {
    result.evaluationMemoryBytes = peakMemory()
    guard options.isIncremental ?? (result.rules * result.contacts <= fewAnswers) else { return }
    var live = LiveBench(plan: plan, snapshot: snapshot, calendar: calendar, now: now)
    result.live = live.measure { progress(0.7 + 0.2 * $0, $1) }
  }

  /// - Parameter progress: called with the share that is done, 0 to 1, and what comes next.
  package static func measure(
    _ configuration: Configuration, options: Options, now: Instant, progress: (Double, String) -> Void
  ) throws -> BenchResult {
    var result = BenchResult(threads: options.threads, repetitions: options.repetitions)
    progress(0, "checking the rule book")
    let book = try result.checking.measure { try DataCommands.loadBook(configuration) }
    progress(0.05, "planning")
    let plan = result.planning.measure { EvaluationPlan(book.program) }
    var store = try Store.open(configuration.database)
    store.columnFile = nil
    progress(0.1, "loading")
    let loaded = try result.loading.measure {
      try store.load(book.program, reading: plan.readSet, now: now)
    }
    result.loadedMemoryBytes = residentMemory()
    let calendar = book.program.policy.calendar(holidays: PolicyHolidays(of: book).days)
    evaluate(plan, loaded.snapshot, calendar, now, options, &result, progress)
    progress(0.7, "recommending")
    result.recommendation = RecommendationBench(plan, loaded.snapshot, calendar, now)
    measureLive(plan, loaded.snapshot, calendar, now, options, &result, progress)
    progress(0.9, "asking for single contacts")
    try measureSingles(store, plan, loaded.snapshot, calendar, now, options, &result)
    result.memoryBytes = peakMemory()
    if configuration.keepsColumns {
      progress(0.95, "loading what was kept")
      store.columnFile = ColumnFile.Policy(leastRows: 0)
      _ = try store.load(book.program, reading: plan.readSet, now: now)
      try result.loadingKept.measure { _ = try store.load(book.program, reading: plan.readSet, now: now) }
      store.columnFile = nil
    }
    progress(1, "")
    return result
  }

  /// Contacts over the whole table, each loaded and evaluated by itself.
  private static func measureSingles(
    _ store: Store, _ plan: EvaluationPlan, _ snapshot: Snapshot, _ calendar: BusinessCalendar, _ now: Instant,
    _ options: Options, _ result: inout BenchResult
  ) throws {
    let subjects = Conditions(plan)
    let count = snapshot.contacts.count
    for sample in 0..<min(options.contacts, count) {
      let row = sample * count / min(options.contacts, count)
      let key = snapshot.texts.text(snapshot.contacts.keys[row])
      var whole = Stopwatch()
      var evaluating = Stopwatch()
      try whole.measure {
        guard
          let one = try store.load(plan.program, reading: plan.readSet, now: now, about: .contact(key: key))
        else { return }
        evaluating.measure {
          let evaluation = Evaluation(plan: plan, snapshot: one.snapshot, now: now, calendar: calendar)
          subjects.askOne(evaluation)
        }
      }
      if sample < 50, let one = try store.load(plan.program, reading: plan.readSet, now: now, about: .contact(key: key))
      {
        result.recommendation?.addFirst(plan, one.snapshot, key: key, calendar, now)
      }
      result.singles.append(whole.seconds)
      result.singleEvaluations.append(evaluating.seconds)
    }
  }

  /// What the process has in memory now, in bytes; 0 where the system does not tell.
  private static func residentMemory() -> Int {
    guard let statistics = try? Files.read("/proc/self/statm") else { return 0 }
    let pages = String(decoding: statistics, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE))
  }

  /// The most that the process ever had in memory, in bytes.
  private static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}

/// The conditions of `when` rules, by whom they are about.
private struct Conditions {
  var names: [String] = []
  private var contact: [NodeID] = []
  private var account: [NodeID] = []
  private var subjects: [Subject] = []

  init(_ plan: EvaluationPlan) {
    for rule in plan.program.rules where rule.trigger == nil {
      guard let condition = rule.condition, let node = plan.node(for: condition, of: rule.subject) else { continue }
      names.append(rule.name)
      subjects.append(rule.subject)
      switch rule.subject {
      case .contact: contact.append(node)
      case .account: account.append(node)
      }
    }
  }

  typealias Matches = (contacts: ConditionMatches, accounts: ConditionMatches)

  func matches(_ evaluation: Evaluation, threads: Int) -> Matches {
    (
      evaluation.matches(contact, of: .contact, threads: threads),
      evaluation.matches(account, of: .account, threads: threads)
    )
  }

  /// How many each matches.
  func count(_ evaluation: Evaluation, threads: Int) {
    _ = evaluation.matchCounts(contact, of: .contact, threads: threads)
    _ = evaluation.matchCounts(account, of: .account, threads: threads)
  }

  /// As a run asks about few people: each condition by itself.
  func askOne(_ evaluation: Evaluation) {
    for node in contact { _ = evaluation.truths(node, of: .contact) }
    for node in account { _ = evaluation.truths(node, of: .account) }
  }

  /// Each rule in the order of the rule book.
  func counts(_ matches: Matches, _ snapshot: Snapshot) -> [BenchResult.RuleCount] {
    let contactKeys = numbers(snapshot.contacts.keys, snapshot.texts)
    let accountKeys = numbers(snapshot.accounts.keys, snapshot.texts)
    var (nextContact, nextAccount) = (0, 0)
    return zip(names, subjects).map { name, subject in
      let (found, keys): (ConditionMatches, [Int]?)
      let index: Int
      switch subject {
      case .contact:
        (found, keys, index) = (matches.contacts, contactKeys, nextContact)
        nextContact += 1
      case .account:
        (found, keys, index) = (matches.accounts, accountKeys, nextAccount)
        nextAccount += 1
      }
      var sum = 0
      if let keys { found.forEachRow(of: index) { sum += keys[$0] } }
      return BenchResult.RuleCount(rule: name, matched: found.counts[index], keySum: keys.map { _ in sum })
    }
  }

  /// The keys as numbers; `nil` when one is none.
  private func numbers(_ keys: [Int32], _ texts: TextPool) -> [Int]? {
    let numbers = keys.compactMap { Int(texts.text($0)) }
    return numbers.count == keys.count && !keys.isEmpty ? numbers : nil
  }
}
