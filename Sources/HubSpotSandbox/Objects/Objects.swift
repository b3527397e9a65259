import Foundation
import GRDB

/// Reads and writes records within one transaction, by HubSpot's rules.
struct Objects {
  let database: Database
  let configuration: SandboxConfiguration
  let catalog: PropertyCatalog
  let now: Int64
  /// What webhooks say made a change: `INTEGRATION` for calls of the API, `CRM_UI` for people.
  var source = "INTEGRATION"
  /// Whether the path was a dated one, which enforces the account's own rules.
  var isDated = false

  private static let firstID: Int64 = 1001

  // MARK: Finding

  /// A record by its id, or that of a record which was merged into it.
  func find(_ type: ObjectType, id: String, includesArchived: Bool = false, followsMerges: Bool = true) throws
    -> ObjectRecord?
  {
    guard var number = Int64(id) else { return nil }
    for _ in 0..<16 {
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT * FROM object WHERE type = ? AND id = ?", arguments: [type.name, number])
      else { return nil }
      if let survivor = row["merged_into"] as Int64? {
        guard followsMerges else { return nil }
        number = survivor
        continue
      }
      let record = try ObjectRecord(type: type, row: row)
      return record.archivedAt == nil || includesArchived ? record : nil
    }
    return nil
  }

  /// A record by a unique value.
  func find(_ type: ObjectType, _ property: String, _ value: String) throws -> ObjectRecord? {
    guard
      let id = try Int64.fetchOne(
        database, sql: "SELECT id FROM unique_value WHERE type = ? AND property = ? AND value = ?",
        arguments: [type.name, property, value])
    else { return nil }
    return try find(type, id: String(id))
  }

  func isUnique(_ property: String, of type: ObjectType) throws -> Bool {
    try catalog.definitions(of: type)[property]?.isUnique == true
  }

  // MARK: Writing

  /// Values by name; checks all of them before anything is written.
  func create(_ type: ObjectType, _ given: [String: String]) throws -> ObjectRecord {
    let values = try checked(type, given, onto: [:])
    let missing = type.required.filter { (values[$0] ?? "").isEmpty }
    let lacksAny = !type.oneOf.isEmpty && type.oneOf.allSatisfy { (values[$0] ?? "").isEmpty }
    guard missing.isEmpty, !lacksAny else {
      throw APIError.validation(
        "Error creating \(type.singular.uppercased()). Some required properties were not set.",
        details: (missing.isEmpty ? type.oneOf : missing).map { requiredDetail($0) })
    }
    if isDated {
      let account = (configuration.requiredProperties[type.name] ?? []).filter { (values[$0] ?? "").isEmpty }
      guard account.isEmpty else {
        throw APIError.validation(
          "Some required properties were not set: \(account)", details: account.map { requiredDetail($0) })
      }
    }
    let id = try database.next("object.\(type.name)", from: Self.firstID)
    let kept = values.filter { !$0.value.isEmpty }
    try claimUniqueValues(type, id: id, kept, old: [:])
    try database.execute(
      """
      INSERT INTO object (type, id, properties, created_at, updated_at, index_due) VALUES (?, ?, ?, ?, ?, ?)
      """, [type.name, id, text(kept), now, now, now + configuration.indexLagMilliseconds])
    try remember(type, id, kept)
    try emit("\(type.singular).creation", id, ["changeFlag": "NEW"])
    for (name, value) in kept.sorted(by: { $0.key < $1.key }) {
      try emit("\(type.singular).propertyChange", id, ["propertyName": .text(name), "propertyValue": .text(value)])
    }
    guard let record = try find(type, id: String(id)) else { throw APIError.notFound("the record is gone") }
    return record
  }

  private func requiredDetail(_ name: String) -> JSON {
    [
      "message": .text("Property \(name) is required"), "code": "MISSING_REQUIRED_PROPERTY",
      "context": ["properties": [.text(name)]],
    ]
  }

