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
    /// What it was named by people: HubSpot puts `pe` and the number of the account before it.
    package var givenName: Substring {
      guard name.hasPrefix("pe") else { return name[...] }
      let rest = name.dropFirst(2).drop { ("0"..."9").contains($0) }
      let hasNumber = rest.startIndex > name.index(name.startIndex, offsetBy: 2)
      return hasNumber && rest.first == "_" ? rest.dropFirst() : name[...]
    }

    /// Names this event among those of its name and contact: by all that it says, since HubSpot's own number of it need
    /// be neither unique nor the same when it is told again.
    package var id: String {
      let told = properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      return ([String(at)] + told).joined(separator: "\u{1F}")
    }
  }

  package enum Malformed: Error, Equatable {
    case notAnArray(reason: String)
  }

  /// What a delivery tells.
  package struct Told: Hashable, Sendable {
    package var notices: [WebhookNotice] = []
    /// Why events make no sense that do not; the others hold all the same.
    package var problems: [String] = []
    /// How many events were of other accounts.
    package var foreign = 0
  }

  /// Takes a body apart; what is of no concern here is left out.
  ///
  /// - Parameter account: of which events count; `nil` for any.
  package static func parse(_ body: [UInt8], account: String? = nil) throws(Malformed) -> Told {
    let events: [Lenient]
    do { events = try JSONDecoder().decode([Lenient].self, from: Data(body)) } catch {
      throw .notAnArray(reason: "\(error)")
    }
    var told = Told()
    for event in events {
      switch event.result {
      case .failure(let problem): told.problems.append("\(problem)")
      case .success(let event):
        if let account, let portal = event.portalId?.text, portal != account {
          told.foreign += 1
        } else {
          told.notices += notices(event)
        }
      }
    }
    return told
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
          name: name, contact: contact, at: at, properties: event.eventProperties?.mapValues(\.text) ?? [:]))
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
    var portalId: NumberOrText?
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

  /// An event, or why it is none.
  private struct Lenient: Decodable {
    var result: Result<Event, any Error>

    init(from decoder: any Decoder) throws {
      result = Result { try Event(from: decoder) }
    }
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
