import ArgumentParser
import BusinessTime
import ContactStore
import RuleDiagnostics
import Service

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What a change of the rule book changes: in meaning, and for whom.",
    discussion: """
      Each side is a folder, or the beginning of the hash of a deployed version (see `versions`). Without NEW it is the
      rule book of the workspace; without OLD too, that is compared with the version that the last run followed. With a
      database at hand both decide upon its people at the time of --at; nothing is written.
      Ends with 1 when there is a difference.
      """)

  @Argument(help: "A folder, or the beginning of a hash.")
  var old: String?

  @Argument(help: "The same (default: the rule book).")
  var new: String?

  @OptionGroup var options: CommonOptions

  @Flag(help: "Compare what they mean, and leave people aside.")
  var meaningOnly = false

  @Option(help: "text, json or markdown.")
  var format = Format.text

  @Option(help: ArgumentHelp("How many people each line names.", valueName: "n"))
  var samples = 5

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown
  }

  func validate() throws {
    if samples < 0 { throw ValidationError("--samples takes a number from 0, not `\(samples)`") }
  }

  func run() throws {
    let configuration = try options.configuration()
    let store = Files.isThere(configuration.database) ? try Store.open(configuration.database) : nil
    let new = try side(self.new ?? configuration.rules, store, configuration)
    let old = try side(self.old ?? lastDeployed(store, configuration), store, configuration)
    for side in [old, new] where side.book.hasErrors { throw RuleBookHasErrors(book: side.book) }
    let diff = try BookDiff.compare(
      old, new, meaningOnly ? nil : store, at: try Workspace.time(options.at, new.book))
    switch format {
    case .text:
      Output.result(DiffReport(diff, style: Output.style, samples: samples).text, terminator: "")
    case .json: Output.result(diff.json.indentedText)
    case .markdown:
      Output.result(DiffReport(diff, style: Style(), samples: samples).markdown, terminator: "")
    }
    if !diff.isEmpty { throw Exit.problems }
  }

  private func lastDeployed(_ store: Store?, _ configuration: Configuration) throws -> String {
    guard let hash = try store?.versions().first?.hash else {
      throw ValidationError("no run has followed a rule book in `\(configuration.database)`; name what to compare with")
    }
    return hash
  }

  private func side(
    _ text: String, _ store: Store?, _ configuration: Configuration
  ) throws -> (name: String, book: RuleBook) {
    if Files.isThere(text) { return (text, try RuleBook.load([text], configuration)) }
    guard let store, let book = try DeployedBook.find(text, in: store) else {
      throw ValidationError(
        "`\(text)` is neither a folder nor the beginning of the hash of a version in `\(configuration.database)`; "
          + "`abm-rules versions` lists them")
    }
    return (String(book.hash.prefix(12)), book)
  }
}