  func update(_ record: ObjectRecord, _ given: [String: String]) throws -> ObjectRecord {
    let type = record.type
    var values = try checked(type, given, onto: record.properties)
    // A lifecycle stage goes forward only; a step back is accepted and not made.
    if let new = values["lifecyclestage"], let old = record.properties["lifecyclestage"], !new.isEmpty,
      let stages = try catalog.definitions(of: type)["lifecyclestage"]?.options,
      let from = stages.firstIndex(of: old), let to = stages.firstIndex(of: new), to < from
    {
      values["lifecyclestage"] = old
    }
    let changed = values.filter { ($0.value.isEmpty ? nil : $0.value) != record.properties[$0.key] }
    guard !changed.isEmpty else { return record }
    var properties = record.properties
    for (name, value) in changed { properties[name] = value.isEmpty ? nil : value }
    try claimUniqueValues(type, id: record.id, changed, old: record.properties)
    try database.execute(
      """
      UPDATE object SET properties = ?, updated_at = ?, index_due = coalesce(index_due, ?) WHERE type = ? AND id = ?
      """, [text(properties), now, now + configuration.indexLagMilliseconds, type.name, record.id])
    try remember(type, record.id, changed)
    for (name, value) in changed.sorted(by: { $0.key < $1.key }) {
      try emit(
        "\(type.singular).propertyChange", record.id, ["propertyName": .text(name), "propertyValue": .text(value)])
    }
    var updated = record
    (updated.properties, updated.updatedAt) = (properties, now)
    return updated
  }

  /// Into the bin.
  func archive(_ record: ObjectRecord) throws {
    try database.execute(
      "UPDATE object SET archived_at = ?, updated_at = ?, index_due = coalesce(index_due, ?) WHERE type = ? AND id = ?",
      [now, now, now + configuration.indexLagMilliseconds, record.type.name, record.id])
    try forgetTies(record)
    try emit("\(record.type.singular).deletion", record.id, ["changeFlag": "DELETED"])
  }

  /// For good, with the history.
  func erase(_ record: ObjectRecord) throws {
    try forgetTies(record)
    try database.execute("DELETE FROM object WHERE type = ? AND id = ?", [record.type.name, record.id])
    try database.execute("DELETE FROM property_history WHERE type = ? AND id = ?", [record.type.name, record.id])
    try emit("\(record.type.singular).deletion", record.id, ["changeFlag": "DELETED"])
    try emit("\(record.type.singular).privacyDeletion", record.id, [:])
  }

  private func forgetTies(_ record: ObjectRecord) throws {
    let (type, id) = (record.type.name, record.id)
    try database.execute("DELETE FROM unique_value WHERE type = ? AND id = ?", [type, id])
    try database.execute("DELETE FROM association WHERE from_type = ? AND from_id = ?", [type, id])
    try database.execute("DELETE FROM association WHERE to_type = ? AND to_id = ?", [type, id])
  }

  /// Makes one record of two, under a new id; the old ids lead to it from then on.
  func merge(_ primary: ObjectRecord, _ other: ObjectRecord) throws -> ObjectRecord {
    let type = primary.type
    let properties = other.properties.merging(primary.properties) { $1 }
    let id = try database.next("object.\(type.name)", from: Self.firstID)
    try database.execute("DELETE FROM unique_value WHERE type = ? AND id IN (?, ?)", [type.name, primary.id, other.id])
    try claimUniqueValues(type, id: id, properties, old: [:])
    let ids = "\(primary.id);\(other.id)"
    let all = properties.merging(["hs_merged_object_ids": ids]) { $1 }
    try database.execute(
      "INSERT INTO object (type, id, properties, created_at, updated_at, index_due) VALUES (?, ?, ?, ?, ?, ?)",
      [
        type.name, id, text(all), min(primary.createdAt, other.createdAt), now,
        now + configuration.indexLagMilliseconds,
      ])
    for record in [primary, other] {
      try database.execute(
        "UPDATE object SET merged_into = ?, indexed = NULL, index_due = NULL WHERE type = ? AND id = ?",
        [id, type.name, record.id])
      for side in ["from", "to"] {
        try database.execute(
          "UPDATE OR IGNORE association SET \(side)_id = ? WHERE \(side)_type = ? AND \(side)_id = ?",
          [id, type.name, record.id])
        try database.execute(
          "DELETE FROM association WHERE \(side)_type = ? AND \(side)_id = ?", [type.name, record.id])
      }
    }
    try emit(
      "\(type.singular).merge", id,
      [
        "primaryObjectId": .integer(primary.id), "mergedObjectIds": [.integer(other.id)], "newObjectId": .integer(id),
        "numberOfPropertiesMoved": .integer(Int64(other.properties.count)),
      ])
    guard let record = try find(type, id: String(id)) else { throw APIError.notFound("the record is gone") }
    return record
  }

