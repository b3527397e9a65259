import GRDB

/// Records one at a time, and searches.
enum ObjectRoutes {
  static let all: [Route] = [
    Route(
      "GET", "/crm/v3/objects/:type", "/crm/objects/:version/:type", scope: "{object}.read", handle: list),
    Route(
      "POST", "/crm/v3/objects/:type", "/crm/objects/:version/:type", scope: "{object}.write", handle: create),
    Route(
      "POST", "/crm/v3/objects/:type/search", "/crm/objects/:version/:type/search", scope: "{object}.read",
      exemption: .search
    ) { call in
      let type = try call.type()
      let search = try ObjectSearch(type, call.body, definitions: call.catalog.definitions(of: type))
      return .ok(try search.run(call.database, now: call.now))
    },
    Route(
      "POST", "/crm/v3/objects/:type/merge", "/crm/objects/:version/:type/merge", scope: "{object}.write"
    ) { call in
      let type = try call.type()
      guard let primary = try call.objects.find(type, id: try call.required("primaryObjectId").string ?? ""),
        let other = try call.objects.find(type, id: try call.required("objectIdToMerge").string ?? ""),
        primary.id != other.id
      else { throw APIError.validation("two different records are needed for a merge") }
      return .ok(try call.objects.merge(primary, other).json([]))
    },
    Route(
      "POST", "/crm/v3/objects/:type/gdpr-delete", "/crm/objects/:version/:type/gdpr-delete", scope: "{object}.write"
    ) { call in
      let type = try call.type()
      let id = try call.required("objectId").string ?? ""
      let record =
        if let property = call.body["idProperty"]?.string {
          try call.objects.find(type, property, id)
        } else {
          try call.objects.find(type, id: id, includesArchived: true)
        }
      if let record { try call.objects.erase(record) }
      return .noContent
    },
    Route(
      "GET", "/crm/v3/objects/:type/:id", "/crm/objects/:version/:type/:id", scope: "{object}.read"
    ) { call in
      let isArchived = call.query("archived") == "true"
      let record = try find(call, includesArchived: isArchived)
      guard (record.archivedAt != nil) == isArchived else { throw missing(call) }
      return .ok(try json(record, call))
    },
    Route(
      "PATCH", "/crm/v3/objects/:type/:id", "/crm/objects/:version/:type/:id", scope: "{object}.write"
    ) { call in
      let properties = try properties(call.required("properties"))
      let record = try call.objects.update(try find(call), properties)
      return .ok(record.json([], also: properties.keys))
    },
    Route(
      "DELETE", "/crm/v3/objects/:type/:id", "/crm/objects/:version/:type/:id", scope: "{object}.write"
    ) { call in
      if let record = try? find(call) { try call.objects.archive(record) }
      return .noContent
    },
  ]

  /// Property values of a write: texts, where numbers and flags count as what they are as text.
  static func properties(_ json: JSON) throws -> [String: String] {
    guard let members = json.object else { throw APIError.validation("Invalid input JSON: properties is a mapping") }
    return try members.mapValues { value in
      guard let text = value.string else {
        throw APIError.validation("Invalid input JSON: a property value is a string")
      }
      return text
    }
  }

  @Sendable private static func list(_ call: inout Call) throws -> Reply {
    let type = try call.type()
    let history = call.queryList("propertiesWithHistory")
    let limit = try call.limit(max: history.isEmpty ? 100 : 50, standard: 10)
    let isArchived = call.query("archived") == "true"
    guard let after = Int64(call.query("after") ?? "0") else { throw APIError.validation("after is not a cursor") }
    let rows = try Row.fetchAll(
      call.database,
      sql: """
        SELECT * FROM object WHERE type = ? AND id > ? AND merged_into IS NULL
          AND archived_at IS \(isArchived ? "NOT NULL" : "NULL")
        ORDER BY id LIMIT ?
        """, arguments: [type.name, after, limit + 1])
    let records = try rows.prefix(limit).map { try ObjectRecord(type: type, row: $0) }
    var reply: [String: JSON] = ["results": .list(try records.map { try json($0, call) })]
    if rows.count > limit, let last = records.last {
      reply["paging"] = ["next": ["after": .text(String(last.id)), "link": .text("\(call.path)?after=\(last.id)")]]
    }
    return .ok(.members(reply))
  }

  @Sendable private static func create(_ call: inout Call) throws -> Reply {
    let type = try call.type()
    let properties = try properties(call.required("properties"))
    let record = try call.objects.create(type, properties)
    try associate(record, call.body["associations"]?.array ?? [], call)
    return .created(record.json([], also: properties.keys))
  }

  /// What a new record goes with, as its creation says.
  static func associate(_ record: ObjectRecord, _ associations: [JSON], _ call: Call) throws {
    for association in associations {
      let id = association["to"]?["id"]?.string ?? ""
      let kinds = association["types"]?.array ?? []
      // The type of the other side is told by the kind alone.
      let candidates = try ObjectType.all.compactMap { type -> (ObjectRecord, [Associations.Kind])? in
        guard let fitting = try? Associations.kinds(kinds, record.type, type),
          let other = try call.objects.find(type, id: id)
        else { return nil }
        return (other, fitting)
      }
      guard let (other, fitting) = candidates.first else {
        throw APIError.validation("the association with \(id) names no record and type that go together")
      }
      try Associations(database: call.database).add(record, other, fitting)
    }
  }

  private static func find(_ call: Call, includesArchived: Bool = false) throws -> ObjectRecord {
    let type = try call.type()
    let id = call.part("id")
    let found: ObjectRecord?
    if let property = call.query("idProperty"), property != "hs_object_id" {
      guard try call.objects.isUnique(property, of: type) else {
        throw APIError.validation("\(property) is not a unique property of \(type.name)")
      }
      found = try call.objects.find(type, property, id)
    } else {
      found = try call.objects.find(type, id: id, includesArchived: includesArchived)
    }
    guard let found else { throw missing(call) }
    return found
  }

  private static func missing(_ call: Call) -> APIError { .notFound("resource not found") }

  private static func json(_ record: ObjectRecord, _ call: Call) throws -> JSON {
    guard case .members(var members) = record.json(call.queryList("properties")) else { return .null }
    if let history = try self.history(record, call.queryList("propertiesWithHistory"), call.database) {
      members["propertiesWithHistory"] = history
    }
    let types = call.queryList("associations")
    if !types.isEmpty {
      var associations: [String: JSON] = [:]
      for name in types {
        let type = try ObjectType.named(name)
        let found = try Associations(database: call.database).of(record.type, id: record.id, to: type)
        guard !found.isEmpty else { continue }
        let results = found.flatMap { other in
          other.kinds.map { kind -> JSON in
            [
              "id": .text(String(other.id)),
              "type": .text("\(record.type.singular)_to_\(type.singular)_\(kind.number)"),
            ]
          }
        }
        associations[type.name] = ["results": .list(results)]
      }
      if !associations.isEmpty { members["associations"] = .members(associations) }
    }
    return .members(members)
  }

  static func history(_ record: ObjectRecord, _ names: [String], _ database: Database) throws -> JSON? {
    guard !names.isEmpty else { return nil }
    var all: [String: JSON] = [:]
    for name in names {
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT at, value, source FROM property_history WHERE type = ? AND id = ? AND property = ?
          ORDER BY at DESC, rowid DESC
          """, arguments: [record.type.name, record.id, name])
      all[name] = .list(
        rows.map { row in
          [
            "value": .text(row["value"]), "timestamp": .text(Timestamp.text(row["at"])),
            "sourceType": .text(row["source"]),
          ]
        })
    }
    return .members(all)
  }
}
