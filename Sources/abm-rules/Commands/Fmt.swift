import ArgumentParser
import RuleDiagnostics
import Service

struct Fmt: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put rule files in the one layout.",
    discussion: "Comments and meaning stay. A file with syntax errors is reported and left as it is.")

  @Argument(help: "Files and folders (default: the rule book).")
  var paths: [String] = []

  @OptionGroup var options: CommonOptions

  @Flag(help: "Change nothing; end with 1 when a file is not in the layout.")
  var check = false

  func run() throws {
    let result = try WorkspaceFormat.run(paths: paths, configuration: options.configuration(), isDryRun: check)
    let renderer = TextRenderer(usesColor: Output.usesColor, width: Output.width)
    for diagnostic in result.errors { Output.result(renderer.render(diagnostic, in: result.source)) }
    for path in result.changed { Output.result("\(check ? "not formatted" : "formatted"): \(path)") }
    if result.changed.isEmpty, result.errors.isEmpty {
      Output.result("\(Plural.count(result.source.files.count, "file")) already in the layout")
    }
    if !result.errors.isEmpty || check && !result.changed.isEmpty { throw Exit.problems }
  }
}
