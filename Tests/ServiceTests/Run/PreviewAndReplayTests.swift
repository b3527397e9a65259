import BusinessTime
import ContactStore
import Decisioning
import Foundation
import RuleDiagnostics
import Service
import TestSupport
import Testing

/// Made-up rule books and states of the world: what the preview shows is what the run does, and what a run did can be
/// decided again, whatever came after it. A thousand states with `PREVIEW_BOOKS=100`.
struct PreviewAndReplayTests {
  private static let books = ProcessInfo.processInfo.environment["PREVIEW_BOOKS"].flatMap { UInt64($0) } ?? 8

  @Test(arguments: 0..<books)
  func previewEqualsExecutionAndReplayRepeatsIt(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    var acted = 0
    let workspace = try RandomWorkspace()
    var now = Instant(milliseconds: 1_772_452_800_000)
    try workspace.begin(at: now, &numbers)
    var rules = RandomWorkspace.rules(&numbers)
    for state in 0..<10 {
      now = now.adding(milliseconds: Int64.random(in: 1...30, using: &numbers) * 3_600_000)
      try workspace.disturb(at: now, &numbers)
      // The rule book changes on the way: other rules, or the same under another name.
      if state == 4 { rules = rules.replacing("rule r0 ", with: "rule renamed was r0 ") }
      if state == 7 { rules = RandomWorkspace.rules(&numbers) }
      let book = RandomWorkspace.book(rules)
      let errors = book.diagnostics.filter { $0.severity == .error }.map(\.message)
      try #require(errors.isEmpty, "\(errors) in\n\(rules)")
      let preview = try RunService.plan(book, workspace.store, at: now)
      let run = try RunService.run(book, workspace.store, at: now)
      #expect(preview.json.text == run.json.text, "seed \(seed), state \(state):\n\(rules)")
      acted += run.decisions.actions.count { $0.outcome == .act }
    }
    for id in try workspace.store.runIDs() {
      let replay = try Replay.again(id, in: workspace.store)
      #expect(replay.isSame, "seed \(seed):\n\(replay.text)")
    }
    // Of many made-up rule books some act on nobody; the first ones do not.
    #expect(acted > 0 || seed >= 8)
  }

  /// The comparison is able to fail: a log that says something else is not the same.
  @Test func whatWasNotDecidedSoIsNamed() throws {
    var numbers = SeededGenerator(seed: 3)
    let workspace = try RandomWorkspace()
    let now = Instant(milliseconds: 1_772_452_800_000)
    try workspace.begin(at: now, &numbers)
    let book = RandomWorkspace.book(
      "rule a { when hot then add to list \"A\" }\nrule b { when not hot then set tier to \"x\" }")
    _ = try RunService.run(book, workspace.store, at: now)
    let run = try #require(try workspace.store.pastRun(nil))
    #expect(try Replay.again(run.record.id, in: workspace.store).isSame)
    // An event of which the run could not know, smuggled past the log of what it knew.
    let other = PastDatabase(path: workspace.folder + "/abm.sqlite")
    try other.run("UPDATE contact SET hot = 1 - hot WHERE hot IS NOT NULL")
    let replay = try Replay.again(nil, in: workspace.store)
    #expect(!replay.isSame)
    #expect(!replay.differences.isEmpty)
    #expect(replay.text.contains("recorded:"))
    #expect(throws: UnknownRun.self) { try Replay.again(99, in: workspace.store) }
  }
}
