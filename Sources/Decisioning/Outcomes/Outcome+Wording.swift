package import BusinessTime
import RuleDiagnostics
import RuleSemantics

// All wording of outcomes: how reports name them, and the reason a person reads.
extension Outcome {
  /// One or two words, the same in every report.
  package var name: String {
    switch self {
    case .act: "act"
    case .held: "held"
    case .dropped: "dropped"
    case .needsApproval: "needs approval"
    case .rejected: "rejected"
    case .approvalExpired: "approval expired"
    case .overridden: "overridden"
    case .gone: "gone"
    case .suppressed: "suppressed"
    case .noConsent: "no consent"
    case .neverMessage: "never message"
    case .repeated: "repeated"
    case .noRecipient: "no recipient"
    case .noValue: "no value"
    case .noCandidate: "no candidate"
    case .already: "already"
    case .accountLimit: "account limit"
    case .enrolledBefore: "enrolled before"
    case .halted: "halted"
    case .lapsed: "lapsed"
    }
  }

  /// A sentence without a period; `nil` for what simply acts.
  package func reason(in zone: Zone) -> String? {
    switch self {
    case .act: nil
    case .held(let until, let reason): "until \(until.minuteText(in: zone)): \(reason.text)"
    case .dropped(let reason): reason.text(in: zone)
    case .needsApproval(let reason): reason.text
    case .rejected(let by, let at, let note):
      "rejected by \(by) on \(at.minuteText(in: zone))" + (note.map { ": \($0)" } ?? "")
    case .approvalExpired(let at): "nobody approved it by \(at.minuteText(in: zone))"
    case .overridden(let rule): "`\(rule)` goes first and decides otherwise"
    case .gone: "the record is no longer there"
    case .suppressed: "suppressed, so that nothing is ever sent"
    case .noConsent(let purpose): "no consent for \(purpose) is on record"
    case .neverMessage(let condition): "the policy never messages when `\(condition)`, nor when that is unknown"
    case .repeated(let asset, let at): "`\(asset)` was sent on \(at.minuteText(in: zone))"
    case .noRecipient: "nobody owns the record, and no one else is named"
    case .noValue: "the value to set is missing"
    case .noCandidate(let found): found.text
    case .already: "nothing would change"
    case .accountLimit(let limit, let span):
      "\(Outcome.counted(limit, "contact")) of the account \(limit == 1 ? "has" : "have") been reached within \(span)"
    case .enrolledBefore(let at): "in the sequence since \(at.minuteText(in: zone)), and not so soon again"
    case .halted: "the run was halted before its first action"
    case .lapsed(let lapse): lapse.text(in: zone)
    }
  }

  static func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }
}

extension Outcome.NoCandidate {
  /// A sentence without a period.
  package var text: String {
    guard assets > 0 else { return "`\(recommendation)` finds nothing: the rule book declares no asset" }
    let parts = [
      gated > 0 ? "\(gated) \(gated == 1 ? "does" : "do") not pass its `where`" : nil,
      leftOut > 0 ? "\(leftOut) \(leftOut == 1 ? "was" : "were") sent or recommended not long ago" : nil,
      belowThreshold > 0
        ? "\(belowThreshold) \(belowThreshold == 1 ? "scores" : "score") less than "
          + "\(JSONValue.spelling(of: (threshold * 10_000).rounded() / 100)) %" : nil,
    ]
    return "`\(recommendation)` finds nothing: of \(Outcome.counted(assets, "asset")) "
      + parts.compactMap(\.self).joined(separator: ", ")
  }
}

extension Outcome.HoldReason {
  package var text: String {
    switch self {
    case .quietHours(let window): "quiet hours from \(window.from) to \(window.to)"
    case .sendWindow(let window): "messages go out from \(window.from) to \(window.to), on the days of the policy"
    case .release(let span): "what waited leaves spread over \(span)"
    case .cap(let limit, let perAccount, let span): Outcome.capText(limit, perAccount, span)
    case .together: "it goes with a message that is held"
    case .paused: "what decided it is paused"
    }
  }
}

extension Outcome.Lapse {
  /// A sentence without a period.
  package func text(in zone: Zone) -> String {
    switch self {
    case .withoutRule: "what decided it is no longer in the rule book"
    case .condition: "decided anew, since it waited: the condition is not true any more"
    case .occurrence: "decided anew, since it waited: what set it off is no longer on record"
    case .left(let ending): "the contact \(ending.text)"
    case .age(let decidedAt, let limit):
      "decided on \(decidedAt.minuteText(in: zone)), and not carried out later than \(limit) after that"
    }
  }
}

extension Outcome.DropReason {
  package func text(in zone: Zone) -> String {
    switch self {
    case .cap(let limit, let perAccount, let span): Outcome.capText(limit, perAccount, span)
    case .expired(let since): "held since \(since.minuteText(in: zone)), which is as long as the policy allows"
    }
  }
}

extension Outcome.ApprovalReason {
  package var text: String {
    switch self {
    case .firstDeployment(let people):
      "the rule is new and would message \(people) people who were there before it"
    case .actsOnMany(let subjects, let limit):
      "the rule would act on \(subjects), more than \(limit)"
    case .recommendation: "a person is asked before it is carried out"
    case .asked: "a person was asked, and has not answered"
    }
  }
}

extension Outcome {
  fileprivate static func capText(_ limit: Int, _ perAccount: Bool, _ span: TimeSpan) -> String {
    "at most \(counted(limit, "message")) per \(perAccount ? "account" : "contact") per \(span)"
  }
}

extension Decisions.Halt {
  /// A sentence without a period.
  package var text: String {
    "the run would act on \(contacts) contacts, more than \(limit), and was halted before its first action"
  }
}
