import ArgumentParser
import BusinessTime
import Foundation
import RuleDiagnostics
import Service

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast a rule book is evaluated.",
    discussion: """
      With --contacts, --events, --assets or a number for --rules it makes up people, events and rules; otherwise it
      measures the rule book and the database of the workspace. With --contacts or --events and the folder of a rule book
      it makes up people and events for that. No data is changed.

        abm-rules bench --contacts 100000 --rules 1000 --events 100000
        abm-rules bench --rules rules --contacts 100000 --events 10000000
        abm-rules bench --db abm.sqlite --threads 2 --format json
        abm-rules bench --explain-plan
      """)

  @OptionGroup var options: CommonOptions

  @Option(help: ArgumentHelp("How many people to make up.", valueName: "n"))
  var contacts: Int?

  @Option(help: ArgumentHelp("How many events to make up.", valueName: "n"))
  var events: Int?

  @Option(
    help: ArgumentHelp("How many assets to make up, and a recommendation that weighs them.", valueName: "n"))
  var assets: Int?

  @Option(help: "How many threads share the people between them: 1 or 2, or more where there are more cores.")
  var threads = 1

  @Option(help: ArgumentHelp("How often everything is evaluated; the median counts.", valueName: "n"))
  var repetitions = 5

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Measure what keeping all answers costs while data change. (default: up to 20 million rules × contacts)"))
  var incremental: Bool?

  @Flag(help: "Print what is computed, from what, instead of measuring.")
  var explainPlan = false

  @Flag(help: "Say how many people each rule matches.")
  var counts = false

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func validate() throws {
    guard threads >= 1, repetitions >= 1 else { throw ValidationError("--threads and --repetitions take 1 or more") }
    guard [contacts, events, assets].allSatisfy({ $0.map { $0 >= 0 } ?? true }) else {
      throw ValidationError("--contacts, --events and --assets take 0 or more")
    }
  }

  func run() throws {
    // A folder is named by no number.
    let rules = options.rules.flatMap { Int($0) }
    guard contacts != nil || rules != nil || events != nil || assets != nil else {
      return try measure(try options.configuration())
    }
    if let folder = options.rules, rules == nil, !explainPlan {
      var configuration = try options.configuration()
      configuration.rules = folder
      return try report { bar in
        try Service.Bench.measure(
          configuration, contacts: contacts ?? 10_000, events: events ?? 10_000, options: measuring, now: try time()
        ) { bar.update($0, $1) }
      }
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "abm-rules-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var bar = Progress("preparing")
    let size = GeneratedWorkspace.Size(
      contacts: contacts ?? 10_000, rules: rules ?? 100, events: events ?? 10_000, assets: assets ?? 0)
    let configuration = try GeneratedWorkspace.make(size, in: folder.path, now: try time()) { bar.update($0, $1) }
    bar.finish()
    try measure(configuration)
  }

  private func measure(_ configuration: Configuration) throws {
    if explainPlan {
      let book = try DataCommands.loadBook(configuration)
      Output.result(Service.Bench.explainPlan(of: book))
      return
    }
    try report { bar in
      try Service.Bench.measure(configuration, options: measuring, now: try time()) { bar.update($0, $1) }
    }
  }

  private var measuring: Service.Bench.Options {
    Service.Bench.Options(threads: threads, repetitions: repetitions, isIncremental: incremental)
  }

  private func report(_ measure: (inout Progress) throws -> BenchResult) throws {
    var bar = Progress("measuring")
    let result = try measure(&bar)
    bar.finish()
    switch format {
    case .text: Output.result(result.text(withCounts: counts))
    case .json: Output.result(result.json(withCounts: counts).indentedText)
    }
  }

  private func time() throws -> Instant {
    guard let text = options.at else { return Clock.now }
    guard let instant = Instant(iso: text, in: .utc) else {
      throw ValidationError("--at takes a time such as 2026-03-01 or 2026-03-01T09:00:00Z, not `\(text)`")
    }
    return instant
  }
}
