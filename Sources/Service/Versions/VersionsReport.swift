import BusinessTime
package import ContactStore
package import RuleDiagnostics
import RuleSemantics

/// The versions that runs have followed, for a person or a program to read.
package struct VersionsReport {
  private let versions: [DeployedVersion]
  private let book: RuleBook
  private let style: Style

  /// - Parameter book: that of the workspace, which is marked.
  package init(versions: [DeployedVersion], book: RuleBook, style: Style) {
    self.versions = versions
    self.book = book
    self.style = style
  }

  package var text: String {
    let zone = Zone(identifier: book.program.policy.zone) ?? .utc
    var lines = versions.map { version in
      let last = version.lastRunAt.map { ", last at \($0.minuteText(in: zone))" } ?? ""
      let mark = version.hash == book.hash ? style.green("  this is the rule book as it is now") : ""
      return "\(style.bold(String(version.hash.prefix(12))))  since \(version.deployedAt.minuteText(in: zone))  "
        + "\(Plural.count(version.runs, "run"))\(last)\(mark)"
    }
    if versions.isEmpty { lines.append("no run has followed a rule book yet") }
    if !versions.contains(where: { $0.hash == book.hash }) {
      lines.append(
        style.faint("the rule book as it is now, \(book.hash.prefix(12)), is not among them; see `abm-rules diff`"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package var json: JSONValue {
    .list(
      versions.map { version in
        .members([
          ("hash", .text(version.hash)), ("deployed_at", .text(version.deployedAt.description)),
          ("runs", .integer(version.runs)), ("last_run_at", version.lastRunAt.map { .text($0.description) }),
          ("is_current", .flag(version.hash == book.hash)),
        ])
      })
  }
}
