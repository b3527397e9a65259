import ArgumentParser
import RuleDiagnostics
import Service

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the page of a diagnostic, such as unknown-value.")

  @Argument(help: "The id, as it stands in brackets in a report; none lists all.")
  var id: String?

  func run() throws {
    guard let id else {
      for id in DiagnosticID.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
        Output.result("\(id.rawValue)  \(id.descriptor.summary)")
      }
      return
    }
    switch DiagnosticPage.find(id) {
    case .page(let text): Output.result(text, terminator: "")
    case .unknown(let suggestion):
      let hint = suggestion.map { "; did you mean `\($0)`?" } ?? ""
      throw ValidationError("there is no diagnostic `\(id)`\(hint) `abm-rules explain` lists all")
    }
  }
}
