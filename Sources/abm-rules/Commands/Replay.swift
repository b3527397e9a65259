import ArgumentParser
import BusinessTime
import ContactStore
import RuleDiagnostics
import Service

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Decide a past run again, and compare it with what was recorded.",
    discussion: """
      By the rule book that the run followed, at its time, upon the records, events and memory that the database held then,
      whatever has changed since. Nothing is written. Ends with 1 when something is not the same.
      """)

  @Argument(help: ArgumentHelp("The number of the run (default: the last).", valueName: "run"))
  var number: Int64?

  @Flag(help: "All runs, the oldest first.")
  var all = false

  @OptionGroup var options: CommonOptions

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func validate() throws {
    if all, number != nil { throw ValidationError("name a run, or say --all") }
  }

  func run() throws {
    let store = try Store.open(try options.configuration().database)
    let runs = all ? try store.runIDs().map(Optional.some) : [number]
    var progress = Progress("replaying")
    var replays: [Replay] = []
    for (index, run) in runs.enumerated() {
      progress.update(Double(index) / Double(runs.count), "run \(index + 1) of \(runs.count)")
      replays.append(try Replay.again(run, in: store))
    }
    progress.finish()
    switch format {
    case .text: Output.result(replays.map(\.text).joined(separator: "\n"))
    case .json: Output.result(JSONValue.list(replays.map(\.json)).indentedText)
    }
    if replays.contains(where: { !$0.isSame }) { throw Exit.problems }
  }
}
