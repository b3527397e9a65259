package import BusinessTime
package import ContactStore
import Decisioning
import Logging
import RuleSemantics
package import Service

/// Decides when something happened or its time has come, and commits what is decided.
package struct EvaluationLoop: Sendable {
  let context: LoopContext
  let store: Store
  let settings: DaemonSettings
  /// Told when the outbox may hold something.
  let committed: @Sendable () -> Void
  private let work = BlockingWork("abm-rules.evaluation")

  /// So that a burst is one evaluation, not one for each event.
  private static let pause: Duration = .milliseconds(100)
  /// Until it is tried again after a failure.
  private static let retryMilliseconds: Int64 = 5_000

  package init(
    context: LoopContext, store: Store, settings: DaemonSettings, committed: @escaping @Sendable () -> Void
  ) {
    self.context = context
    self.store = store
    self.settings = settings
    self.committed = committed
  }

  package func step() async -> Instant? {
    try? await Task.sleep(for: Self.pause)
    let now = context.now()
    let (book, store) = (context.state.book, store)
    do {
      let clock = ContinuousClock()
      let started = clock.now
      let result = try await work.run { try RunService.run(book, store, at: now) }
      note(result, took: clock.now - started, at: now)
      let next = try nextTime(after: now, book)
      context.state.update { $0.nextWake = next }
      return next
    } catch {
      context.report(.evaluation, "\(error)")
      return now.adding(milliseconds: Self.retryMilliseconds)
    }
  }

  private func note(_ result: RunResult, took duration: Duration, at now: Instant) {
    let acted = result.committed?.outboxCount ?? 0
    context.state.update { facts in
      facts.lastRun = now
      facts.lastRunMilliseconds = Int64(duration / .milliseconds(1))
      facts.runs += 1
      facts.actions += acted
    }
    if let halt = result.decisions.halt {
      context.report(.evaluation, "the policy halts the run: \(halt); see `abm-rules plan`")
      return
    }
    context.report(.evaluation, nil)
    if acted > 0 {
      context.logger.info(
        "decided",
        metadata: [
          "actions": "\(acted)", "contacts": "\(result.contacts)", "milliseconds": "\(duration / .milliseconds(1))",
        ])
      committed()
    }
  }

  /// When answers are looked at again without anything happening: by the policy's schedule, and when held messages may go.
  private func nextTime(after now: Instant, _ book: RuleBook) throws -> Instant {
    let every = book.program.policy.evaluateEvery?.elapsedMilliseconds.map { Int64($0) }
    let scheduled = now.adding(milliseconds: every ?? Int64(settings.evaluateSeconds) * 1_000)
    guard let held = try store.nextHoldEnd(after: now) else { return scheduled }
    return min(held, scheduled)
  }
}
