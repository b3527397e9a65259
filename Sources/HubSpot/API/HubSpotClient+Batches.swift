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

/// A record to be made, which belongs to another.
package struct NewRecord: Hashable, Sendable {
  /// Stands in the value of a property of the record, and in no other's.
  package var reference: String
  package var properties: [String: String]
  /// HubSpot's id of the other, and how it is associated with it.
  package var owner: String
  package var associationType: Int

  package init(reference: String, properties: [String: String], owner: String, associationType: Int) {
    self.reference = reference
    self.properties = properties
    self.owner = owner
    self.associationType = associationType
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

  /// Makes records. Nothing tells HubSpot that a call is a repetition, so that it is never repeated here, and a row that
  /// is `unmentioned` may have been made.
  ///
  /// - Parameters:
  ///   - property: holds the references.
  ///   - inputs: at most `batchSize`.
  /// - Returns: one result for each, in the same order; a failure is that of the call with which it went.
  package func create(
    _ object: CRMObject, referredBy property: String, _ inputs: [NewRecord]
  ) async -> [Result<RowResult, HubSpotError>] {
    if inputs.isEmpty { return [] }
    precondition(inputs.count <= HubSpotClient.batchSize, "a batch holds at most \(HubSpotClient.batchSize) records")
    let rows = inputs.map { input in
      JSONValue.members([
        ("properties", HubSpotClient.record(input.properties)),
        ("associations", .list([HubSpotClient.association(with: input.owner, type: input.associationType)])),
        ("objectWriteTraceId", .text(input.reference)),
      ])
    }
    do throws(HubSpotError) {
      let reply = try await call(
        APICall(.post, .batch(object, .create), body: .members([("inputs", .list(rows))]), isRepeatable: false))
      let answer = BatchAnswer(reply) { record in
        inputs.first { record.properties[property]?.hasSuffix($0.reference) == true }?.reference
      }
      return inputs.map { .success(answer.row(named: $0.reference, trace: $0.reference)) }
    } catch {
      guard let problem = error.rowProblem else { return inputs.map { _ in .failure(error) } }
      if inputs.count == 1 { return [.success(.problem(problem))] }
      // Nothing was made where the batch is refused as a whole: halves of it are tried, down to the row.
      let half = inputs.count / 2
      let first = await create(object, referredBy: property, Array(inputs[..<half]))
      return first + (await create(object, referredBy: property, Array(inputs[half...])))
    }
  }

  private static func record(_ properties: [String: String]) -> JSONValue {
    .record(properties.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) })
  }

  private static func association(with id: String, type: Int) -> JSONValue {
    .members([
      ("to", .members([("id", .text(id))])),
      (
        "types",
        .list([
          .members([("associationCategory", .text("HUBSPOT_DEFINED")), ("associationTypeId", .integer(type))])
        ])
      ),
    ])
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
        ("properties", HubSpotClient.record(input.properties)), ("objectWriteTraceId", .text("row-\(position)")),
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

  static func rows(of reply: JSONValue, _ inputs: [RecordInput], idProperty: String?) -> [RowResult] {
    let answer = BatchAnswer(reply) { record in idProperty.map { record.properties[$0] ?? "" } ?? record.id }
    return inputs.enumerated().map { position, input in answer.row(named: input.id, trace: "row-\(position)") }
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

/// The answer to a batch, taken apart. Results come in no promised order: they are found by what names their record,
/// errors by the trace id of their input or the name that they speak of.
private struct BatchAnswer {
  private var written: [String: HubSpotRecord] = [:]
  private var problems: [String: APIProblem] = [:]

  /// - Parameter name: of a record, in the words of its input.
  init(_ reply: JSONValue, name: (HubSpotRecord) -> String?) {
    for value in reply["results"]?.list ?? [] {
      guard let record = HubSpotRecord(value) else { continue }
      if let name = name(record) { written[name.lowercased()] = record }
      if let traceID = value["objectWriteTraceId"]?.string { written["trace \(traceID)"] = record }
    }
    for value in reply["errors"]?.list ?? [] {
      let problem = APIProblem(status: APIProblem.status(of: value), body: value)
      for member in value["context"]?.members ?? [] {
        let texts = member.value.list?.compactMap(\.string) ?? [member.value.string].compactMap { $0 }
        for text in texts {
          problems[member.name == "objectWriteTraceId" ? "trace \(text)" : text.lowercased()] = problem
        }
      }
    }
  }

  func row(named name: String, trace: String) -> RowResult {
    if let problem = problems["trace \(trace)"] { return .problem(problem) }
    if let record = written[name.lowercased()] ?? written["trace \(trace)"] { return .written(record) }
    if let problem = problems[name.lowercased()] { return .problem(problem) }
    return .unmentioned
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
    case "RATE_LIMITS": 429
    case "INTERNAL_ERROR": 500
    default: 400
    }
  }

  /// Whether the same may be taken another time.
  var isPassing: Bool { status == 429 || status >= 500 }

  var isNotFound: Bool { status == 404 || category == "OBJECT_NOT_FOUND" }
}
