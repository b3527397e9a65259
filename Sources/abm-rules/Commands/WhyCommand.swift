import ArgumentParser
import RuleDiagnostics
import Service

struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Ask why a contact or account does, or does not, get something.",
    discussion: """
        abm-rules why ann@acme.example                  all scores, stages and rules, a line each
        abm-rules why ann@acme.example roi_for_finance  each condition, its value and where that came from
        abm-rules why ann@acme.example score            what a score is made of
      """)

  @Argument(help: "The key of the contact or account.")
  var contact: String

  @Argument(help: "A rule, score, journey, segment, define or field.")
  var name: String?

  @OptionGroup var options: CommonOptions

  @Option(help: "text or json; json needs a name.")
  var format = TextOrJSON.text

  func run() throws {
    let workspace = try Workspace.open(options)
    let report = WhyReport(
      try Why(about: contact, asking: name, in: workspace.book, workspace.store, at: workspace.now),
      style: Output.style)
    switch (format, name) {
    case (.text, let name?): Output.result(try report.text(about: name))
    case (.text, nil): Output.result(report.overview())
    case (.json, let name?): Output.result(try report.json(about: name).indentedText)
    case (.json, nil): throw ValidationError("--format json needs the name of a rule, score, journey or segment")
    }
  }
}