  // MARK: Values

  /// The values as they are kept, by what the definitions say.
  private func checked(
    _ type: ObjectType, _ given: [String: String], onto old: [String: String]
  ) throws -> [String: String] {
    let definitions = try catalog.definitions(of: type)
    var values: [String: String] = [:]
    var problems: [PropertyProblem] = []
    for (name, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let definition = definitions[name] else {
        problems.append(
          PropertyProblem(
            property: name, code: "PROPERTY_DOESNT_EXIST", message: "Property \"\(name)\" does not exist"))
        continue
      }
      guard !definition.isReadOnly else {
        problems.append(
          PropertyProblem(property: name, code: "READ_ONLY_VALUE", message: "\"\(name)\" is a read only property"))
        continue
      }
      do throws(PropertyDefinition.InvalidValue) {
        var value = value
        if definition.type == "enumeration", value.hasPrefix(";") {
          let parts = (old[name] ?? "").split(separator: ";").map(String.init)
          value = (parts + value.split(separator: ";").map(String.init).filter { !parts.contains($0) })
            .joined(separator: ";")
        }
        if name == "email", type.name == "contacts", !value.isEmpty {
          value = value.lowercased()
          guard isAddress(value) else {
            problems.append(
              PropertyProblem(property: name, code: "INVALID_EMAIL", message: "Email address \(value) is invalid"))
            continue
          }
        }
        if name == "hubspot_owner_id", !value.isEmpty, !isOwner(value) {
          problems.append(
            PropertyProblem(property: name, code: "INVALID_OWNER_ID", message: "\(value) is not a valid owner ID"))
          continue
        }
        values[name] = try definition.normalize(value)
      } catch {
        problems.append(error.problem)
      }
    }
    guard problems.isEmpty else { throw APIError.invalidProperties(problems) }
    return values
  }

  private func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !text.contains(" ")
  }

  private func isOwner(_ id: String) -> Bool {
    (try? Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM owner WHERE id = ? AND archived = 0)", arguments: [Int64(id) ?? -1]))
      == true
  }

  /// - Throws: 409 where another record has one of the values.
  private func claimUniqueValues(
    _ type: ObjectType, id: Int64, _ values: [String: String], old: [String: String]
  ) throws {
    for property in try catalog.definitions(of: type).values where property.isUnique {
      guard let value = values[property.name] else { continue }
      if !value.isEmpty,
        let owner = try Int64.fetchOne(
          database, sql: "SELECT id FROM unique_value WHERE type = ? AND property = ? AND value = ?",
          arguments: [type.name, property.name, value]), owner != id
      {
        throw APIError.conflict("\(type.singular.capitalized) already exists. Existing ID: \(owner)")
      }
      try database.execute(
        "DELETE FROM unique_value WHERE type = ? AND property = ? AND id = ?", [type.name, property.name, id])
      guard !value.isEmpty else { continue }
      try database.execute(
        "INSERT INTO unique_value (type, property, value, id) VALUES (?, ?, ?, ?)",
        [type.name, property.name, value, id])
    }
  }

  private func remember(_ type: ObjectType, _ id: Int64, _ values: [String: String]) throws {
    for (name, value) in values {
      try database.execute(
        "INSERT INTO property_history (type, id, property, at, value, source) VALUES (?, ?, ?, ?, ?, ?)",
        [type.name, id, name, now, value, source])
    }
  }

  private func text(_ properties: [String: String]) -> String {
    JSON.members(properties.mapValues { .text($0) }).description
  }

  // MARK: Webhooks

  func emit(_ kind: String, _ id: Int64, _ members: [String: JSON]) throws {
    try WebhookQueue(database: database, configuration: configuration, now: now)
      .add(kind, objectID: id, source: source, members)
  }
}
