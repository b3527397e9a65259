import ArgumentParser
import Foundation
import RuleDiagnostics
import Service

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find every mistake in the rule book, in one go.",
    discussion:
      "Ends with 1 when there is an error. Warnings and hints are shown and do not fail, unless --strict says so.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, github, sarif
  }

  @Argument(help: "Files and folders to check; a file of the rule book is checked within it (default: the rule book).")
  var paths: [String] = []

  @OptionGroup var options: CommonOptions

  @Flag(help: "Make all safe repairs, then check again.")
  var fix = false

  @Flag(help: "Warnings fail too.")
  var strict = false

  @Option(help: "text, json, github or sarif.")
  var format = Format.text

  func run() throws {
    let configuration = try options.configuration()
    let repair = fix ? try Repair.applyAll(paths: paths, configuration: configuration) : Repair()
    let check = try WorkspaceCheck.run(
      paths: paths, configuration: configuration,
      peopleAt: options.db == nil ? nil : { try Workspace.time(options.at, $0) })
    for (path, count) in repair.applied { Output.error("repaired \(path): \(Plural.count(count, "repair"))") }
    switch format {
    case .text: printText(check)
    case .json: Output.result(jsonValue(of: check.diagnostics, in: check.book.source).indentedText)
    case .github: Output.result(gitHubAnnotations(of: check.diagnostics, in: check.book.source), terminator: "")
    case .sarif:
      Output.result(
        sarifLog(of: check.diagnostics, in: check.book.source, version: AbmRules.version).indentedText)
    }
    let fails = check.diagnostics.contains { $0.severity == .error || strict && $0.severity == .warning }
    if fails { throw Exit.problems }
  }

  private func printText(_ check: WorkspaceCheck) {
    let renderer = TextRenderer(usesColor: Output.usesColor, width: Output.width)
    var text = ""
    for diagnostic in check.diagnostics { text += renderer.render(diagnostic, in: check.book.source) + "\n" }
    Output.result(text + check.summary)
  }
}
