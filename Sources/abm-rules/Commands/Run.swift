import ArgumentParser
import BusinessTime
import ContactStore
import Daemon
import HubSpot
import Service

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluate once, commit what is decided, and carry it out.",
    discussion: """
      Decisions, what they change and the outbox are committed in one transaction; then the executor carries the outbox
      out. Without an executor the actions wait in the outbox; so they do for a daemon that is at work on the database,
      beside which nothing else carries out.
      """)

  @OptionGroup var options: CommonOptions

  @Option(
    help: ArgumentHelp(
      "hubspot carries the actions out there; file:PATH writes one JSON line for each action.", valueName: "kind"))
  var executor: String?

  @Option(help: ArgumentHelp("Let a rule act that waits for approval, in this run.", valueName: "rule"))
  var approve: [String] = []

  @Flag(help: "Go on where the policy would halt the run.")
  var beyondHalt = false

  @Flag(help: "Run although the clock is behind the last run.")
  var force = false

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() async throws {
    if executor == "hubspot" { return try await runWithHubSpot() }
    let file = try executorFile()
    if file == nil { return try decide(nil) }
    let lock = try InstanceLock(database: options.configuration().database)
    try decide(file)
    withExtendedLifetime(lock) {}
  }

  private func decide(_ file: String?) throws {
    let workspace = try Workspace.open(options)
    let result = try RunService.run(
      workspace.book, workspace.store, at: workspace.now,
      options: RunService.Options(
        approvedRules: Set(approve), goesBeyondHalt: beyondHalt, ignoresClock: force))
    let check = DispatchCheck(workspace.book, workspace.store)
    // Before anything is printed: what was decided does not wait for whoever reads the report.
    let written = Result {
      try file.flatMap { path in
        result.committed == nil
          ? nil : try FileExecutor(path: path).dispatch(workspace.store, check: check, now: workspace.now)
      }
    }
    ResultOutput.write(result, format, samples: 3)
    if let file, let count = try written.get() { Output.error("\(Plural.count(count, "action")) written to \(file)") }
    DispatchReport(check.refusals, zone: workspace.zone).lines.forEach(Output.error)
    if result.hasProblems { throw Exit.problems }
  }

  private func executorFile() throws -> String? {
    guard let executor else { return nil }
    guard executor.hasPrefix("file:"), executor.count > 5 else {
      throw ValidationError("--executor takes hubspot or file:PATH, not `\(executor)`")
    }
    return String(executor.dropFirst(5))
  }

  /// Connects first, so that nothing is decided that cannot be carried out.
  private func runWithHubSpot() async throws {
    let configuration = try options.configuration()
    let lock = try InstanceLock(database: configuration.database)
    let workspace = try Workspace.open(options)
    let dispatched = try await HubSpotCommand.Connect.withHubSpot(configuration) { connection in
      _ = try await connection.client.account()
      let result = try RunService.run(
        workspace.book, workspace.store, at: workspace.now,
        options: RunService.Options(
          approvedRules: Set(approve), goesBeyondHalt: beyondHalt, ignoresClock: force))
      guard result.committed != nil else { return (result, DispatchSummary(), [String]()) }
      let dispatcher = Dispatcher(
        book: workspace.book, store: workspace.store,
        executor: ActionExecutor(
          client: connection.client, settings: connection.executor, transport: connection.transport, now: { Clock.now }),
        settings: configuration.hubspot, now: { Clock.now })
      let summary = try await dispatcher.dispatchDue()
      return (result, summary, await dispatcher.refusals(in: workspace.zone))
    }
    ResultOutput.write(dispatched.0, format, samples: 3)
    Output.error(dispatched.1.text)
    dispatched.2.forEach(Output.error)
    withExtendedLifetime(lock) {}
    if dispatched.0.hasProblems || dispatched.1.hasProblems { throw Exit.problems }
  }
}
