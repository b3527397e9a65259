import GRDB

/// The events that are to be told, in the transaction that makes them.
struct WebhookQueue {
  let database: Database
  let configuration: SandboxConfiguration
  let now: Int64

  /// - Parameters:
  ///   - kind: `contact.propertyChange` and the like.
  ///   - members: beyond those that every event has.
  func add(_ kind: String, objectID: Int64, source: String, _ members: [String: JSON]) throws {
    let behavior = configuration.webhooks
    guard behavior.target != nil, let position = subscription(kind) else { return }
    var event: [String: JSON] = [
      "eventId": .integer(try database.next("event", from: 1)), "subscriptionId": .integer(Int64(100 + position)),
      "portalId": .integer(Account.portalID), "appId": .integer(Account.appID), "occurredAt": .integer(now),
      "subscriptionType": .text(kind), "objectId": .integer(objectID), "changeSource": .text(source),
    ]
    event.merge(members) { $1 }
    try add([.members(event)])
  }

  /// Events as they are, for tests and for people who try things out.
  func add(_ events: [JSON]) throws {
    let behavior = configuration.webhooks
    for event in events {
      // Drawn from the number of the event, so that the same history has the same mishaps.
      var generator = SeededGenerator(seed: configuration.seed &+ UInt64(try database.next("webhook", from: 1)))
      let isLate = generator.share() < behavior.late
      try insert(event, dueAt: now + (isLate ? behavior.lateMilliseconds : 0))
      if generator.share() < behavior.duplicated { try insert(event, dueAt: now + (isLate ? 0 : 50)) }
    }
  }

  private func insert(_ event: JSON, dueAt: Int64) throws {
    try database.execute("INSERT INTO webhook (body, due_at) VALUES (?, ?)", [event.description, dueAt])
  }

  private func subscription(_ kind: String) -> Int? {
    configuration.webhooks.subscriptions.isEmpty ? 0 : configuration.webhooks.subscriptions.firstIndex(of: kind)
  }
}

/// Who we pretend to be.
enum Account {
  static let portalID: Int64 = 62_515
  static let appID: Int64 = 54_321
}
