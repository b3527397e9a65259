package import BusinessTime
package import ContactStore

/// Puts deliveries on the disk. Those that come while a write is under way share the next one, so that a burst costs few
/// writes and nobody waits for more than two.
package actor InboxWriter {
  private let inbox: Inbox
  private let now: @Sendable () -> Instant
  private let added: @Sendable () -> Void
  private let work = BlockingWork("abm-rules.inbox-writer")
  private var waiting: [(delivery: Inbox.Delivery, answer: CheckedContinuation<Void, any Error>)] = []
  private var isWriting = false

  package init(_ inbox: Inbox, now: @escaping @Sendable () -> Instant, added: @escaping @Sendable () -> Void) {
    self.inbox = inbox
    self.now = now
    self.added = added
  }

  /// Returns when it is on the disk.
  package func add(_ delivery: Inbox.Delivery) async throws {
    try await withCheckedThrowingContinuation { answer in
      waiting.append((delivery, answer))
      if !isWriting {
        isWriting = true
        Task { await self.write() }
      }
    }
  }

  private func write() async {
    while !waiting.isEmpty {
      let batch = waiting
      waiting = []
      let (inbox, now) = (inbox, now())
      let deliveries = batch.map(\.delivery)
      do {
        try await work.run { try inbox.add(deliveries, at: now) }
        for item in batch { item.answer.resume() }
        added()
      } catch {
        for item in batch { item.answer.resume(throwing: error) }
      }
    }
    isWriting = false
  }
}
