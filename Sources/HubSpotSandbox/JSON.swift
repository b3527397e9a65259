package import Foundation

/// A JSON value. Requests are read and replies written as such, so that what a client misspells is seen as it came.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([JSON])
  case members([String: JSON])

  init(parsing data: Data) throws { self = try JSONDecoder().decode(JSON.self, from: data) }

  init(parsing text: String) throws { try self.init(parsing: Data(text.utf8)) }

  /// Compact, members in the order of their names.
  package var data: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return try encoder.encode(self) } catch { preconditionFailure("a JSON value can be written: \(error)") }
  }

  /// The same as text.
  package var description: String { String(decoding: data, as: UTF8.self) }

  package subscript(_ key: String) -> JSON? {
    guard case .members(let members) = self, let value = members[key], value != .null else { return nil }
    return value
  }

  /// A text, or what a number or flag is as one: HubSpot takes property values and ids either way.
  package var string: String? {
    switch self {
    case .text(let text): text
    case .integer(let value): String(value)
    case .number(let value): value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    case .bool(let value): String(value)
    case .null, .list, .members: nil
    }
  }

  package var int: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let value) where value == value.rounded() && abs(value) < 1e15: Int64(value)
    case .text(let text): Int64(text)
    default: nil
    }
  }

  package var array: [JSON]? {
    guard case .list(let values) = self else { return nil }
    return values
  }

  package var object: [String: JSON]? {
    guard case .members(let members) = self else { return nil }
    return members
  }
}

extension JSON: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let members = try? container.decode([String: JSON].self) {
      self = .members(members)
    } else if let list = try? container.decode([JSON].self) {
      self = .list(list)
    } else if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else {
      self = .number(try container.decode(Double.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .members(let value): try container.encode(value)
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSON...) { self = .list(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .members(Dictionary(elements) { $1 })
  }
}
