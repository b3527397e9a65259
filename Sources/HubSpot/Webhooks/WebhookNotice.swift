import Foundation

/// What one event of a delivery tells. HubSpot tells things late, twice and in any order, so that an event is a reason to
/// look, not the truth: records are read anew.
package enum WebhookNotice: Hashable, Sendable {
  /// Something about the record is new or different.
  case changed(object: String, id: String)
  case deleted(object: String, id: String)
  /// The person asked to be forgotten.
  case erased(object: String, id: String)
  case merged(object: String, into: String, from: [String])
  /// A custom event of a contact.
  case happened(WebhookEvent)

  /// One of what people do.
  package struct WebhookEvent: Hashable, Sendable {
    /// HubSpot's name, such as `pe62515_page_view`.
    package var name: String
    /// HubSpot's id of the contact.
    package var contact: String
    /// Milliseconds since 1970.
    package var at: Int64
    package var properties: [String: String]
    /// Names this event among those of its name.
    package var id: String
  }

  package enum Malformed: Error, Equatable {
    case notAnArray(reason: String)
  }

  /// Takes a body apart; what is of no concern here is left out.
  package static func parse(_ body: [UInt8]) throws(Malformed) -> [WebhookNotice] {
    let events: [Event]
    do { events = try JSONDecoder().decode([Event].self, from: Data(body)) } catch {
      throw .notAnArray(reason: "\(error)")
    }
    return events.flatMap(notices)
  }

  private static func notices(_ event: Event) -> [WebhookNotice] {
    guard let type = event.subscriptionType ?? event.eventType else { return [] }
    if type == "event.completed" { return happened(event) }
    let parts = type.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let object = objects[parts[0]] ?? objects[event.objectTypeId ?? ""] else { return [] }
    let id = event.objectId?.text
    switch parts[1] {
    case "creation", "propertyChange", "restore":
      return id.map { [.changed(object: object, id: $0)] } ?? []
    case "associationChange":
      return [event.fromObjectId, event.objectId].compactMap { $0?.text }.prefix(1).map {
        .changed(object: object, id: $0)
      }
    case "deletion": return id.map { [.deleted(object: object, id: $0)] } ?? []
    case "privacyDeletion": return id.map { [.erased(object: object, id: $0)] } ?? []
    case "merge":
      guard let into = (event.newObjectId ?? event.primaryObjectId ?? event.objectId)?.text else { return [] }
      let from = ([event.primaryObjectId].compactMap { $0 } + (event.mergedObjectIds ?? [])).map(\.text)
      return [.merged(object: object, into: into, from: from.filter { $0 != into })]
    default: return []
    }
  }

  private static func happened(_ event: Event) -> [WebhookNotice] {
    guard let name = event.eventTypeId, let contact = event.objectId?.text,
      let at = event.occurredAt
    else { return [] }
    return [
      .happened(
        WebhookEvent(
          name: name, contact: contact, at: at, properties: event.eventProperties?.mapValues(\.text) ?? [:],
          // The number of the event is the same when it is told again; not so the number of the attempt.
          id: event.eventId.map { "\($0.text)" } ?? "\(contact) \(at)"))
    ]
  }

  private static let objects = [
    "contact": "contacts", "company": "companies", "deal": "deals", "0-1": "contacts", "0-2": "companies",
    "0-3": "deals",
  ]

  /// As HubSpot sends it; nothing is sure to be there.
  private struct Event: Decodable {
    var subscriptionType: String?
    var eventType: String?
    var eventId: NumberOrText?
    var objectId: NumberOrText?
    var objectTypeId: String?
    var occurredAt: Int64?
    var newObjectId: NumberOrText?
    var primaryObjectId: NumberOrText?
    var mergedObjectIds: [NumberOrText]?
    var fromObjectId: NumberOrText?
    var eventTypeId: String?
    var eventProperties: [String: NumberOrText]?
  }

  private struct NumberOrText: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int64.self) {
        text = String(number)
      } else if let number = try? container.decode(Double.self) {
        text = String(number)
      } else if let flag = try? container.decode(Bool.self) {
        text = String(flag)
      } else {
        text = container.decodeNil() ? "" : try container.decode(String.self)
      }
    }
  }
}
