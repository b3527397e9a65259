package import BusinessTime
package import ContactStore
import RuleDiagnostics
import RuleSemantics

/// The queue of what people are asked before it is done.
package enum ApprovalService {
  /// What an argument of the command line names: an id, or a rule with everything of it that waits.
  ///
  /// - Returns: ids in their order, each once.
  package static func ids(
    named names: [String], _ store: Store, isApproval: Bool, now: Instant
  ) throws -> [Int64] {
    let records = try store.approvals(now: now, all: true)
    var ids: [Int64] = []
    for name in names {
      let found: [Int64]
      if let id = Int64(name) {
        found = records.filter { $0.id == id }.map(\.id)
      } else {
        // A rule's name means what waits, not what it asked in the past.
        found = records.filter { $0.rule == name && isWaiting($0, isApproval: isApproval) }.map(\.id)
      }
      guard !found.isEmpty else {
        throw UnknownApproval(name: name, waiting: records.filter { $0.status == .open }.map(\.rule))
      }
      ids += found.filter { !ids.contains($0) }
    }
    return ids
  }

  private static func isWaiting(_ record: ApprovalRecord, isApproval: Bool) -> Bool {
    switch record.status {
    case .open: true
    case .approved: !isApproval
    case .rejected: isApproval
    case .expired, .used, .refused, .lapsed, .moot: false
    }
  }

  package struct UnknownApproval: WrongUsage, CustomStringConvertible {
    let name: String
    let waiting: [String]

    package var description: String {
      let hint = nearest(to: name, among: waiting).map { "; did you mean `\($0)`?" } ?? ""
      return "nothing called `\(name)` waits for approval\(hint); abm-rules approvals list shows what does"
    }
  }
}
