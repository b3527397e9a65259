import RuleDiagnostics
import Yams

/// The settings of a workspace: what the command line says, else the environment, else `abm.yaml`, else the default.
package struct Configuration: Sendable, Hashable {
  /// The folder of the rule book.
  package var rules = "rules"
  /// The database file.
  package var database = "abm.sqlite"
  /// Whether the columns of large databases are kept beside them for the next start.
  package var keepsColumns = true
  package var hubspot = HubSpotSettings()
  package var daemon = DaemonSettings()

  package static let fileName = "abm.yaml"
  /// The settings, as `abm.yaml` spells them; `ABM_` and the name in capitals is the variable.
  package static let keys = ["rules", "database", "cache"]

  package init() {}

  /// - Parameter environment: the variables of the process.
  package static func load(environment: [String: String]) throws(WorkspaceError) -> Configuration {
    var configuration = Configuration()
    if Files.isThere(fileName) {
      let text = String(decoding: try Files.read(fileName), as: UTF8.self)
      let settings = try settings(in: text, hubspot: &configuration.hubspot, daemon: &configuration.daemon)
      for (key, value) in settings { try configuration.set(key, value, in: fileName) }
    }
    for key in keys {
      let variable = "ABM_\(key.uppercased())"
      if let value = environment[variable], !value.isEmpty { try configuration.set(key, value, in: variable) }
    }
    for key in HubSpotSettings.scalarKeys {
      let variable = "ABM_HUBSPOT_\(key.uppercased())"
      if let value = environment[variable], !value.isEmpty {
        try configuration.hubspot.set(key, value, file: variable)
      }
    }
    if let value = environment["ABM_DB"], !value.isEmpty { configuration.database = value }
    return configuration
  }

  /// - Parameter source: the file or variable that says so.
  private mutating func set(_ key: String, _ value: String, in source: String) throws(WorkspaceError) {
    switch key {
    case "rules": rules = value
    case "database": database = value
    case "cache":
      switch value.lowercased() {
      case "yes", "true", "1": keepsColumns = true
      case "no", "false", "0": keepsColumns = false
      default: throw .malformedConfiguration(source, reason: "`cache` is yes or no, not `\(value)`")
      }
    default: preconditionFailure("`\(key)` was accepted as a setting and is none")
    }
  }

  private static func settings(
    in text: String, hubspot: inout HubSpotSettings, daemon: inout DaemonSettings
  ) throws(WorkspaceError) -> [(String, String)] {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw .malformedConfiguration(fileName, reason: "\(error)")
    }
    guard let node else { return [] }
    guard let mapping = node.mapping else {
      throw .malformedConfiguration(fileName, reason: "expected lines of the form `rules: folder`")
    }
    var settings: [(String, String)] = []
    for (key, value) in mapping {
      if key.string == "hubspot" {
        try hubspot.read(value, file: fileName)
        continue
      }
      if key.string == "daemon" {
        try daemon.read(value, file: fileName)
        continue
      }
      guard let name = key.string, let text = value.scalar?.string else {
        throw .malformedConfiguration(fileName, reason: "`\(key.string ?? "?")` takes one value")
      }
      guard keys.contains(name) else {
        throw .unknownConfigurationKey(name, file: fileName, suggestion: nearest(to: name, among: keys + ["hubspot"]))
      }
      settings.append((name, text))
    }
    return settings
  }
}
