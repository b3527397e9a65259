import GRDB

/// Which records go together, and as what. Both directions are kept.
struct Associations {
  let database: Database

  /// A label: who defines it, and its number.
  struct Kind: Hashable {
    var category: String
    var number: Int64

    static func standard(_ number: Int64) -> Kind { Kind(category: "HUBSPOT_DEFINED", number: number) }

    var json: JSON {
      [
        "category": .text(category), "typeId": .integer(number),
        "label": number == 1 || number == 2 ? "Primary" : .null,
      ]
    }
  }

  /// Of each direction the unlabelled kind.
  private static let unlabelled: [[String]: Int64] = [
    ["contacts", "companies"]: 279, ["companies", "contacts"]: 280, ["contacts", "deals"]: 4, ["deals", "contacts"]: 3,
    ["companies", "deals"]: 342, ["deals", "companies"]: 341, ["tasks", "contacts"]: 204, ["contacts", "tasks"]: 203,
    ["tasks", "companies"]: 192, ["companies", "tasks"]: 191, ["tasks", "deals"]: 216, ["deals", "tasks"]: 215,
    ["notes", "contacts"]: 202, ["contacts", "notes"]: 201, ["notes", "companies"]: 190, ["companies", "notes"]: 189,
    ["notes", "deals"]: 214, ["deals", "notes"]: 213, ["emails", "contacts"]: 198, ["contacts", "emails"]: 197,
    ["emails", "companies"]: 186, ["companies", "emails"]: 185, ["calls", "contacts"]: 194, ["contacts", "calls"]: 193,
    ["calls", "companies"]: 182, ["companies", "calls"]: 181, ["meetings", "contacts"]: 200,
    ["contacts", "meetings"]: 199, ["meetings", "companies"]: 188, ["companies", "meetings"]: 187,
    ["companies", "companies"]: 450, ["contacts", "contacts"]: 449,
  ]
  /// The other direction of the labelled kinds.
  private static let inverse: [Int64: Int64] = [1: 2, 2: 1, 5: 6, 6: 5, 13: 14, 14: 13]
  private static let primary: Set<Int64> = [1, 2, 5, 6]
  /// Which types each kind goes between.
  private static let labelled: [Int64: [String]] = [
    1: ["contacts", "companies"], 2: ["companies", "contacts"], 5: ["deals", "companies"], 6: ["companies", "deals"],
    13: ["companies", "companies"], 14: ["companies", "companies"],
  ]

  static func standard(_ from: ObjectType, _ to: ObjectType) throws -> Kind {
    guard let number = unlabelled[[from.name, to.name]] else {
      throw APIError.validation("\(from.name) and \(to.name) cannot be associated")
    }
    return .standard(number)
  }

  /// Kinds from a body's `[{associationCategory, associationTypeId}]`.
  static func kinds(_ list: [JSON], _ from: ObjectType, _ to: ObjectType) throws -> [Kind] {
    guard !list.isEmpty else { throw APIError.validation("no association types were given") }
    return try list.map { item in
      guard let number = item["associationTypeId"]?.int, let category = item["associationCategory"]?.string else {
        throw APIError.validation("an association type has associationCategory and associationTypeId")
      }
      let fits = labelled[number] == [from.name, to.name] || unlabelled[[from.name, to.name]] == number
      guard category != "HUBSPOT_DEFINED" || fits else {
        throw APIError.validation("\(from.singular) to \(to.singular) has no association type \(number)")
      }
      return Kind(category: category, number: number)
    }
  }

  /// Adds; a new primary takes the place of the old one.
  func add(_ from: ObjectRecord, _ to: ObjectRecord, _ kinds: [Kind]) throws {
    for kind in Set(kinds + [try Self.standard(from.type, to.type)]) {
      if Self.primary.contains(kind.number) {
        // A record of the many has one primary; the other side may be primary to many.
        let (side, record, other) = [1, 5].contains(kind.number) ? ("from", from, to) : ("to", to, from)
        let opposite = side == "from" ? "to" : "from"
        for (near, far, number) in [
          (side, opposite, kind.number), (opposite, side, Self.inverse[kind.number] ?? kind.number),
        ] {
          try database.execute(
            "DELETE FROM association WHERE \(near)_type = ? AND \(near)_id = ? AND \(far)_type = ? AND kind = ?",
            [record.type.name, record.id, other.type.name, number])
        }
      }
      try insert(from, to, kind)
      if let opposite = Self.inverse[kind.number] {
        try insert(to, from, .standard(opposite))
      } else {
        try insert(to, from, kind.category == "HUBSPOT_DEFINED" ? try Self.standard(to.type, from.type) : kind)
      }
    }
  }

  private func insert(_ from: ObjectRecord, _ to: ObjectRecord, _ kind: Kind) throws {
    try database.execute(
      """
      INSERT OR IGNORE INTO association (from_type, from_id, to_type, to_id, category, kind) VALUES (?, ?, ?, ?, ?, ?)
      """, [from.type.name, from.id, to.type.name, to.id, kind.category, kind.number])
  }

  func remove(_ from: ObjectRecord, _ to: ObjectRecord) throws {
    for (a, b) in [(from, to), (to, from)] {
      try database.execute(
        "DELETE FROM association WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?",
        [a.type.name, a.id, b.type.name, b.id])
    }
  }

  /// The records of a type that go with one, and as what.
  func of(_ type: ObjectType, id: Int64, to: ObjectType) throws -> [(id: Int64, kinds: [Kind])] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT to_id, category, kind FROM association WHERE from_type = ? AND from_id = ? AND to_type = ?
        ORDER BY to_id, kind
        """, arguments: [type.name, id, to.name])
    var found: [(id: Int64, kinds: [Kind])] = []
    for row in rows {
      let kind = Kind(category: row["category"], number: row["kind"])
      if found.last?.id == row["to_id"] {
        found[found.count - 1].kinds.append(kind)
      } else {
        found.append((row["to_id"], [kind]))
      }
    }
    return found
  }
}
