import BusinessTime
import Foundation
import HubSpot
import RuleDiagnostics
import Synchronization

/// The used part of HubSpot in memory, as far as tests of the client, the executor and reading need it; behind the edge to
/// the network, so that no test waits for one.
final class FakeHubSpot: Transport {
  struct Record {
    var properties: [String: String] = [:]
    var isArchived = false
    /// By kind of record: ids that it is associated with, the primary one first.
    var associations: [CRMObject: [String]] = [:]
  }

  /// What happens to a request instead of an answer.
  enum Fault: Sendable {
    /// Nothing is wrong with this one.
    case passes
    case status(Int, body: String = "{}", headers: [String: String] = [:])
    /// It is carried out, and then this is answered.
    case statusAfterwards(Int)
    case noAnswer
    case noAnswerAfterwards
    case notSent
  }

  struct State {
    var records: [CRMObject: [String: Record]] = [:]
    var uniqueProperties: [CRMObject: Set<String>] = [:]
    var lists: [String: (id: String, processing: String, members: Set<String>)] = [:]
    var owners: [(id: String, email: String)] = []
    var portalID = 62_515
    var sends: [String: Int] = [:]
    var sendResults: [String] = []
    var nextID = 1000
    var requests: [String] = []
    /// For the next requests whose path has the word.
    var faults: [(word: String, fault: Fault)] = []
    var tokens: Set<String> = ["secret"]
    var refreshes = 0
    /// The one refresh token that is good, which each refresh replaces; `nil` where all are and stay good.
    var refreshToken: String?
    var headers: [String: String] = [:]
    /// Errors of a batch do not say which row they are about.
    var errorsAreNameless = false
    /// How many records one search finds at most.
    var searchCap = 10_000
  }

  private let state = Mutex(State())
  /// Merged ids, and the survivors that single calls answer with.
  private let merged = Mutex([String: String]())
  private let interruption = Mutex((word: String, action: @Sendable () -> Void)?.none)

