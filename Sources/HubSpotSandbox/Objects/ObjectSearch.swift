import GRDB

/// A search as HubSpot takes it: over the index, which lags behind, and 10,000 results at most.
struct ObjectSearch {
  private let type: ObjectType
  private let definitions: [String: PropertyDefinition]
  private var condition = "indexed IS NOT NULL"
  private var arguments: [any DatabaseValueConvertible] = []
  private var order = "id"
  private let limit: Int
  private let offset: Int
  private let asked: [String]

  private static let operators = [
    "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY",
    "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN",
  ]

  init(_ type: ObjectType, _ body: JSON, definitions: [String: PropertyDefinition]) throws {
    self.type = type
    self.definitions = definitions
    let limit = body["limit"]?.int ?? 10
    guard (1...200).contains(limit) else { throw APIError.validation("limit \(limit) is not a number from 1 to 200") }
    let after = body["after"]?.string ?? "0"
    guard let offset = after.isEmpty ? 0 : Int(after), offset >= 0 else {
      throw APIError.validation("after \(after) is not a cursor of this search")
    }
    guard offset + Int(limit) <= 10_000 else {
      throw APIError.validation("The total number of results that can be paged through is 10,000")
    }
    guard body.description.utf8.count <= 3_000 else {
      throw APIError.validation("The body of a search has 3,000 characters at most")
    }
    (self.limit, self.offset) = (Int(limit), offset)
    asked = (body["properties"]?.array ?? []).compactMap(\.string)
    try sort(body["sorts"]?.array ?? [])
    try filter(body["filterGroups"]?.array ?? [])
    if let query = body["query"]?.string, !query.isEmpty {
      condition +=
        " AND (\(type.defaults.map { _ in "lower(json_extract(indexed, ?)) LIKE ?" }.joined(separator: " OR ")))"
      for name in type.defaults { arguments += [path(name), "%\(query.lowercased())%"] }
    }
  }

  func run(_ database: Database, now: Int64) throws -> JSON {
    try Self.bringIndexUpToDate(database, now: now)
    let from = "FROM object WHERE type = ? AND \(condition)"
    let values = StatementArguments([type.name.databaseValue] + arguments.map(\.databaseValue))
    let total = try Int.fetchOne(database, sql: "SELECT count(*) \(from)", arguments: values) ?? 0
    let rows = try Row.fetchAll(
      database, sql: "SELECT * \(from) ORDER BY \(order) LIMIT \(limit) OFFSET \(offset)", arguments: values)
    let results = try rows.map { row in
      var record = try ObjectRecord(type: type, row: row)
      // The index knows an older state than the record has.
      record.properties = try ObjectRecord.properties(in: row["indexed"])
      record.updatedAt = row["indexed_at"]
      return record.json(asked)
    }
    var reply: [String: JSON] = ["total": .integer(Int64(total)), "results": .list(results)]
    if offset + results.count < total {
      reply["paging"] = ["next": ["after": .text(String(offset + results.count))]]
    }
    return .members(reply)
  }

  static func bringIndexUpToDate(_ database: Database, now: Int64) throws {
    try database.execute(
      """
      UPDATE object SET indexed = CASE WHEN archived_at IS NULL AND merged_into IS NULL THEN properties END,
        indexed_at = updated_at, index_due = NULL
      WHERE index_due IS NOT NULL AND index_due <= ?
      """, [now])
  }

  private mutating func sort(_ sorts: [JSON]) throws {
    guard sorts.count <= 1 else { throw APIError.validation("a search takes one sort") }
    guard let sort = sorts.first else { return }
    let name: String
    let isDescending: Bool
    if let text = sort.string {
      isDescending = text.hasPrefix("-")
      name = isDescending ? String(text.dropFirst()) : text
    } else {
      name = sort["propertyName"]?.string ?? ""
      isDescending = sort["direction"]?.string == "DESCENDING"
    }
    order = "\(try column(name)) \(isDescending ? "DESC" : "ASC"), id"
  }

