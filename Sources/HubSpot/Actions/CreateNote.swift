import BusinessTime
import RuleDiagnostics
import RuleSemantics

// `create note`: a note on the record.
extension ActionExecutor {
  func note(of action: OutboundAction) -> Activity {
    Activity(properties: ["hs_timestamp": action.decidedAt.description], text: action.request["text"]?.string ?? "")
  }
}
