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
  /// Sends the text to where alerts go; `nil` where there is no such place.
  let send: (@Sendable (String) async throws -> Void)?

  private static let everyMilliseconds: Int64 = 30_000
  /// What is over within that time is nobody's concern.
  private static let patienceMilliseconds: Int64 = 60_000

  private let told = Told()

  package init(
    context: LoopContext, store: Store, inbox: Inbox, settings: DaemonSettings, isSynced: Bool,
    send: (@Sendable (String) async throws -> Void)?
  ) {
    self.context = context
    self.store = store
    self.inbox = inbox
    self.settings = settings
    self.isSynced = isSynced
    self.send = send
  }

  package func step() async -> Instant? {
    let now = context.now()
    context.report(.queues, await queueProblem(now))
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

  private func queueProblem(_ now: Instant) async -> String? {
    guard let waiting = try? store.outboxWaiting(), let backlog = try? inbox.backlog() else { return nil }
    if waiting > settings.alertQueue { return "\(waiting) actions wait to be carried out" }
    if backlog.count > settings.alertQueue { return "\(backlog.count) deliveries wait to be worked in" }
    if backlog.rejected > 0 { return "\(backlog.rejected) deliveries could not be worked in; see docs/operations.md" }
    let facts = context.state.current
    if isSynced,
      now.milliseconds - (facts.lastSync ?? facts.startedAt).milliseconds > Int64(settings.alertLagSeconds) * 1_000
    {
      return "HubSpot was not read since \(facts.lastSync.map(\.description) ?? "the start")"
    }
    return nil
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

  /// What was told already; each problem once, not at every look.
  private actor Told {
    private var problems: [DaemonState.Part: Instant] = [:]

    var parts: [DaemonState.Part] { Array(problems.keys) }

    func isNew(_ part: DaemonState.Part, _ problem: DaemonState.Problem) -> Bool {
      if problems[part] == problem.since { return false }
      problems[part] = problem.since
      return true
    }

    func forget(_ part: DaemonState.Part) { problems[part] = nil }
  }
}
