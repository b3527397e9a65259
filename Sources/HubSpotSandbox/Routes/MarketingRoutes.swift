import GRDB

/// Emails that are sent to people, and whether they may be.
enum MarketingRoutes {
  static let all: [Route] = [
    send(
      "single", "/marketing/v4/email/single-send", "/marketing/email-campaigns/:version/single-send",
      scope: "marketing-email"),
    send(
      "transactional", "/marketing/v3/transactional/single-email/send",
      "/marketing/transactional/:version/single-email/send", scope: "transactional-email"),
    Route("GET", "/marketing/v3/email/send-statuses/:status", scope: "marketing-email") { call in
      guard
        let row = try Row.fetchOne(
          call.database, sql: "SELECT * FROM send WHERE status_id = ?", arguments: [call.part("status")])
      else { throw APIError.notFound("there is no send \(call.part("status"))") }
      let at = JSON.text(Timestamp.text(row["at"]))
      let isFinal = call.now - (row["at"] as Int64) >= 200
      var reply: [String: JSON] = [
        "statusId": .text(row["status_id"]), "requestedAt": at, "status": isFinal ? "COMPLETE" : "PROCESSING",
        "sendResult": isFinal ? .text(row["result"]) : "QUEUED",
      ]
      if isFinal { (reply["startedAt"], reply["completedAt"]) = (at, at) }
      return .ok(.members(reply))
    },
    Route(
      "GET", "/communication-preferences/v4/definitions", "/communication-preferences/:version/definitions",
      scope: "communication_preferences.read"
    ) { _ in
      .ok([
        "subscriptionDefinitions": [
          [
            "id": "1", "name": "Marketing Information", "description": "Marketing offers and updates.",
            "isActive": true, "isDefault": true, "isInternal": false, "purpose": "Marketing",
            "communicationMethod": "Email",
          ]
        ]
      ])
    },
    Route(
      "GET", "/communication-preferences/v4/statuses/:email", "/communication-preferences/:version/statuses/:email",
      scope: "communication_preferences.read"
    ) { call in
      guard call.query("channel") == "EMAIL" else { throw APIError.validation("channel is EMAIL") }
      return .ok(["results": .list(try statuses(call.part("email"), call.database))])
    },
    Route(
      "POST", "/communication-preferences/v4/statuses/:email", "/communication-preferences/:version/statuses/:email",
      scope: "communication_preferences.write"
    ) { call in
      .ok(try write(call.part("email"), call.body, call))
    },
    Route(
      "POST", "/communication-preferences/v4/statuses/batch/write",
      "/communication-preferences/:version/statuses/batch/write",
      scope: "communication_preferences.statuses.batch.write"
    ) { call in
      let results = try call.inputs(limit: 100).map { input in
        try write(input["subscriberIdString"]?.string ?? "", input, call)
      }
      return .ok(["status": "COMPLETE", "results": .list(results)])
    },
    Route(
      "POST", "/communication-preferences/v4/statuses/batch/read",
      "/communication-preferences/:version/statuses/batch/read", scope: "communication_preferences.statuses.batch.read"
    ) { call in
      let results = try call.inputs(limit: 100).map { input -> JSON in
        let email = input.string ?? input["subscriberIdString"]?.string ?? ""
        return ["subscriberIdString": .text(email), "statuses": .list(try statuses(email, call.database))]
      }
      return .ok(["status": "COMPLETE", "results": .list(results)])
    },
    Route(
      "POST", "/communication-preferences/v4/statuses/:email/unsubscribe-all",
      "/communication-preferences/:version/statuses/:email/unsubscribe-all", scope: "communication_preferences.write"
    ) { call in
      try call.database.execute(
        "INSERT OR IGNORE INTO opt_out (email, at) VALUES (?, ?)", [call.part("email"), call.now])
      return .ok(["results": .list(try statuses(call.part("email"), call.database))])
    },
    Route(
      "GET", "/communication-preferences/v4/statuses/:email/unsubscribe-all",
      "/communication-preferences/:version/statuses/:email/unsubscribe-all", scope: "communication_preferences.read"
    ) { call in
      let email = call.part("email")
      let isOut = try isOptedOut(email, call.database)
      return .ok([
        "results": isOut
          ? [["subscriberIdString": .text(email), "wideStatusType": "PORTAL_WIDE", "status": "UNSUBSCRIBED"]] : []
      ])
    },
    Route(
      "GET", "/communication-preferences/v3/status/email/:email", scope: "communication_preferences.read"
    ) { call in
      let email = call.part("email")
      return .ok(["recipient": .text(email), "subscriptionStatuses": .list(try statuses(email, call.database))])
    },
    Route("POST", "/communication-preferences/v3/unsubscribe", scope: "communication_preferences.write") { call in
      .ok(try write(call.required("emailAddress").string ?? "", versionThree(call, "UNSUBSCRIBED"), call))
    },
    Route("POST", "/communication-preferences/v3/subscribe", scope: "communication_preferences.write") { call in
      let email = try call.required("emailAddress").string ?? ""
      let subscription = call.body["subscriptionId"]?.int ?? 0
      guard try state(email, subscription, call.database) != "UNSUBSCRIBED", try !isOptedOut(email, call.database)
      else {
        throw APIError.validation("\(email) has unsubscribed and cannot be subscribed through this API")
      }
      return .ok(try write(email, versionThree(call, "SUBSCRIBED"), call))
    },
  ]

