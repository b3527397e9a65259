import GRDB

/// Definitions of properties, and owners.
enum PropertyRoutes {
  static let all: [Route] = [
    Route(
      "GET", "/crm/v3/properties/:type", "/crm/properties/:version/:type", scope: "{schema}.read"
    ) { call in
      .ok(["results": .list(try PropertyDefinition.all(of: call.type(), call.database).map(\.json))])
    },
    Route(
      "POST", "/crm/v3/properties/:type", "/crm/properties/:version/:type", scope: "{schema}.write"
    ) { call in
      .created(try create(call.body, call).json)
    },
    Route(
      "POST", "/crm/v3/properties/:type/batch/create", "/crm/properties/:version/:type/batch/create",
      scope: "{schema}.write"
    ) { call in
      let made = try call.inputs(limit: 100).map { try create($0, call).json }
      return .created(["status": "COMPLETE", "results": .list(made)])
    },
    Route(
      "GET", "/crm/v3/properties/:type/groups", "/crm/properties/:version/:type/groups", scope: "{schema}.read"
    ) { call in
      let rows = try Row.fetchAll(
        call.database, sql: "SELECT name, label FROM property_group WHERE type = ? ORDER BY name",
        arguments: [try call.type().name])
      return .ok(["results": .list(rows.map { group($0["name"], $0["label"]) })])
    },
    Route(
      "POST", "/crm/v3/properties/:type/groups", "/crm/properties/:version/:type/groups", scope: "{schema}.write"
    ) { call in
      let (name, label) = (try call.required("name").string ?? "", try call.required("label").string ?? "")
      try call.database.execute(
        "INSERT OR IGNORE INTO property_group (type, name, label) VALUES (?, ?, ?)",
        [try call.type().name, name, label])
      guard call.database.changesCount > 0 else {
        throw APIError(
          status: 409, category: "OBJECT_ALREADY_EXISTS", message: "A group named '\(name)' already exists.")
      }
      return .created(group(name, label))
    },
    Route(
      "GET", "/crm/v3/properties/:type/:name", "/crm/properties/:version/:type/:name", scope: "{schema}.read"
    ) { call in
      .ok(try find(call).json)
    },
    Route(
      "PATCH", "/crm/v3/properties/:type/:name", "/crm/properties/:version/:type/:name", scope: "{schema}.write"
    ) { call in
      let old = try find(call)
      guard case .members(var members) = old.json else { return .noContent }
      // Whether values are unique is settled when the property is made.
      for (key, value) in call.body.object ?? [:] where !["name", "hasUniqueValue"].contains(key) {
        members[key] = value
      }
      let new = try PropertyDefinition(.members(members))
      try new.save(of: call.type(), call.database)
      return .ok(new.json)
    },
    Route(
      "DELETE", "/crm/v3/properties/:type/:name", "/crm/properties/:version/:type/:name", scope: "{schema}.write"
    ) { call in
      let definition = try find(call)
      guard !definition.isBuiltIn else { throw APIError.validation("\(definition.name) cannot be archived") }
      try call.database.execute(
        "DELETE FROM property WHERE type = ? AND name = ?", [try call.type().name, definition.name])
      return .noContent
    },
    Route("GET", "/crm/v3/owners", "/crm/owners/:version", scope: "crm.objects.owners.read") { call in
      let limit = try call.limit(max: 500, standard: 100)
      let isArchived = call.query("archived") == "true"
      let rows = try Row.fetchAll(
        call.database,
        sql: """
          SELECT * FROM owner WHERE id > ? AND archived = ? AND (? IS NULL OR email = ?) ORDER BY id LIMIT ?
          """,
        arguments: [
          Int64(call.query("after") ?? "0") ?? 0, isArchived, call.query("email"), call.query("email"), limit + 1,
        ])
      var reply: [String: JSON] = ["results": .list(rows.prefix(limit).map(owner))]
      if rows.count > limit, let last = rows.prefix(limit).last {
        reply["paging"] = ["next": ["after": .text(String(last["id"] as Int64))]]
      }
      return .ok(.members(reply))
    },
    Route("GET", "/crm/v3/owners/:owner", "/crm/owners/:version/:owner", scope: "crm.objects.owners.read") { call in
      let column = call.query("idProperty") == "userId" ? "user_id" : "id"
      guard
        let row = try Row.fetchOne(
          call.database, sql: "SELECT * FROM owner WHERE \(column) = ?", arguments: [Int64(call.part("owner")) ?? -1])
      else { throw APIError.notFound("resource not found") }
      return .ok(owner(row))
    },
  ]

  private static func create(_ json: JSON, _ call: Call) throws -> PropertyDefinition {
    let type = try call.type()
    let definition = try PropertyDefinition(json)
    let known = try call.catalog.definitions(of: type)
    guard known[definition.name] == nil else {
      throw APIError(
        status: 409, category: "OBJECT_ALREADY_EXISTS",
        message: "A property named '\(definition.name)' already exists.",
        subCategory: "Properties.PROPERTY_EXISTS")
    }
    let hasGroup = try Bool.fetchOne(
      call.database, sql: "SELECT EXISTS (SELECT 1 FROM property_group WHERE type = ? AND name = ?)",
      arguments: [type.name, definition.group])
    guard hasGroup == true else { throw APIError.validation("there is no property group \(definition.group)") }
    if definition.isUnique {
      guard known.values.count(where: { $0.isUnique && !$0.isBuiltIn }) < 10 else {
        throw APIError.validation("\(type.name) have ten unique properties already")
      }
      guard !type.isActivity || call.configuration.unsettled.uniquePropertiesOnActivities else {
        throw APIError.validation("\(type.name) cannot have unique properties")
      }
    }
    try definition.save(of: type, call.database)
    call.catalog.forget()
    return definition
  }

  private static func find(_ call: Call) throws -> PropertyDefinition {
    let type = try call.type()
    guard let found = try call.catalog.definitions(of: type)[call.part("name")] else {
      throw APIError(
        status: 404, category: "OBJECT_NOT_FOUND",
        message: "\(type.id) property \(call.part("name")) does not exist",
        subCategory: "Properties.PROPERTY_NOT_FOUND")
    }
    return found
  }

  private static func group(_ name: String, _ label: String) -> JSON {
    ["name": .text(name), "label": .text(label), "displayOrder": -1, "archived": false]
  }

  private static func owner(_ row: Row) -> JSON {
    let created = JSON.text(Timestamp.text(row["created_at"]))
    return [
      "id": .text(String(row["id"] as Int64)), "email": .text(row["email"]), "firstName": .text(row["first_name"]),
      "lastName": .text(row["last_name"]), "type": "PERSON", "archived": .bool(row["archived"]),
      // Users who left own records still, but have no user id.
      "userId": row["archived"] ? .null : .integer(row["user_id"]), "createdAt": created, "updatedAt": created,
    ]
  }
}
