import ArgumentParser
import ContactStore
import Service

struct Migrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make room in the database for what the rule book declares.",
    discussion: "Nothing is dropped unless --drop says so; what is no longer declared stays and is named.")

  @OptionGroup var options: CommonOptions

  @Flag(help: "Show what would change, and change nothing.")
  var dryRun = false

  @Flag(help: "Delete what the rule book no longer declares.")
  var drop = false

  func run() throws {
    let configuration = try options.configuration()
    let changes = try DataCommands.migrate(configuration, dropping: drop, isDryRun: dryRun)
    for change in changes { Output.result("  \(change)") }
    if changes.isEmpty { Output.result("\(configuration.database) fits the rule book already") }
    if dryRun, changes.contains(where: \.isNeeded) { throw Exit.problems }
  }
}
