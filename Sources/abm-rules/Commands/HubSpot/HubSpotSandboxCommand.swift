import ArgumentParser
import HubSpotSandbox
import Logging
import ServiceLifecycle
import UnixSignals

struct HubSpotSandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox", abstract: "A local stand-in for HubSpot, to try everything without an account.",
    discussion: """
      Speaks the part of HubSpot's API that abm-rules uses, on this machine only, and shows what it holds on its page.
      Any token is good. --faults names a YAML file of limits, lag and faults; see docs/sandbox.md.
      """)

  @Option(help: "The port; 0 takes any that is free.")
  var port = 8070

  @Option(help: ArgumentHelp("The file that it keeps its records in.", valueName: "file"))
  var db = "hubspot-sandbox.sqlite"

  @Option(help: ArgumentHelp("Limits, lag and faults.", valueName: "file"))
  var faults: String?

  @Option(help: ArgumentHelp("Where webhooks go, such as http://127.0.0.1:8071/webhooks/hubspot.", valueName: "url"))
  var webhooks: String?

  @Option(help: ArgumentHelp("Signs webhooks (default: sandbox-secret).", valueName: "text"))
  var secret: String?

  func run() async throws {
    var configuration = try faults.map { try SandboxConfiguration.load($0) } ?? SandboxConfiguration()
    if let webhooks { configuration.webhooks.target = webhooks }
    if let secret { configuration.oauth.clientSecret = secret }
    var logger = Logger(label: "hubspot-sandbox", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .warning
    let sandbox = try Sandbox(port: port, database: db, configuration: configuration, logger: logger) { port in
      // The line that scripts wait for.
      Output.result("the sandbox listens on http://127.0.0.1:\(port)")
    }
    try await ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [sandbox], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    ).run()
  }
}
