import BusinessTime
import Service

/// Reads what changed in HubSpot, beside the webhooks.
struct SyncLoop: Sendable {
  let context: LoopContext
  let records: any RecordRefresh
  let everySeconds: Int
  let changed: @Sendable () -> Void

  private static let retryMilliseconds: Int64 = 20_000

  func step() async -> Instant? {
    do {
      let hasChanges = try await records.sync(book: context.state.book)
      let now = context.now()
      context.state.update { $0.lastSync = now }
      context.report(.sync, nil)
      if hasChanges { changed() }
    } catch {
      if Task.isCancelled { return nil }
      context.report(.sync, "\(error)")
      // Pages that were stored before it failed are changes too.
      changed()
      return context.now().adding(milliseconds: min(Int64(everySeconds) * 1_000, Self.retryMilliseconds))
    }
    return context.now().adding(milliseconds: Int64(everySeconds) * 1_000)
  }
}
