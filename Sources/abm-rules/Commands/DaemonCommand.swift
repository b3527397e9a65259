import ArgumentParser
import BusinessTime
import ContactStore
import Daemon
import Foundation
import HubSpot
import Logging
import Service

struct DaemonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "daemon",
    abstract: "Always on: takes webhooks in, decides when something happens, and carries it out.",
    discussion: """
      Stops in good order on SIGTERM and SIGINT. `/health`, `/ready` and `/metrics` tell how it is. A changed rule book is
      followed when it checks clean and its tests pass. Settings are under `daemon:` in abm.yaml; see docs/operations.md.
      """)

  @OptionGroup var options: CommonOptions

  @Option(help: ArgumentHelp("hubspot, or file:PATH to write one JSON line for each action.", valueName: "kind"))
  var executor: String?

  @Option(help: "The port (default: daemon.port in abm.yaml, or 8071); 0 takes any that is free.")
  var port: Int?

  @Option(help: "text or json.")
  var log = TextOrJSON.text

  func run() async throws {
    if options.at != nil { throw ValidationError("the daemon lives in the present; it takes no --at") }
    var configuration = try options.configuration()
    if let port { configuration.daemon.port = port }
    let environment = ProcessInfo.processInfo.environment
    let lock = try InstanceLock(database: configuration.database)
    let book = try DataCommands.loadBook(configuration)
    let store = try Store.open(configuration.database)
    let inbox = try Inbox.open(Inbox.path(beside: configuration.database))
    let clock = SteadyClock(wall: { Clock.now })
    let now: @Sendable () -> Instant = { clock.now }
    var parts = Daemon.Parts()
    parts.clockDeviation = { clock.deviationMilliseconds }
    parts.webhookSecret = secret(configuration.daemon.webhookSecret, environment)
    parts.eventsToken = secret(configuration.daemon.eventsToken, environment)
    let logger = logger()
    let transport: HTTPTransport
    if executor == "hubspot" {
      try DataCommands.makeRoom(for: book, in: store)
      let opened = try HubSpotConnection(
        configuration.hubspot, database: configuration.database, environment: environment, logger: logger,
        metrics: ClientMetrics(parts.metrics))
      parts.dispatch = HubSpotDispatch(
        opened, settings: configuration.hubspot, store: store, now: now, logger: logger)
      parts.records = HubSpotRecords(
        opened, settings: configuration.hubspot, store: store, now: now, logger: logger)
      transport = opened.transport
    } else {
      if let path = try executorFile() { parts.dispatch = FileDispatch(path: path, store: store, now: now) }
      transport = HTTPTransport(connections: 1)
    }
    if let address = secret(configuration.daemon.alertURL, environment) {
      let post = AlertPost(transport, address: address)
      parts.alert = { try await post.send($0) }
    }
    let host = configuration.daemon.host
    let daemon = Daemon(
      configuration, book: book, store: store, inbox: inbox, parts: parts, now: now, logger: logger
    ) { port in
      // The line that scripts wait for.
      Output.error("the daemon listens on http://\(host):\(port)")
    }
    do { try await daemon.run() } catch {
      await transport.close()
      throw error
    }
    await transport.close()
    try store.close()
    withExtendedLifetime(lock) {}
  }

  private func executorFile() throws -> String? {
    guard let executor else { return nil }
    guard executor.hasPrefix("file:"), executor.count > 5 else {
      throw ValidationError("--executor takes hubspot or file:PATH, not `\(executor)`")
    }
    return String(executor.dropFirst(5))
  }

  private func secret(_ variable: String, _ environment: [String: String]) -> String? {
    environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  private func logger() -> Logger {
    var logger = Logger(label: "abm-rules") { label in
      switch log {
      case .text: StreamLogHandler.standardError(label: label)
      case .json: JSONLogHandler(label: label) { Clock.now }
      }
    }
    logger.logLevel = .info
    return logger
  }
}
