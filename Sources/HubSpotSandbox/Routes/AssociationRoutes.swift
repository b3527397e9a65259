/// Which records go together.
enum AssociationRoutes {
  private static let createLimit = 2_000
  private static let readLimit = 1_000

  static let all: [Route] = [
    Route(
      "PUT", "/crm/v4/objects/:type/:id/associations/default/:to/:toID",
      "/crm/objects/:version/:type/:id/associations/default/:to/:toID", scope: "{object}.write"
    ) { call in
      let (from, to) = try pair(call)
      let kind = try Associations.standard(from.type, to.type)
      try Associations(database: call.database).add(from, to, [kind])
      return .ok([
        "status": "COMPLETE", "results": [result(from, to, kind)], "startedAt": .text(Timestamp.text(call.now)),
        "completedAt": .text(Timestamp.text(call.now)),
      ])
    },
    Route(
      "PUT", "/crm/v4/objects/:type/:id/associations/:to/:toID",
      "/crm/objects/:version/:type/:id/associations/:to/:toID",
      scope: "{object}.write"
    ) { call in
      let (from, to) = try pair(call)
      let kinds = try Associations.kinds(call.body.array ?? [], from.type, to.type)
      let associations = Associations(database: call.database)
      // The labels that are given are all that there are afterwards.
      try associations.remove(from, to)
      try associations.add(from, to, kinds)
      return .created([
        "fromObjectTypeId": .text(from.type.id), "fromObjectId": .integer(from.id),
        "toObjectTypeId": .text(to.type.id), "toObjectId": .integer(to.id), "labels": [],
      ])
    },
    Route(
      "DELETE", "/crm/v4/objects/:type/:id/associations/:to/:toID",
      "/crm/objects/:version/:type/:id/associations/:to/:toID", scope: "{object}.write"
    ) { call in
      let (from, to) = try pair(call)
      try Associations(database: call.database).remove(from, to)
      return .noContent
    },
    // Not there on dated paths.
    Route("GET", "/crm/v4/objects/:type/:id/associations/:to", scope: "{object}.read") { call in
      let (fromType, toType) = (try call.type(), try call.type("to"))
      guard let from = try call.objects.find(fromType, id: call.part("id")) else {
        throw APIError.notFound("resource not found")
      }
      let found = try Associations(database: call.database).of(fromType, id: from.id, to: toType)
      return .ok(["results": .list(found.map(json))])
    },
    batchCreate("create") { call, from, to, input in
      try Associations.kinds(input["types"]?.array ?? [], from.type, to.type)
    },
    batchCreate("associate/default") { call, from, to, input in [try Associations.standard(from.type, to.type)] },
    Route(
      "POST", "/crm/v4/associations/:from/:to/batch/read", "/crm/associations/:version/:from/:to/batch/read",
      scope: "{from}.read", exemption: .burst
    ) { call in
      let (fromType, toType) = (try call.type("from"), try call.type("to"))
      var results: [JSON] = []
      var missing: [String] = []
      for input in try call.inputs(limit: readLimit) {
        let id = input["id"]?.string ?? ""
        let found = try Associations(database: call.database).of(fromType, id: Int64(id) ?? -1, to: toType)
        guard !found.isEmpty else {
          missing.append(id)
          continue
        }
        results.append(["from": ["id": .text(id)], "to": .list(found.map(json))])
      }
      var reply: [String: JSON] = ["status": "COMPLETE", "results": .list(results)]
      guard !missing.isEmpty else { return .ok(.members(reply)) }
      reply["numErrors"] = .integer(Int64(missing.count))
      reply["errors"] = .list(
        missing.map { id in
          [
            "status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": .text("No \(toType.singular) is associated with \(fromType.singular) \(id)."),
            "context": ["fromObjectId": [.text(id)]],
          ]
        })
      return Reply(status: 207, body: .members(reply))
    },
    Route(
      "POST", "/crm/v4/associations/:from/:to/batch/archive", "/crm/associations/:version/:from/:to/batch/archive",
      scope: "{from}.write", exemption: .burst
    ) { call in
      let (fromType, toType) = (try call.type("from"), try call.type("to"))
      for input in try call.inputs(limit: createLimit) {
        guard let from = try call.objects.find(fromType, id: input["from"]?["id"]?.string ?? "") else { continue }
        for other in input["to"]?.array ?? [] {
          guard let to = try call.objects.find(toType, id: other["id"]?.string ?? "") else { continue }
          try Associations(database: call.database).remove(from, to)
        }
      }
      return .noContent
    },
  ]

  private static func batchCreate(
    _ name: String,
    kinds: @escaping @Sendable (Call, ObjectRecord, ObjectRecord, JSON) throws -> [Associations.Kind]
  ) -> Route {
    Route(
      "POST", "/crm/v4/associations/:from/:to/batch/\(name)", "/crm/associations/:version/:from/:to/batch/\(name)",
      scope: "{from}.write", exemption: .burst
    ) { call in
      let (fromType, toType) = (try call.type("from"), try call.type("to"))
      var results: [JSON] = []
      var errors: [JSON] = []
      for input in try call.inputs(limit: createLimit) {
        let ids = [input["from"]?["id"]?.string ?? "", input["to"]?["id"]?.string ?? ""]
        guard let from = try call.objects.find(fromType, id: ids[0]), let to = try call.objects.find(toType, id: ids[1])
        else {
          errors.append([
            "status": "error", "category": "OBJECT_NOT_FOUND",
            "message": .text("One of the objects \(ids[0]) and \(ids[1]) does not exist."),
            "context": ["fromObjectId": [.text(ids[0])], "toObjectId": [.text(ids[1])]],
          ])
          continue
        }
        let all = try kinds(call, from, to, input)
        try Associations(database: call.database).add(from, to, all)
        results += all.map { result(from, to, $0) }
      }
      var reply: [String: JSON] = ["status": "COMPLETE", "results": .list(results)]
      guard !errors.isEmpty else { return .created(.members(reply)) }
      reply["numErrors"] = .integer(Int64(errors.count))
      reply["errors"] = .list(errors)
      return Reply(status: 207, body: .members(reply))
    }
  }

  private static func pair(_ call: Call) throws -> (ObjectRecord, ObjectRecord) {
    guard let from = try call.objects.find(try call.type(), id: call.part("id")),
      let to = try call.objects.find(try call.type("to"), id: call.part("toID"))
    else { throw APIError.notFound("resource not found") }
    return (from, to)
  }

  private static func json(_ other: (id: Int64, kinds: [Associations.Kind])) -> JSON {
    ["toObjectId": .integer(other.id), "associationTypes": .list(other.kinds.map(\.json))]
  }

  private static func result(_ from: ObjectRecord, _ to: ObjectRecord, _ kind: Associations.Kind) -> JSON {
    [
      "from": ["id": .text(String(from.id))], "to": ["id": .text(String(to.id))],
      "associationSpec": ["associationCategory": .text(kind.category), "associationTypeId": .integer(kind.number)],
    ]
  }
}
