import RuleDiagnostics
import RuleSemantics

// `notify`: a person gets a task, since HubSpot sends no notifications for others; a channel gets a message at the address
// that the workspace gives it.
extension ActionExecutor {
  func notify(_ action: OutboundAction, _ ids: inout [Int64: String]) async -> ActionResult {
    let recipient = action.request["recipient"]?.string ?? ""
    if let address = settings.channels[recipient] {
      return await post(
        to: address, name: recipient,
        .members([("text", action.request["text"] ?? .text("")), (action.subject.rawValue, .text(action.key))]),
        action)
    }
    guard recipient.contains("@") else {
      return .failed("no address is known for the channel “\(recipient)”; see `hubspot: channels:` in abm.yaml")
    }
    return await createTask(action, &ids)
  }
}
