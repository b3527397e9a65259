import RuleDiagnostics
import Yams

/// What `abm.yaml` says under `daemon:`. It holds no secret: where one is needed it names the variable of the environment
/// that does.
package struct DaemonSettings: Sendable, Hashable {
  package var host = "127.0.0.1"
  package var port = 8071
  /// The address that HubSpot was given for webhooks; what it signs. From host and port where it is missing.
  package var webhookURL: String?
  /// The variable with the client secret of the app, by which webhooks are signed.
  package var webhookSecret = "HUBSPOT_CLIENT_SECRET"
  /// Whether deliveries count that only carry the signatures without a time, which whoever saw one can send again.
  package var acceptsOlderSignatures = false
  /// The variable with the token by which other programs send events.
  package var eventsToken = "ABM_EVENTS_TOKEN"
  /// At the latest so long after the last evaluation comes the next one, where the policy has no `evaluate every`.
  package var evaluateSeconds = 900
  /// How often HubSpot is asked what changed; 0 for never.
  package var syncSeconds = 120
  /// Where scheduled backups go; none are made where it is missing.
  package var backupFolder: String?
  package var backupSeconds = 86_400
  package var backupsKept = 7
  /// The variable with the address that is told of alerts.
  package var alertURL = "ABM_ALERT_URL"
  /// Above so many waiting actions or deliveries there is an alert.
  package var alertQueue = 10_000
  /// There is an alert when HubSpot was not read for so long.
  package var alertLagSeconds = 900

  package static let keys = [
    "host", "port", "webhook_url", "webhook_secret", "older_signatures", "events_token", "evaluate_every", "sync_every",
    "backup_folder", "backup_every", "backups_kept", "alert_url", "alert_queue", "alert_lag",
  ]

  package init() {}

  /// Where webhooks are received.
  package static let webhookPath = "/webhooks/hubspot"

  /// What HubSpot signs.
  package var publicURL: String { webhookURL ?? "http://\(host):\(port)\(Self.webhookPath)" }

  /// Reads the mapping below `daemon:`.
  mutating func read(_ node: Node, file: String) throws(WorkspaceError) {
    guard let mapping = node.mapping else {
      throw .malformedConfiguration(file, reason: "`daemon` takes lines of the form `port: 8071`")
    }
    for (key, value) in mapping {
      let name = key.string ?? "?"
      guard Self.keys.contains(name) else {
        throw .unknownConfigurationKey(
          "daemon.\(name)", file: file, suggestion: nearest(to: name, among: Self.keys).map { "daemon.\($0)" })
      }
      guard let text = value.scalar?.string else {
        throw .malformedConfiguration(file, reason: "`daemon.\(name)` takes one value")
      }
      try set(name, text, file: file)
    }
  }

  private mutating func set(_ name: String, _ text: String, file: String) throws(WorkspaceError) {
    switch name {
    case "host": host = text
    case "port": port = try number(name, text, in: 0...65_535, file)
    case "webhook_url": webhookURL = text
    case "webhook_secret": webhookSecret = text
    case "older_signatures":
      guard text == "yes" || text == "no" else {
        throw .malformedConfiguration(file, reason: "`daemon.older_signatures` takes yes or no, not `\(text)`")
      }
      acceptsOlderSignatures = text == "yes"
    case "events_token": eventsToken = text
    case "evaluate_every": evaluateSeconds = try seconds(name, text, file)
    case "sync_every": syncSeconds = try seconds(name, text, file)
    case "backup_folder": backupFolder = text
    case "backup_every": backupSeconds = try seconds(name, text, file)
    case "backups_kept": backupsKept = try number(name, text, in: 1...10_000, file)
    case "alert_url": alertURL = text
    case "alert_queue": alertQueue = try number(name, text, in: 1...1_000_000_000, file)
    case "alert_lag": alertLagSeconds = try seconds(name, text, file)
    default: preconditionFailure("`daemon.\(name)` was accepted as a setting and is none")
    }
  }

  private func number(
    _ name: String, _ text: String, in range: ClosedRange<Int>, _ file: String
  ) throws(WorkspaceError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw .malformedConfiguration(
        file, reason: "`daemon.\(name)` takes a number from \(range.lowerBound) to \(range.upperBound), not `\(text)`")
    }
    return number
  }

  /// `90`, `90s`, `15m`, `6h`, `1d`.
  private func seconds(_ name: String, _ text: String, _ file: String) throws(WorkspaceError) -> Int {
    let units = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    let unit = text.last.flatMap { units["\($0)"] }
    guard let count = Int(unit == nil ? text : String(text.dropLast())), (0...100_000).contains(count) else {
      throw .malformedConfiguration(
        file, reason: "`daemon.\(name)` takes a time such as 90s, 15m, 6h or 1d, not `\(text)`")
    }
    return count * (unit ?? 1)
  }
}
