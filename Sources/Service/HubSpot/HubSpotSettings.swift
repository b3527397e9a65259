package import HubSpot
import RuleDiagnostics
import Yams

/// What `abm.yaml` says under `hubspot:`. It holds no secret: where one is needed it names the variable of the environment
/// that does.
package struct HubSpotSettings: Hashable, Sendable {
  /// The variable with a service key or the token of a private app.
  package var token = "HUBSPOT_TOKEN"
  /// The variables of a project app; all three or none.
  package var oauthClientID: String?
  package var oauthClientSecret: String?
  package var oauthRefreshToken: String?
  package var client = ClientSettings()
  /// How long after an unknown outcome HubSpot is asked what became of it.
  package var settleSeconds = 30
  package var executor = ExecutorSettings()
  /// Names of the variables with the addresses of channels and webhooks, by their names.
  package var channels: [String: String] = [:]
  package var webhooks: [String: String] = [:]
  /// The property that holds whether a contact consents, by the purpose.
  package var consents: [String: String] = [:]
  /// Properties of a contact of which one that is true means that nothing is ever sent.
  package var suppressedWhen = ["hs_email_optout"]
  /// Names of fields of which a value that a rule set wins over HubSpot's.
  package var rulesWin: Set<String> = []
  /// Which activities are events of the rule book, by the event.
  package var events: [String: EventSource] = [:]

  package init() {}

  /// An activity that is read as an event.
  package struct EventSource: Hashable, Sendable {
    package var object: CRMObject
    /// The property with its time.
    package var at: String
    /// Properties that must have these values.
    package var filters: [String: String]
    /// The property of each field.
    package var fields: [String: String]

    package init(
      object: CRMObject, at: String, filters: [String: String] = [:], fields: [String: String] = [:]
    ) {
      self.object = object
      self.at = at
      self.filters = filters
      self.fields = fields
    }
  }

  // MARK: - Reading

  /// The keys, as `abm.yaml` spells them.
  static let keys = [
    "token", "oauth_client_id", "oauth_client_secret", "oauth_refresh_token", "base_url", "api_version", "burst",
    "interval", "search_per_second", "timeout", "settle", "concurrency", "emails", "asset_email", "channels",
    "webhooks", "repeatable_webhooks", "consents", "suppressed_when", "rules_win", "events",
  ]
  /// Those with one value, which `ABM_HUBSPOT_` and the key in capitals set too.
  static let scalarKeys = [
    "token", "oauth_client_id", "oauth_client_secret", "oauth_refresh_token", "base_url", "api_version", "burst",
    "interval", "search_per_second", "timeout", "settle", "concurrency", "asset_email",
  ]

  mutating func read(_ node: Node, file: String) throws(WorkspaceError) {
    guard let mapping = node.mapping else {
      throw .malformedConfiguration(file, reason: "`hubspot` takes lines of the form `token: HUBSPOT_TOKEN`")
    }
    for (key, value) in mapping {
      guard let name = key.string, Self.keys.contains(name) else {
        throw .unknownConfigurationKey(
          "hubspot: \(key.string ?? "?")", file: file, suggestion: nearest(to: key.string ?? "", among: Self.keys))
      }
      if Self.scalarKeys.contains(name) {
        try set(name, try Self.scalar(value, name, file), file: file)
      } else {
        try set(name, value, file: file)
      }
    }
  }

  mutating func set(_ key: String, _ value: String, file: String) throws(WorkspaceError) {
    switch key {
    case "token": token = value
    case "oauth_client_id": oauthClientID = value
    case "oauth_client_secret": oauthClientSecret = value
    case "oauth_refresh_token": oauthRefreshToken = value
    case "base_url": client = client.with(baseURL: value)
    case "api_version":
      guard let version = APIVersion(value) else {
        throw .malformedConfiguration(
          file, reason: "`hubspot: api_version` takes a version such as \(APIVersion.standard), not `\(value)`")
      }
      client.version = version
    case "burst": client.limits.burst = try Self.count(value, key, file)
    case "interval": client.limits.interval = .seconds(try Self.count(value, key, file))
    case "search_per_second": client.limits.search = try Self.count(value, key, file)
    case "timeout": client.timeout = .seconds(try Self.count(value, key, file))
    case "settle": settleSeconds = try Self.count(value, key, file)
    case "concurrency": client.limits.concurrency = try Self.count(value, key, file)
    case "asset_email": executor.assetEmail = value
    default: preconditionFailure("`\(key)` was accepted as a setting and is none")
    }
  }

  private mutating func set(_ key: String, _ node: Node, file: String) throws(WorkspaceError) {
    switch key {
    case "emails": executor.emails = try Self.texts(node, key, file)
    case "channels": channels = try Self.texts(node, key, file)
    case "webhooks": webhooks = try Self.texts(node, key, file)
    case "repeatable_webhooks": executor.repeatableWebhooks = Set(try Self.names(node, key, file))
    case "consents": consents = try Self.texts(node, key, file)
    case "suppressed_when": suppressedWhen = try Self.names(node, key, file)
    case "rules_win": rulesWin = Set(try Self.names(node, key, file))
    case "events": events = try Self.sources(node, file)
    default: preconditionFailure("`\(key)` was accepted as a setting and is none")
    }
  }

  private static func sources(_ node: Node, _ file: String) throws(WorkspaceError) -> [String: EventSource] {
    guard let mapping = node.mapping else {
      throw .malformedConfiguration(
        file, reason: "`hubspot: events` takes lines of the form `EVENT: { from: meetings }`")
    }
    var sources: [String: EventSource] = [:]
    for (event, settings) in mapping {
      let name = event.string ?? "?"
      guard let settings = settings.mapping else {
        throw .malformedConfiguration(file, reason: "`\(name)` takes `{ from: meetings }` and the like")
      }
      var source: EventSource?
      if let from = settings["from"]?.string, let object = CRMObject(named: from),
        [.meetings, .calls, .emails, .tasks, .notes].contains(object)
      {
        source = EventSource(object: object, at: "hs_timestamp")
      }
      guard var source else {
        throw .malformedConfiguration(
          file, reason: "the event `\(name)` comes `from` one of meetings, calls, emails, tasks, notes")
      }
      for (key, value) in settings {
        switch key.string {
        case "from": continue
        case "at": source.at = try scalar(value, "at", file)
        case "where": source.filters = try texts(value, "where", file)
        case "fields": source.fields = try texts(value, "fields", file)
        default:
          throw .unknownConfigurationKey(
            "\(name): \(key.string ?? "?")", file: file,
            suggestion: nearest(to: key.string ?? "", among: ["from", "at", "where", "fields"]))
        }
      }
      sources[name] = source
    }
    return sources
  }

  private static func scalar(_ node: Node, _ key: String, _ file: String) throws(WorkspaceError) -> String {
    guard let text = node.scalar?.string else {
      throw .malformedConfiguration(file, reason: "`hubspot: \(key)` takes one value")
    }
    return text
  }

  private static func count(_ text: String, _ key: String, _ file: String) throws(WorkspaceError) -> Int {
    guard let number = Int(text), number > 0, number <= 1_000_000 else {
      throw .malformedConfiguration(file, reason: "`hubspot: \(key)` takes a whole number above 0, not `\(text)`")
    }
    return number
  }

  private static func texts(_ node: Node, _ key: String, _ file: String) throws(WorkspaceError) -> [String: String] {
    var texts: [String: String] = [:]
    for (name, value) in node.mapping ?? [:] {
      guard let name = name.string, let text = value.scalar?.string else {
        throw .malformedConfiguration(file, reason: "`hubspot: \(key)` takes names with one value each")
      }
      texts[name] = text
    }
    guard node.mapping != nil else {
      throw .malformedConfiguration(file, reason: "`hubspot: \(key)` takes names with one value each")
    }
    return texts
  }

  private static func names(_ node: Node, _ key: String, _ file: String) throws(WorkspaceError) -> [String] {
    let names = node.sequence?.compactMap { $0.scalar?.string }
    guard let names, names.count == node.sequence?.count else {
      throw .malformedConfiguration(file, reason: "`hubspot: \(key)` takes a list such as [one, other]")
    }
    return names
  }
}

extension ClientSettings {
  func with(baseURL: String) -> ClientSettings {
    ClientSettings(
      baseURL: baseURL, version: version, limits: limits, retries: retries, timeout: timeout, longestWait: longestWait)
  }
}
