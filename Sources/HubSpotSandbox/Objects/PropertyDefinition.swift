import GRDB

/// What a property of a type may hold, and who may write it.
struct PropertyDefinition: Equatable, Sendable {
  var name: String
  var label: String
  /// `string`, `number`, `bool`, `enumeration`, `date`, `datetime` or `phone_number`.
  var type: String
  var fieldType: String
  var group: String
  /// In their order.
  var options: [String] = []
  /// The labels of options, where they differ from their values.
  var labels: [String] = []
  var isUnique = false
  var isReadOnly = false
  var isCalculated = false
  var isBuiltIn = true

  static let types = ["string", "number", "bool", "enumeration", "date", "datetime", "phone_number"]

  /// The value as it is kept and returned.
  func normalize(_ value: String) throws(InvalidValue) -> String {
    if value.isEmpty { return "" }
    switch type {
    case "number":
      guard Double(value) != nil else { throw problem("INVALID_INTEGER", "\(value) was not a valid number.") }
      return value
    case "bool":
      guard ["true", "false"].contains(value.lowercased()) else {
        throw problem("INVALID_OPTION", "\(value) was not one of the allowed options: [true, false]")
      }
      return value.lowercased()
    case "date":
      guard let date = Timestamp.parseDate(value) else {
        throw problem("INVALID_DATE", "\(value) was not a valid date: it has to be midnight UTC.")
      }
      return date
    case "datetime":
      guard let time = Timestamp.parse(value) else {
        throw problem("INVALID_LONG", "\(value) was not a valid long.")
      }
      return Timestamp.text(time)
    case "enumeration":
      guard !options.isEmpty else { return value }
      for part in value.split(separator: ";", omittingEmptySubsequences: false) where !part.isEmpty {
        guard options.contains(String(part)) else {
          throw problem("INVALID_OPTION", "\(part) was not one of the allowed options: \(options)")
        }
      }
      return value
    default:
      guard value.count <= 65_536 else { throw problem("TOO_LONG", "the text is longer than 65536 characters") }
      return value
    }
  }

  struct InvalidValue: Error {
    var problem: PropertyProblem
  }

  private func problem(_ code: String, _ message: String) -> InvalidValue {
    InvalidValue(problem: PropertyProblem(property: name, code: code, message: message))
  }
}

extension PropertyDefinition {
  /// As `GET /crm/…/properties` returns it.
  var json: JSON {
    [
      "name": .text(name), "label": .text(label), "type": .text(type), "fieldType": .text(fieldType),
      "groupName": .text(group), "description": "", "hidden": false, "displayOrder": -1, "formField": true,
      "options": .list(
        options.enumerated().map { index, option in
          [
            "value": .text(option), "label": .text(index < labels.count ? labels[index] : option),
            "displayOrder": .integer(Int64(index)), "hidden": false,
          ]
        }),
      "hasUniqueValue": .bool(isUnique), "calculated": .bool(isCalculated), "hubspotDefined": .bool(isBuiltIn),
      "archived": false, "externalOptions": false,
      "modificationMetadata": [
        "archivable": .bool(!isBuiltIn), "readOnlyDefinition": .bool(isBuiltIn), "readOnlyOptions": .bool(isBuiltIn),
        "readOnlyValue": .bool(isReadOnly),
      ],
    ]
  }

  /// From a definition as it was sent, or kept.
  init(_ json: JSON, isBuiltIn: Bool = false) throws {
    func text(_ key: String) throws -> String {
      guard let value = json[key]?.string, !value.isEmpty else {
        throw APIError.validation("Invalid input JSON: Some required fields were not set: [\(key)]")
      }
      return value
    }
    name = try text("name")
    label = try text("label")
    type = try text("type")
    fieldType = try text("fieldType")
    group = try text("groupName")
    let options = json["options"]?.array ?? []
    self.options = options.compactMap { $0["value"]?.string }
    labels = options.compactMap { $0["label"]?.string }
    isUnique = json["hasUniqueValue"] == true
    isReadOnly = json["modificationMetadata"]?["readOnlyValue"] == true
    isCalculated = json["calculated"] == true
    self.isBuiltIn = isBuiltIn || json["hubspotDefined"] == true
    guard Self.types.contains(type) else {
      throw APIError.validation("\(type) is not one of the property types \(Self.types)")
    }
    guard name.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }), name.first?.isLetter == true
    else { throw APIError.validation("Property name \(name) must start with a letter and hold a-z, 0-9 and _ only") }
    guard options.count == self.options.count, Set(self.options).count == options.count else {
      throw APIError.validation("the options of \(name) need values, each once")
    }
  }

  static func all(of type: ObjectType, _ database: Database) throws -> [PropertyDefinition] {
    try String.fetchAll(
      database, sql: "SELECT definition FROM property WHERE type = ? ORDER BY position", arguments: [type.name]
    ).map { try PropertyDefinition(JSON(parsing: $0)) }
  }

  func save(of type: ObjectType, _ database: Database) throws {
    let position = try database.next("property", from: 1)
    try database.execute(
      """
      INSERT INTO property (type, name, position, definition) VALUES (?, ?, ?, ?)
      ON CONFLICT (type, name) DO UPDATE SET definition = excluded.definition
      """, [type.name, name, position, json.description])
  }
}

/// The definitions as one call sees them, read once.
final class PropertyCatalog {
  private let database: Database
  private var known: [ObjectType: [String: PropertyDefinition]] = [:]

  init(_ database: Database) { self.database = database }

  func definitions(of type: ObjectType) throws -> [String: PropertyDefinition] {
    if let definitions = known[type] { return definitions }
    let definitions = Dictionary(
      uniqueKeysWithValues: try PropertyDefinition.all(of: type, database).map { ($0.name, $0) })
    known[type] = definitions
    return definitions
  }

  /// After one was added, changed or removed.
  func forget() { known = [:] }
}
