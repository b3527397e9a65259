import BusinessTime
import RuleDiagnostics
import RuleSemantics

// `send asset`, `send best of`, `send email`. HubSpot sends at most one email for each `sendId`, which is made from the
// action's own key, so that an attempt of which nobody knows the outcome is made again under the same id.
extension ActionExecutor {
  func send(_ action: OutboundAction) async -> ActionResult {
    if let status = action.remote { return await poll(status, action) }
    if let since = action.doubtfulSince, milliseconds(from: since) > settings.sendMemory / .milliseconds(1) {
      return .parked("whether it was sent is not known, and HubSpot may have forgotten its id by now")
    }
    let name = action.request["template"]?.string ?? action.request["asset"]?.string ?? ""
    let isAsset = action.request["asset"] != nil
    guard let email = settings.emails[name] ?? (Int(name) == nil ? nil : name) ?? (isAsset ? settings.assetEmail : nil)
    else {
      return .failed("no email of HubSpot is known for “\(name)”; name it in abm.yaml, under `hubspot: emails:`")
    }
    guard let emailID = Int(email) else {
      return .failed("`\(email)` is no id of an email; see `hubspot: emails:` in abm.yaml")
    }
    do throws(HubSpotError) {
      // What is not known is made again later, by the outbox, which remembers since when.
      let reply = try await client.call(
        APICall(
          .post, action.request["transactional"]?.isTrue == true ? .transactionalSend : .singleSend,
          body: body(action, emailID), isRepeatable: false))
      return result(of: reply, action)
    } catch {
      return ActionResult(error)
    }
  }

  private func body(_ action: OutboundAction, _ emailID: Int) -> JSONValue {
    let request = action.request
    let custom = [("asset_name", request["asset"]), ("asset_title", request["title"]), ("asset_url", request["url"])]
    return .members([
      ("emailId", .integer(emailID)),
      (
        "message",
        .members([
          ("to", .text(request["to"]?.string ?? action.key)), ("from", request["from"]),
          ("sendId", .text(Reference.sendID(of: action.idempotencyKey))), ("cc", .list([])), ("bcc", .list([])),
          ("replyTo", .list([])),
        ])
      ),
      ("contactProperties", .record([])), ("customProperties", .members(custom)),
    ])
  }

  /// A refused send is answered like a successful one; only `sendResult` tells them apart.
  private func result(of reply: JSONValue, _ action: OutboundAction) -> ActionResult {
    let status = reply["statusId"]?.string
    switch reply["sendResult"]?.string {
    case "SENT": return .done(note: "SENT", remote: status)
    case "IDEMPOTENT_IGNORE": return .done(note: "IDEMPOTENT_IGNORE: it was sent before", remote: status)
    case "IDEMPOTENT_FAIL":
      return .parked("HubSpot knows this send already and says that it failed (IDEMPOTENT_FAIL)")
    case "QUEUED", nil:
      guard let status else { return .unknown("HubSpot's answer says nothing of what became of the send") }
      if reply["status"]?.string == "CANCELED" { return .refused("HubSpot canceled the send") }
      return .waiting(remote: status, after: pollDelay(action))
    case .some(let other): return .refused("HubSpot did not send it: \(other)")
    }
  }

  /// What became of a send that HubSpot had only queued.
  private func poll(_ status: String, _ action: OutboundAction) async -> ActionResult {
    if milliseconds(from: action.decidedAt) > 3 * 86_400_000 {
      return .parked("HubSpot has had it in its queue for three days (status \(status))")
    }
    do throws(HubSpotError) {
      return result(of: try await client.call(.get(.sendStatus(id: status))), action)
    } catch {
      switch error {
      case .notFound: return .parked("HubSpot no longer knows the send \(status) that it had queued")
      case .limited(_, let retryAfter), .unavailable(_, let retryAfter):
        return .waiting(remote: status, after: retryAfter)
      case .unauthorized, .forbidden, .conflict, .refused, .unknownOutcome, .malformedReply, .credentials:
        return .waiting(remote: status, after: .seconds(60))
      }
    }
  }

  private func pollDelay(_ action: OutboundAction) -> Duration {
    .seconds(min(300, 1 << min(action.attempts, 9)))
  }

  private func milliseconds(from instant: Instant) -> Double {
    Double(now().milliseconds - instant.milliseconds)
  }
}
