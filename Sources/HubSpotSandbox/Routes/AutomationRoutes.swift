import GRDB

/// Sequences, workflows and custom events.
enum AutomationRoutes {
  static let all: [Route] = [
    Route(
      "POST", "/automation/v4/sequences/enrollments", "/automation/sequences/:version/enrollments",
      scope: "automation.sequences.enrollments.write"
    ) { call in
      guard let user = call.query("userId") else { throw APIError.validation("userId is missing") }
      let contactID = try call.required("contactId").string ?? ""
      let sequence = try call.required("sequenceId").string ?? ""
      let sender = try call.required("senderEmail").string ?? ""
      guard let contact = try call.objects.find(try ObjectType.named("contacts"), id: contactID) else {
        throw APIError.validation("there is no contact \(contactID)")
      }
      if call.configuration.unsettled.refusesRepeatedEnrollment, try current(contact.id, call.database) != nil {
        throw APIError.validation("the contact \(contactID) is in a sequence already")
      }
      try call.database.execute(
        "INSERT INTO enrollment (kind, contact, target, sender, user, at) VALUES ('sequence', ?, ?, ?, ?, ?)",
        [contact.id, sequence, sender, user, call.now])
      return .ok([
        "id": .text(String(call.database.lastInsertedRowID)), "toEmail": .text(contact.properties["email"] ?? ""),
        "enrolledAt": .text(Timestamp.text(call.now)), "updatedAt": .text(Timestamp.text(call.now)),
      ])
    },
    Route(
      "GET", "/automation/v4/sequences/enrollments/contact/:contact",
      "/automation/sequences/:version/enrollments/contact/:contact", scope: "automation.sequences.read"
    ) { call in
      guard let contact = try call.objects.find(try ObjectType.named("contacts"), id: call.part("contact")) else {
        throw APIError.notFound("resource not found")
      }
      guard let row = try current(contact.id, call.database) else { throw APIError.notFound("no current enrollment") }
      let at = JSON.text(Timestamp.text(row["at"]))
      return .ok([
        "id": .text(String(row["id"] as Int64)), "sequenceId": .text(row["target"]), "sequenceName": "",
        "enrolledBy": .text(row["user"]), "enrolledByEmail": .text(row["sender"]),
        "toEmail": .text(contact.properties["email"] ?? ""), "enrolledAt": at, "updatedAt": at,
      ])
    },
    Route(
      "POST", "/automation/v2/workflows/:workflow/enrollments/contacts/:email", scope: "automation"
    ) { call in
      guard
        let contact = try call.objects.find(try ObjectType.named("contacts"), "email", call.part("email"))
      else { throw APIError.notFound("contact not found") }
      try call.database.execute(
        "INSERT INTO enrollment (kind, contact, target, sender, user, at) VALUES ('workflow', ?, ?, '', '', ?)",
        [contact.id, call.part("workflow"), call.now])
      return .noContent
    },
    Route(
      "POST", "/events/v3/send", "/events/custom/:version/send", scope: "analytics.behavioral_events.send",
      exemption: .all
    ) { call in
      try send(call.body, call)
      return .noContent
    },
    Route(
      "POST", "/events/v3/send/batch", "/events/custom/:version/send/batch", scope: "analytics.behavioral_events.send",
      exemption: .all
    ) { call in
      for input in try call.inputs(limit: 500) { try send(input, call) }
      return .noContent
    },
    Route("GET", "/events/v3/events", scope: "analytics.behavioral_events.send") { call in
      let type = try ObjectType.named(call.query("objectType") ?? "")
      let rows = try Row.fetchAll(
        call.database,
        sql: """
          SELECT * FROM custom_event WHERE object_type = ? AND object = ? AND (? IS NULL OR name = ?) AND at >= ?
          ORDER BY at DESC, id DESC LIMIT ?
          """,
        arguments: [
          type.name, Int64(call.query("objectId") ?? "") ?? -1, call.query("eventType"), call.query("eventType"),
          call.query("occurredAfter").flatMap(Timestamp.parse) ?? 0, try call.limit(max: 1_000, standard: 100),
        ])
      return .ok(["results": .list(try rows.map { try event($0, type) })])
    },
  ]

  /// The latest sequence that a contact is in.
  private static func current(_ contact: Int64, _ database: Database) throws -> Row? {
    try Row.fetchOne(
      database, sql: "SELECT * FROM enrollment WHERE kind = 'sequence' AND contact = ? ORDER BY id DESC LIMIT 1",
      arguments: [contact])
  }

  private static func send(_ body: JSON, _ call: Call) throws {
    guard let name = body["eventName"]?.string else { throw APIError.validation("eventName is missing") }
    let type = try ObjectType.named(body["objectType"]?.string ?? "contacts")
    var record: ObjectRecord?
    if let id = body["objectId"]?.string {
      record = try call.objects.find(type, id: id)
    } else if let email = body["email"]?.string {
      record = try call.objects.find(type, "email", email)
    } else {
      throw APIError.validation("one of email, objectId and utk is needed")
    }
    let at = try body["occurredAt"]?.string.map { text in
      guard let at = Timestamp.parse(text) else { throw APIError.validation("occurredAt \(text) is no time") }
      return at
    }
    let uuid = body["uuid"]?.string
    try call.database.execute(
      """
      INSERT OR IGNORE INTO custom_event (name, uuid, object_type, object, email, at, properties)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        name, uuid, type.name, record?.id, body["email"]?.string, at ?? call.now,
        (body["properties"] ?? [:]).description,
      ])
    guard call.database.changesCount > 0 else {
      if call.configuration.unsettled.refusesRepeatedEvents {
        throw APIError.conflict("the event \(uuid ?? "") of \(name) is known already")
      }
      return
    }
    if let record {
      try call.objects.emit(
        "event.completed", record.id,
        [
          "eventTypeId": .text(name), "objectTypeId": .text(type.id), "occurredAt": .integer(at ?? call.now),
          "eventProperties": body["properties"] ?? [:],
        ])
    }
  }

  private static func event(_ row: Row, _ type: ObjectType) throws -> JSON {
    [
      "eventType": .text(row["name"]), "id": .text(row["uuid"] ?? String(row["id"] as Int64)),
      "objectType": .text(type.singular.uppercased()), "objectId": .text(String(row["object"] as Int64)),
      "occurredAt": .text(Timestamp.text(row["at"])), "properties": try JSON(parsing: row["properties"] as String),
    ]
  }
}
