import BusinessTime
import RuleEngine
import RuleSemantics

/// The state of one `decide`. A class, since it is one thing that all steps work on; it stays on one thread.
final class Decider {
  let evaluation: Evaluation
  let plan: DecisionPlan
  let state: DecisionState
  let options: DecisionOptions
  let snapshot: Snapshot
  let now: Instant
  let calendars: SubjectCalendars
  var decisions: Decisions
  var ledger: MessageLedger
  var claims = Claims()
  /// 1 for each subject that a higher rule keeps lower rules from; empty while there is none.
  var skippedContacts: [UInt8] = []
  var skippedAccounts: [UInt8] = []
  /// Journeys and segments that changed in this run.
  var transitions: [FieldChange] = []
  /// By rule, the rows for which the message of a `when` rule is held: few, where a look for each row would be many.
  let heldRows: [String: Set<Int32>]
