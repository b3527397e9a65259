import GRDB

/// A record as it lies in the database.
struct ObjectRecord {
  var type: ObjectType
  var id: Int64
  /// Only what is set.
  var properties: [String: String]
  var createdAt: Int64
  var updatedAt: Int64
  var archivedAt: Int64?

  init(type: ObjectType, row: Row) throws {
    self.type = type
    id = row["id"]
    properties = try Self.properties(in: row["properties"])
    createdAt = row["created_at"]
    updatedAt = row["updated_at"]
    archivedAt = row["archived_at"]
  }

  static func properties(in text: String) throws -> [String: String] {
    try JSON(parsing: text).object?.compactMapValues(\.string) ?? [:]
  }

  /// With those that HubSpot derives.
  var allProperties: [String: String] {
    var all = properties
    all["hs_object_id"] = String(id)
    all[type.created] = Timestamp.text(createdAt)
    all[type.modified] = Timestamp.text(updatedAt)
    return all
  }

  /// As a reply shows it; properties that were asked for and are not set are `null`.
  func json(_ asked: [String], also written: some Sequence<String> = EmptyCollection()) -> JSON {
    let all = allProperties
    var shown: [String: JSON] = [:]
    for name in (asked.isEmpty ? type.defaults : asked) + Array(written) + [
      "hs_object_id", type.created, type.modified,
    ] {
      shown[name] = all[name].map { .text($0) } ?? .null
    }
    var members: [String: JSON] = [
      "id": .text(String(id)), "properties": .members(shown), "createdAt": .text(Timestamp.text(createdAt)),
      "updatedAt": .text(Timestamp.text(updatedAt)), "archived": .bool(archivedAt != nil),
    ]
    if let archivedAt { members["archivedAt"] = .text(Timestamp.text(archivedAt)) }
    return .members(members)
  }
}
