import ArgumentParser
import BusinessTime
import ContactStore
import Foundation
import Service

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take contacts, accounts, deals, events or assets from a CSV file, plain or gzip.",
    discussion: """
      Columns go to the fields of the same name, or as the rule book says with `from column "…"`, or as --map says.
      Rows that are not understood go to a file of rejects with the reason; the others are kept. Ends with 1 when every
      row was rejected, or with --strict any. Importing a file again changes nothing.

        abm-rules import contacts contacts.csv --map email="E-Mail"
        abm-rules import events page_view views.csv.gz --dates unix
      """)

  @Argument(help: "contacts, accounts, deals, events or assets.")
  var what: DataCommands.Source

  @Argument(help: "The file; of events the type and then the file.")
  var rest: [String]

  @OptionGroup var options: CommonOptions

  @Option(help: ArgumentHelp("Which column a field takes: field=Column, several with commas.", valueName: "mapping"))
  var map: [String] = []

  @Option(help: "How dates and times are written: iso, us, european, unix or unix-ms.")
  var dates = "iso"

  @Flag(help: "Keep nothing when a row is rejected.")
  var strict = false

  @Flag(help: "Events of unknown contacts make the contact.")
  var createContacts = false

  @Option(help: ArgumentHelp("Where rejected rows go (default: FILE.rejects.csv).", valueName: "file"))
  var rejects: String?

  func run() throws {
    let expected = what == .events ? 2 : 1
    guard rest.count == expected, let path = rest.last else {
      throw ValidationError(
        what == .events
          ? "expected: abm-rules import events TYPE FILE" : "expected: abm-rules import \(what.rawValue) FILE")
    }
    guard let format = TimestampFormat(optionName: dates) else {
      throw ValidationError("--dates takes iso, us, european, unix or unix-ms, not `\(dates)`")
    }
    let importOptions = ImportOptions(
      map: try mapping(), dates: format, isStrict: strict, rejectsPath: rejects, createsOwners: createContacts)
    var bar = Progress("importing")
    let summary = try DataCommands.importFile(
      path, what, eventType: what == .events ? rest[0] : nil, configuration: options.configuration(),
      options: importOptions, now: Clock.now
    ) { progress in
      let share = progress.totalBytes > 0 ? Double(progress.readBytes) / Double(progress.totalBytes) : nil
      bar.update(share, Plural.count(progress.rows, "row"))
    }
    bar.finish()
    Output.result(ImportReport(summary, style: Output.style).text)
    if !summary.isKept || summary.tookNothing { throw Exit.problems }
  }

  private func mapping() throws -> [String: String] {
    var result: [String: String] = [:]
    for part in map.flatMap({ $0.split(separator: ",") }) {
      let sides = part.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { throw ValidationError("--map takes field=Column, not `\(part)`") }
      result[String(sides[0])] = String(sides[1])
    }
    return result
  }
}

extension DataCommands.Source: ExpressibleByArgument {}
