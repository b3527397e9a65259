import BusinessTime
import ContactStore
import Decisioning
import Foundation
import RuleDiagnostics
import Service
import TestSupport
import Testing

/// Made-up rule books and streams of events: who is decided about alone gets what a run over everybody at the same instants
/// would have decided, and nobody else would have got anything. A thousand streams with `LIVE_BOOKS=1000`.
struct LiveRunsTests {
  private static let books = ProcessInfo.processInfo.environment["LIVE_BOOKS"].flatMap { UInt64($0) } ?? 8
  /// Beside those asked for, some in which questions were settled, began or were replayed wrongly once.
  private static let seeds = Set(0..<books).union([10, 22, 45, 49]).sorted()
  private static let never: Int64 = 1 << 50

  @Test(arguments: seeds)
  func someAloneAreDecidedAboutAsAmongAll(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: 1_000 + seed)
    let (some, all) = (try RandomWorkspace(), try RandomWorkspace())
    var now = Instant(milliseconds: 1_772_452_800_000)
    try together(some, all, &numbers) { try $0.begin(at: now, &$1) }
    // Lots are drawn by when an experiment began, and a run that finds nobody to look at begins none.
    for workspace in [some, all] {
      try PastDatabase(path: workspace.store.path).run("INSERT INTO experiment VALUES ('arms', 'arms', 0)")
    }
    let rules = RandomWorkspace.rules(&numbers)
    let book = RandomWorkspace.book(rules)
    let runs = LiveRuns(some.store)
    var acted = 0
    var alone = 0
    var next = now
    for change in 0..<12 {
      // What time brings until the next thing happens; sometimes a look for nothing.
      let happens = now.adding(milliseconds: Int64.random(in: 1...40, using: &numbers) * 3_600_000)
      var looks = 0
      while next < happens, looks < 600 {
        now = max(now, next)
        next = try step(runs, book, all, at: now, &acted, &alone, "seed \(seed), before change \(change)")
        if Int.random(in: 0..<6, using: &numbers) == 0 {
          next = min(next, now.adding(milliseconds: Int64.random(in: 1...7_200_000, using: &numbers)))
        }
        looks += 1
      }
      now = max(now, happens)
      try together(some, all, &numbers) { try $0.disturb(at: now, &$1) }
      next = try step(runs, book, all, at: now, &acted, &alone, "seed \(seed), change \(change)")
    }
    #expect(try outbox(some.store) == outbox(all.store), "seed \(seed):\n\(rules)")
    for id in try some.store.runIDs() {
      let replay = try Replay.again(id, in: some.store)
      #expect(replay.isSame, "seed \(seed):\n\(replay.text)")
    }
    // Of many made-up rule books some act on nobody, and some are halted all the time.
    if seed == 1 { #expect(acted > 0 && alone > 0) }
  }

  /// One step, and a run over everybody at each of its instants; when to step again.
  private func step(
    _ runs: LiveRuns, _ book: RuleBook, _ all: RandomWorkspace, at now: Instant, _ acted: inout Int,
    _ alone: inout Int, _ place: Comment
  ) throws -> Instant {
    let step = try runs.step(book, everyMilliseconds: Self.never) { now }
    for run in step.runs {
      let everybody = try RunService.run(book, all.store, at: run.decisions.now)
      #expect(done(run, book) == done(everybody, book), place)
      acted += run.decisions.actions.count { $0.outcome == .act }
    }
    if !step.wasEverybody { alone += step.runs.count }
    if step.runs.isEmpty {
      // Nobody was due: nobody would have got anything.
      let everybody = try RunService.run(book, all.store, at: now)
      #expect(done(everybody, book) == [], place)
      // Nor did a sequence begin, as no experiment does: when it begins is what its lots are drawn by.
      let begun = everybody.decisions.changes.sequences.deployments.map { "'\($0.sequence)'" }.joined(separator: ", ")
      if !begun.isEmpty {
        try PastDatabase(path: all.store.path).run(
          """
          DELETE FROM sequence_version WHERE sequence IN (SELECT id FROM sequence WHERE name IN (\(begun)));
          DELETE FROM sequence WHERE name IN (\(begun));
          """)
      }
    }
    return step.next
  }

  /// What is done, byte for byte.
  private func done(_ run: RunResult, _ book: RuleBook) -> [String] {
    run.decisions.actions.filter { $0.outcome == .act }.map { action in
      "\(action.idempotencyKey) \(action.key) \(action.arguments) \(action.request.text)"
    }
  }

  private func outbox(_ store: Store) throws -> [String] {
    try store.outbox(.pending).map { "\($0.idempotencyKey) \($0.rule) \($0.key) \($0.arguments) \($0.request)" }
      .sorted()
  }

  /// Does the same to both.
  private func together(
    _ first: RandomWorkspace, _ second: RandomWorkspace, _ numbers: inout SeededGenerator,
    _ body: (RandomWorkspace, inout SeededGenerator) throws -> Void
  ) rethrows {
    var same = numbers
    try body(first, &numbers)
    try body(second, &same)
  }
}
