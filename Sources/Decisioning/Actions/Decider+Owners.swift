import BusinessTime
import RuleDiagnostics
import RuleSemantics

// `assign owner from T`: the members of a team, one after the other.
extension Decider {
  func resolveOwner(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    let team = program.teams.first { $0.name == action.name(.team) }
    var resolved = ResolvedAction(id: action.id, index: index)
    resolved.arguments.append(.init(.team, .text(team?.name ?? "")))
    guard let team, owner(place) == nil, let next = team.member(after: turns[team.name]) else {
      // Whoever looks after somebody goes on doing so.
      resolved.outcome = .already
      return resolved
    }
    assigned = (place.subject, place.row, next)
    resolved.arguments.append(.init(.recipient, .text(next)))
    resolved.request = .members([
      ("kind", .text(action.id.requestKind)), ("owner", .text(next)), ("otherwise", team.fallback.map(JSONValue.text)),
      ("object", .text(place.subject.rawValue)), ("key", .text(key(of: place.subject, row: place.row))),
    ])
    resolved.effect = .owner(team: team.name, address: next)
    resolved.claim = (.owner(place.subject, place.row), .text(next))
    resolved.target = "owner"
    return resolved
  }
}

extension CheckedTeam {
  /// Whose turn is next: the one after whoever had the last, as the team is written now; the first where that is nobody
  /// of the team any more.
  func member(after last: String?) -> String? {
    guard let last, let position = members.firstIndex(of: last) else { return members.first }
    return members[(position + 1) % members.count]
  }
}
