import RuleDiagnostics
import RuleSemantics
import TestSupport
import Testing

/// Whatever a file holds, checking ends, and what it reports lies inside of the text.
struct RandomEditTests {
  private static let pieces = [
    "when", "then", "score", "(", ")", "{", "}", "and", "or", "not", "did", "no", "within 3 days", "where", "==", "in",
    "70%", "\"x\"", "contacts", "event.at", "account.", "stage", "cfo", "of", "otherwise", "if", "else", ",", "-", "/",
    "matches /(/", "2026-03-01", "09:00", "unchanged for 0 days", "half life 3 days", "any(", "candidate", "was", "now",
  ]

  @Test(arguments: 1...12) func reportsLieInTheText(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<12 {
      let text = Self.edited(commonDeclarations + "\n" + languageExamples.joined(separator: "\n"), by: &generator)
      let book = CheckedBook(text)
      let length = book.program.book.files[0].bytes.count
      for report in book.diagnostics {
        let ranges = [report.range] + report.related.map(\.range)
        #expect(ranges.allSatisfy { 0 <= $0.start && $0.start <= $0.end && $0.end <= length }, "\(report)")
        #expect(!report.message.isEmpty && report.message.last != ".")
        for fix in report.fixes {
          for (edit, next) in zip(fix.edits, fix.edits.dropFirst()) { #expect(edit.range.end <= next.range.start) }
        }
      }
    }
  }

  private static func edited(_ text: String, by generator: inout SeededGenerator) -> String {
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    for _ in 0..<Int.random(in: 1...40, using: &generator) {
      let place = Int.random(in: 0..<words.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: words.remove(at: place)
      case 1: words.insert(pieces.randomElement(using: &generator) ?? "", at: place)
      case 2: words[place] = pieces.randomElement(using: &generator) ?? ""
      default: words.swapAt(place, Int.random(in: 0..<words.count, using: &generator))
      }
    }
    return words.joined(separator: " ")
  }
}
