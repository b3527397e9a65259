import ArgumentParser
import BusinessTime
import ContactStore
import Daemon
import Foundation
import HubSpot
import Service

struct HubSpotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hubspot", abstract: "Connect to HubSpot, compare, and read from it.",
    discussion: """
      The token stands in the variable that `hubspot: token:` of abm.yaml names, HUBSPOT_TOKEN unless it names another; never
      in a file.
      """,
    subcommands: [Connect.self, Doctor.self, Sync.self, HubSpotSandboxCommand.self])

  struct Connect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check the token, and whether it may do what the rule book asks for.")

    @OptionGroup var options: CommonOptions

    func run() async throws {
      let configuration = try options.configuration()
      let book = try DataCommands.loadBook(configuration)
      let report = try await Self.withHubSpot(configuration) { connection in
        try await ConnectReport.make(
          book.program, configuration.hubspot, connection.client, executor: connection.executor)
      }
      Output.result(report.text(Output.style))
      if report.hasProblems { throw Exit.problems }
    }

    static func withHubSpot<Result>(
      _ configuration: Service.Configuration, _ body: (HubSpotConnection) async throws -> Result
    ) async throws -> Result {
      let connection = try HubSpotConnection(
        configuration.hubspot, database: configuration.database, environment: ProcessInfo.processInfo.environment)
      do {
        let result = try await body(connection)
        await connection.close()
        return result
      } catch {
        await connection.close()
        throw error
      }
    }
  }

  struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare the declared fields, properties and lists with those of HubSpot.")

    @OptionGroup var options: CommonOptions

    @Flag(help: "Make in HubSpot what is missing there.")
    var create = false

    func run() async throws {
      let configuration = try options.configuration()
      let book = try DataCommands.loadBook(configuration)
      let report = try await Connect.withHubSpot(configuration) { connection in
        let report = try await DoctorReport.make(book.program, configuration.hubspot, connection.client)
        if create {
          for line in try await report.create(connection.client) { Output.error(line) }
          return try await DoctorReport.make(book.program, configuration.hubspot, connection.client)
        }
        return report
      }
      Output.result(report.text(Output.style))
      if !report.findings.isEmpty { throw Exit.problems }
    }
  }

  struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read from HubSpot: everything the first time, then what has changed.",
      discussion: """
        Only declared fields are read. It can be stopped at any time and goes on where it was.
        """)

    @OptionGroup var options: CommonOptions

    @Flag(help: "Say what would change, and keep nothing.")
    var dryRun = false

    func run() async throws {
      let configuration = try options.configuration()
      let book = try DataCommands.loadBook(configuration)
      let store = try Store.open(configuration.database, create: true)
      let lock = try InstanceLock(database: configuration.database)
      try DataCommands.makeRoom(for: book, in: store)
      var line = Progress("reading")
      let summary = try await Connect.withHubSpot(configuration) { connection in
        try await HubSpotSync(
          book: book, store: store, client: connection.client, settings: configuration.hubspot, now: { Clock.now }
        ).run(isDryRun: dryRun) { progress in
          line.update(nil, "\(progress.stream): \(Plural.grouped(progress.records))")
        }
      }
      line.finish()
      withExtendedLifetime(lock) {}
      Output.result(summary.text)
    }
  }
}
