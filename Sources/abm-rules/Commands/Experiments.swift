import ArgumentParser
import BusinessTime
import RuleDiagnostics
import Service

struct Experiments: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See what experiments have come to, whether the split is sound first.",
    discussion: """
      Look as often as you like: the interval "at any number of looks" holds at all of them together.
      """,
    subcommands: [List.self, Show.self, Analyze.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "All experiments of the rule book, a line each.")

    @OptionGroup var options: CommonOptions

    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let workspace = try Workspace.open(options)
      let reports = try ExperimentService.reports(workspace.book, workspace.store, at: workspace.now)
        .map { ExperimentText($0, style: Output.style) }
      switch format {
      case .json: Output.result(JSONValue.list(reports.map(\.json)).indentedText)
      case .text where reports.isEmpty: Output.result("the rule book has no experiments")
      case .text:
        Output.result(reports.map(\.summary).joined(separator: "\n"))
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One experiment: the split, the arms, their differences.")

    @Argument(help: "The name of the experiment.")
    var name: String

    @OptionGroup var options: CommonOptions

    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let workspace = try Workspace.open(options)
      let report = try ExperimentService.report(on: name, workspace.book, workspace.store, at: workspace.now)
      let text = ExperimentText(report, style: Output.style)
      switch format {
      case .text: Output.result(text.text)
      case .json: Output.result(text.json.indentedText)
      }
      if text.isBroken { throw Exit.problems }
    }
  }

  struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Analyze an experiment that ran elsewhere, from a CSV file with a row for each subject.",
      discussion: """
          abm-rules experiments analyze results.csv --arm version --outcome retention_7

        Ends with 1 when the split is broken.
        """)

    @Argument(help: "The file; an outcome in it is yes, true, 1 or no, false, 0.")
    var file: String

    @Option(help: ArgumentHelp("The column that names the arm.", valueName: "column"))
    var arm: String

    @Option(help: ArgumentHelp("A column that says what came of it; may be given several times.", valueName: "column"))
    var outcome: [String] = []

    @Option(help: ArgumentHelp("What each arm was meant to get (default: equal).", valueName: "arm=percent,…"))
    var shares: String?

    @Option(
      help: ArgumentHelp("The arm that the others are compared with (default: the first by name).", valueName: "arm"))
    var base: String?

    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let (report, notes) = try ExperimentService.report(
        on: file, arm: arm, outcomes: outcome, shares: try parsedShares(), base: base)
      let text = ExperimentText(report, style: Output.style)
      switch format {
      case .text: Output.result(text.text)
      case .json: Output.result(text.json.indentedText)
      }
      notes.forEach { Output.error("note: \($0)") }
      if text.isBroken { throw Exit.problems }
    }

    private func parsedShares() throws -> [String: Double] {
      var parsed: [String: Double] = [:]
      for part in (shares ?? "").split(separator: ",") {
        let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, let share = Double(sides[1]), share >= 0, share.isFinite else {
          throw ValidationError("--shares takes arm=percent,…, not `\(part)`")
        }
        parsed[sides[0]] = share
      }
      return parsed
    }
  }
}