  func with<Result>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }

  func add(
    _ object: CRMObject, _ id: String, _ properties: [String: String], associations: [CRMObject: [String]] = [:],
    isArchived: Bool = false
  ) {
    with {
      $0.records[object, default: [:]][id] = Record(
        properties: properties, isArchived: isArchived, associations: associations)
    }
  }

  func merge(_ id: String, into survivor: String) {
    merged.withLock { $0[id] = survivor }
    with { $0.records[.contacts]?[id] = nil }
  }

  func fail(_ word: String, _ faults: Fault...) {
    with { state in for fault in faults { state.faults.append((word, fault)) } }
  }

  /// Done when the next request is answered whose path has the word.
  func meanwhile(_ word: String, _ action: @escaping @Sendable () -> Void) {
    interruption.withLock { $0 = (word, action) }
  }

  func count(_ word: String) -> Int { with { $0.requests.filter { $0.contains(word) }.count } }

  func properties(_ object: CRMObject, _ id: String) -> [String: String] {
    with { $0.records[object]?[id]?.properties ?? [:] }
  }

  // MARK: - The edge

  func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingReply {
    let (path, query) = Self.split(request.url)
    let fault = with { state -> Fault? in
      state.requests.append("\(request.method.rawValue) \(path)")
      guard let position = state.faults.firstIndex(where: { path.contains($0.word) }) else { return nil }
      return state.faults.remove(at: position).fault
    }
    let interrupting = interruption.withLock { interruption -> (@Sendable () -> Void)? in
      guard let waiting = interruption, path.contains(waiting.word) else { return nil }
      interruption = nil
      return waiting.action
    }
    interrupting?()
    switch fault {
    case .status(let status, let body, let headers):
      return IncomingReply(status: status, headers: headers, body: Array(body.utf8))
    case .noAnswer: throw .noAnswer(reason: "timeout")
    case .notSent: throw .notSent(reason: "no connection")
    case .statusAfterwards, .noAnswerAfterwards, .passes, nil: break
    }
    let body = request.body.flatMap { JSONValue.parse($0) } ?? .null
    let token = request.headers.first { $0.name == "authorization" }?.value.dropFirst("Bearer ".count)
    let (status, answer) =
      path.hasPrefix("/oauth")
      ? oauth(String(decoding: request.body ?? [], as: UTF8.self))
      : with { $0.tokens.contains(String(token ?? "")) }
        ? self.answer(request.method, path, query, body)
        : (401, .members([("category", .text("INVALID_AUTHENTICATION")), ("message", .text("no such token"))]))
    switch fault {
    case .statusAfterwards(let status): return IncomingReply(status: status, body: Array("{}".utf8))
    case .noAnswerAfterwards: throw .noAnswer(reason: "timeout")
    default: break
    }
    let headers = with { $0.headers }
    return IncomingReply(status: status, headers: headers, body: answer == .null ? [] : Array(answer.text.utf8))
  }

  private static func split(_ url: String) -> (path: String, query: [String: String]) {
    let components = URLComponents(string: url)
    var query: [String: String] = [:]
    for item in components?.queryItems ?? [] { query[item.name] = item.value }
    return (components?.path ?? "", query)
  }

  private func oauth(_ form: String) -> (Int, JSONValue) {
    with { state in
      if let known = state.refreshToken {
        guard form.split(separator: "&").contains("refresh_token=\(known)") else {
          return (
            400, .members([("status", .text("BAD_REFRESH_TOKEN")), ("message", .text("refresh token is invalid"))])
          )
        }
        state.refreshToken = "refresh-\(state.refreshes + 1)"
      }
      state.refreshes += 1
      state.tokens = ["access-\(state.refreshes)"]
      return (
        200,
        .members([
          ("access_token", .text("access-\(state.refreshes)")), ("expires_in", .integer(1800)),
          ("refresh_token", state.refreshToken.map(JSONValue.text)),
        ])
      )
    }
  }

  private func answer(
    _ method: APICall.Method, _ path: String, _ query: [String: String], _ body: JSONValue
  ) -> (Int, JSONValue) {
    let parts = path.split(separator: "/").map(String.init)
    if parts.starts(with: ["crm", "objects"]), let object = CRMObject(named: parts[3]) {
      return objects(method, object, Array(parts.dropFirst(4)), query, body)
    }
    if path.hasPrefix("/crm/v4/associations"), let from = CRMObject(named: parts[3]),
      let to = CRMObject(named: parts[4])
    {
      return associations(from, to, body)
    }
    if path.hasPrefix("/crm/v3/owners") {
      let owners = query["archived"] == "true" ? [] : with { $0.owners }
      return (
        200,
        .members([
          ("results", .list(owners.map { .members([("id", .text($0.id)), ("email", .text($0.email))]) }))
        ])
      )
    }
    if path.hasPrefix("/crm/v3/properties"), let object = CRMObject(named: parts[3]) {
      let unique = with { $0.uniqueProperties[object] ?? [] }
      return (
        200,
        .members([
          (
            "results",
            .list(unique.sorted().map { .members([("name", .text($0)), ("hasUniqueValue", .flag(true))]) })
          )
        ])
      )
    }
    if path.hasPrefix("/account-info") {
      return (200, .members([("portalId", .integer(with { $0.portalID }))]))
    }
    if path.hasPrefix("/crm/v3/lists") { return lists(parts, body) }
    if path.contains("single") { return single(body) }
    if path.contains("send-statuses") { return sendStatus(parts.last ?? "") }
    return (404, .members([("message", .text("no such path"))]))
  }

  // MARK: - Records

  private func objects(
    _ method: APICall.Method, _ object: CRMObject, _ rest: [String], _ query: [String: String], _ body: JSONValue
  ) -> (Int, JSONValue) {
    switch (method, rest) {
    case (.get, []): return list(object, query)
    case (.post, []): return create(object, body)
    case (.post, ["search"]): return search(object, body)
    case (.post, ["batch", "read"]): return batchRead(object, body)
    case (.post, ["batch", "create"]): return batchCreate(object, body)
    case (.post, ["batch", "update"]), (.post, ["batch", "upsert"]):
      return batchWrite(object, body, isUpsert: rest[1] == "upsert")
    case (.get, _) where rest.count == 1:
      let id = merged.withLock { $0[rest[0]] } ?? rest[0]
      return with { state in
        guard let record = state.records[object]?[id], !record.isArchived else { return Self.notFound }
        return (200, Self.json(id, record))
      }
    default: return (404, .members([("message", .text("no such path"))]))
    }
  }

  private static let notFound = (
    404,
    JSONValue.members([("category", .text("OBJECT_NOT_FOUND")), ("message", .text("resource not found"))])
  )

  private static func json(_ id: String, _ record: Record, isNew: Bool? = nil) -> JSONValue {
    .members([
      ("id", .text(id)), ("archived", .flag(record.isArchived)), ("new", isNew.map(JSONValue.flag)),
      (
        "properties",
        .record(record.properties.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) })
      ),
    ])
  }

  private static func ordered(_ state: State, _ object: CRMObject) -> [(id: String, record: Record)] {
    (state.records[object] ?? [:]).sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.map { ($0.key, $0.value) }
  }

  private func list(_ object: CRMObject, _ query: [String: String]) -> (Int, JSONValue) {
    with { state in
      let after = Int(query["after"] ?? "0") ?? 0
      let wanted = query["archived"] == "true"
      let rest = Self.ordered(state, object).filter { (Int($0.id) ?? 0) > after && $0.record.isArchived == wanted }
      let page = rest.prefix(100)
      var members: [(String, JSONValue?)] = [("results", .list(page.map { Self.json($0.id, $0.record) }))]
      if rest.count > page.count, let last = page.last {
        members.append(("paging", .members([("next", .members([("after", .text(last.id))]))])))
      }
      return (200, .members(members))
    }
  }

  private func create(_ object: CRMObject, _ body: JSONValue) -> (Int, JSONValue) {
    with { state in
      var record = Record()
      for member in body["properties"]?.members ?? [] { record.properties[member.name] = member.value.string }
      for property in state.uniqueProperties[object] ?? [] {
        guard let value = record.properties[property] else { continue }
        if (state.records[object] ?? [:]).values.contains(where: { $0.properties[property] == value }) {
          return (409, .members([("category", .text("CONFLICT")), ("message", .text("it exists"))]))
        }
      }
      state.nextID += 1
      let id = "\(state.nextID)"
      for link in body["associations"]?.list ?? [] {
        guard let other = link["to"]?["id"]?.string else { continue }
        record.associations[.contacts, default: []].append(other)
        state.records[.contacts]?[other]?.associations[object, default: []].append(id)
        state.records[.companies]?[other]?.associations[object, default: []].append(id)
      }
      state.records[object, default: [:]][id] = record
      return (201, Self.json(id, record))
    }
  }

  /// A value `bad` is refused, one `odd` is something that HubSpot stumbles over.
  private func batchCreate(_ object: CRMObject, _ body: JSONValue) -> (Int, JSONValue) {
    var results: [JSONValue] = []
    var errors: [JSONValue] = []
    for input in body["inputs"]?.list ?? [] {
      let trace = input["objectWriteTraceId"]?.string ?? ""
      let values = (input["properties"]?.members ?? []).map(\.value)
      if values.contains(.text("bad")) || values.contains(.text("odd")) {
        errors.append(
          values.contains(.text("bad"))
            ? Self.error("VALIDATION_ERROR", "a value is bad", trace)
            : Self.error("INTERNAL_ERROR", "internal error", trace))
        continue
      }
      let (status, answer) = create(object, input)
      if status == 201 {
        results.insert(answer, at: 0)
      } else {
        errors.append(Self.error(answer["category"]?.string ?? "", answer["message"]?.string ?? "", trace))
      }
    }
    return Self.batchAnswer(results, errors, status: 201)
  }

  /// Finds at most 10,000 for one search, as HubSpot does.
  private func search(_ object: CRMObject, _ body: JSONValue) -> (Int, JSONValue) {
    let filters = body["filterGroups"]?.list?.first?["filters"]?.list ?? []
    return with { state in
      let found = Self.ordered(state, object).filter { id, record in
        !record.isArchived
          && filters.allSatisfy { filter in
            let name = filter["propertyName"]?.string ?? ""
            let own = name == "hs_object_id" ? id : record.properties[name] ?? ""
            let value = filter["value"]?.string ?? ""
            let left = Int(own) ?? Instant(iso: own).map { Int($0.milliseconds) }
            let right = Int(value)
            switch filter["operator"]?.string {
            case "EQ": return own.lowercased() == value.lowercased()
            case "GTE": return left != nil && right != nil && left ?? 0 >= right ?? 0
            case "LT": return left != nil && right != nil && left ?? 0 < right ?? 0
            case "GT": return left != nil && right != nil && left ?? 0 > right ?? 0
            default: return false
            }
          }
      }
      let limit = body["limit"]?.integer ?? 10
      let after = body["after"]?.integer ?? 0
      guard after + limit <= state.searchCap else { return (400, .members([("message", .text("paging too far"))])) }
      return (
        200, .members([("results", .list(found.dropFirst(after).prefix(limit).map { Self.json($0.id, $0.record) }))])
      )
    }
  }

  private func batchRead(_ object: CRMObject, _ body: JSONValue) -> (Int, JSONValue) {
    let idProperty = body["idProperty"]?.string
    return with { state in
      let results = (body["inputs"]?.list ?? []).compactMap { input -> JSONValue? in
        guard let name = input["id"]?.string, let id = Self.find(state, object, name, idProperty),
          let record = state.records[object]?[id], !record.isArchived
        else { return nil }
        return Self.json(id, record)
      }
      return (200, .members([("status", .text("COMPLETE")), ("results", .list(results))]))
    }
  }

  private static func find(
    _ state: State, _ object: CRMObject, _ name: String, _ idProperty: String?
  ) -> String? {
    guard let idProperty else { return state.records[object]?[name] == nil ? nil : name }
    return state.records[object]?.first { $0.value.properties[idProperty]?.lowercased() == name.lowercased() }?.key
  }

  /// Rows go by themselves where each has a trace id of its own; a value `bad` is refused; the lifecycle goes forward only.
  private func batchWrite(_ object: CRMObject, _ body: JSONValue, isUpsert: Bool) -> (Int, JSONValue) {
    let inputs = body["inputs"]?.list ?? []
    let ids = inputs.compactMap { $0["id"]?.string?.lowercased() }
    guard Set(ids).count == ids.count else {
      return (400, .members([("category", .text("VALIDATION_ERROR")), ("message", .text("Duplicate IDs found"))]))
    }
    return with { state in
      var results: [JSONValue] = []
      var errors: [JSONValue] = []
      for input in inputs {
        let name = input["id"]?.string ?? ""
        let trace = input["objectWriteTraceId"]?.string ?? ""
        var id = Self.find(state, object, name, input["idProperty"]?.string)
        let properties = input["properties"]?.members ?? []
        if properties.contains(where: { $0.value == .text("bad") }) {
          errors.append(
            state.errorsAreNameless
              ? .members([("category", .text("VALIDATION_ERROR")), ("message", .text("a value is bad"))])
              : Self.error("VALIDATION_ERROR", "a value is bad", trace))
          continue
        }
        let isNew = id == nil
        if id == nil, isUpsert {
          state.nextID += 1
          id = "\(state.nextID)"
          state.records[object, default: [:]]["\(state.nextID)"] = Record()
        }
        guard let id, state.records[object]?[id] != nil else {
          errors.append(Self.error("OBJECT_NOT_FOUND", "Could not get some records", trace))
          continue
        }
        for member in properties {
          let value = member.value.string ?? ""
          if member.name == "lifecyclestage", !value.isEmpty,
            let old = state.records[object]?[id]?.properties["lifecyclestage"],
            Self.stages.firstIndex(of: old) ?? 0 > Self.stages.firstIndex(of: value) ?? 0
          {
            continue
          }
          state.records[object]?[id]?.properties[member.name] = value.isEmpty ? nil : value
        }
        if let record = state.records[object]?[id] { results.insert(Self.json(id, record, isNew: isNew), at: 0) }
      }
      return Self.batchAnswer(results, errors, status: 200)
    }
  }

  private static let stages = ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "customer"]

  private static func batchAnswer(
    _ results: [JSONValue], _ errors: [JSONValue], status: Int
  ) -> (Int, JSONValue) {
    let answer = JSONValue.members([
      ("status", .text("COMPLETE")), ("results", .list(results)),
      ("numErrors", errors.isEmpty ? nil : .integer(errors.count)), ("errors", errors.isEmpty ? nil : .list(errors)),
    ])
    return (errors.isEmpty ? status : 207, answer)
  }

  private static func error(_ category: String, _ message: String, _ trace: String) -> JSONValue {
    .members([
      ("status", .text("error")), ("category", .text(category)), ("message", .text(message)),
      ("context", .members([("objectWriteTraceId", .list([.text(trace)]))])),
    ])
  }

  private func associations(_ from: CRMObject, _ to: CRMObject, _ body: JSONValue) -> (Int, JSONValue) {
    with { state in
      let results = (body["inputs"]?.list ?? []).compactMap { input -> JSONValue? in
        guard let id = input["id"]?.string, let others = state.records[from]?[id]?.associations[to], !others.isEmpty
        else { return nil }
        return .members([
          ("from", .members([("id", .text(id))])),
          ("to", .list(others.map { .members([("toObjectId", .number(Double($0) ?? 0))]) })),
        ])
      }
      return (200, .members([("results", .list(results))]))
    }
  }

  // MARK: - Lists and emails

  private func lists(_ parts: [String], _ body: JSONValue) -> (Int, JSONValue) {
    with { state in
      if parts.count == 7, parts[5] == "name" {
        guard let list = state.lists[parts[6].removingPercentEncoding ?? ""] else { return Self.notFound }
        return (
          200,
          .members([
            ("list", .members([("listId", .text(list.id)), ("processingType", .text(list.processing))]))
          ])
        )
      }
      guard parts.count == 6, let name = state.lists.first(where: { $0.value.id == parts[3] })?.key else {
        return Self.notFound
      }
      let ids = body.list?.compactMap(\.string) ?? []
      let known = ids.filter { state.records[.contacts]?[$0] != nil }
      if parts[5] == "add" {
        state.lists[name]?.members.formUnion(known)
      } else {
        state.lists[name]?.members.subtract(known)
      }
      return (
        200,
        .members([
          ("recordsIdsAdded", .list(known.map(JSONValue.text))),
          ("recordIdsMissing", .list(ids.filter { !known.contains($0) }.map(JSONValue.text))),
        ])
      )
    }
  }

  private func single(_ body: JSONValue) -> (Int, JSONValue) {
    with { state in
      let sendID = body["message"]?["sendId"]?.string ?? ""
      let isRepeated = state.sends[sendID] != nil
      state.sends[sendID, default: 0] += isRepeated ? 0 : 1
      let result =
        isRepeated ? "IDEMPOTENT_IGNORE" : state.sendResults.isEmpty ? "SENT" : state.sendResults.removeFirst()
      return (
        200,
        .members([
          ("statusId", .text("status-\(sendID)")), ("status", .text("COMPLETE")), ("sendResult", .text(result)),
        ])
      )
    }
  }

  private func sendStatus(_ id: String) -> (Int, JSONValue) {
    with { state in
      let result = state.sendResults.isEmpty ? "SENT" : state.sendResults.removeFirst()
      return (200, .members([("statusId", .text(id)), ("sendResult", .text(result))]))
    }
  }
}
