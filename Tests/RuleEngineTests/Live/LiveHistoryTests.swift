import BusinessTime
import Foundation
import RuleEngine
import RuleSemantics
import Testing

/// Whatever happens, what is kept is what a fresh evaluation of everything says, and no answer changes before the timer.
@Suite struct LiveHistoryTests {
  /// `LIVE_HISTORIES` makes the run longer.
  static let histories = ProcessInfo.processInfo.environment["LIVE_HISTORIES"].flatMap(Int.init) ?? 20

  @Test(arguments: 0..<10)
  func keptAnswersAreThoseOfAFreshEvaluation(part: Int) {
    let size = LiveHistoryTests.histories / 10
    for seed in (part * size)..<((part + 1) * size) { play(UInt64(seed), steps: 24) }
  }

  /// Enough conjunctions for the tests that they share to be asked first.
  @Test(arguments: 0..<8)
  func conjunctionsThatShareTestsAreThoseOfAFreshEvaluation(seed: Int) {
    play(UInt64(seed &+ 900), steps: 12, conjunctions: 120)
  }

  private func play(_ seed: UInt64, steps: Int, conjunctions: Int = 0) {
    var history = LiveHistory(seed: seed, conditions: 24, conjunctions: conjunctions)
    var answers = history.liveAnswers()
    expectSame(answers, history.freshAnswers(at: history.world.now), "seed \(seed) at first")
    for step in 0..<steps {
      if history.below(10) == 0 {
        let isTakenOver = history.editRules()
        #expect(isTakenOver, "seed \(seed) step \(step)")
        answers = history.liveAnswers()
        expectSame(answers, history.freshAnswers(at: history.world.now), "seed \(seed) step \(step), edited")
      }
      for _ in 0..<history.below(3) { history.change() }
      let flips = history.advance(to: history.anotherInstant())
      let now = history.liveAnswers()
      expectSame(now, history.freshAnswers(at: history.world.now), "seed \(seed) step \(step)")
      expectFlips(flips, from: answers, to: now, history.live, "seed \(seed) step \(step)")
      answers = now
    }
  }

  private func expectSame(_ found: [[Value]], _ expected: [[Value]], _ place: String) {
    guard found != expected else { return }
    for (index, (found, expected)) in zip(found, expected).enumerated() where found != expected {
      Issue.record("\(place): answer \(index) is \(found), not \(expected)")
    }
  }

  /// What flipped is what differs, and nothing else; rows that are new had no answer.
  private func expectFlips(
    _ flips: [Flip], from former: [[Value]], to now: [[Value]], _ live: LiveEvaluation, _ place: String
  ) {
    let flipped = Set(flips.map { "\($0.answer) \($0.row ?? -1)" })
    #expect(flipped.count == flips.count, "\(place)")
    for (answer, (former, now)) in zip(former, now).enumerated() {
      let isScalar = live.plan.graph[live.plan.graph[live.answers[answer].node].frame] == .scalar
      for (row, (old, new)) in zip(former, now).enumerated() where old != new {
        #expect(flipped.contains("\(answer) \(isScalar ? -1 : row)"), "\(place): \(answer) \(row)")
      }
    }
    for flip in flips {
      let row = Int(flip.row ?? 0)
      guard row < former[flip.answer].count else { continue }
      #expect(former[flip.answer][row] == flip.old && now[flip.answer][row] == flip.new, "\(place)")
    }
  }

  // MARK: - Timers

  @Test(arguments: 0..<10)
  func noAnswerChangesBeforeItsTime(part: Int) {
    let size = LiveHistoryTests.histories / 10
    var (exact, early) = (0, 0)
    for seed in (part * size)..<((part + 1) * size) {
      let found = wait(UInt64(seed &+ 500), steps: 16)
      exact += found.exact
      early += found.early
    }
    // Conditions made at random are odd ones; those that people write have hardly an early timer.
    #expect(early <= 6 * exact + 32, "\(exact) timers flipped something, \(early) did not")
  }

  private func wait(_ seed: UInt64, steps: Int) -> (exact: Int, early: Int) {
    var history = LiveHistory(seed: seed, conditions: 16)
    var (exact, early) = (0, 0)
    for step in 0..<steps {
      let evaluations = history.live.evaluations
      let answers = history.liveAnswers()
      let next = history.live.nextInstant
      let now = history.world.now
      let end = next.map(\.milliseconds) ?? now.milliseconds + 400 * 86_400_000
      #expect(end > now.milliseconds)
      // The last moment before, one in between, and one close to now.
      for time in [
        end - 1, now.milliseconds + (end - now.milliseconds) / 2, now.milliseconds + (end - now.milliseconds) / 50,
      ] {
        guard time > now.milliseconds, time < end else { continue }
        expectSame(
          answers, history.freshAnswers(at: Instant(milliseconds: time)),
          "seed \(seed) step \(step) \(time - now.milliseconds) ms on, before \(end - now.milliseconds)")
      }
      guard let next else { break }
      // Before, nothing is done.
      if next.milliseconds - 1 > now.milliseconds {
        let flips = history.advance(to: next.adding(milliseconds: -1))
        #expect(flips.isEmpty)
        #expect(history.live.evaluations == evaluations)
      }
      let flips = history.advance(to: next)
      if flips.isEmpty { early += 1 } else { exact += 1 }
      expectSame(history.liveAnswers(), history.freshAnswers(at: next), "seed \(seed) step \(step) at the timer")
    }
    return (exact, early)
  }
}
