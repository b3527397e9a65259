import BusinessTime
import RuleEngine

/// A subject, or an occurrence for a subject, whose condition is true and whose turn it is, if the frequency allows.
struct Candidate {
  var row: Int32
  var occurrence: OccurrenceKey
  /// When the occurrence was due; now for a `when` rule.
  var due: Instant
  /// Its position among the rule's due occurrences; `nil` for a `when` rule.
  var position: Int?
  /// What the rule remembers of the row; `nil` where several occurrences of one row may change it.
  var firing: Firing?
  /// Where it stands in the order of keys and occurrences, which is that of the report.
  var order: Int
}

/// What the rule does, before a person is asked whether it may.
struct RuleDraft {
  var report: Decisions.RuleReport
  /// What has nothing to do with acting: arming, exclusions, occurrences that came to nothing.
  var settled = StateChanges()
  /// What is undone when the rule needs approval.
  var effects = StateChanges()
  /// By candidate, in the order in which they were decided.
  var actions: [(order: Int, actions: [DecidedAction])] = []
  var firings: [Int32: Firing] = [:]
  var acted: Set<Int32> = []
  /// Who gets a message, now or when it is no longer held.
  var messaged: Set<Int32> = []
  /// What it would act upon now, or when it is no longer held.
  var intentions: [Intention] = []
  let approval: RuleApproval

  init(_ report: Decisions.RuleReport, _ approval: RuleApproval) {
    self.report = report
    self.approval = approval
  }
}
