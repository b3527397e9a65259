import BusinessTime
import ContactStore
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What lately happened to a record that an `on` rule asks for, and what became of it.
struct OccurrenceText {
  private let why: Why
  private let rule: CheckedRule
  private let style: Style
  private let traces: [OccurrenceTrace]
  private static let days = 30
  private static let shown = 5

  init(why: Why, rule: CheckedRule, style: Style) {
    self.why = why
    self.rule = rule
    self.style = style
    traces = traceOccurrences(
      of: rule, row: why.row, since: why.evaluation.now.adding(milliseconds: -Int64(Self.days) * 86_400_000),
      why.evaluation, plan: why.plan, state: why.state, options: why.options)
  }

  var lines: [String] {
    guard !traces.isEmpty else { return ["  nothing of the kind happened in the last \(Self.days) days"] }
    let results = handled
    var lines = ["  \(style.bold("in the last \(Self.days) days:"))"]
    for trace in traces.prefix(Self.shown) {
      lines.append("    \(trace.at.minuteText(in: why.zone))  \(trace.name)  \(sentence(trace, results))")
    }
    if traces.count > Self.shown { lines.append("    and \(Plural.grouped(traces.count - Self.shown)) before") }
    return lines
  }

  /// An array of `at`, `name`, `result`.
  var json: JSONValue {
    let results = handled
    return .list(
      traces.map { trace in
        .members([
          ("at", .text(trace.at.description)), ("name", .text(trace.name)),
          ("result", .text(sentence(trace, results))),
        ])
      })
  }

  private var handled: [String: StateChanges.HandledOccurrence.Result] {
    // Without it the sentence says less, and is still true.
    (try? why.store.handledOccurrences(of: rule.name, why.subject, key: why.key, program: why.program)) ?? [:]
  }

  private func sentence(_ trace: OccurrenceTrace, _ handled: [String: StateChanges.HandledOccurrence.Result]) -> String
  {
    switch trace.standing {
    case .otherwise: "is not what the rule's `where` asks for"
    case .beforeDeployment(nil):
      "does not count: the rule has never run, and sees only what happens after its first run"
    case .beforeDeployment(let time?):
      "does not count: it was before the first run of the rule, at \(time.minuteText(in: why.zone))"
    case .recordedTooLate: "does not count: it was recorded more than 24 hours after it happened"
    case .noTime: "does not count: the time to wait until is missing"
    case .waits(let until): "waits until \(until.minuteText(in: why.zone))"
    case .dueTooLongAgo(let due):
      "does not count: it was due at \(due.minuteText(in: why.zone)), and no run was within 24 hours of that"
    case .handled: handled[trace.key.text].map(past) ?? "an earlier run dealt with it"
    case .due: present(trace)
    }
  }

  private func past(_ result: StateChanges.HandledOccurrence.Result) -> String {
    switch result {
    case .acted: "the rule acted on it"
    case .notTrue: "the condition was not true when it was due"
    case .tooSoon: "the rule had acted too short a time before"
    case .skipped: "a rule of higher priority said `skip lower rules`"
    case .paused: "the rule was paused"
    case .noTime: "the time to wait until was missing"
    case .heldBack: "nothing came of it: what the rule would have done was held back"
    case .refused: "a person said no, or nobody said yes in time"
    case .expired: "it was held as long as the policy allows, and then dropped"
    }
  }

  private func present(_ trace: OccurrenceTrace) -> String {
    let actions = why.decisions.actions.filter { $0.rule == rule.name && $0.occurrence == trace.key }
    if actions.contains(where: { $0.outcome == .act }) { return "is due now, and the rule acts" }
    if !actions.isEmpty { return "is due now, and held back" }
    let change = why.decisions.changes.handled.first {
      $0.occurrence.rule == rule.name && $0.occurrence.occurrence == trace.key && Int($0.occurrence.row) == why.row
    }
    return change.map { "is due now: \(past($0.result))" } ?? "is due now"
  }
}
