/// Up to 100 records at a time.
enum BatchRoutes {
  private static let limit = 100

  static let all: [Route] = [
    Route(
      "POST", "/crm/v3/objects/:type/batch/create", "/crm/objects/:version/:type/batch/create", scope: "{object}.write"
    ) { call in
      let type = try call.type()
      let inputs = try call.inputs(limit: limit)
      var batch = Batch(call)
      let (objects, copy) = (call.objects, call)
      return try batch.run(inputs, status: 201) { input in
        let properties = try ObjectRoutes.properties(input["properties"] ?? [:])
        let record = try objects.create(type, properties)
        try ObjectRoutes.associate(record, input["associations"]?.array ?? [], copy)
        return traced(record.json([], also: properties.keys), input)
      }
    },
    Route(
      "POST", "/crm/v3/objects/:type/batch/read", "/crm/objects/:version/:type/batch/read", scope: "{object}.read",
      handle: read),
    Route(
      "POST", "/crm/v3/objects/:type/batch/update", "/crm/objects/:version/:type/batch/update", scope: "{object}.write"
    ) { call in
      let type = try call.type()
      let inputs = try call.inputs(limit: limit)
      try Batch.refuseDuplicates(inputs.map { $0["id"]?.string ?? "" })
      var batch = Batch(call)
      let objects = call.objects
      return try batch.run(inputs, status: 200) { input in
        let id = input["id"]?.string ?? ""
        let properties = try ObjectRoutes.properties(input["properties"] ?? [:])
        let found: ObjectRecord?
        if let property = input["idProperty"]?.string, property != "hs_object_id" {
          guard try objects.isUnique(property, of: type) else { throw nonUnique(property, type) }
          found = try objects.find(type, property, id)
        } else {
          // Unlike a single update, a batch does not know the ids of merged records.
          found = try objects.find(type, id: id, followsMerges: false)
        }
        guard let found else { throw APIError.notFound("Object not found. objectId are usually numeric. \(id)") }
        return traced(try objects.update(found, properties).json([], also: properties.keys), input)
      }
    },
    Route(
      "POST", "/crm/v3/objects/:type/batch/upsert", "/crm/objects/:version/:type/batch/upsert",
      scope: "{object}.write", handle: upsert),
    Route(
      "POST", "/crm/v3/objects/:type/batch/archive", "/crm/objects/:version/:type/batch/archive",
      scope: "{object}.write"
    ) { call in
      let type = try call.type()
      for input in try call.inputs(limit: limit) {
        if let record = try call.objects.find(type, id: input["id"]?.string ?? "") { try call.objects.archive(record) }
      }
      return .noContent
    },
  ]

  @Sendable private static func read(_ call: inout Call) throws -> Reply {
    let type = try call.type()
    let inputs = try call.inputs(limit: limit)
    let ids = inputs.compactMap { $0["id"]?.string }
    try Batch.refuseDuplicates(ids)
    let asked = (call.body["properties"]?.array ?? []).compactMap(\.string)
    let history = (call.body["propertiesWithHistory"]?.array ?? []).compactMap(\.string)
    let property = call.body["idProperty"]?.string
    if let property, property != "hs_object_id", try !call.objects.isUnique(property, of: type) {
      throw nonUnique(property, type)
    }
    let isArchived = call.query("archived") == "true"
    var results: [JSON] = []
    var missing: [String] = []
    for id in ids {
      let found =
        if let property, property != "hs_object_id" {
          try call.objects.find(type, property, id)
        } else {
          try call.objects.find(type, id: id, includesArchived: isArchived)
        }
      guard let found, (found.archivedAt != nil) == isArchived else {
        missing.append(id)
        continue
      }
      guard case .members(var members) = found.json(asked) else { continue }
      if let history = try ObjectRoutes.history(found, history, call.database) {
        members["propertiesWithHistory"] = history
      }
      results.append(.members(members))
    }
    return Batch.read(results, missing: missing, type: type, now: call.now)
  }

  @Sendable private static func upsert(_ call: inout Call) throws -> Reply {
    let type = try call.type()
    var inputs = try call.inputs(limit: limit)
    let properties = Set(inputs.map { $0["idProperty"]?.string ?? "hs_object_id" })
    guard properties.count <= 1, let property = properties.first else {
      throw APIError.validation("all inputs of an upsert have one idProperty")
    }
    if property != "hs_object_id", try !call.objects.isUnique(property, of: type) { throw nonUnique(property, type) }
    try Batch.refuseDuplicates(inputs.map { $0["id"]?.string ?? "" })
    // Results come in no promised order.
    inputs.shuffle(using: &call.generator)
    var batch = Batch(call)
    let objects = call.objects
    let isAllOrNothing = property == "email" && call.configuration.unsettled.upsertByEmailIsAllOrNothing
    return try batch.run(inputs, isAllOrNothing: isAllOrNothing, status: 200) { input in
      let id = input["id"]?.string ?? ""
      var values = try ObjectRoutes.properties(input["properties"] ?? [:])
      let known = property == "hs_object_id" ? try objects.find(type, id: id) : try objects.find(type, property, id)
      if known == nil, property == "hs_object_id" { throw APIError.notFound("Object not found. \(id)") }
      if property != "hs_object_id" { values[property] = id }
      let record = try known.map { try objects.update($0, values) } ?? objects.create(type, values)
      guard case .members(var members) = record.json([], also: values.keys) else { return .null }
      members["new"] = .bool(known == nil)
      return traced(.members(members), input)
    }
  }

  /// A row's label comes back with it.
  private static func traced(_ json: JSON, _ input: JSON) -> JSON {
    guard case .members(var members) = json, let trace = input["objectWriteTraceId"] else { return json }
    members["objectWriteTraceId"] = trace
    return .members(members)
  }

  private static func nonUnique(_ property: String, _ type: ObjectType) -> APIError {
    .validation("Unable to perform update/upsert by non-unique \(type.id) property \(property)")
  }
}
