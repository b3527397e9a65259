/// A kind of record.
struct ObjectType: Hashable, Sendable {
  /// As paths name it.
  let name: String
  /// `0-1` and the like, which paths may name it by too.
  let id: String
  /// As webhooks and errors name it.
  let singular: String
  /// Returned when a request asks for none by name, beside those every record has.
  let defaults: [String]
  /// One of these must be given to make one; nothing where it is empty.
  let oneOf: [String]
  /// All of these must be given to make one.
  let required: [String]

  /// What tells when a record was last changed.
  var modified: String { name == "contacts" ? "lastmodifieddate" : "hs_lastmodifieddate" }
  var created: String { isActivity ? "hs_createdate" : "createdate" }
  var isActivity: Bool { ["tasks", "notes", "meetings", "calls", "emails"].contains(name) }

  static let all: [ObjectType] = [
    ObjectType(
      name: "contacts", id: "0-1", singular: "contact", defaults: ["email", "firstname", "lastname"],
      oneOf: ["email", "firstname", "lastname"], required: []),
    ObjectType(
      name: "companies", id: "0-2", singular: "company", defaults: ["domain", "name"], oneOf: ["name", "domain"],
      required: []),
    ObjectType(
      name: "deals", id: "0-3", singular: "deal",
      defaults: ["amount", "closedate", "dealname", "dealstage", "pipeline"],
      oneOf: [], required: ["dealname", "dealstage", "pipeline"]),
    ObjectType(name: "tasks", id: "0-27", singular: "task", defaults: [], oneOf: [], required: ["hs_timestamp"]),
    ObjectType(name: "notes", id: "0-46", singular: "note", defaults: [], oneOf: [], required: ["hs_timestamp"]),
    ObjectType(name: "meetings", id: "0-47", singular: "meeting", defaults: [], oneOf: [], required: ["hs_timestamp"]),
    ObjectType(name: "calls", id: "0-48", singular: "call", defaults: [], oneOf: [], required: ["hs_timestamp"]),
    ObjectType(
      name: "emails", id: "0-49", singular: "email", defaults: [], oneOf: [],
      required: ["hs_timestamp", "hs_email_direction"]),
  ]

  static func named(_ text: String) throws -> ObjectType {
    guard let type = all.first(where: { $0.name == text || $0.id == text || $0.singular == text }) else {
      throw APIError.validation("Unable to infer object type from: \(text)")
    }
    return type
  }

  /// The scope that reading or writing records of this type takes.
  func scope(isWrite: Bool) -> String {
    let object = isActivity ? "contacts" : name
    return "crm.objects.\(object).\(isWrite ? "write" : "read")"
  }
}
