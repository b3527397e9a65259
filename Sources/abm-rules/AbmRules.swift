import ArgumentParser
import Foundation
import Service

@main
struct AbmRules: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abm-rules",
    abstract: "Account-based marketing as text: rules that can be read, checked, tested, explained and rolled back.",
    discussion: """
      Common questions:
        abm-rules init my-workspace      start with a rule book and sample data that work
        abm-rules check                  find every mistake in the rule book
        abm-rules plan                   see who would get what, and why; nothing is sent
        abm-rules why ann@acme.example   ask why somebody does or does not get something

      Exit codes: 0 fine, 1 problems found, 2 wrong usage, 3 the world failed (files, database, network).
      """,
    version: version,
    subcommands: [
      Init.self, Check.self, Fmt.self, Test.self, Import.self, Migrate.self,
      Plan.self, Run.self, WhyCommand.self, Sequences.self, Approvals.self, Experiments.self, Simulate.self,
      ReplayCommand.self, Diff.self, Versions.self, Deploy.self, Outbox.self, Explain.self, Bench.self,
      HubSpotCommand.self, DaemonCommand.self, Backup.self, Restore.self,
    ])

  static let version = "0.1.0"

  static func main() async {
    // A reader that leaves early is an error of writing, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Exit.leave(with: error)
    }
  }
}
