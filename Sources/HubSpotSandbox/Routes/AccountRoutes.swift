import GRDB

/// Who we are, what we may, and tokens.
enum AccountRoutes {
  static let all: [Route] = [
    Route("GET", "/account-info/v3/details", "/account-info/:version/details") { _ in
      .ok([
        "portalId": .integer(Account.portalID), "accountType": "SANDBOX", "timeZone": "UTC", "companyCurrency": "EUR",
        "uiDomain": "app.hubspot.com", "dataHostingLocation": "eu1", "utcOffset": "+00:00",
        "utcOffsetMilliseconds": 0, "additionalCurrencies": [],
      ])
    },
    // What a token may do; the token itself is the body's.
    Route("POST", "/oauth/v2/private-apps/get/access-token-info", isOpen: true) { call in
      let token = try call.required("tokenKey").string ?? ""
      return .ok([
        "userId": 1, "hubId": .integer(Account.portalID), "appId": .integer(Account.appID),
        "scopes": .list(Scopes.of(token, call.configuration).map { .text($0) }),
      ])
    },
    Route("POST", "/oauth/v1/token", "/oauth/v3/token", "/oauth/:version/token", isOpen: true, handle: token),
    Route("GET", "/oauth/v1/access-tokens/:token", isOpen: true) { call in
      guard let row = try known(call.part("token"), call) else { throw APIError.notFound("resource not found") }
      return .ok(introspection(row, call))
    },
    Route("POST", "/oauth/v3/token/introspect", "/oauth/:version/token/introspect", isOpen: true) { call in
      guard let row = try known(call.body["token"]?.string ?? "", call) else { return .ok(["active": false]) }
      return .ok(introspection(row, call))
    },
  ]

  private static func known(_ token: String, _ call: Call) throws -> Row? {
    try Row.fetchOne(
      call.database, sql: "SELECT * FROM token WHERE access = ? AND expires_at > ?", arguments: [token, call.now])
  }

  private static func introspection(_ row: Row, _ call: Call) -> JSON {
    let token = row["access"] as String
    return [
      "active": true, "token": .text(token), "hub_id": .integer(Account.portalID),
      "app_id": .integer(Account.appID), "user": "ana@example.com", "user_id": 1, "token_type": "access",
      "expires_in": .integer(((row["expires_at"] as Int64) - call.now) / 1_000),
      "scopes": .list(Scopes.of(token, call.configuration).map { .text($0) }),
    ]
  }

  @Sendable private static func token(_ call: inout Call) throws -> Reply {
    let oauth = call.configuration.oauth
    let body = call.body
    guard body["client_id"]?.string == oauth.clientID, body["client_secret"]?.string == oauth.clientSecret else {
      return refusal("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")
    }
    var refresh = "refresh-\(try call.database.next("refresh", from: 1))"
    switch body["grant_type"]?.string {
    case "authorization_code":
      guard body["code"]?.string == oauth.code else {
        return refusal("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
      }
    case "refresh_token":
      let given = body["refresh_token"]?.string ?? ""
      let isKnown = try Bool.fetchOne(
        call.database, sql: "SELECT EXISTS (SELECT 1 FROM refresh_token WHERE token = ?)", arguments: [given])
      guard isKnown == true else {
        return refusal("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
      }
      if oauth.rotatesRefreshTokens {
        try call.database.execute("DELETE FROM refresh_token WHERE token = ?", [given])
      } else {
        refresh = given
      }
    case "client_credentials": break
    default: return refusal("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
    }
    let access = "access-\(try call.database.next("access", from: 1))-" + String(repeating: "x", count: 500)
    try call.database.execute("INSERT OR IGNORE INTO refresh_token (token) VALUES (?)", [refresh])
    try call.database.execute(
      "INSERT INTO token (access, refresh, expires_at) VALUES (?, ?, ?)",
      [access, refresh, call.now + oauth.lifetimeSeconds * 1_000])
    return .ok([
      "access_token": .text(access), "refresh_token": .text(refresh), "expires_in": .integer(oauth.lifetimeSeconds),
      "token_type": "bearer", "hub_id": .integer(Account.portalID),
      "scopes": .list(Scopes.of(access, call.configuration).map { .text($0) }),
    ])
  }

  private static func refusal(_ error: String, _ status: String, _ message: String) -> Reply {
    Reply(
      status: 400,
      body: [
        "error": .text(error), "error_description": .text(message), "status": .text(status), "message": .text(message),
      ])
  }
}

/// What tokens may do.
enum Scopes {
  static let all = [
    "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.companies.read",
    "crm.objects.companies.write", "crm.objects.deals.read", "crm.objects.deals.write", "crm.schemas.contacts.read",
    "crm.schemas.contacts.write", "crm.schemas.companies.read", "crm.schemas.companies.write", "crm.schemas.deals.read",
    "crm.schemas.deals.write", "crm.objects.owners.read", "crm.lists.read", "crm.lists.write", "sales-email-read",
    "marketing-email", "transactional-email", "automation", "automation.sequences.read",
    "automation.sequences.enrollments.write", "analytics.behavioral_events.send",
    "behavioral_events.event_definitions.read_write", "timeline", "communication_preferences.read",
    "communication_preferences.write", "communication_preferences.statuses.batch.read",
    "communication_preferences.statuses.batch.write", "oauth",
  ]

  static func of(_ token: String, _ configuration: SandboxConfiguration) -> [String] {
    configuration.tokens.isEmpty ? all : configuration.tokens[token] ?? all
  }

  /// What a route's scope comes to for the types that its path names.
  static func needed(_ scope: String, _ parameters: [String: String]) throws -> String {
    let parts = scope.split(separator: ".")
    guard parts.count == 2, parts[0].hasPrefix("{") else { return scope }
    let type = try ObjectType.named(parameters[parts[0] == "{from}" ? "from" : "type"] ?? "")
    let scope = type.scope(isWrite: parts[1] == "write")
    return parts[0] == "{schema}" ? scope.replacing("crm.objects", with: "crm.schemas") : scope
  }
}
