import Foundation
import Yams

/// How the sandbox behaves: limits, lag, faults, and the answers to what is not known of HubSpot. Read from YAML (or
/// JSON, which is YAML too); what a file leaves out keeps its default.
package struct SandboxConfiguration: Codable, Equatable, Sendable {
  /// Of everything random.
  package var seed: UInt64 = 1
  /// How long a change stays unseen by searches.
  package var indexLagMilliseconds: Int64 = 2_000
  package var limits = Limits()
  package var faults: [Fault] = []
  package var webhooks = WebhookBehavior()
  /// The scopes of each bearer token; where there are none every token is good for everything.
  package var tokens: [String: [String]] = [:]
  package var oauth = OAuth()
  /// Email addresses of users who can own records.
  package var owners = ["ana@example.com", "ben@example.com", "chidi@example.com", "desk@example.com"]
  /// Unique-value properties that writes on dated paths must give, by object type.
  package var requiredProperties: [String: [String]] = [:]
  package var unsettled = Unsettled()
  /// What a send to an address comes to, such as `PREVIOUSLY_BOUNCED`, instead of `SENT`.
  package var sendResults: [String: String] = [:]

  package struct Limits: Codable, Equatable, Sendable {
    /// Requests in a rolling window, for each token.
    package var burst = 190
    package var windowMilliseconds: Int64 = 10_000
    package var daily = 625_000
    package var searchesPerSecond = 5
    /// Whether a 429 carries `Retry-After`.
    package var sendsRetryAfter = false

    package init() {}
  }

  package struct OAuth: Codable, Equatable, Sendable {
    package var clientID = "sandbox-client"
    /// Signs webhooks too.
    package var clientSecret = "sandbox-secret"
    package var code = "sandbox-code"
    package var lifetimeSeconds: Int64 = 1_800
    /// Whether a refresh hands out another refresh token and the old one is no longer good.
    package var rotatesRefreshTokens = false

    package init() {}
  }

  package struct WebhookBehavior: Codable, Equatable, Sendable {
    /// Shares of events that come twice, and late.
    package var duplicated = 0.0
    package var late = 0.0
    package var lateMilliseconds: Int64 = 5_000
    /// Before the first retry; each further one waits twice as long.
    package var retryMilliseconds: Int64 = 1_000
    package var timeoutMilliseconds: Int64 = 5_000
    /// Where they go; there are none where it is missing.
    package var target: String?
    /// `contact.propertyChange` and the like; everything where there are none.
    package var subscriptions: [String] = []

    package init() {}
  }

  /// What HubSpot does here is not known; clients must do with either answer.
  package struct Unsettled: Codable, Equatable, Sendable {
    /// Whether one bad row of an upsert by email fails all.
    package var upsertByEmailIsAllOrNothing = true
    /// Whether an enrolment in a sequence that the contact is in already is refused, or happens again.
    package var refusesRepeatedEnrollment = false
    /// Whether a custom event whose `uuid` is known is answered by 409 rather than 204.
    package var refusesRepeatedEvents = false
    /// Whether tasks and notes can have unique-value properties.
    package var uniquePropertiesOnActivities = true

    package init() {}
  }

  package init() {}

  /// All settings, those that were left out too.
  var json: JSON { get throws { try JSON(parsing: JSONEncoder().encode(self)) } }

  /// Reads a file.
  package static func load(_ path: String) throws(SandboxError) -> SandboxConfiguration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .configuration(path, reason: "it cannot be read")
    }
    return try parse(String(decoding: data, as: UTF8.self), path: path)
  }

  package static func parse(_ text: String, path: String = "faults") throws(SandboxError) -> SandboxConfiguration {
    do {
      guard let given = try Yams.load(yaml: text) as? [String: Any] else { return SandboxConfiguration() }
      var model = SandboxConfiguration()
      // So that the setting is among the known ones.
      model.webhooks.target = ""
      let known = try JSON(parsing: JSONEncoder().encode(model))
      let merged = try known.merging(JSON(yaml: given), at: "")
      var configuration = try JSONDecoder().decode(SandboxConfiguration.self, from: merged.data)
      if configuration.webhooks.target?.isEmpty == true { configuration.webhooks.target = nil }
      return configuration
    } catch let error as SandboxError {
      throw error
    } catch {
      throw .configuration(path, reason: "\(error)")
    }
  }
}

extension JSON {
  /// What a YAML parser made of a text.
  fileprivate init(yaml value: Any) throws {
    switch value {
    case let value as Bool: self = .bool(value)
    case let value as Int: self = .integer(Int64(value))
    case let value as Double: self = .number(value)
    case let value as String: self = .text(value)
    case let value as [Any]: self = .list(try value.map(JSON.init(yaml:)))
    case let value as [String: Any]: self = .members(try value.mapValues(JSON.init(yaml:)))
    case is NSNull: self = .null
    default: throw SandboxError.configuration("faults", reason: "`\(value)` is no text, number, list or mapping")
    }
  }

  /// Itself with what was given in place of its own members; refuses members that it does not have. Members whose names
  /// are free (an empty mapping here) are taken as they come.
  fileprivate func merging(_ given: JSON, at path: String) throws -> JSON {
    guard case .members(var members) = self, !members.isEmpty, case .members(let new) = given else { return given }
    for (key, value) in new {
      guard let old = members[key] else {
        throw SandboxError.configuration(
          "faults",
          reason: "there is no setting `\(path)\(key)`; there are \(members.keys.sorted().joined(separator: ", "))")
      }
      members[key] = try old.merging(value, at: "\(path)\(key).")
    }
    return .members(members)
  }
}

/// The world failed, or was described in a way that is not understood.
package enum SandboxError: Error, CustomStringConvertible {
  case configuration(String, reason: String)
  case database(String, reason: String)
  case address(String, reason: String)

  package var description: String {
    switch self {
    case .configuration(let path, let reason): "the sandbox's settings \(path) are not understood: \(reason)"
    case .database(let path, let reason): "the sandbox's database \(path) cannot be used: \(reason)"
    case .address(let address, let reason): "the sandbox cannot listen on \(address): \(reason); try another --port"
    }
  }
}
