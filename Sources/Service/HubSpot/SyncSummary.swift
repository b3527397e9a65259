package import ContactStore

/// What reading from HubSpot came to.
package struct SyncSummary: Sendable {
  package struct Stream: Sendable {
    /// `companies`, `contacts`, `deals`, or an event.
    package var name: String
    package var isFull: Bool
    package var counts = SyncCounts()
    package var deleted = 0
    package var merged = 0

    init(name: String, isFull: Bool) {
      self.name = name
      self.isFull = isFull
    }

    package var records: Int { counts.inserted + counts.updated + counts.unchanged + counts.keyless }
  }

  package var streams: [Stream] = []
  package var owners = 0
  package var corrections = 0
  package var isDryRun: Bool

  package init(isDryRun: Bool) {
    self.isDryRun = isDryRun
  }

  /// Whether anything that a rule could read is different now.
  package var hasChanges: Bool {
    streams.contains { $0.counts.inserted + $0.counts.updated + $0.deleted + $0.merged > 0 }
  }

  /// For a person.
  package var text: String {
    var lines: [String] = []
    for stream in streams {
      var parts = [
        (stream.counts.inserted, "new"), (stream.counts.updated, "updated"), (stream.counts.unchanged, "unchanged"),
        (stream.counts.keyless, "without a key, left out"), (stream.deleted, "deleted"), (stream.merged, "merged"),
      ].filter { $0.0 > 0 }.map { "\(Plural.grouped($0.0)) \($0.1)" }
      if parts.isEmpty { parts = ["nothing new"] }
      lines.append("\(stream.name)\(stream.isFull ? " (all)" : ""): \(parts.joined(separator: ", "))")
      for (field, values) in stream.counts.problems.sorted(by: { $0.key < $1.key }) {
        let list = values.prefix(5).map { "“\($0)”" }.joined(separator: ", ")
        lines.append(
          "  `\(field)` counts as missing where HubSpot says \(list)\(values.count > 5 ? " and others" : "")")
      }
    }
    if corrections > 0 { lines.append("\(Plural.count(corrections, "value")) of ours written back") }
    if isDryRun { lines.append("nothing was kept: this was a dry run") }
    return lines.joined(separator: "\n")
  }
}
