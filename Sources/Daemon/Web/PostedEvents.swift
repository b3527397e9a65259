package import BusinessTime
package import ContactStore
import Foundation
import RuleSemantics
package import Service

/// Events that another program posts: a list of objects, each with `contact` (or `account`), `at` or `id` or both, and as it
/// likes the event's fields.
package enum PostedEvents {
  package struct Refused: Error, CustomStringConvertible {
    package let description: String
  }

  package static func parse(
    _ body: [UInt8], named name: String, book: RuleBook, receivedAt: Instant
  ) throws(Refused) -> [ReceivedEvent] {
    // The first is the built-in `message`, which nobody tells us of.
    guard let type = book.program.events.firstIndex(where: { $0.name == name }), type > 0 else {
      throw Refused(description: "the rule book declares no event `\(name)`")
    }
    let rows: [[String: Value]]
    do { rows = try JSONDecoder().decode([[String: Value]].self, from: Data(body)) } catch {
      throw Refused(description: "the body is a list of objects whose members are texts, numbers and flags")
    }
    let declaration = book.program.events[type]
    let ownerName = declaration.isForAccount ? "account" : "contact"
    let zone = Zone(identifier: book.program.policy.zone) ?? .utc
    var events: [ReceivedEvent] = []
    for (position, row) in rows.enumerated() {
      var fields = row.compactMapValues(\.text)
      guard let owner = fields.removeValue(forKey: ownerName), !owner.isEmpty else {
        throw Refused(description: "event \(position + 1) has no `\(ownerName)`")
      }
      var at = receivedAt
      if let text = fields.removeValue(forKey: "at") {
        guard let time = Int64(text).map({ Instant(milliseconds: $0) }) ?? Instant(iso: text, in: zone) else {
          throw Refused(description: "event \(position + 1): `\(text)` is no time")
        }
        at = time
      }
      let stated = fields.removeValue(forKey: "id")
      guard stated != nil || row["at"]?.text != nil else {
        throw Refused(
          description: "event \(position + 1) has neither `at` nor `id`; without one it would be another each time")
      }
      for field in fields.keys.sorted() where !declaration.record.fields.contains(where: { $0.name == field }) {
        throw Refused(description: "event \(position + 1): `\(name)` has no field `\(field)`")
      }
      // Without an id an event is known by all that it says.
      let told = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1F}")
      events.append(
        ReceivedEvent(
          type: EventID(type), owner: .key(owner), at: at, id: stated.map { "id \($0)" } ?? "row \(told)",
          isNamed: stated != nil,
          fields: fields))
    }
    return events
  }

  private struct Value: Decodable {
    var text: String?

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        text = nil
      } else if let value = try? container.decode(String.self) {
        text = value
      } else if let flag = try? container.decode(Bool.self) {
        text = flag ? "yes" : "no"
      } else if let number = try? container.decode(Int64.self) {
        text = String(number)
      } else {
        text = String(try container.decode(Double.self))
      }
    }
  }
}
