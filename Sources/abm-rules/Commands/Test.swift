import ArgumentParser
import RuleDiagnostics
import Service

struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests of the rule book, on a virtual clock.",
    discussion: "Of a database nothing but imported assets is read and nothing is sent. Ends with 1 when a test fails.")

  @Argument(help: "Files and folders (default: the rule book).")
  var paths: [String] = []

  @OptionGroup var options: CommonOptions

  @Option(help: ArgumentHelp("Only tests whose title contains this.", valueName: "text"))
  var filter: String?

  @Flag(help: "Say what of the rule book the tests do not reach, and why.")
  var coverage = false

  @Option(help: ArgumentHelp("Also write JUnit XML there, for build servers.", valueName: "file"))
  var junit: String?

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let configuration = try options.configuration()
    let book = try RuleBook.load(paths.isEmpty ? [configuration.rules] : paths, configuration)
    guard !book.hasErrors else { throw RuleBookHasErrors(book: book) }
    let report = TestReport.run(book, filter: filter, withCoverage: coverage, style: Output.style)
    if let junit { try Files.write(Array(report.junit.utf8), to: junit) }
    switch format {
    case .text: Output.result(report.text)
    case .json: Output.result(report.json.indentedText)
    }
    if report.failed > 0 { throw Exit.problems }
  }
}
