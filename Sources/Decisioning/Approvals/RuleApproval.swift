import BusinessTime
import RuleSemantics

/// What people have said of a rule, as it counts in one run.
struct RuleApproval {
  /// The rule under which the question is kept; `nil` where there is none.
  var rule: String?
  var isOpen = false
  /// Everything is approved, whomever it concerns.
  var isForAll = false
  /// What was asked about, with the name under which it is kept.
  var occurrences: Set<RuleOccurrence> = []
  var isApproved = false
  /// What becomes of those that were asked about, where the answer was no or never came.
  var refusal: Outcome?

  func covers(_ occurrence: RuleOccurrence) -> Bool {
    guard let rule else { return false }
    return occurrences.contains(occurrence.named(rule))
  }

  func refusal(of occurrence: RuleOccurrence) -> Outcome? {
    refusal.flatMap { covers(occurrence) ? $0 : nil }
  }
}

/// Something that a rule would do and about which a person may have to be asked.
struct Intention {
  var occurrence: RuleOccurrence
  /// Now; otherwise it is held.
  var acts: Bool
  /// Whether the rule wants it for the first time: what was held before was counted when it was first held.
  var isNew: Bool
  var messages: Bool
}
