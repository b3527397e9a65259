import ArgumentParser
import BusinessTime
import ContactStore
import RuleDiagnostics
import RuleSemantics
import Service

struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play the rule book over past days: what it would have done, and to whom.",
    discussion: """
      Virtual time over the history in the database; nothing is written. A run takes place once a day at the start of
      business hours, or as often as --every says. Each run is decided as it would have been, and its effects stay for
      the next.
      """)

  @Option(help: ArgumentHelp("The first day or time.", valueName: "time"))
  var from: String

  @Option(help: ArgumentHelp("The last day or time (default: now).", valueName: "time"))
  var to: String?

  @Option(
    help: ArgumentHelp(
      "How often, such as \"15 minutes\", \"6 hours\", or policy (default: once a day).", valueName: "span"))
  var every: String?

  @Option(
    help: ArgumentHelp("Another rule book, or the beginning of the hash of a version, side by side.", valueName: "dir"))
  var compare: String?

  @Option(help: ArgumentHelp("Also write a page to look at.", valueName: "file"))
  var html: String?

  @Flag(help: "Nobody answers when a rule asks whether it may act (default: it may).")
  var withoutApprovals = false

  @OptionGroup var options: CommonOptions

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  @Option(help: ArgumentHelp("How many people each line names.", valueName: "n"))
  var samples = 5

  func validate() throws {
    if samples < 0 { throw ValidationError("--samples takes a number from 0, not `\(samples)`") }
  }

  func run() throws {
    let workspace = try Workspace.open(options)
    let span = try span(of: workspace.book)
    let settings = SimulationRun.Options(
      start: try time(from, "--from", workspace, isEnd: false),
      end: try to.map { try time($0, "--to", workspace, isEnd: true) } ?? workspace.now, every: span,
      assumesApproval: !withoutApprovals)
    guard settings.start < settings.end else { throw EmptySpan(options: settings) }
    let other = try compare.map { try book(at: $0, workspace) }
    let first = try play(workspace.book, try options.configuration().rules, workspace.store, settings)
    let second = try other.map { try play($0, compare ?? "", workspace.store, settings) }
    let report = SimulationReport(first, comparedWith: second, style: Output.style, samples: samples)
    if let html { try Files.write(Array(report.html.utf8), to: html) }
    switch format {
    case .text: Output.result(report.text, terminator: "")
    case .json: Output.result(report.json.indentedText)
    }
  }

  private func play(
    _ book: RuleBook, _ name: String, _ store: Store, _ settings: SimulationRun.Options
  ) throws -> SimulationRun {
    var progress = Progress("simulating \(name)")
    let run = try SimulationRun.play(book, named: name, store, settings) { done, all in
      progress.update(Double(done) / Double(max(all, 1)), done == 0 ? "loading" : "run \(done) of \(all)")
    }
    progress.finish()
    return run
  }

  private func book(at place: String, _ workspace: Workspace) throws -> RuleBook {
    let found =
      Files.isThere(place)
      ? try RuleBook.load([place], imported: workspace.store.assets())
      : try DeployedBook.find(place, in: workspace.store)
    guard let found else {
      throw ValidationError("--compare takes a folder or the beginning of the hash of a version, not `\(place)`")
    }
    guard !found.hasErrors else { throw RuleBookHasErrors(book: found) }
    return found
  }

  /// A day alone means its start, and as an end its end.
  private func time(_ text: String, _ option: String, _ workspace: Workspace, isEnd: Bool) throws -> Instant {
    let zone = Zone(identifier: workspace.book.program.policy.zone) ?? .utc
    if isEnd, text.count == 10, let start = Instant(iso: text, in: zone) {
      return zone.startOfDay(zone.day(of: start).adding(days: 1)).adding(milliseconds: -1)
    }
    guard let instant = Instant(iso: text, in: zone) else {
      throw ValidationError("\(option) takes a time such as 2026-03-01 or \"2026-03-01 09:00\", not `\(text)`")
    }
    return instant
  }

  private func span(of book: RuleBook) throws -> TimeSpan? {
    guard let every else { return nil }
    if every == "policy" { return book.program.policy.evaluateEvery ?? TimeSpan(15, .minutes) }
    let words = every.split(separator: " ")
    let units: [String: TimeSpan.Unit] = [
      "minute": .minutes, "minutes": .minutes, "hour": .hours, "hours": .hours, "day": .days, "days": .days,
      "week": .weeks, "weeks": .weeks, "month": .months, "months": .months,
    ]
    guard words.count == 2, let amount = Double(words[0]), amount > 0, let unit = units[String(words[1])] else {
      throw ValidationError("--every takes a span such as \"15 minutes\", or policy, not `\(every)`")
    }
    return TimeSpan(amount, unit)
  }
}
