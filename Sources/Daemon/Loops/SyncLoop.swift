import BusinessTime
import Service

/// Reads what changed in HubSpot, beside the webhooks.
struct SyncLoop: Sendable {
  let context: LoopContext
  let records: any RecordRefresh
  let everySeconds: Int
  let changed: @Sendable () -> Void

  func step() async -> Instant? {
    do {
      let hasChanges = try await records.sync(book: context.state.book)
      let now = context.now()
      context.state.update { $0.lastSync = now }
      context.report(.sync, nil)
      if hasChanges { changed() }
    } catch {
      context.report(.sync, "\(error)")
    }
    return context.now().adding(milliseconds: Int64(everySeconds) * 1_000)
  }
}
