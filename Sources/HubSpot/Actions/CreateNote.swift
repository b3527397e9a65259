import BusinessTime
import RuleDiagnostics
import RuleSemantics

// `create note`: a note on the record.
extension ActionExecutor {
  func createNote(_ action: OutboundAction, _ ids: inout [Int64: String]) async -> ActionResult {
    let text = action.request["text"]?.string ?? ""
    return await create(.notes, body: (property: "hs_note_body", text: text), action, &ids) {
      .success(["hs_timestamp": action.decidedAt.description])
    }
  }
}