  private mutating func filter(_ groups: [JSON]) throws {
    let counts = groups.map { $0["filters"]?.array?.count ?? 0 }
    guard groups.count <= 5, counts.allSatisfy({ $0 <= 6 }), counts.reduce(0, +) <= 18 else {
      throw APIError.validation("a search has 5 filter groups of 6 filters and 18 filters in all at most")
    }
    guard !groups.isEmpty else { return }
    var alternatives: [String] = []
    for group in groups {
      let filters = try (group["filters"]?.array ?? []).map { try clause($0) }
      alternatives.append(filters.isEmpty ? "1" : filters.joined(separator: " AND "))
    }
    condition += " AND (\(alternatives.map { "(\($0))" }.joined(separator: " OR ")))"
  }

  private mutating func clause(_ filter: JSON) throws -> String {
    let name = filter["propertyName"]?.string ?? ""
    let column = try column(name)
    let operation = filter["operator"]?.string ?? ""
    func value(_ key: String) throws -> String {
      guard let value = filter[key]?.string else {
        throw APIError.validation("the filter on \(name) by \(operation) has no \(key)")
      }
      return value
    }
    switch operation {
    case "HAS_PROPERTY": return "\(column) IS NOT NULL"
    case "NOT_HAS_PROPERTY": return "\(column) IS NULL"
    case "EQ", "NEQ", "LT", "LTE", "GT", "GTE":
      let symbols = ["EQ": "=", "NEQ": "IS NOT", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="]
      arguments.append(try operand(name, try value("value")))
      return "\(column) \(symbols[operation] ?? "=") ?"
    case "BETWEEN":
      arguments += [try operand(name, try value("value")), try operand(name, try value("highValue"))]
      return "\(column) BETWEEN ? AND ?"
    case "IN", "NOT_IN":
      let values = (filter["values"]?.array ?? []).compactMap(\.string)
      guard !values.isEmpty else { throw APIError.validation("the filter on \(name) by \(operation) has no values") }
      // Texts are kept in lower case in the index, and these are taken as they are.
      arguments += try values.map { isText(name) ? $0 : try operand(name, $0) }
      let list = values.map { _ in "?" }.joined(separator: ", ")
      return operation == "IN" ? "\(column) IN (\(list))" : "(\(column) IS NULL OR \(column) NOT IN (\(list)))"
    case "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN":
      let token = try value("value").lowercased()
      let pattern = token.contains("*") ? token.replacing("*", with: "%") : "%\(token)%"
      arguments.append(pattern)
      return operation == "CONTAINS_TOKEN" ? "\(column) LIKE ?" : "(\(column) IS NULL OR \(column) NOT LIKE ?)"
    default:
      throw APIError.validation("\(operation) is not one of the operators \(Self.operators)")
    }
  }

  /// The SQL of a property's value as the index has it.
  private func column(_ name: String) throws -> String {
    if name == "hs_object_id" { return "id" }
    if name == type.modified { return "indexed_at" }
    if name == type.created { return "created_at" }
    guard let definition = definitions[name] else {
      throw APIError.validation("There was a problem with the request: property \(name) does not exist")
    }
    // Names are letters, digits and underscores.
    let value = "json_extract(indexed, '$.\(name)')"
    if definition.type == "number" { return "CAST(\(value) AS REAL)" }
    return isText(name) ? "lower(\(value))" : value
  }

  private func isText(_ name: String) -> Bool {
    ["string", "phone_number"].contains(definitions[name]?.type ?? "")
  }

  private func operand(_ name: String, _ text: String) throws -> any DatabaseValueConvertible {
    if name == "hs_object_id" || name == type.modified || name == type.created {
      guard let number = name == "hs_object_id" ? Int64(text) : Timestamp.parse(text) else {
        throw APIError.validation("\(text) is no value of \(name)")
      }
      return number
    }
    switch definitions[name]?.type {
    case "number":
      guard let number = Double(text) else { throw APIError.validation("\(text) is no value of \(name)") }
      return number
    case "datetime": return Timestamp.parse(text).map(Timestamp.text) ?? text
    case "date": return Timestamp.parseDate(text) ?? text
    case "string", "phone_number": return text.lowercased()
    default: return text
    }
  }

  private func path(_ name: String) -> String { "$.\(name)" }
}
