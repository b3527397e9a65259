import RuleDiagnostics
import RuleSemantics

// `notify`: a person gets a task, since HubSpot sends no notifications for others; a channel gets a message at the address
// that the workspace gives it.
extension ActionExecutor {
  func isForChannel(_ action: OutboundAction) -> Bool {
    settings.channels[action.request["recipient"]?.string ?? ""] != nil
  }

  /// Of a channel.
  func notify(_ action: OutboundAction) async -> ActionResult {
    let recipient = action.request["recipient"]?.string ?? ""
    guard let address = settings.channels[recipient] else {
      return .failed("no address is known for the channel “\(recipient)”; see `hubspot: channels:` in abm.yaml")
    }
    return await post(
      to: address, name: recipient,
      .members([("text", action.request["text"] ?? .text("")), (action.subject.rawValue, .text(action.key))]), action)
  }
}
