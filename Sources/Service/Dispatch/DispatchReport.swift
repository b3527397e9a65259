package import BusinessTime
import ContactStore
import Decisioning

/// What the policies kept back when it was about to go out, in a line for each reason.
package struct DispatchReport {
  package let lines: [String]

  package init(_ refusals: [DispatchCheck.Refusal], zone: Zone) {
    var order: [String] = []
    var groups: [String: [DispatchCheck.Refusal]] = [:]
    for refusal in refusals {
      let head =
        if case .held(_, let reason) = refusal.outcome { "held: \(reason.text)" } else {
          "\(refusal.outcome.name): \(refusal.outcome.reason(in: zone) ?? "")"
        }
      if groups[head] == nil { order.append(head) }
      groups[head, default: []].append(refusal)
    }
    lines = order.map { head in
      let group = groups[head] ?? []
      let names = group.prefix(3).map(\.entry.key).joined(separator: ", ")
      let more = group.count > 3 ? " and \(Plural.grouped(group.count - 3)) more" : ""
      return "\(Plural.count(group.count, "action")) not carried out, \(head) (\(names)\(more))"
    }
  }
}
