import RuleDiagnostics
import RuleSemantics
import Testing

extension CheckedBook {
  /// What the diagnostics are, and the text each stands at: `missing-key at "contact"`.
  var reports: [String] {
    diagnostics.map { "\($0.id.rawValue) at \"\(program.book.text($0.range))\"" }
  }
}

/// A rule book with one mistake, and the one report that it must give.
struct BookMistake: CustomTestStringConvertible, Sendable {
  var id: DiagnosticID
  /// The text that the report stands at.
  var place: String
  var book: String

  init(_ id: DiagnosticID, at place: String, _ book: String) {
    self.id = id
    self.place = place
    self.book = book
  }

  var testDescription: String { "\(id.rawValue): \(book.prefix(60))" }

  var expected: [String] { ["\(id.rawValue) at \"\(place)\""] }
}
