import GRDB

/// Lists and who is in them.
enum ListRoutes {
  static let all: [Route] = [
    Route("POST", "/crm/v3/lists", "/crm/lists/:version", scope: "crm.lists.write") { call in
      let name = try call.required("name").string ?? ""
      let type = try ObjectType.named(try call.required("objectTypeId").string ?? "")
      let processing = try call.required("processingType").string ?? ""
      guard ["MANUAL", "SNAPSHOT", "DYNAMIC"].contains(processing) else {
        throw APIError.validation("\(processing) is not one of the processing types MANUAL, SNAPSHOT, DYNAMIC")
      }
      let isTaken = try Bool.fetchOne(
        call.database, sql: "SELECT EXISTS (SELECT 1 FROM list WHERE name = ?)", arguments: [name])
      guard isTaken != true else { throw APIError.validation("A list with the name \(name) exists already.") }
      try call.database.execute(
        "INSERT INTO list (name, type, processing, created_at) VALUES (?, ?, ?, ?)",
        [name, type.name, processing, call.now])
      return .ok(["list": try json(try find(call, "id = ?", call.database.lastInsertedRowID), call)])
    },
    Route("GET", "/crm/v3/lists", "/crm/lists/:version", scope: "crm.lists.read") { call in
      let lists = try call.queryList("listIds").compactMap { try rows(call, "id = ?", Int64($0) ?? -1).first }
      return .ok(["lists": .list(try lists.map { try json($0, call) })])
    },
    Route("POST", "/crm/v3/lists/search", "/crm/lists/:version/search", scope: "crm.lists.read") { call in
      let pattern = "%\(call.body["query"]?.string ?? "")%"
      let kinds = (call.body["processingTypes"]?.array ?? []).compactMap(\.string)
      let all = try rows(call, "name LIKE ?", pattern).filter { row in
        kinds.isEmpty || kinds.contains(row["processing"])
      }
      let offset = Int(call.body["offset"]?.int ?? 0)
      let page = all.dropFirst(offset).prefix(Int(call.body["count"]?.int ?? 20))
      return .ok([
        "lists": .list(try page.map { try json($0, call) }), "total": .integer(Int64(all.count)),
        "offset": .integer(Int64(offset + page.count)), "hasMore": .bool(offset + page.count < all.count),
      ])
    },
    Route(
      "GET", "/crm/v3/lists/object-type-id/:type/name/:name", "/crm/lists/:version/object-type-id/:type/name/:name",
      scope: "crm.lists.read"
    ) { call in
      .ok(["list": try json(try find(call, "name = ?", call.part("name")), call)])
    },
    Route("GET", "/crm/v3/lists/:list", "/crm/lists/:version/:list", scope: "crm.lists.read") { call in
      .ok(["list": try json(try list(call), call)])
    },
    Route("DELETE", "/crm/v3/lists/:list", "/crm/lists/:version/:list", scope: "crm.lists.write") { call in
      let id = try list(call)["id"] as Int64
      try call.database.execute("DELETE FROM list WHERE id = ?", [id])
      try call.database.execute("DELETE FROM list_member WHERE list = ?", [id])
      return .noContent
    },
    Route(
      "GET", "/crm/v3/lists/:list/memberships", "/crm/lists/:version/:list/memberships", scope: "crm.lists.read"
    ) { call in
      let id = try list(call)["id"] as Int64
      let limit = try call.limit(max: 250, standard: 100)
      let after = Int64(call.query("after") ?? "0") ?? 0
      let rows = try Row.fetchAll(
        call.database,
        sql: "SELECT record, at FROM list_member WHERE list = ? AND record > ? ORDER BY record LIMIT ?",
        arguments: [id, after, limit + 1])
      let shown = rows.prefix(limit)
      var reply: [String: JSON] = [
        "results": .list(
          shown.map { row in
            [
              "recordId": .text(String(row["record"] as Int64)),
              "membershipTimestamp": .text(Timestamp.text(row["at"])),
            ]
          })
      ]
      if rows.count > limit, let last = shown.last {
        reply["paging"] = ["next": ["after": .text(String(last["record"] as Int64))]]
      }
      return .ok(.members(reply))
    },
    change("add") { body in (ids(body), []) },
    change("remove") { body in ([], ids(body)) },
    change("add-and-remove") { body in (ids(body["recordIdsToAdd"]), ids(body["recordIdsToRemove"])) },
  ]

  private static func ids(_ json: JSON?) -> [String] { (json?.array ?? []).compactMap(\.string) }

  private static func change(
    _ name: String, _ split: @escaping @Sendable (JSON) -> (add: [String], remove: [String])
  ) -> Route {
    Route(
      "PUT", "/crm/v3/lists/:list/memberships/\(name)", "/crm/lists/:version/:list/memberships/\(name)",
      scope: "crm.lists.write"
    ) { call in
      let row = try list(call)
      let id = row["id"] as Int64
      guard row["processing"] as String != "DYNAMIC" else {
        throw APIError.validation("Members of the DYNAMIC list \(id) cannot be changed by hand.")
      }
      if name != "add-and-remove", call.body.array?.allSatisfy({ if case .text = $0 { true } else { false } }) != true {
        throw APIError.validation("the body is a list of record ids, each a string")
      }
      let type = try ObjectType.named(row["type"])
      let (add, remove) = split(call.body)
      var (added, removed, missing): ([JSON], [JSON], [JSON]) = ([], [], [])
      for text in add {
        guard let record = try call.objects.find(type, id: text) else {
          missing.append(.text(text))
          continue
        }
        try call.database.execute(
          "INSERT OR IGNORE INTO list_member (list, record, at) VALUES (?, ?, ?)", [id, record.id, call.now])
        if call.database.changesCount > 0 { added.append(.text(text)) }
      }
      for text in remove {
        try call.database.execute(
          "DELETE FROM list_member WHERE list = ? AND record = ?", [id, Int64(text) ?? -1])
        if call.database.changesCount > 0 { removed.append(.text(text)) } else { missing.append(.text(text)) }
      }
      // The first name is HubSpot's.
      return .ok([
        "recordsIdsAdded": .list(added), "recordIdsRemoved": .list(removed), "recordIdsMissing": .list(missing),
      ])
    }
  }

  private static func list(_ call: Call) throws -> Row { try find(call, "id = ?", Int64(call.part("list")) ?? -1) }

  private static func find(_ call: Call, _ condition: String, _ value: any DatabaseValueConvertible) throws -> Row {
    guard let row = try rows(call, condition, value).first else { throw APIError.notFound("List does not exist.") }
    return row
  }

  private static func rows(_ call: Call, _ condition: String, _ value: any DatabaseValueConvertible) throws -> [Row] {
    try Row.fetchAll(
      call.database, sql: "SELECT * FROM list WHERE \(condition) ORDER BY id", arguments: [value])
  }

  private static func json(_ row: Row, _ call: Call) throws -> JSON {
    let id = row["id"] as Int64
    let size =
      try Int64.fetchOne(call.database, sql: "SELECT count(*) FROM list_member WHERE list = ?", arguments: [id]) ?? 0
    return [
      "listId": .text(String(id)), "name": .text(row["name"]), "processingType": .text(row["processing"]),
      "objectTypeId": .text(try ObjectType.named(row["type"]).id), "processingStatus": "COMPLETE",
      "listVersion": 1, "createdAt": .text(Timestamp.text(row["created_at"])),
      "updatedAt": .text(Timestamp.text(row["created_at"])), "size": .integer(size),
      "additionalProperties": ["hs_list_size": .text(String(size))],
    ]
  }
}
