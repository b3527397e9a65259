import GRDB

/// A request that was let through, and the transaction that it runs in.
struct Call {
  var method: String
  /// As it came, without the query.
  var path: String
  var parameters: [String: String]
  var query: [String: [String]]
  var body: JSON
  var database: Database
  var configuration: SandboxConfiguration
  var now: Int64
  /// `2026-09` and the like, `nil` on numbered paths.
  var version: String?
  /// Whether a part of a batch is to go wrong.
  var fault: Fault?
  /// Draws which part.
  var generator: SeededGenerator
  var catalog: PropertyCatalog

  var objects: Objects {
    Objects(
      database: database, configuration: configuration, catalog: catalog, now: now, isDated: version != nil)
  }

  func type(_ name: String = "type") throws -> ObjectType { try ObjectType.named(parameters[name] ?? "") }

  /// A part of the path.
  func part(_ name: String) -> String { parameters[name] ?? "" }

  /// A query parameter; lists are joined by commas or repeated.
  func query(_ name: String) -> String? { query[name]?.last }

  func queryList(_ name: String) -> [String] {
    (query[name] ?? []).flatMap { $0.split(separator: ",").map(String.init) }
  }

  /// A member of the body that has to be there.
  func required(_ name: String) throws -> JSON {
    guard let value = body[name] else {
      throw APIError.validation(
        "Invalid input JSON: Some required fields were not set: [\(name)]",
        details: [["message": .text("\(name) is required")]])
    }
    return value
  }

  func inputs(limit: Int) throws -> [JSON] {
    guard let inputs = try required("inputs").array else {
      throw APIError.validation("Invalid input JSON: inputs is a list")
    }
    guard inputs.count <= limit else {
      throw APIError.validation("The maximum number of inputs supported in a batch request is \(limit)")
    }
    return inputs
  }

  /// A page size within a limit.
  func limit(max: Int, standard: Int) throws -> Int {
    guard let text = query("limit") else { return standard }
    guard let limit = Int(text), limit > 0, limit <= max else {
      throw APIError.validation("limit \(text) is not a number from 1 to \(max)")
    }
    return limit
  }
}

/// What is answered.
struct Reply {
  var status = 200
  /// `nil` for none, as after 204.
  var body: JSON?

  static func ok(_ body: JSON) -> Reply { Reply(body: body) }
  static func created(_ body: JSON) -> Reply { Reply(status: 201, body: body) }
  static let noContent = Reply(status: 204)
}

/// A call that the sandbox knows.
struct Route: Sendable {
  var method: String
  /// Each path that means it. `:version` stands for a date.
  var paths: [String]
  /// `{object}` stands for the object's type, as a part of the path names it.
  var scope: String?
  var exemption = Exemption.none
  /// Whether it takes no token, such as the call that hands them out.
  var isOpen = false
  var handle: @Sendable (inout Call) throws -> Reply

  init(
    _ method: String, _ paths: String..., scope: String? = nil, exemption: Exemption = .none, isOpen: Bool = false,
    handle: @escaping @Sendable (inout Call) throws -> Reply
  ) {
    self.method = method
    self.paths = paths
    self.scope = scope
    self.exemption = exemption
    self.isOpen = isOpen
    self.handle = handle
  }
}
