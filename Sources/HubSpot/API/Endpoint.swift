/// Every call that is made, by what it is for. Paths stand here and nowhere else.
package enum Endpoint: Hashable, Sendable {
  package enum Batch: String, Hashable, Sendable { case read, create, update, upsert, archive }
  package enum Membership: String, Hashable, Sendable { case add, remove }

  case records(CRMObject)
  case record(CRMObject, id: String)
  case batch(CRMObject, Batch)
  case search(CRMObject)
  /// Reads associations of many records.
  case associations(from: CRMObject, to: CRMObject)
  case lists
  case list(CRMObject, name: String)
  case memberships(listID: String, Membership)
  case owners
  case properties(CRMObject)
  case account
  case singleSend
  case transactionalSend
  case sendStatus(id: String)
  case token
  case tokenIntrospection
  /// About a static token.
  case privateToken

  /// The paths to try in turn: that of a dated version where there is one, then that of the numbered versions.
  package func paths(_ version: APIVersion) -> [String] {
    switch self {
    case .records(let object): objects(version, object, "")
    case .record(let object, let id): objects(version, object, "/\(Endpoint.escaped(id))")
    case .batch(let object, let batch): objects(version, object, "/batch/\(batch.rawValue)")
    case .search(let object): objects(version, object, "/search")
    case .associations(let from, let to):
      ["/crm/v4/associations/\(from.rawValue)/\(to.rawValue)/batch/read"]
    case .lists: ["/crm/v3/lists"]
    case .list(let object, let name):
      ["/crm/v3/lists/object-type-id/\(object.typeID)/name/\(Endpoint.escaped(name))"]
    case .memberships(let list, let change):
      ["/crm/v3/lists/\(Endpoint.escaped(list))/memberships/\(change.rawValue)"]
    case .owners: ["/crm/v3/owners"]
    case .properties(let object): ["/crm/v3/properties/\(object.rawValue)"]
    case .account: ["/account-info/v3/details"]
    // The dated form of this one has not moved on from its first version.
    case .singleSend: ["/marketing/email-campaigns/2026-03/single-send", "/marketing/v4/email/single-send"]
    case .transactionalSend:
      ["/marketing/transactional/\(version)/single-email/send", "/marketing/v3/transactional/single-email/send"]
    case .sendStatus(let id): ["/marketing/v3/email/send-statuses/\(Endpoint.escaped(id))"]
    case .token: ["/oauth/\(version)/token", "/oauth/v3/token"]
    case .privateToken: ["/oauth/v2/private-apps/get/access-token-info"]
    case .tokenIntrospection: ["/oauth/\(version)/token/introspect", "/oauth/v3/token/introspect"]
    }
  }

  private func objects(_ version: APIVersion, _ object: CRMObject, _ rest: String) -> [String] {
    ["/crm/objects/\(version)/\(object.rawValue)\(rest)", "/crm/v3/objects/\(object.rawValue)\(rest)"]
  }

  /// Which of HubSpot's limits counts the call.
  package var limit: LimitClass {
    switch self {
    case .search: .search
    case .singleSend, .transactionalSend: .sending
    case .token, .tokenIntrospection, .privateToken: .unlimited
    case .records, .record, .batch, .associations, .lists, .list, .memberships, .owners, .properties, .account,
      .sendStatus:
      .burst
    }
  }

  /// Without ids and names, for metrics and logs.
  package var label: String {
    switch self {
    case .records(let object): "\(object.rawValue)"
    case .record(let object, _): "\(object.rawValue).one"
    case .batch(let object, let batch): "\(object.rawValue).batch.\(batch.rawValue)"
    case .search(let object): "\(object.rawValue).search"
    case .associations(let from, let to): "associations.\(from.rawValue).\(to.rawValue)"
    case .lists, .list: "lists"
    case .memberships(_, let change): "lists.\(change.rawValue)"
    case .owners: "owners"
    case .properties(let object): "properties.\(object.rawValue)"
    case .account: "account"
    case .singleSend: "single-send"
    case .transactionalSend: "transactional-send"
    case .sendStatus: "send-status"
    case .token: "token"
    case .tokenIntrospection, .privateToken: "token.introspect"
    }
  }

  /// A segment of a path, or a value of a query: everything but unreserved characters as `%XX`.
  package static func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return escaped
  }
}

/// Which of HubSpot's limits counts a call.
package enum LimitClass: String, Hashable, Sendable, CaseIterable {
  /// The requests per ten seconds and per day of the app.
  case burst
  /// The searches per second of the account; they count for the day too.
  case search
  /// Emails are exempt from both; their own limit is not published, so that they go at a careful pace.
  case sending
  case unlimited
}
