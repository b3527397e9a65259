package import RuleDiagnostics
import RuleEngine

/// What was measured, all times in seconds.
package struct BenchResult: Sendable {
  package struct RuleCount: Sendable {
    package var rule: String
    package var matched: Int
    /// The sum of the matching records' keys, where all keys are whole numbers.
    package var keySum: Int?
  }

  package let threads: Int
  package let repetitions: Int
  package private(set) var contacts = 0
  package private(set) var accounts = 0
  package private(set) var events = 0
  /// `when` rules.
  package private(set) var rules = 0
  package private(set) var nodes = 0
  package var checking = Stopwatch()
  package var planning = Stopwatch()
  package var loading = Stopwatch()
  /// From the columns that an earlier load kept.
  package var loadingKept = Stopwatch()
  package var firstEvaluation = Stopwatch()
  package var evaluations: [Double] = []
  /// Not how many people match but who.
  package var rowsEvaluation = Stopwatch()
  /// Of one contact, with its load and without.
  package var singles: [Double] = []
  package var singleEvaluations: [Double] = []
  /// After loading.
  package var loadedMemoryBytes = 0
  /// At most.
  package var memoryBytes = 0
  /// The most until answers were kept.
  package var evaluationMemoryBytes = 0
  /// `nil` where it was not measured.
  package var live: LiveResult?
  package var counts: [RuleCount] = []
  /// `nil` when the rule book has none.
  var recommendation: RecommendationBench?

  init(threads: Int, repetitions: Int) {
    self.threads = threads
    self.repetitions = repetitions
  }

  mutating func describe(_ snapshot: Snapshot, rules: Int, nodes: Int) {
    contacts = snapshot.contacts.count
    accounts = snapshot.accounts.count
    events = snapshot.events.reduce(0) { $0 + $1.count }
    self.rules = rules
    self.nodes = nodes
  }

  package var evaluation: Double { Self.quantile(evaluations, 0.5) }

  /// Nanoseconds for each rule and contact; 0 when there are none.
  package var nanosecondsPerPair: Double {
    let pairs = Double(rules) * Double(contacts)
    return pairs > 0 ? evaluation / pairs * 1e9 : 0
  }

  // MARK: - Output

  package func json(withCounts: Bool) -> JSONValue {
    .members([
      ("contacts", .integer(contacts)), ("accounts", .integer(accounts)), ("events", .integer(events)),
      ("rules", .integer(rules)), ("nodes", .integer(nodes)), ("threads", .integer(threads)),
      ("check_s", .number(checking.seconds)), ("compile_s", .number(planning.seconds)),
      ("load_s", .number(loading.seconds)), ("load_kept_s", .number(loadingKept.seconds)),
      ("first_evaluation_s", .number(firstEvaluation.seconds)),
      ("evaluation_s", .number(evaluation)), ("evaluation_with_rows_s", .number(rowsEvaluation.seconds)),
      ("evaluations_s", .list(evaluations.map { .number($0) })),
      ("ns_per_rule_and_contact", .number(nanosecondsPerPair)),
      ("one_contact_p50_s", .number(Self.quantile(singles, 0.5))),
      ("one_contact_p99_s", .number(Self.quantile(singles, 0.99))),
      ("one_contact_evaluation_p50_s", .number(Self.quantile(singleEvaluations, 0.5))),
      ("one_contact_evaluation_p99_s", .number(Self.quantile(singleEvaluations, 0.99))),
      ("recommendation", recommendation?.json),
      ("memory_loaded_mb", .number(Double(loadedMemoryBytes) / 1_048_576)),
      ("memory_mb", .number(Double(memoryBytes) / 1_048_576)),
      ("evaluation_memory_mb", .number(Double(evaluationMemoryBytes) / 1_048_576)), ("live", live.map { liveJSON($0) }),
      (
        "counts",
        withCounts
          ? .list(
            counts.map { count in
              .members([
                ("rule", .text(count.rule)), ("matched", .integer(count.matched)),
                ("key_sum", count.keySum.map { .integer($0) }),
              ])
            }) : nil
      ),
    ])
  }

  package func text(withCounts: Bool) -> String {
    let size = [
      Plural.count(contacts, "contact"), Plural.count(accounts, "account"), Plural.count(events, "event"),
      Plural.count(rules, "`when` rule"), Plural.count(nodes, "node"), Plural.count(threads, "thread"),
    ]
    var lines = [
      size.joined(separator: ", "),
      "check the rule book   \(Self.duration(checking.seconds))",
      "plan                  \(Self.duration(planning.seconds))",
      "first evaluation      \(Self.duration(firstEvaluation.seconds))",
      "evaluation            \(Self.duration(evaluation)), median of \(evaluations.count); "
        + "\(decimalText((nanosecondsPerPair * 1000).rounded() / 1000)) ns per rule and contact",
      "  with who matches    \(Self.duration(rowsEvaluation.seconds))",
    ]
    // Made-up data for a rule book of one's own are in no database.
    if loading.seconds > 0 {
      lines.insert(
        contentsOf: [
          "load                  \(Self.duration(loading.seconds))",
          "  of kept columns     \(Self.duration(loadingKept.seconds))",
        ], at: 3)
      lines += [
        "one contact           \(spread(singles)), from the database on",
        "  of which evaluation \(spread(singleEvaluations))",
      ]
    }
    lines +=
      live.map { liveLines($0) } ?? [
        "keep all answers      not measured, since they are so many; --incremental asks for it"
      ]
    lines.append(
      "memory                \(Plural.grouped(loadedMemoryBytes / 1_048_576)) MB after loading, "
        + "\(Plural.grouped(evaluationMemoryBytes / 1_048_576)) MB at most until evaluated, "
        + "\(Plural.grouped(memoryBytes / 1_048_576)) MB in all")
    if let recommendation { lines += recommendation.lines }
    if withCounts { lines += counts.map { "\(Plural.grouped($0.matched))  \($0.rule)" } }
    return lines.joined(separator: "\n")
  }

  static func duration(_ seconds: Double) -> String {
    let (value, unit) =
      seconds >= 1 ? (seconds, "s") : seconds >= 0.001 ? (seconds * 1000, "ms") : (seconds * 1_000_000, "µs")
    return "\(decimalText((value * 100).rounded() / 100)) \(unit)"
  }

  /// The value that a share of all does not exceed; 0 of nothing.
  static func quantile(_ values: [Double], _ share: Double) -> Double {
    guard !values.isEmpty else { return 0 }
    let position = Int((share * Double(values.count - 1)).rounded(.up))
    return values.sorted()[position]
  }
}
