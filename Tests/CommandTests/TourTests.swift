import Foundation
import Testing

/// The tour in `docs/tour.md` is what happens: every command of its `console` blocks is run, in order, and prints what
/// the page shows. `UPDATE_GOLDEN=1` writes what was printed into the page.
@Suite("Tour")
struct TourTests {
  private static let page = Program.repository.appending(path: "docs/tour.md")

  @Test func thePageShowsWhatHappens() throws {
    let program = try Program()
    defer { program.remove() }
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    var folder = "."
    var result: [String] = []
    var isInside = false
    var skipsOutput = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line == "````console" { isInside = true }
      if line == "````", isInside {
        isInside = false
        skipsOutput = false
      }
      guard isInside, line.hasPrefix("$ ") else {
        if !(isInside && skipsOutput) { result.append(line) }
        continue
      }
      let command = String(line.dropFirst(2))
      result.append(line)
      skipsOutput = true
      if command.hasPrefix("cd ") {
        folder = String(command.dropFirst(3))
        continue
      }
      let outcome = try program.shell("cd \(folder) && \(command)")
      let printed = normalized(outcome.text)
      result += printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      while result.last?.isEmpty == true { result.removeLast() }
    }
    let updated = result.joined(separator: "\n")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try updated.write(to: Self.page, atomically: true, encoding: .utf8)
    } else {
      #expect(updated == text)
    }
  }

  /// The moment of an import is the moment of the test.
  private func normalized(_ text: String) -> String {
    text.replacing(#/imported \d{4}-\d\d-\d\d \d\d:\d\d/#, with: "imported 2026-11-20 08:55")
  }
}
