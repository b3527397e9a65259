package import RuleDiagnostics

/// A record to be written: by HubSpot's id, or by a value that no two records share.
package struct RecordInput: Hashable, Sendable {
  package var id: String
  package var properties: [String: String]

  package init(id: String, properties: [String: String]) {
    self.id = id
    self.properties = properties
  }
}

/// What became of one record of a batch.
package enum RowResult: Hashable, Sendable {
  case written(HubSpotRecord)
  case problem(APIProblem)
  /// The answer says nothing of it.
  case unmentioned
}

/// A record as HubSpot answers it.
package struct HubSpotRecord: Hashable, Sendable {
  package var id: String
  /// Those that have a value.
  package var properties: [String: String]
  package var isArchived: Bool
  /// Of an upsert: whether it was made by it.
  package var isNew: Bool

  /// `nil` where it has no id.
  package init?(_ value: JSONValue) {
    guard let id = value["id"]?.string else { return nil }
    self.id = id
    var properties: [String: String] = [:]
    for member in value["properties"]?.members ?? [] {
      if let text = member.value.string { properties[member.name] = text }
    }
    self.properties = properties
    isArchived = value["archived"]?.isTrue == true
    isNew = value["new"]?.isTrue == true
  }
}

extension HubSpotClient {
  /// The most records of one call.
  package static let batchSize = 100

  /// Changes records by their ids.
  ///
  /// - Parameter inputs: at most `batchSize`, no id twice.
  /// - Returns: one result for each, in the same order.
  package func update(_ object: CRMObject, _ inputs: [RecordInput]) async throws(HubSpotError) -> [RowResult] {
    try await write(object, .update, inputs, idProperty: nil)
  }

  /// Changes or makes records by a property that no two share.
  package func upsert(
    _ object: CRMObject, by idProperty: String, _ inputs: [RecordInput]
  ) async throws(HubSpotError) -> [RowResult] {
    try await write(object, .upsert, inputs, idProperty: idProperty)
  }

