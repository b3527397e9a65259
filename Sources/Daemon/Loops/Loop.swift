package import BusinessTime
package import HubSpot
package import Logging
import ServiceLifecycle

/// What all loops of the daemon know.
package struct LoopContext: Sendable {
  package let state: DaemonState
  package let now: @Sendable () -> Instant
  package let logger: Logger
  /// What is measured, here and by the client of HubSpot.
  package let metrics: MetricsRegistry

  package init(
    state: DaemonState, now: @escaping @Sendable () -> Instant, logger: Logger,
    metrics: MetricsRegistry = MetricsRegistry()
  ) {
    self.metrics = metrics
    self.state = state
    self.now = now
    self.logger = logger
  }

  /// Notes that a part fails, or no longer does, and says so once.
  package func report(_ part: DaemonState.Part, _ reason: String?, isHalt: Bool = false, count: Int = 0) {
    guard state.report(part, reason, isHalt: isHalt, count: count, now: now()) else { return }
    if let reason {
      logger.error("a part fails", metadata: ["part": "\(part.rawValue)", "reason": "\(reason)"])
    } else {
      logger.notice("a part is well again", metadata: ["part": "\(part.rawValue)"])
    }
  }
}

/// A loop that works when it is woken or when its time comes, until the daemon stops. What is under way is finished.
struct Loop: Service {
  let wakeup: Wakeup
  let now: @Sendable () -> Instant
  /// Whether a step may be left half done when the daemon stops.
  let isHasty: Bool
  /// How long it takes no notice of words after a step.
  var restMilliseconds: Int64 = 0
  /// Does what there is to do, and returns when to look again without being woken; `nil` for never.
  let step: @Sendable () async -> Instant?

  func run() async throws {
    if isHasty {
      await cancelWhenGracefulShutdown { await loop() }
    } else {
      await withGracefulShutdownHandler {
        await loop()
      } onGracefulShutdown: {
        wakeup.finish()
      }
    }
  }

  private func loop() async {
    var next: Instant? = now()
    while await wakeup.wait(until: next, now: now) {
      next = await step()
      if restMilliseconds > 0 { try? await Task.sleep(for: .milliseconds(restMilliseconds)) }
    }
  }
}
