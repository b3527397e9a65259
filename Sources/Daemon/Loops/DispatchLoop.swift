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

  private static let retryMilliseconds: Int64 = 5_000
  private static let heldMilliseconds: Int64 = 1_000

  package func step() async -> Instant? {
    do {
      let outcome = try await dispatch.dispatchDue(book: context.state.book)
      let (counts, waiting) = (try store.outboxCounts(), try store.outboxWaiting())
      context.state.update { facts in
        facts.dispatched += outcome.done
        facts.waitingActions = waiting
        facts.parkedActions = counts[.parked] ?? 0
        facts.failedActions = counts[.failed] ?? 0
      }
      context.report(.dispatch, outcome.problems.first)
      if outcome.done > 0 { context.logger.info("carried out", metadata: ["actions": "\(outcome.done)"]) }
      return outcome.nextDue.map { due in
        // What is due and was not done is held by a policy, or the executor is away.
        max(due, context.now().adding(milliseconds: outcome.done > 0 ? 0 : Self.heldMilliseconds))
      }
    } catch {
      context.report(.dispatch, "\(error)")
      return context.now().adding(milliseconds: Self.retryMilliseconds)
    }
  }
}
