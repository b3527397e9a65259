/// The functions that are called with values; those of events and people are part of the grammar.
package enum BuiltInFunction: String, Hashable, Sendable, CaseIterable {
  case freshness, diminishing, closeness, affinity

  package var form: String {
    switch self {
    case .freshness: "freshness(t, half life D)"
    case .diminishing: "diminishing(x, half at k)"
    case .closeness: "closeness(a, b)"
    case .affinity: "affinity(topics, half life D)"
    }
  }

  package var summary: String {
    switch self {
    case .freshness: "How fresh a moment is: 1 now, a half after each half life."
    case .diminishing: "More counts ever less: 0 for nothing, a half at k, never quite 1."
    case .closeness: "How near two ordered values are: 1 when equal, 0 at the two ends."
    case .affinity: "The share of a contact's interactions, the recent ones more, that touched these topics."
    }
  }

  package var example: String {
    switch self {
    case .freshness: "freshness(last(interaction), half life 14 days)"
    case .diminishing: "diminishing(count(interaction, half life 30 days), half at 3)"
    case .closeness: "closeness(candidate.stage, stage)"
    case .affinity: "affinity(candidate.topics, half life 30 days)"
    }
  }
}
