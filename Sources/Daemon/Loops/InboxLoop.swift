package import BusinessTime
package import ContactStore
import Foundation
import HubSpot
import Logging
import RuleSemantics
import Service

/// Works off what was received, one lane at a time and each in its order. An entry goes when its work is committed; after a
/// crash it is worked in again, which changes nothing.
package struct InboxLoop: Sendable {
  let context: LoopContext
  let inbox: Inbox
  let store: Store
  /// `nil` where there is no HubSpot to read records from.
  let records: (any RecordRefresh)?
  /// Told when something is different.
  let changed: @Sendable () -> Void
  private let work = BlockingWork("abm-rules.inbox")

  private static let batch = 500
  private static let retryMilliseconds: Int64 = 3_000

  package init(
    context: LoopContext, inbox: Inbox, store: Store, records: (any RecordRefresh)?,
    changed: @escaping @Sendable () -> Void
  ) {
    self.context = context
    self.inbox = inbox
    self.store = store
    self.records = records
    self.changed = changed
  }

  package func step() async -> Instant? {
    var isBlocked = false
    for lane in Inbox.Lane.allCases {
      do {
        while !Task.isCancelled, try await workOff(lane) { changed() }
      } catch {
        isBlocked = true
        context.report(.inbox, "\(lane.rawValue): \(error)")
      }
    }
    if !isBlocked { context.report(.inbox, nil) }
    if let backlog = try? inbox.backlog() {
      context.state.update { $0.waitingDeliveries = backlog.count }
    }
    return isBlocked ? context.now().adding(milliseconds: Self.retryMilliseconds) : nil
  }

  /// Whether there was anything.
  private func workOff(_ lane: Inbox.Lane) async throws -> Bool {
    let inbox = inbox
    let entries = try await work.run { try inbox.next(lane, limit: Self.batch) }
    if entries.isEmpty { return false }
    switch lane {
    case .hubspot: try await workIn(notices: entries)
    case .events: try await workIn(events: entries)
    }
    try await work.run { try inbox.remove(entries) }
    return true
  }

  // MARK: - HubSpot

  private func workIn(notices entries: [Inbox.Entry]) async throws {
    var notices: [WebhookNotice] = []
    for entry in entries {
      do throws(WebhookNotice.Malformed) { notices += try WebhookNotice.parse(entry.body) } catch {
        try inbox.reject(entry, reason: "\(error)")
      }
    }
    let book = context.state.book
    if let records { try await take(notices, from: records, book) }
    // After the records, so that an event of somebody who was new a moment ago finds its contact.
    let events = notices.compactMap { notice -> ReceivedEvent? in
      guard case .happened(let event) = notice else { return nil }
      return self.event(event, book)
    }
    try await record(events, book)
  }

  /// What is told of one record many times is read once; since it is read as it is now, the order does not matter, but for
  /// those that are no longer there.
  private func take(_ notices: [WebhookNotice], from records: any RecordRefresh, _ book: RuleBook) async throws {
    var changed: [String: Set<String>] = [:]
    for case .changed(let object, let id) in notices { changed[object, default: []].insert(id) }
    for case .merged(let object, let into, _) in notices { changed[object, default: []].insert(into) }
    for notice in notices {
      if case .happened(let event) = notice { changed["contacts", default: []].insert(event.contact) }
    }
    // Companies first, so that a contact finds its own.
    for object in ["companies", "contacts", "deals"] {
      guard let ids = changed[object], !ids.isEmpty else { continue }
      try await records.refresh(object, ids: ids.sorted(), book: book)
    }
    for notice in notices {
      switch notice {
      case .merged(let object, let into, let from):
        try await records.merged(object, into: into, from: from, book: book)
      case .deleted(let object, let id):
        try await records.deleted(object, ids: [id], isErasure: false, book: book)
      case .erased(let object, let id):
        try await records.deleted(object, ids: [id], isErasure: true, book: book)
      case .changed, .happened: break
      }
    }
  }

  /// HubSpot's events are named `pe` and the number of the account before the name that they were given.
  private func event(_ event: WebhookNotice.WebhookEvent, _ book: RuleBook) -> ReceivedEvent? {
    let name = event.name.replacing(#/^pe\d+_/#, with: "")
    guard let type = book.program.events.firstIndex(where: { $0.name == name }) else { return nil }
    return ReceivedEvent(
      type: EventID(type), owner: .hubspot(event.contact), at: Instant(milliseconds: event.at),
      id: "hubspot \(event.id)",
      isNamed: true,
      fields: event.properties)
  }

  // MARK: - Events of the rule book

  private func workIn(events entries: [Inbox.Entry]) async throws {
    let book = context.state.book
    var events: [ReceivedEvent] = []
    for entry in entries {
      do throws(PostedEvents.Refused) {
        events += try PostedEvents.parse(entry.body, named: entry.detail, book: book, receivedAt: entry.receivedAt)
      } catch {
        try inbox.reject(entry, reason: error.description)
      }
    }
    try await record(events, book)
  }

  private func record(_ events: [ReceivedEvent], _ book: RuleBook) async throws {
    if events.isEmpty { return }
    let (store, now) = (store, context.now())
    let counts = try await work.run { try store.record(events, program: book.program, now: now) }
    context.state.update { $0.events += counts.inserted }
    if counts.strangers > 0 || counts.malformed > 0 {
      context.logger.warning(
        "events were left out or lack values",
        metadata: ["strangers": "\(counts.strangers)", "values": "\(counts.malformed)"])
    }
  }
}
