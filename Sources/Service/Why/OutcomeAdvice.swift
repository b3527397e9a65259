import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What holds an action back, where that is said, and what would have to change.
struct OutcomeAdvice {
  let why: Why

  func lines(for outcome: Outcome) -> [String] {
    switch outcome {
    case .held(_, .quietHours(let window)):
      guard let quiet = policy.quiet.first(where: { $0.from == window.from && $0.to == window.to }) else { return [] }
      return ["\(whose(quiet)); the first run after that decides anew  \(place(quiet.range))"]
    case .held(_, .sendWindow(let window)):
      return policy.sendWindows.first { $0.hours == window }.map {
        ["the first run after that decides anew  \(place($0.range))"]
      } ?? []
    case .held(_, .cap(let limit, let perAccount, let span)):
      return ["a run after that decides anew" + cap(limit, perAccount, span)]
    case .dropped(.cap(let limit, let perAccount, let span)):
      return ["what is over the limit is dropped, not kept for later" + cap(limit, perAccount, span)]
    case .dropped(.expired): return ["it is not sent any more; the rule decides anew at its next turn"]
    case .noConsent(let purpose): return ["it would need a consent for \(purpose) on record"]
    case .neverMessage(let text):
      guard why.subject == .contact,
        let condition = policy.neverMessage.first(where: { why.book.source.text($0.range) == text })
      else {
        return []
      }
      var trace = ConditionTrace(why)
      trace.add(condition: condition, why.evaluation.explain(condition, of: why.subject, row: why.row), depth: 1)
      let parts = trace.lines.map { line in
        String(repeating: "  ", count: line.depth) + line.text + (line.value.isEmpty ? "" : "  \(line.value)")
      }
      return parts + ["for a message, this would have to be false  \(place(condition.range))"]
    case .noRecipient: return ["an owner on the record, or `otherwise` with an address in the rule, would settle it"]
    case .accountLimit:
      return ["somebody else of the account goes first, or the limit of the rule would have to be higher"]
    case .repeated: return ["the policy repeats no asset within \(policy.neverRepeatAsset)"]
    case .act, .held(_, .together), .held(_, .release), .needsApproval, .rejected, .approvalExpired, .gone, .overridden,
      .suppressed, .noValue, .noCandidate, .already,
      .enrolledBefore, .halted, .held(_, .paused), .lapsed:
      return []
    }
  }

  /// In whose time quiet hours are.
  private func whose(_ quiet: CheckedPolicy.Quiet) -> String {
    let common = "that is the time of \(why.program.policy.zone)"
    guard quiet.inContactTime else { return common }
    guard let field = why.program.contact.index(of: "timezone"), why.subject == .contact,
      case .text(let zone) = why.value(of: field), Zone(spelling: zone) != nil
    else { return "\(common), as the contact's time zone is not known" }
    return "that is the contact's time, of \(zone)"
  }

  private var policy: CheckedPolicy { why.program.policy }

  private func cap(_ limit: Int, _ perAccount: Bool, _ span: TimeSpan) -> String {
    let cap = policy.caps.first { $0.limit == limit && $0.isPerAccount == perAccount && $0.per == span }
    return cap.map { "  \(place($0.range))" } ?? ""
  }

  private func place(_ range: SourceRange) -> String { ConditionTrace(why).place(range) }
}
