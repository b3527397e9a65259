import ArgumentParser
import Service

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Make a workspace that works at once.")

  @Argument(help: "The folder; it is made when it is not there (default: this folder).")
  var folder = "."

  func run() throws {
    let files = try NewWorkspace.create(in: folder)
    Output.result("made a workspace of \(Plural.count(files.count, "file")) in \(folder)\n")
    Output.result(
      """
      Next:
      \(folder == "." ? "" : "  cd \(folder)\n")  abm-rules check
        abm-rules import accounts sample/accounts.csv
        abm-rules import contacts sample/contacts.csv
        abm-rules import deals sample/deals.csv
        for f in sample/events/*.csv; do abm-rules import events "$(basename "$f" .csv)" "$f"; done
        abm-rules plan
      """)
  }
}
