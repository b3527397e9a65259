import Foundation
import GRDB

/// Not HubSpot's: what tests and people use to look in and to stir. No token, no limits, no faults.
enum ControlRoutes {
  static let all: [Route] = [
    Route("GET", "/sandbox/state", isOpen: true) { call in
      var counts: [String: JSON] = [:]
      for type in ObjectType.all {
        counts[type.name] = .integer(
          try Int64.fetchOne(
            call.database,
            sql: "SELECT count(*) FROM object WHERE type = ? AND archived_at IS NULL AND merged_into IS NULL",
            arguments: [type.name]) ?? 0)
      }
      for table in ["association", "list", "list_member", "owner", "send", "enrollment", "custom_event"] {
        counts[table] = .integer(try Int64.fetchOne(call.database, sql: "SELECT count(*) FROM \(table)") ?? 0)
      }
      for state in ["waiting", "delivered", "given up"] {
        counts["webhooks \(state)"] = .integer(
          try Int64.fetchOne(
            call.database, sql: "SELECT count(*) FROM webhook WHERE state = ?", arguments: [state]) ?? 0)
      }
      return .ok(.members(counts))
    },
    rows("sends", "SELECT id, kind, send_id, email_id, recipient, result, at FROM send ORDER BY id"),
    rows("enrollments", "SELECT id, kind, contact, target, sender, at FROM enrollment ORDER BY id"),
    rows("events", "SELECT id, name, uuid, object, email, at, properties FROM custom_event ORDER BY id"),
    rows("webhooks", "SELECT id, state, attempt, due_at, body FROM webhook ORDER BY id"),
    Route("POST", "/sandbox/owners", isOpen: true) { call in
      try SandboxDatabase.addOwner(try call.required("email").string ?? "", call.database)
      return .noContent
    },
    Route("POST", "/sandbox/webhooks", isOpen: true) { call in
      guard let events = call.body.array else { throw APIError.validation("the body is a list of events") }
      try WebhookQueue(database: call.database, configuration: call.configuration, now: call.now).add(
        try events.map { try completed($0, call) })
      return .noContent
    },
    Route("POST", "/sandbox/generate", isOpen: true, handle: generate),
    // Changes a record as a person would, in HubSpot's own pages.
    Route("PATCH", "/sandbox/objects/:type/:id", isOpen: true) { call in
      guard let record = try call.objects.find(try call.type(), id: call.part("id")) else {
        throw APIError.notFound("resource not found")
      }
      var objects = call.objects
      objects.source = "CRM_UI"
      let values = try ObjectRoutes.properties(call.body)
      return .ok(try objects.update(record, values).json([], also: values.keys))
    },
  ]

  private static func rows(_ name: String, _ sql: String) -> Route {
    Route("GET", "/sandbox/\(name)", isOpen: true) { call in
      let rows = try Row.fetchAll(call.database, sql: sql)
      return .ok([
        "results": .list(
          rows.map { row in
            .members(
              Dictionary(
                uniqueKeysWithValues: row.map { column, value in
                  switch value.storage {
                  case .int64(let number): (column, .integer(number))
                  case .string(let text): (column, .text(text))
                  case .double(let number): (column, .number(number))
                  case .null, .blob: (column, .null)
                  }
                }))
          })
      ])
    }
  }

  /// Fills in what an event leaves out.
  private static func completed(_ event: JSON, _ call: Call) throws -> JSON {
    guard case .members(let given) = event else { throw APIError.validation("an event is a mapping") }
    let filled: [String: JSON] = [
      "eventId": .integer(try call.database.next("event", from: 1)), "subscriptionId": 100,
      "portalId": .integer(Account.portalID), "appId": .integer(Account.appID), "occurredAt": .integer(call.now),
      "changeSource": "CRM_UI",
    ]
    return .members(filled.merging(given) { $1 })
  }

  /// Makes many records at once: `contacts`, `companies`, and `modifiedAt`, one instant for all of them. Each contact
  /// goes with a company where there are companies.
  @Sendable private static func generate(_ call: inout Call) throws -> Reply {
    let (contacts, companies) = (call.body["contacts"]?.int ?? 0, call.body["companies"]?.int ?? 0)
    let at = call.body["modifiedAt"]?.int ?? call.now
    var objects = call.objects
    objects.source = "IMPORT"
    let (contactType, companyType) = (try ObjectType.named("contacts"), try ObjectType.named("companies"))
    var made: [ObjectRecord] = []
    for _ in 0..<companies {
      let number = try call.database.next("generated.company", from: 1)
      made.append(
        try objects.create(
          companyType,
          ["name": "Company \(number)", "domain": "company\(number).example", "numberofemployees": "\(number % 2_000)"])
      )
    }
    for index in 0..<contacts {
      let number = try call.database.next("generated.contact", from: 1)
      let contact = try objects.create(
        contactType,
        [
          "email": "person\(number)@company\(number % max(companies, 1) + 1).example", "firstname": "Person",
          "lastname": "\(number)",
          "lifecyclestage": BuiltInProperties.lifecycleStages[Int(number) % BuiltInProperties.lifecycleStages.count],
        ])
      if !made.isEmpty {
        let company = made[Int(index) % made.count]
        try Associations(database: call.database).add(contact, company, [.standard(1)])
      }
    }
    try call.database.execute(
      """
      UPDATE object SET updated_at = ?, created_at = ?, index_due = NULL, indexed = properties, indexed_at = ?
      WHERE updated_at = ? AND index_due IS NOT NULL
      """, [at, at, at, call.now])
    return .ok(["contacts": .integer(contacts), "companies": .integer(companies)])
  }
}
