import BusinessTime
import ContactStore
import Decisioning
import Foundation
import RuleDiagnostics
import RuleSemantics
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
      if state == 4 {
        rules = rules.replacing("rule r0 ", with: "rule renamed was r0 ")
          .replacing("sequence s0 ", with: "sequence late was s0 ")
      }
      if state == 7 { rules = RandomWorkspace.rules(&numbers) }
      let book = RandomWorkspace.book(rules)
      let errors = book.diagnostics.filter { $0.severity == .error }.map(\.message)
      try #require(errors.isEmpty, "\(errors) in\n\(rules)")
      let preview = try RunService.plan(book, workspace.store, at: now)
      let run = try RunService.run(book, workspace.store, at: now)
      #expect(preview.json.text == run.json.text, "seed \(seed), state \(state):\n\(rules)")
      acted += run.decisions.actions.count { $0.outcome == .act }
      // People are moved to the present version while they wait.
      if state == 7 {
        let commands = try SequenceCommands(book, workspace.store, at: now)
        for sequence in book.program.sequences {
          let migration = try commands.migration(of: sequence.name, to: sequence.steps.last?.name)
          if migration.isComplete, !migration.moves.isEmpty { try commands.apply(migration) }
        }
      }
    }
    for id in try workspace.store.runIDs() {
      let replay = try Replay.again(id, in: workspace.store)
      #expect(replay.isSame, "seed \(seed):\n\(replay.text)")
    }
    // Of many made-up rule books some act on nobody; the first ones do not.
    #expect(acted > 0 || seed >= 8)
  }

  /// An edited sequence with people in the version before, and then moved to the new one.
  @Test func replayKnowsWhoWasInWhichVersion() throws {
    var numbers = SeededGenerator(seed: 5)
    let workspace = try RandomWorkspace()
    var now = Instant(milliseconds: 1_772_452_800_000)
    try workspace.begin(at: now, &numbers)
    let first = """
      sequence s { enroll when hot  goal when did reply
        step one { create note "one"  wait 2 days }
        step two { create note "two" } }
      """
    let second = first.replacing("step two", with: "step extra { create note \"extra\"  wait 1 day }\n  step two")
    func run(_ text: String, after days: Int64) throws -> [String] {
      now = now.adding(milliseconds: days * 86_400_000)
      return try RunService.run(RandomWorkspace.book(text), workspace.store, at: now).decisions.actions
        .filter { $0.outcome == .act && $0.step != nil }.compactMap(\.step)
    }
    #expect(try Set(run(first, after: 0)) == ["one"])
    #expect(try run(second, after: 1) == [])
    let commands = try SequenceCommands(RandomWorkspace.book(second), workspace.store, at: now)
    let migration = try commands.migration(of: "s", to: nil)
    #expect(!migration.moves.isEmpty)
    try commands.apply(migration)
    #expect(try Set(run(second, after: 1)) == ["extra"])
    #expect(try Set(run(second, after: 1)) == ["two"])
    for id in try workspace.store.runIDs() {
      let replay = try Replay.again(id, in: workspace.store)
      #expect(replay.isSame, "\(replay.text)")
    }
  }

  /// Who was merged into another is still there for runs of before; who was erased is named as the reason.
  @Test func recordsThatAreGoneAreKnownToReplay() throws {
    var numbers = SeededGenerator(seed: 9)
    let workspace = try RandomWorkspace()
    var now = Instant(milliseconds: 1_772_452_800_000)
    try workspace.begin(at: now, &numbers)
    let book = RandomWorkspace.book("rule a { when email is known then create note \"{email}\" once every 1 day }")
    for _ in 0..<2 {
      now = now.adding(milliseconds: 2 * 86_400_000)
      try workspace.disturb(at: now, &numbers)
      _ = try RunService.run(book, workspace.store, at: now)
    }
    try PastDatabase(path: workspace.folder + "/abm.sqlite").run(
      "INSERT INTO hubspot_record (object, hubspot_id, record) SELECT 'contacts', email, _id FROM contact")
    try workspace.store.merge(
      .contacts, ["p1@acme.example"], into: "p2@acme.example", program: book.program, now: now)
    for id in try workspace.store.runIDs() {
      let replay = try Replay.again(id, in: workspace.store)
      #expect(replay.isSame, "\(replay.text)")
    }
    #expect(try workspace.store.erase(contacts: ["p2@acme.example"], now: now) == 1)
    let replay = try Replay.again(nil, in: workspace.store)
    #expect(!replay.isSame)
    // With the one that was merged into it.
    #expect(replay.erased == 2)
    #expect(replay.text.contains("2 records were erased for good since"))
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
