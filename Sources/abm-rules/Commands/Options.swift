import ArgumentParser
import BusinessTime
import Foundation
import Service

/// What most commands take. The command line wins over `ABM_*` variables, these win over `abm.yaml`.
struct CommonOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The folder of the rule book (default: rules).", valueName: "dir"))
  var rules: String?

  @Option(name: .long, help: ArgumentHelp("The database (default: abm.sqlite).", valueName: "file"))
  var db: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The time to decide at, such as 2026-03-01, \"2026-03-01 09:00\" (in the zone of the policy) or an ISO 8601 instant (default: now).",
      valueName: "time"))
  var at: String?

  @Flag(
    name: .long,
    help: "Read the database anew instead of the columns that an earlier command kept beside it, and keep none.")
  var noCache = false

  func configuration() throws -> Configuration {
    var configuration = try Configuration.load(environment: ProcessInfo.processInfo.environment)
    if let rules { configuration.rules = rules }
    if let db { configuration.database = db }
    if noCache { configuration.keepsColumns = false }
    return configuration
  }
}

enum TextOrJSON: String, ExpressibleByArgument, CaseIterable {
  case text, json
}
