import BusinessTime
import RuleDiagnostics
import RuleSemantics

// `create task`, and `notify` of a person: a task in HubSpot.
extension ActionExecutor {
  func task(of action: OutboundAction) async -> Result<Activity, Unfit> {
    let text = action.request["text"]?.string ?? ""
    var properties: [String: String] = [
      "hs_task_subject": text, "hs_task_status": "NOT_STARTED", "hs_task_type": "TODO",
      "hs_timestamp": action.request["due"]?.string ?? action.decidedAt.description,
      "hs_task_priority": (action.request["priority"]?.string ?? "none").uppercased(),
    ]
    if let address = action.request["recipient"]?.string {
      do throws(HubSpotError) {
        guard let owner = try await directory.owner(address) else {
          return .failure(Unfit(result: .failed("HubSpot has no owner with the address \(address)")))
        }
        properties["hubspot_owner_id"] = owner
      } catch {
        return .failure(Unfit(result: ActionResult(error)))
      }
    }
    return .success(Activity(properties: properties))
  }
}
