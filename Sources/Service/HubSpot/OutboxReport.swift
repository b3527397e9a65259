import BusinessTime
package import ContactStore
package import RuleDiagnostics
import RuleSemantics

/// Entries of the outbox, for a person or a program to read.
package struct OutboxReport {
  private let entries: [OutboxEntry]
  private let counts: [OutboxEntry.Status: Int]
  private let zone: Zone

  package init(_ entries: [OutboxEntry], counts: [OutboxEntry.Status: Int], zone identifier: String) {
    self.entries = entries
    self.counts = counts
    zone = Zone(identifier: identifier) ?? .utc
  }

  /// A line for each entry, after how many there are of each status.
  package func text(_ style: Style) -> String {
    let totals = OutboxEntry.Status.allCases.compactMap { status in
      counts[status].map { "\(Plural.grouped($0)) \(status.rawValue)" }
    }
    var lines = [totals.isEmpty ? "the outbox is empty" : totals.joined(separator: ", ")]
    for entry in entries {
      let name = "\(entry.id)  \(entry.status.rawValue)  \(entry.action.rawValue)  \(entry.key)  (\(entry.rule))"
      lines.append(entry.status == .failed || entry.status == .parked ? style.red(name) : name)
      if let result = entry.result { lines.append(style.faint("    \(result)")) }
    }
    return lines.joined(separator: "\n")
  }

  /// Everything of one entry.
  package static func text(of entry: OutboxEntry, zone identifier: String) -> String {
    let zone = Zone(identifier: identifier) ?? .utc
    var lines = [
      "\(entry.id)  \(entry.status.rawValue)", "  action    \(entry.action.rawValue) \(entry.arguments)",
      "  about     \(entry.subject.rawValue) \(entry.key)", "  rule      \(entry.rule), run \(entry.run)",
      "  decided   \(entry.decidedAt.text(in: zone))", "  attempts  \(entry.attempts)",
    ]
    if let due = entry.dueAt { lines.append("  due       \(due.text(in: zone))") }
    if let since = entry.doubtfulSince { lines.append("  unknown   since \(since.text(in: zone))") }
    if let finished = entry.finishedAt { lines.append("  finished  \(finished.text(in: zone))") }
    if let result = entry.result { lines.append("  result    \(result)") }
    if let remote = entry.remote { lines.append("  HubSpot   \(remote)") }
    lines.append("  request   \(entry.request)")
    lines.append("  key       \(entry.idempotencyKey)")
    return lines.joined(separator: "\n")
  }

  package var json: JSONValue {
    .members([
      (
        "counts",
        .members(
          OutboxEntry.Status.allCases.map { ($0.rawValue, counts[$0].map(JSONValue.integer)) })
      ), ("entries", .list(entries.map(json))),
    ])
  }

  private func json(_ entry: OutboxEntry) -> JSONValue {
    .members([
      ("id", .integer(Int(entry.id))), ("status", .text(entry.status.rawValue)),
      ("action", .text(entry.action.rawValue)), (entry.subject.rawValue, .text(entry.key)),
      ("rule", .text(entry.rule)), ("run", .integer(Int(entry.run))), ("attempts", .integer(entry.attempts)),
      ("due", entry.dueAt.map { .text($0.description) }), ("result", entry.result.map(JSONValue.text)),
      ("hubspot", entry.remote.map(JSONValue.text)), ("key", .text(entry.idempotencyKey)),
    ])
  }
}

/// Entries of the outbox that a command was given and that are none, or not ones for it.
package struct NoSuchEntries: WrongUsage, CustomStringConvertible {
  package let ids: [Int64]
  package let reason: String

  package init(ids: [Int64], reason: String) {
    self.ids = ids
    self.reason = reason
  }

  package var description: String {
    "\(ids.map(String.init).joined(separator: ", ")): \(reason)"
  }
}
