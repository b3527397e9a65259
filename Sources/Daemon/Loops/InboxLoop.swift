package import BusinessTime
package import ContactStore
import Foundation
import HubSpot
import Logging
import RuleSemantics
import Service
import ServiceLifecycle
import Synchronization

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
  private let removal = BlockingWork("abm-rules.inbox-removal")

  private let done = Done()

  private static let batch = 500
  private static let removalMilliseconds: Int64 = 1_000
  private static let mostDone = 5_000
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
        while !Task.isCancelled, !Task.isShuttingDownGracefully, try await workOff(lane) {}
      } catch {
        isBlocked = true
        context.report(.inbox, "\(lane.rawValue): \(error)")
      }
    }
    if !isBlocked { context.report(.inbox, nil) }
    if let backlog = try? inbox.backlog() {
      context.state.update { $0.waitingDeliveries = max(0, backlog.count - done.count) }
    }
    return isBlocked ? context.now().adding(milliseconds: Self.retryMilliseconds) : nil
  }

  /// Whether there was anything.
  private func workOff(_ lane: Inbox.Lane) async throws -> Bool {
    let (inbox, last) = (inbox, done.last(of: lane))
    let entries = try await work.run { try inbox.next(lane, after: last, limit: Self.batch) }
    guard let newest = entries.last else { return false }
    switch lane {
    case .hubspot: try await workIn(notices: entries)
    case .events: try await workIn(events: entries)
    }
    done.add(entries.count, of: lane, through: newest.id)
    changed()
    return true
  }

  /// What is worked in goes from the disk every now and then: each time costs as much as taking a delivery in. A loop of its
  /// own, so that nothing waits for it.
  package func removeDone() async -> Instant? {
    let (now, taken) = (context.now(), done.taken)
    guard taken.count > 0 else { return nil }
    if let due = done.removalDue, due > now { return due }
    let (inbox, store) = (inbox, store)
    do {
      try await removal.run {
        // What came of it has to be on the disk before it goes.
        try store.makeDurable()
        for (lane, id) in taken.lasts { try inbox.remove(lane, through: id) }
      }
      done.forget(taken.count, at: now)
    } catch {
      context.report(.inbox, "\(error)")
      return now.adding(milliseconds: Self.retryMilliseconds)
    }
    return done.count > 0 ? done.removalDue ?? context.now() : nil
  }

  /// What is worked in and not yet removed. A class, since steps share it.
  private final class Done: Sendable {
    private struct State {
      var lasts: [Inbox.Lane: Int64] = [:]
      var count = 0
      var removedAt: Instant?
    }

    private let state = Mutex(State())

    var count: Int { state.withLock(\.count) }

    /// Up to where, and how many.
    var taken: (lasts: [Inbox.Lane: Int64], count: Int) { state.withLock { ($0.lasts, $0.count) } }

    func last(of lane: Inbox.Lane) -> Int64? { state.withLock { $0.lasts[lane] } }

    func add(_ count: Int, of lane: Inbox.Lane, through id: Int64) {
      state.withLock { state in
        state.lasts[lane] = id
        state.count += count
      }
    }

    /// When what is there may be removed; `nil` where there is nothing, or now.
    var removalDue: Instant? {
      state.withLock { state in
        if state.count == 0 || state.count >= InboxLoop.mostDone { return nil }
        return state.removedAt?.adding(milliseconds: InboxLoop.removalMilliseconds)
      }
    }

    func forget(_ count: Int, at now: Instant) {
      state.withLock { state in
        state.count -= count
        state.removedAt = now
      }
    }
  }

  // MARK: - HubSpot

  private func workIn(notices entries: [Inbox.Entry]) async throws {
    let account = try store.hubSpotAccount()
    var notices: [WebhookNotice] = []
    var odd: [(entry: Inbox.Entry, reason: String)] = []
    for entry in entries {
      do throws(WebhookNotice.Malformed) {
        let told = try WebhookNotice.parse(entry.body, account: account)
        notices += told.notices
        if let problem = told.problems.first { odd.append((entry, problem)) }
        if told.foreign > 0 {
          context.logger.warning(
            "events of another account of HubSpot's were left out", metadata: ["count": "\(told.foreign)"])
        }
      } catch {
        odd.append((entry, "\(error)"))
      }
    }
    let book = context.state.book
    if let records { try await take(notices, from: records, book) }
    // After the records, so that an event of somebody who was new a moment ago finds its contact.
    let events = notices.compactMap { notice -> ReceivedEvent? in
      guard case .happened(let event) = notice else { return nil }
      return self.event(event, book)
    }
    try await record(events, book, receivedAt: entries.map(\.receivedAt).min())
    // Put aside last: until what makes sense is worked in, the whole waits.
    for (entry, reason) in odd { try inbox.reject(entry, reason: reason) }
  }

  /// What is told of one record many times is read once; since it is read as it is now, the order does not matter, but for
  /// those that are no longer there.
  private func take(_ notices: [WebhookNotice], from records: any RecordRefresh, _ book: RuleBook) async throws {
    var changed: [String: Set<String>] = [:]
    for case .changed(let object, let id) in notices { changed[object, default: []].insert(id) }
    for case .merged(let object, let into, _) in notices { changed[object, default: []].insert(into) }
    // Whoever did something and is known has not changed by it.
    let actors = notices.compactMap { notice in
      if case .happened(let event) = notice { event.contact } else { nil }
    }
    changed["contacts", default: []].formUnion(try store.unknownHubSpotIDs(.contacts, Set(actors)))
    // Companies first, so that a contact finds its own.
    for object in ["companies", "contacts", "deals"] {
      guard let ids = changed[object], !ids.isEmpty else { continue }
      try await records.refresh(object, ids: ids.sorted(), book: book)
    }
    for case .merged(let object, let into, let from) in notices {
      try await records.merged(object, into: into, from: from, book: book)
    }
    var deleted: [String: Set<String>] = [:]
    for case .deleted(let object, let id) in notices { deleted[object, default: []].insert(id) }
    for (object, ids) in deleted.sorted(by: { $0.key < $1.key }) {
      try await records.deleted(object, ids: ids.sorted(), isErasure: false, book: book)
    }
    for case .erased(let object, let id) in notices {
      try await records.deleted(object, ids: [id], isErasure: true, book: book)
    }
  }

  private func event(_ event: WebhookNotice.WebhookEvent, _ book: RuleBook) -> ReceivedEvent? {
    let name = event.givenName
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
    try await record(events, book, receivedAt: entries.map(\.receivedAt).min())
  }

  /// - Parameter receivedAt: when the first of them was on the disk.
  private func record(_ events: [ReceivedEvent], _ book: RuleBook, receivedAt: Instant?) async throws {
    if events.isEmpty { return }
    let (store, now) = (store, context.now())
    let counts = try await work.run { try store.record(events, program: book.program, now: now) }
    context.state.update { $0.events += counts.inserted }
    if let receivedAt { context.state.noteArrivals(repeatElement(receivedAt, count: counts.inserted)) }
    if counts.strangers > 0 || counts.malformed > 0 {
      context.logger.warning(
        "events wait for somebody who is not known yet, or lack values",
        metadata: ["strangers": "\(counts.strangers)", "values": "\(counts.malformed)"])
    }
  }
}
