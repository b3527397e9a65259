package import BusinessTime
package import ContactStore
import Decisioning
import HubSpot
import Logging
import RuleSemantics
package import Service

/// Decides when something happened or its time has come, and commits what is decided: about those alone whom it concerns,
/// and about everybody where that is needed; see `LiveRuns`.
package struct EvaluationLoop: Sendable {
  let context: LoopContext
  let settings: DaemonSettings
  /// Told when the outbox may hold something.
  let committed: @Sendable () -> Void
  private let runs: LiveRuns
  private let work = BlockingWork("abm-rules.evaluation")

  /// Until it is tried again after a failure.
  private static let retryMilliseconds: Int64 = 5_000
  /// So often it is looked whether another program wrote to the database; that costs microseconds.
  private static let lookMilliseconds: Int64 = 2_000
  private static let leastMilliseconds: Int64 = 10_000

  package init(
    context: LoopContext, store: Store, settings: DaemonSettings, committed: @escaping @Sendable () -> Void
  ) {
    self.context = context
    self.settings = settings
    self.committed = committed
    runs = LiveRuns(store)
  }

  package func step() async -> Instant? {
    let (book, runs, now) = (context.state.book, runs, context.now)
    // What was worked in before this moment is decided by what follows.
    let arrivals = context.state.takeArrivals()
    do {
      let clock = ContinuousClock()
      let started = clock.now
      let every = everyMilliseconds(book)
      let step = try await work.run { try runs.step(book, everyMilliseconds: every, clock: now) }
      if step.isBehind { context.state.putBack(arrivals) }
      note(step, step.isBehind ? [] : arrivals, took: clock.now - started)
      // The clock may not be what it was, and others may have written.
      return min(step.next, now().adding(milliseconds: Self.lookMilliseconds))
    } catch {
      context.state.putBack(arrivals)
      context.report(.evaluation, "\(error)")
      return now().adding(milliseconds: Self.retryMilliseconds)
    }
  }

  private func note(_ step: LiveRuns.Step, _ arrivals: [Instant], took duration: Duration) {
    let acted = step.runs.reduce(0) { $0 + ($1.committed?.outboxCount ?? 0) }
    let now = context.now()
    context.state.update { facts in
      facts.nextWake = step.next
      facts.actions += acted
      facts.runs += step.runs.count { $0.committed != nil }
      guard let last = step.runs.last else { return }
      facts.lastRun = last.decisions.now
      facts.lookedAt += step.runs.reduce(0) { $0 + $1.contacts }
      if step.wasEverybody {
        facts.everybodyRuns += 1
        facts.lastEverybody = last.decisions.now
        facts.lastRunMilliseconds = Int64(duration / .milliseconds(1))
      }
    }
    if !step.runs.isEmpty {
      context.metrics.observe(
        step.wasEverybody ? "abm_everybody_seconds" : "abm_some_seconds", seconds: duration / .seconds(1))
    }
    for arrival in arrivals {
      context.metrics.observe(
        "abm_decision_seconds", seconds: Double(max(0, now.milliseconds - arrival.milliseconds)) / 1_000)
    }
    if let halt = step.runs.lazy.compactMap(\.decisions.halt).first {
      context.report(.evaluation, "the policy halts the run: \(halt); see `abm-rules plan`", isHalt: true)
      return
    }
    // A run that was halted is halted until one over everybody is not.
    if step.wasEverybody || context.state.current.problems[.evaluation]?.isHalt != true {
      context.report(.evaluation, nil)
    }
    guard acted > 0 else { return }
    context.logger.info(
      "decided",
      metadata: [
        "actions": "\(acted)", "contacts": "\(step.runs.reduce(0) { $0 + $1.contacts })",
        "milliseconds": "\(duration / .milliseconds(1))",
      ])
    committed()
  }

  /// By the policy's schedule, or that of the settings.
  private func everyMilliseconds(_ book: RuleBook) -> Int64 {
    let policy = book.program.policy.evaluateEvery?.elapsedMilliseconds.map { Int64($0) }
    return max(policy ?? Int64(settings.evaluateSeconds) * 1_000, Self.leastMilliseconds)
  }
}