  /// Writing the same values again changes nothing, so that these calls may be repeated. Where one bad row has the
  /// whole batch refused, halves of it are tried, down to the row.
  private func write(
    _ object: CRMObject, _ batch: Endpoint.Batch, _ inputs: [RecordInput], idProperty: String?
  ) async throws(HubSpotError) -> [RowResult] {
    if inputs.isEmpty { return [] }
    precondition(inputs.count <= HubSpotClient.batchSize, "a batch holds at most \(HubSpotClient.batchSize) records")
    let rows = inputs.enumerated().map { position, input in
      JSONValue.members([
        ("id", .text(input.id)), ("idProperty", idProperty.map(JSONValue.text)),
        (
          "properties",
          .record(input.properties.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) })
        ), ("objectWriteTraceId", .text("row-\(position)")),
      ])
    }
    let reply: JSONValue
    do throws(HubSpotError) {
      reply = try await call(
        APICall(
          .post, .batch(object, batch), body: .members([("inputs", .list(rows))]), isRepeatable: true))
    } catch {
      guard let problem = error.rowProblem else { throw error }
      if inputs.count == 1 { return [.problem(problem)] }
      let half = inputs.count / 2
      let first = try await write(object, batch, Array(inputs[..<half]), idProperty: idProperty)
      return first + (try await write(object, batch, Array(inputs[half...]), idProperty: idProperty))
    }
    var results = HubSpotClient.rows(of: reply, inputs, idProperty: idProperty)
    // An error that names no row is that of one that is not mentioned: which, shows when there are fewer of them.
    guard let error = reply["errors"]?.list?.first else { return results }
    let open = inputs.indices.filter { results[$0] == .unmentioned }
    if open.isEmpty { return results }
    if inputs.count == 1 { return [.problem(APIProblem(status: APIProblem.status(of: error), body: error))] }
    for part in [open[..<(open.count / 2)], open[(open.count / 2)...]] {
      let answers = try await write(object, batch, part.map { inputs[$0] }, idProperty: idProperty)
      for (index, answer) in zip(part, answers) { results[index] = answer }
    }
    return results
  }

  /// Takes the answer to a batch apart. Results come in no promised order: they are found by id or by the property that
  /// names them, errors by the trace id of their input or the id that they speak of.
  static func rows(of reply: JSONValue, _ inputs: [RecordInput], idProperty: String?) -> [RowResult] {
    var written: [String: HubSpotRecord] = [:]
    for value in reply["results"]?.list ?? [] {
      guard let record = HubSpotRecord(value) else { continue }
      let name = idProperty.map { record.properties[$0] ?? "" } ?? record.id
      written[name.lowercased()] = record
      if let traceID = value["objectWriteTraceId"]?.string { written["trace \(traceID)"] = record }
    }
    var problems: [String: APIProblem] = [:]
    for value in reply["errors"]?.list ?? [] {
      let problem = APIProblem(status: APIProblem.status(of: value), body: value)
      let context = value["context"]
      for member in context?.members ?? [] {
        let texts = member.value.list?.compactMap(\.string) ?? [member.value.string].compactMap { $0 }
        for text in texts {
          problems[member.name == "objectWriteTraceId" ? "trace \(text)" : text.lowercased()] = problem
        }
      }
    }
    return inputs.enumerated().map { position, input in
      let trace = "trace row-\(position)"
      if let problem = problems[trace] { return .problem(problem) }
      if let record = written[input.id.lowercased()] ?? written[trace] { return .written(record) }
      if let problem = problems[input.id.lowercased()] { return .problem(problem) }
      return .unmentioned
    }
  }

  /// Reads records by their ids, or by a property that no two share.
  ///
  /// - Returns: those that are there, in no promised order.
  package func read(
    _ object: CRMObject, _ ids: [String], properties: [String], idProperty: String? = nil
  ) async throws(HubSpotError) -> [HubSpotRecord] {
    var records: [HubSpotRecord] = []
    for start in stride(from: 0, to: ids.count, by: HubSpotClient.batchSize) {
      let chunk = ids[start..<min(start + HubSpotClient.batchSize, ids.count)]
      let body = JSONValue.members([
        ("inputs", .list(chunk.map { .members([("id", .text($0))]) })),
        ("properties", .list(properties.map(JSONValue.text))), ("propertiesWithHistory", .list([])),
        ("idProperty", idProperty.map(JSONValue.text)),
      ])
      do throws(HubSpotError) {
        let reply = try await call(.read(.batch(object, .read), body))
        records += (reply["results"]?.list ?? []).compactMap { HubSpotRecord($0) }
      } catch {
        // None of them is there.
        guard case .notFound = error else { throw error }
      }
    }
    return records
  }

  /// The ids of the records that each of `ids` is associated with, primary ones first.
  package func associated(
    _ from: CRMObject, _ ids: [String], with to: CRMObject
  ) async throws(HubSpotError) -> [String: [String]] {
    var found: [String: [String]] = [:]
    var inputs = ids.map { JSONValue.members([("id", .text($0))]) }
    while !inputs.isEmpty {
      let chunk = Array(inputs.prefix(1000))
      inputs.removeFirst(chunk.count)
      let reply: JSONValue
      do throws(HubSpotError) {
        reply = try await call(.read(.associations(from: from, to: to), .members([("inputs", .list(chunk))])))
      } catch {
        guard case .notFound = error else { throw error }
        continue
      }
      for result in reply["results"]?.list ?? [] {
        guard let id = result["from"]?["id"]?.string else { continue }
        let links = result["to"]?.list ?? []
        let primary = links.filter { link in
          (link["associationTypes"]?.list ?? []).contains { type in
            // 1 of a contact, 5 of a deal.
            type["typeId"]?.integer == 1 || type["typeId"]?.integer == 5
              || type["label"]?.string?.lowercased() == "primary"
          }
        }
        for link in primary + links {
          guard let other = link["toObjectId"]?.string ?? link["id"]?.string else { continue }
          if !found[id, default: []].contains(other) { found[id, default: []].append(other) }
        }
        if let after = result["paging"]?["next"]?["after"]?.string {
          inputs.append(.members([("id", .text(id)), ("after", .text(after))]))
        }
      }
    }
    return found
  }
}

extension HubSpotError {
  /// What HubSpot says of a batch or its rows, where the same call can only be refused again.
  var rowProblem: APIProblem? {
    switch self {
    case .refused(let problem), .conflict(let problem), .notFound(let problem): problem
    case .unauthorized, .forbidden, .limited, .unavailable, .unknownOutcome, .malformedReply, .credentials: nil
    }
  }
}

extension APIProblem {
  /// Of one error of a batch; `status` there is a word.
  static func status(of error: JSONValue) -> Int {
    switch error["category"]?.string {
    case "OBJECT_NOT_FOUND": 404
    case "CONFLICT", "OBJECT_ALREADY_EXISTS": 409
    default: 400
    }
  }

  var isNotFound: Bool { status == 404 || category == "OBJECT_NOT_FOUND" }
}