  private static func versionThree(_ call: Call, _ state: String) -> JSON {
    ["subscriptionId": call.body["subscriptionId"] ?? 0, "statusState": .text(state), "channel": "EMAIL"]
  }

  // MARK: Sends

  private static func send(_ kind: String, _ path: String, _ dated: String, scope: String) -> Route {
    Route("POST", path, dated, scope: scope, exemption: .all) { call in
      guard let email = try call.required("emailId").int else { throw APIError.validation("emailId is a number") }
      let message = try call.required("message")
      guard let recipient = message["to"]?.string, recipient.contains("@") else {
        throw APIError.validation("message.to is an email address")
      }
      let sendID = message["sendId"]?.string
      let result = try result(kind, recipient, sendID, call)
      let status = "send-\(try call.database.next("send", from: 1))"
      try call.database.execute(
        """
        INSERT INTO send (status_id, kind, send_id, email_id, recipient, at, result, request)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """, [status, kind, sendID, email, recipient, call.now, result, call.body.description])
      if result == "SENT", try call.objects.find(try ObjectType.named("contacts"), "email", recipient) == nil {
        _ = try call.objects.create(try ObjectType.named("contacts"), ["email": recipient])
      }
      return .ok([
        "statusId": .text(status), "requestedAt": .text(Timestamp.text(call.now)), "status": "PENDING",
      ])
    }
  }

  private static func result(_ kind: String, _ recipient: String, _ sendID: String?, _ call: Call) throws -> String {
    if let sendID,
      let earlier = try String.fetchOne(
        call.database, sql: "SELECT result FROM send WHERE send_id = ? ORDER BY id LIMIT 1", arguments: [sendID])
    {
      return earlier == "SENT" || earlier == "IDEMPOTENT_IGNORE" ? "IDEMPOTENT_IGNORE" : "IDEMPOTENT_FAIL"
    }
    if let configured = call.configuration.sendResults[recipient.lowercased()] { return configured }
    guard kind == "single" else { return "SENT" }
    if try isOptedOut(recipient, call.database) { return "ADDRESS_OPTED_OUT" }
    let unsubscribed = try Bool.fetchOne(
      call.database, sql: "SELECT EXISTS (SELECT 1 FROM preference WHERE email = ? AND state = 'UNSUBSCRIBED')",
      arguments: [recipient])
    return unsubscribed == true ? "PREVIOUSLY_UNSUBSCRIBED_MESSAGE" : "SENT"
  }

  // MARK: Preferences

  private static func isOptedOut(_ email: String, _ database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM opt_out WHERE email = ?)", arguments: [email])
      == true
  }

  private static func state(_ email: String, _ subscription: Int64, _ database: Database) throws -> String {
    try String.fetchOne(
      database, sql: "SELECT state FROM preference WHERE email = ? AND subscription = ?",
      arguments: [email, subscription]) ?? "NOT_SPECIFIED"
  }

  private static func statuses(_ email: String, _ database: Database) throws -> [JSON] {
    let isOut = try isOptedOut(email, database)
    return [
      status(email, 1, isOut ? "UNSUBSCRIBED" : try state(email, 1, database), reason: nil)
    ]
  }

  private static func status(_ email: String, _ subscription: Int64, _ state: String, reason: String?) -> JSON {
    var members: [String: JSON] = [
      "channel": "EMAIL", "subscriberIdString": .text(email), "subscriptionId": .integer(subscription),
      "subscriptionName": "Marketing Information", "status": .text(state), "source": "API",
    ]
    if let reason { members["setStatusSuccessReason"] = .text(reason) }
    return .members(members)
  }

  private static func write(_ email: String, _ body: JSON, _ call: Call) throws -> JSON {
    guard email.contains("@") else { throw APIError.validation("\(email) is not an email address") }
    guard let subscription = body["subscriptionId"]?.int, subscription == 1 else {
      throw APIError.validation("there is no subscription \(body["subscriptionId"]?.string ?? "")")
    }
    let state = body["statusState"]?.string ?? ""
    guard ["SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED"].contains(state), body["channel"]?.string == "EMAIL" else {
      throw APIError.validation("statusState is SUBSCRIBED, UNSUBSCRIBED or NOT_SPECIFIED, channel is EMAIL")
    }
    let old = try self.state(email, subscription, call.database)
    try call.database.execute(
      """
      INSERT INTO preference (email, subscription, state, basis, at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET state = excluded.state, basis = excluded.basis, at = excluded.at
      """, [email, subscription, state, body["legalBasis"]?.string, call.now])
    if state == "SUBSCRIBED" { try call.database.execute("DELETE FROM opt_out WHERE email = ?", [email]) }
    return status(email, subscription, state, reason: old == state ? "NO_STATUS_CHANGE" : "UNSUBSCRIBE_FROM_SELECT")
  }
}
