import BusinessTime
import Decisioning

extension Why {
  /// Single actions about this record that wait for a person, or for the run that takes up what a person said.
  ///
  /// - Parameter names: of a rule or sequence, the present one and the former.
  func items(of names: [String?]) -> [ApprovalState.Item] {
    state.approvals.items.filter {
      names.contains($0.action.rule) && $0.action.subject == subject && Int($0.action.row) == row
    }
  }
}

extension ApprovalState.Item {
  /// On one line: what it is, and what a person said.
  func text(in zone: Zone) -> String {
    let detail = ActionText.detail(action, zone: zone)
    let what = "\(ActionText.kind(action))\(detail.isEmpty ? "" : " \(detail)")"
    guard let answer else {
      return "\(what): waits for approval until \(expiresAt.minuteText(in: zone)): abm-rules approvals"
    }
    let when = answer.at.minuteText(in: zone)
    return answer.isApproval
      ? "\(what): approved by \(answer.by) at \(when); the next run does it"
      : "\(what): rejected by \(answer.by) at \(when)"
  }
}
