package import BusinessTime
package import ContactStore
import Logging

/// Has the outbox carried out when there is something in it.
package struct DispatchLoop: Sendable {
  let context: LoopContext
  let dispatch: any OutboxDispatch
  let store: Store

  package init(context: LoopContext, dispatch: any OutboxDispatch, store: Store) {
    self.context = context
    self.dispatch = dispatch
    self.store = store
  }

  /// What is decided in quick succession is carried out together: each pass waits for the disk a few times.
  static let restMilliseconds: Int64 = 100
  private static let retryMilliseconds: Int64 = 5_000
  private static let heldMilliseconds: Int64 = 1_000
  /// Another program may have put something into the outbox, or have somebody's actions tried again.
  private static let lookMilliseconds: Int64 = 20_000

  package func step() async -> Instant? {
    do {
      let outcome = try await dispatch.dispatchDue(book: context.state.book)
      let counts = try store.openOutboxCounts()
      context.state.update { facts in
        facts.dispatched += outcome.done
        facts.waitingActions = counts.waiting
        facts.parkedActions = counts[.parked] ?? 0
        facts.failedActions = counts[.failed] ?? 0
      }
      // What keeps a single action from being done is no failure of the way to HubSpot.
      if outcome.isAway {
        context.report(.dispatch, outcome.problems.first ?? "nothing could be carried out")
      } else if outcome.done > 0 || counts.waiting == 0 {
        // While what failed waits for its next turn, nothing says that it would go well now.
        context.report(.dispatch, nil)
      }
      if outcome.done > 0 { context.logger.info("carried out", metadata: ["actions": "\(outcome.done)"]) }
      let look = context.now().adding(milliseconds: Self.lookMilliseconds)
      // What is due and was not done is held by a policy, or the executor is away.
      let due = outcome.nextDue.map {
        max($0, context.now().adding(milliseconds: outcome.done > 0 ? 0 : Self.heldMilliseconds))
      }
      return min(due ?? look, look)
    } catch {
      context.report(.dispatch, "\(error)")
      return context.now().adding(milliseconds: Self.retryMilliseconds)
    }
  }
}
