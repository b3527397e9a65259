package import BusinessTime
package import ContactStore
import Foundation
package import HubSpot
package import Logging
package import Service
import ServiceLifecycle

/// Carries actions out in HubSpot; see `Dispatcher`.
package actor HubSpotDispatch: OutboxDispatch {
  private let connection: HubSpotConnection
  private let settings: HubSpotSettings
  private let store: Store
  private let now: @Sendable () -> Instant
  private let logger: Logger
  /// Of one version of the rule book.
  private var current: (hash: String, dispatcher: Dispatcher)?

  package init(
    _ connection: HubSpotConnection, settings: HubSpotSettings, store: Store,
    now: @escaping @Sendable () -> Instant, logger: Logger
  ) {
    self.connection = connection
    self.settings = settings
    self.store = store
    self.now = now
    self.logger = logger
  }

  package func dispatchDue(book: RuleBook) async throws -> DispatchOutcome {
    let dispatcher = dispatcher(book)
    // What is under way when the daemon stops is finished; the rest is there at the next start.
    let summary = try await dispatcher.dispatchDue { Task.isShuttingDownGracefully }
    let settled = summary.done + summary.refused + summary.failed + summary.parked + summary.waiting
    return DispatchOutcome(
      done: summary.done, nextDue: summary.nextDue, problems: summary.problems,
      isAway: summary.isAway || settled == 0 && summary.postponed + summary.unknown > 0)
  }

  private func dispatcher(_ book: RuleBook) -> Dispatcher {
    if let current, current.hash == book.hash { return current.dispatcher }
    let dispatcher = Dispatcher(
      book: book, store: store,
      executor: ActionExecutor(
        client: connection.client, settings: connection.executor, transport: connection.transport, now: now),
      settings: settings, now: now, logger: logger)
    current = (book.hash, dispatcher)
    return dispatcher
  }
}

/// Reads records of HubSpot anew; see `HubSpotSync`.
package struct HubSpotRecords: RecordRefresh {
  private let connection: HubSpotConnection
  private let settings: HubSpotSettings
  private let store: Store
  private let now: @Sendable () -> Instant
  private let logger: Logger

  package init(
    _ connection: HubSpotConnection, settings: HubSpotSettings, store: Store,
    now: @escaping @Sendable () -> Instant, logger: Logger
  ) {
    self.connection = connection
    self.settings = settings
    self.store = store
    self.now = now
    self.logger = logger
  }

  package func refresh(_ object: String, ids: [String], book: RuleBook) async throws {
    guard let object = SyncedObject(rawValue: object) else { return }
    try await reader(book).refresh(object, ids: ids)
  }

  package func deleted(_ object: String, ids: [String], isErasure: Bool, book: RuleBook) async throws {
    guard let object = SyncedObject(rawValue: object) else { return }
    try await reader(book).deleted(object, ids: ids, isErasure: isErasure)
  }

  package func merged(_ object: String, into: String, from: [String], book: RuleBook) async throws {
    guard let object = SyncedObject(rawValue: object) else { return }
    try await reader(book).merged(object, into: into, from: from)
  }

  package func sync(book: RuleBook) async throws -> Bool {
    try await reader(book).run().hasChanges
  }

  private func reader(_ book: RuleBook) -> HubSpotSync {
    HubSpotSync(book: book, store: store, client: connection.client, settings: settings, now: now, logger: logger)
  }
}

/// Posts alerts as `{"text": …}`, which chat programs take.
package struct AlertPost: Sendable {
  private let transport: any Transport
  private let address: String

  package struct Refused: Error, CustomStringConvertible {
    package let status: Int
    package var description: String { "it was answered by \(status)" }
  }

  package init(_ transport: any Transport, address: String) {
    self.transport = transport
    self.address = address
  }

  package func send(_ text: String) async throws {
    let body = try JSONEncoder().encode(["text": text])
    let reply = try await transport.send(
      OutgoingRequest(
        method: .post, url: address, headers: [("Content-Type", "application/json")], body: Array(body),
        timeout: .seconds(10)))
    guard (200..<300).contains(reply.status) else { throw Refused(status: reply.status) }
  }
}
