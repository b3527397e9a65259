import BusinessTime
import RuleDiagnostics
import RuleSemantics

// `call webhook`: a request to an address of the workspace's own, with a key by which its receiver knows a repetition.
extension ActionExecutor {
  func callWebhook(_ action: OutboundAction) async -> ActionResult {
    let name = action.request["webhook"]?.string ?? ""
    guard let address = settings.webhooks[name] else {
      return .failed("no address is known for the webhook “\(name)”; see `hubspot: webhooks:` in abm.yaml")
    }
    return await post(
      to: address, name: name,
      .members([
        ("webhook", .text(name)), (action.subject.rawValue, .text(action.key)), ("key", .text(action.idempotencyKey)),
        ("decided_at", .text(action.decidedAt.description)), ("hubspot_id", action.hubspotID.map(JSONValue.text)),
      ]), action)
  }

  /// Where an earlier attempt's outcome is not known, only a receiver that knows repetitions is asked again.
  func post(to address: String, name: String, _ body: JSONValue, _ action: OutboundAction) async -> ActionResult {
    let isRepeatable = settings.repeatableWebhooks.contains(name)
    if action.doubtfulSince != nil, !isRepeatable {
      return .parked(
        "whether “\(name)” got it is not known; if its receiver heeds `Idempotency-Key`, say so under"
          + " `repeatable_webhooks`")
    }
    let request = OutgoingRequest(
      method: .post, url: address,
      headers: [
        ("content-type", "application/json"), ("user-agent", "abm-rules"), ("idempotency-key", action.reference),
      ], body: Array(body.text.utf8))
    do {
      let reply = try await transport.send(request)
      switch reply.status {
      case 200..<300: return .done(note: "HTTP status \(reply.status)", remote: nil)
      case 408, 425, 429: return .again("“\(name)” answered \(reply.status)", after: .seconds(30))
      case 400..<500: return .failed("“\(name)” answered \(reply.status)")
      default: return .unknown("“\(name)” answered \(reply.status)")
      }
    } catch {
      switch error {
      case .notSent(let reason): return .again("“\(name)” cannot be reached: \(reason)", after: .seconds(30))
      case .noAnswer(let reason): return .unknown("“\(name)” did not answer: \(reason)")
      }
    }
  }
}
