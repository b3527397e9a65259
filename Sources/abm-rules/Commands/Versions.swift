import ArgumentParser
import BusinessTime
import ContactStore
import RuleDiagnostics
import RuleSemantics
import Service

struct Versions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The rule books that runs have followed, latest first.")

  @OptionGroup var options: CommonOptions

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let configuration = try options.configuration()
    let book = try RuleBook.load([configuration.rules], configuration)
    let report = VersionsReport(
      versions: try Store.open(configuration.database).versions(), book: book, style: Output.style)
    switch format {
    case .text: Output.result(report.text, terminator: "")
    case .json: Output.result(report.json.indentedText)
    }
  }
}

struct Deploy: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put a deployed version back into the folder of the rule book; the next run follows it.",
    discussion: """
      Rollback is deploying an old hash: every version that a run has followed is kept in the database. What rules
      remember of people stays as it is. Refuses to write over a rule book that no run has followed, unless --force says so.
      """)

  @Argument(help: "The beginning of the hash; `versions` lists them.")
  var hash: String

  @OptionGroup var options: CommonOptions

  @Flag(help: "Write over a rule book that no run has followed.")
  var force = false

  func run() throws {
    let configuration = try options.configuration()
    let store = try Store.open(configuration.database)
    let summary = try Rollback.restore(
      hash, from: store, into: configuration.rules, isForced: force)
    Output.result(summary.text)
  }
}
