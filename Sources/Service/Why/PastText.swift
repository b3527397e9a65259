import BusinessTime
import ContactStore
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What earlier runs and people left behind of a rule and a record: the arm of its experiment, a question that waits for
/// an answer, what was rejected, what was held back on its way out.
struct PastText {
  private let why: Why
  private let rule: CheckedRule
  private let style: Style

  init(why: Why, rule: CheckedRule, style: Style) {
    self.why = why
    self.rule = rule
    self.style = style
  }

  /// Whether a person was asked about this record and has not answered.
  var isAsked: Bool {
    guard let question else { return false }
    return question.answer == nil && question.expiresAt > why.evaluation.now
  }

  var lines: [String] {
    [experimentLine, questionLine ?? approvedLine].compactMap(\.self) + itemLines + refusalLines + dispatchLines
  }

  // MARK: - Experiments

  private var assignment: (experiment: String, arm: String, at: Instant?)? {
    guard let experiment = why.program.experiments.first(where: { $0.rule == rule.name }) else { return nil }
    let states = [experiment.name, experiment.formerName].compactMap { $0.flatMap { why.state.experiments[$0] } }
    if let known = states.first?.assignments[Int32(why.row)] { return (experiment.name, known.arm, known.at) }
    let new = why.decisions.changes.experiments.assignments.first {
      $0.experiment == experiment.name && Int($0.row) == why.row
    }
    return new.map { (experiment.name, $0.arm, nil) }
  }

  private var experimentLine: String? {
    guard let assignment else { return nil }
    let since = assignment.at.map { " since \($0.minuteText(in: why.zone))" } ?? ", from the next run on"
    return "in arm `\(assignment.arm)` of the experiment \(assignment.experiment)\(since)"
  }

  /// `name`, `arm`, and `at` once a run has assigned it.
  var experiment: JSONValue? {
    assignment.map { assignment in
      .members([
        ("name", .text(assignment.experiment)), ("arm", .text(assignment.arm)),
        ("at", assignment.at.map { .text($0.description) }),
      ])
    }
  }

  // MARK: - Approvals

  private var question: ApprovalState.Question? {
    let question = [rule.name, rule.formerName].compactMap { $0.flatMap { why.state.approvals.questions[$0] } }.first
    return question.flatMap { question in
      question.occurrences.contains { $0.subject == why.subject && Int($0.row) == why.row } ? question : nil
    }
  }

  private var questionLine: String? {
    guard let question else { return nil }
    let asked = "waits for approval, asked at \(question.askedAt.minuteText(in: why.zone))"
    return switch question.answer {
    case nil where question.expiresAt <= why.evaluation.now:
      "nobody approved it by \(question.expiresAt.minuteText(in: why.zone)); the next run records that"
    case nil:
      "\(asked), until \(question.expiresAt.minuteText(in: why.zone)): abm-rules approvals approve \(rule.name)"
    case let answer? where answer.isApproval:
      "approved by \(answer.by) at \(answer.at.minuteText(in: why.zone)); the next run acts"
    case let answer?: "rejected by \(answer.by) at \(answer.at.minuteText(in: why.zone))"
    }
  }

  /// Who let the rule act on this record, once a run has taken that up.
  private var approvedLine: String? {
    // Without it the answer says less, and is still true.
    let approval = try? why.store.lastApproval(of: rule.name, why.subject, key: why.key, program: why.program)
    return approval.map { "approved by \($0.by) at \($0.at.minuteText(in: why.zone))" }
  }

  private var items: [ApprovalState.Item] {
    why.state.approvals.items.filter {
      $0.action.rule == rule.name && $0.action.subject == why.subject && Int($0.action.row) == why.row
    }
  }

  private var itemLines: [String] {
    items.map { item in
      let what = ActionText.kind(item.action)
      return if let answer = item.answer {
        "\(what): \(answer.isApproval ? "approved" : "rejected") by \(answer.by) at \(answer.at.minuteText(in: why.zone))"
      } else {
        "\(what): waits for approval until \(item.expiresAt.minuteText(in: why.zone))"
      }
    }
  }

  /// Why the rule had its turn without acting: a person said no, or nobody said yes in time; as the log has it last.
  var refusal: String? {
    guard question == nil, let last = lastDecision, ["rejected", "approval expired"].contains(last.outcome) else {
      return nil
    }
    return last.reason ?? last.outcome
  }

  private var refusalLines: [String] {
    guard let refusal, let last = lastDecision else { return [] }
    return ["at \(last.at.minuteText(in: why.zone)): \(refusal)"]
  }

  private var lastDecision: DecisionRecord? {
    // Without it the answer says less, and is still true.
    (try? why.store.decisions(about: why.subject, key: why.key, program: why.program))?.first { $0.rule == rule.name }
  }

  var approval: JSONValue? {
    question.map { question in
      .members([
        ("asked_at", .text(question.askedAt.description)), ("expires_at", .text(question.expiresAt.description)),
        ("answer", question.answer.map { .text($0.isApproval ? "approved" : "rejected") }),
        ("answered_by", question.answer.map { .text($0.by) }),
      ])
    }
  }

  // MARK: - On the way out

  private var records: [DispatchRecord] {
    (try? why.store.dispatchRecords(of: rule.name, why.subject, key: why.key, program: why.program)) ?? []
  }

  private var dispatchLines: [String] {
    records.prefix(3).map { record in
      let head = record.until == nil ? "not carried out" : "held on its way out"
      let reason = record.until == nil ? ": \(record.reason)" : ", \(record.reason)"
      return "\(record.action.rawValue) \(head) at \(record.at.minuteText(in: why.zone))\(reason)"
    }
  }

  var dispatch: JSONValue? {
    let records = records
    guard !records.isEmpty else { return nil }
    return .list(
      records.map { record in
        .members([
          ("at", .text(record.at.description)), ("action", .text(record.action.rawValue)),
          ("outcome", .text(record.outcome)), ("reason", .text(record.reason)),
          ("until", record.until.map { .text($0.description) }),
        ])
      })
  }
}
