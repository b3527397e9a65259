package import BusinessTime

/// What one pass over the outbox came to.
package struct DispatchSummary: Hashable, Sendable {
  package var done = 0
  /// HubSpot would not do it.
  package var refused = 0
  /// In the list of failed entries.
  package var failed = 0
  /// For a person to decide.
  package var parked = 0
  /// Tried again later.
  package var postponed = 0
  /// Handed over; HubSpot has not said yet what became of it.
  package var waiting = 0
  /// Of which nobody knows yet whether it was done.
  package var unknown = 0
  /// Held back or dropped, since something had changed since they were decided.
  package var withheld = 0
  /// Whether nothing was tried, since HubSpot does not answer.
  package var isAway = false
  /// When the next entry is due; `nil` when none waits.
  package var nextDue: Instant?
  /// What went wrong, each once.
  package var problems: [String] = []

  package init() {}

  static let problemLimit = 20

  mutating func note(_ problem: String) {
    if problems.count < Self.problemLimit, !problems.contains(problem) { problems.append(problem) }
  }

  /// For a person.
  package var text: String {
    let counts = [
      (done, "done in HubSpot"), (refused, "refused by HubSpot"), (failed, "failed"), (parked, "parked for a person"),
      (postponed, "tried again later"), (waiting, "queued by HubSpot"), (unknown, "looked up later"),
      (withheld, "held back by the policy"),
    ].filter { $0.0 > 0 }.map { "\(Plural.grouped($0.0)) \($0.1)" }
    var lines = [counts.isEmpty ? "nothing to carry out" : counts.joined(separator: ", ")]
    lines += problems.map { "  \($0)" }
    if hasProblems { lines.append("see `abm-rules outbox list`") }
    return lines.joined(separator: "\n")
  }

  /// Whether a person has something to look at.
  package var hasProblems: Bool { failed > 0 || parked > 0 }
}
