package import BusinessTime
package import ContactStore
import Logging
package import Service

/// Looks whether queues grow and reading lags, and tells of what is wrong for a minute.
package struct AlertLoop: Sendable {
  let context: LoopContext
  let store: Store
  let inbox: Inbox
  let settings: DaemonSettings
  let isSynced: Bool
  let clockDeviation: (@Sendable () -> Int64)?
  /// Sends the text to where alerts go; `nil` where there is no such place.
  let send: (@Sendable (String) async throws -> Void)?

  private static let everyMilliseconds: Int64 = 30_000
  /// What is over within that time is nobody's concern.
  private static let patienceMilliseconds: Int64 = 60_000

  private let told = Told()

  package init(
    context: LoopContext, store: Store, inbox: Inbox, settings: DaemonSettings, isSynced: Bool,
    clockDeviation: (@Sendable () -> Int64)? = nil, send: (@Sendable (String) async throws -> Void)?
  ) {
    self.context = context
    self.store = store
    self.inbox = inbox
    self.settings = settings
    self.isSynced = isSynced
    self.clockDeviation = clockDeviation
    self.send = send
  }

  package func step() async -> Instant? {
    let now = context.now()
    look(now)
    if let deviation = clockDeviation?() {
      context.report(.clock, clockProblem(deviation), count: Int(abs(deviation) / 1_000))
    }
    for (part, problem) in context.state.current.problems
    where problem.since.milliseconds <= now.milliseconds - Self.patienceMilliseconds {
      await tell(part, problem)
    }
    for part in await told.parts where context.state.current.problems[part] == nil {
      await told.forget(part)
      try? await send?("abm-rules: \(part.rawValue) is well again")
    }
    return now.adding(milliseconds: Self.everyMilliseconds)
  }

  private func clockProblem(_ milliseconds: Int64) -> String? {
    if milliseconds == 0 { return nil }
    let direction = milliseconds > 0 ? "ahead of" : "behind"
    return
      "the machine's clock is \(abs(milliseconds) / 1_000) s \(direction) the time that is decided by; set it right"
  }

  private func look(_ now: Instant) {
    func report(_ part: DaemonState.Part, _ count: Int, above limit: Int, _ reason: String) {
      context.report(part, count > limit ? "\(count) \(reason)" : nil, count: count)
    }
    if let backlog = try? inbox.backlog() {
      report(.backlog, backlog.count, above: settings.alertQueue, "deliveries wait to be worked in")
      report(.rejected, backlog.rejected, above: 0, "deliveries could not be worked in; see docs/operations.md")
    }
    if let counts = try? store.openOutboxCounts() {
      report(.outbox, counts.waiting, above: settings.alertQueue, "actions wait to be carried out")
      let undone = (counts[.parked] ?? 0) + (counts[.failed] ?? 0)
      report(.undone, undone, above: 0, "actions wait for a person; see `abm-rules outbox list`")
    }
    let facts = context.state.current
    let silence = now.milliseconds - (facts.lastSync ?? facts.startedAt).milliseconds
    let isLagging = isSynced && silence > Int64(settings.alertLagSeconds) * 1_000
    let since = facts.lastSync.map(\.description) ?? "the start"
    context.report(.lag, isLagging ? "HubSpot was not read since \(since)" : nil)
  }

  private func tell(_ part: DaemonState.Part, _ problem: DaemonState.Problem) async {
    guard let send, await told.isNew(part, problem) else { return }
    do {
      try await send("abm-rules: \(part.rawValue) fails since \(problem.since): \(problem.reason)")
    } catch {
      await told.forget(part)
      context.logger.error("an alert could not be sent", metadata: ["reason": "\(error)"])
    }
  }

  /// What was told already; each problem once, and again when it has another cause or has doubled.
  private actor Told {
    private var problems: [DaemonState.Part: DaemonState.Problem] = [:]

    var parts: [DaemonState.Part] { Array(problems.keys) }

    func isNew(_ part: DaemonState.Part, _ problem: DaemonState.Problem) -> Bool {
      if let told = problems[part], told.since == problem.since {
        // Another cause, or twice as many.
        let isOther = problem.count == 0 && told.reason != problem.reason
        guard isOther || problem.count >= 2 * max(told.count, 1) else { return false }
      }
      problems[part] = problem
      return true
    }

    func forget(_ part: DaemonState.Part) { problems[part] = nil }
  }
}
