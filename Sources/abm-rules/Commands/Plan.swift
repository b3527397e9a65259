import ArgumentParser
import BusinessTime
import RuleDiagnostics
import Service

struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See who would get what, and why not; nothing is written.",
    discussion: "Ends with 1 when the run would be halted, or the rule book holds what this version does not carry out."
  )

  @OptionGroup var options: CommonOptions

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  @Option(help: ArgumentHelp("How many people each line names.", valueName: "n"))
  var samples = 3

  func validate() throws {
    if samples < 0 { throw ValidationError("--samples takes a number from 0, not `\(samples)`") }
  }

  func run() throws {
    let workspace = try Workspace.open(options)
    let result = try RunService.plan(workspace.book, workspace.store, at: workspace.now)
    ResultOutput.write(result, format, samples: samples)
    if result.hasProblems { throw Exit.problems }
  }
}

/// What `plan` and `run` print.
enum ResultOutput {
  static func write(_ result: RunResult, _ format: TextOrJSON, samples: Int) {
    switch format {
    case .text: Output.result(PlanReport(result, style: Output.style, samples: samples).text, terminator: "")
    case .json: Output.result(result.json.indentedText)
    }
  }
}
