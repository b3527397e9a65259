import BusinessTime
import Decisioning
package import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// The answer to `why`, as text and as JSON.
package struct WhyReport {
  private let why: Why
  private let style: Style

  package init(_ why: Why, style: Style) {
    self.why = why
    self.style = style
  }

  // MARK: - One rule or definition

  package func text(about name: String) throws -> String {
    switch try why.target(named: name) {
    case .rule(let rule): text(of: rule)
    case .sequence(let sequence): SequenceAnswer(why, sequence, style).text
    case .definition(let definition): text(of: definition)
    case .field(let field): text(of: field)
    case .recommendation(let index): RecommendationText(why, style: style, index).text
    }
  }

  private func text(of definition: Definition) -> String {
    let explanation = why.evaluation.explain(definition.id, row: why.row)
    var trace = ConditionTrace(why)
    let value = ValueText.text(why.evaluation.value(of: definition.id, row: why.row), why)
    trace.addParts(of: explanation, depth: 1)
    let title = definition.title.map { "  \($0)" } ?? ""
    let head =
      "\(style.bold(why.key)): \(style.bold(definition.name)) is \(style.bold(value))\(title)  "
      + style.faint(trace.place(definition.nameRange))
    return ([head] + render(trace.lines)).joined(separator: "\n")
  }

  private func text(of field: FieldIndex) -> String {
    let schema = why.program.record(of: why.subject)[field]
    let source = ConditionTrace(why).provenance(of: field, why.subject, nil)
    let value = ValueText.text(why.value(of: field), why)
    return "\(style.bold(why.key)): \(style.bold(schema.name)) is \(style.bold(value))  \(style.faint("(\(source))"))"
  }

  private func text(of rule: CheckedRule) -> String {
    let verdict = verdict(on: rule)
    var trace = ConditionTrace(why)
    var lines = [
      "\(style.bold(why.key)): \(verdict.headline)",
      "\(style.bold(rule.name))\(rule.title.map { "  \($0)" } ?? "")  \(style.faint(trace.place(rule.range)))",
    ]
    if let trigger = rule.trigger { lines.append("  set off by: \(trace.oneLine(trigger.range))") }
    if let condition = rule.condition, rule.trigger == nil {
      trace.add(condition: condition, why.evaluation.explain(condition, of: why.subject, row: why.row), depth: 1)
      lines += render(trace.lines)
    } else if let condition = rule.condition {
      lines.append("  then asks: \(trace.oneLine(condition.range))")
    }
    lines += verdict.details.map { "  \($0)" }
    for (action, index) in recommendations(of: rule) {
      lines += RecommendationText(why, style: style, index, for: action).lines
    }
    if rule.trigger != nil { lines += OccurrenceText(why: why, rule: rule, style: style).lines }
    lines += PastText(why: why, rule: rule, style: style).lines.map { "  \($0)" }
    let changes = nearestChange(for: rule)
    if !changes.isEmpty {
      lines.append("  \(style.bold("It would be yes if:"))")
      lines += changes.map { "    \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  private func nearestChange(for rule: CheckedRule) -> [String] {
    guard let condition = rule.condition, rule.trigger == nil else { return [] }
    return ChangeText(why: why).text(
      why.evaluation.nearestChange(for: condition, of: why.subject, row: why.row))
  }

  /// The recommendations that a rule asks for, and for what.
  private func recommendations(of rule: CheckedRule) -> [(action: ActionID, index: Int)] {
    guard rule.subject == .contact else { return [] }
    return rule.actions.compactMap { action in
      guard case .name(let name) = action.arguments[.recommendation],
        let index = why.program.recommendations.firstIndex(where: { $0.name == name })
      else { return nil }
      return (action.id, index)
    }
  }

  private struct Verdict {
    var headline: String
    var details: [String]
  }

  private func actions(of rule: CheckedRule) -> [DecidedAction] {
    why.decisions.actions.filter { action in
      action.rule == rule.name && !action.isSync && action.subject == why.subject && Int(action.row) == why.row
    }
  }

  private func verdict(on rule: CheckedRule) -> Verdict {
    let actions = actions(of: rule)
    var details: [String] = []
    for action in actions {
      let name = ActionText.kind(action)
      let extra = ActionText.detail(action, zone: why.zone)
      let text = extra.isEmpty ? name : "\(name) \(extra)"
      if let reason = action.outcome.reason(in: why.zone) {
        details.append("\(style.yellow("✕")) \(text)")
        details.append("    \(sentence(action.outcome, reason))")
        details += OutcomeAdvice(why: why).lines(for: action.outcome).map { "    \(style.faint($0))" }
      } else {
        details.append("\(style.green("→")) \(text)")
      }
    }
    let firing = why.state.firings[rule.name]?[Int32(why.row)] ?? .none
    if let last = firing.last, PastText(why: why, rule: rule, style: style).refusal == nil {
      details.append("it acted last at \(last.minuteText(in: why.zone))")
    }
    if PastText(why: why, rule: rule, style: style).isAsked,
      actions.contains(where: { $0.outcome == .needsApproval(.asked) })
    {
      return Verdict(headline: style.yellow("the rule fits, and waits for approval"), details: details)
    }
    if actions.contains(where: { $0.outcome == .act }) {
      return Verdict(headline: style.green("yes"), details: details)
    }
    if !actions.isEmpty, actions.allSatisfy({ $0.outcome == .already }) {
      return Verdict(headline: style.green("nothing to do, all is as the rule wants it"), details: details)
    }
    if !actions.isEmpty {
      return Verdict(headline: style.yellow("the rule fits, but it is held back"), details: details)
    }
    return Verdict(headline: noActionHeadline(rule, firing), details: details)
  }

  private func noActionHeadline(_ rule: CheckedRule, _ firing: Firing) -> String {
    if rule.frequency.isPaused { return style.red("no, the rule is paused") }
    guard rule.trigger == nil else { return style.red("no, nothing that sets it off is due") }
    guard let condition = rule.condition else { return style.red("no") }
    switch why.evaluation.value(condition, of: why.subject, row: why.row) {
    case .flag(true): return style.red("no, \(reasonToRest(rule, firing))")
    case .flag(false): return style.red("no")
    default: return style.red("no, it is unknown, and unknown never acts")
    }
  }

  private func sentence(_ outcome: Outcome, _ reason: String) -> String {
    if case .held = outcome { "held \(reason)" } else { reason }
  }

  /// Why a rule whose condition is true does nothing.
  private func reasonToRest(_ rule: CheckedRule, _ firing: Firing) -> String {
    let isExcludedNow = why.decisions.changes.firings.contains { change in
      change.rule == rule.name && change.subject == rule.subject && Int(change.row) == why.row
        && change.firing.isExcluded
    }
    if firing.isExcluded { return "it fitted already when the rule was deployed (`from now on`)" }
    if isExcludedNow { return "it fits already, and the rule is new and holds `from now on`" }
    if let other = skipping(rule) { return "`\(other)` goes first and says `skip lower rules`" }
    if rule.actions.isEmpty { return "the rule fits, and only keeps lower rules from acting" }
    if rule.frequency.repetition == .upkeep { return "it fits, and all is as the rule wants it" }
    if let refusal = PastText(why: why, rule: rule, style: style).refusal { return "it fits, but \(refusal)" }
    if let last = firing.last { return "it fits and acted already, at \(last.minuteText(in: why.zone))" }
    return "it fits, and all is as the rule wants it"
  }

  /// The rule of higher priority that keeps the rule from acting.
  private func skipping(_ rule: CheckedRule) -> String? {
    let order = why.decisions.rules.map(\.name)
    guard let position = order.firstIndex(of: rule.name) else { return nil }
    return order[..<position].first { name in
      guard let other = why.program.rules.first(where: { $0.name == name }), other.skipsLowerRules,
        other.subject == rule.subject, other.trigger == nil, !other.frequency.isPaused,
        let condition = other.condition
      else { return false }
      return why.evaluation.value(condition, of: why.subject, row: why.row) == .flag(true)
    }
  }

  // MARK: - Everything about a record

  /// A line for each definition and each rule.
  package func overview() -> String {
    var lines = [style.bold(why.key)]
    let definitions = why.program.definitions.filter { $0.subject == why.subject }
    let names = definitions.map(\.name.count).max() ?? 0
    for definition in definitions {
      let value = ValueText.text(why.evaluation.value(of: definition.id, row: why.row), why)
      lines.append("  \(padded(definition.name, names))  \(value)")
    }
    lines.append("")
    let rules = why.program.rules.filter { $0.subject == why.subject }
    let width = (rules.map(\.name) + why.program.sequences.map(\.name)).map(\.count).max() ?? 0
    for report in why.decisions.rules {
      guard let rule = rules.first(where: { $0.name == report.name }) else { continue }
      let verdict = verdict(on: rule)
      lines.append("  \(padded(rule.name, width))  \(verdict.headline)")
    }
    for report in why.decisions.sequences where why.subject == .contact {
      guard let sequence = why.program.sequences.first(where: { $0.name == report.name }) else { continue }
      lines.append("  \(padded(report.name, width))  \(SequenceAnswer(why, sequence, style).headline)")
    }
    lines.append("")
    lines.append(style.faint("for the reasons: abm-rules why \(why.key) NAME"))
    return lines.joined(separator: "\n")
  }

  // MARK: - Lines

  private func render(_ lines: [TraceLine]) -> [String] { WhyReport.render(lines, style) }

  static func render(_ lines: [TraceLine], _ style: Style) -> [String] {
    lines.map { line in
      let mark =
        switch line.mark {
        case .yes: style.green("✓")
        case .no: style.red("✕")
        case .unknown: style.yellow("?")
        case .value: style.faint("·")
        }
      let value = line.value.isEmpty ? "" : "  \(line.value)"
      let source = line.source.isEmpty ? "" : "  \(style.faint("(\(line.source))"))"
      return String(repeating: "  ", count: line.depth) + "\(mark) \(line.text)\(value)\(source)"
    }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  // MARK: - JSON

  /// `contact` (or `account`), `name`, `verdict` (`yes`, `no`, `unknown` or `held`; of a definition its value), `trace`
  /// (an array of `depth`, `truth`, `text`, `value`, `source`), `actions`, `nearest`.
  package func json(about name: String) throws -> JSONValue {
    var trace = ConditionTrace(why)
    switch try why.target(named: name) {
    case .definition(let definition):
      trace.addParts(of: why.evaluation.explain(definition.id, row: why.row), depth: 0)
      return .members([
        (why.subject.rawValue, .text(why.key)), ("name", .text(name)),
        ("value", json(why.evaluation.value(of: definition.id, row: why.row))), ("trace", json(trace.lines)),
      ])
    case .field(let field):
      let source = trace.provenance(of: field, why.subject, nil)
      return .members([
        (why.subject.rawValue, .text(why.key)), ("name", .text(name)), ("value", json(why.value(of: field))),
        ("source", .text(source)),
      ])
    case .recommendation(let index):
      return .members([
        (why.subject.rawValue, .text(why.key)), ("name", .text(name)),
        ("recommendation", RecommendationText(why, style: style, index).json),
      ])
    case .sequence(let sequence):
      let answer = SequenceAnswer(why, sequence, style)
      return .members([
        (why.subject.rawValue, .text(why.key)), ("name", .text(name)), ("verdict", .text(answer.verdict)),
        ("answer", .text(answer.sentence)), ("trace", json(answer.trace)),
        ("actions", .list(answer.actions.map { $0.json(in: why.zone) })), ("enrolments", answer.enrolmentsJSON),
      ])
    case .rule(let rule):
      if let condition = rule.condition, rule.trigger == nil {
        trace.add(condition: condition, why.evaluation.explain(condition, of: why.subject, row: why.row), depth: 0)
      }
      return .members([
        (why.subject.rawValue, .text(why.key)), ("name", .text(name)), ("verdict", .text(plainVerdict(rule))),
        ("trace", json(trace.lines)), ("actions", .list(actions(of: rule).map { $0.json(in: why.zone) })),
        ("experiment", PastText(why: why, rule: rule, style: style).experiment),
        ("approval", PastText(why: why, rule: rule, style: style).approval),
        ("dispatch", PastText(why: why, rule: rule, style: style).dispatch),
        ("occurrences", rule.trigger == nil ? nil : OccurrenceText(why: why, rule: rule, style: style).json),
        (
          "recommendations",
          recommendations(of: rule).isEmpty
            ? nil
            : .list(
              recommendations(of: rule).map { RecommendationText(why, style: style, $0.index, for: $0.action).json })
        ),
        ("nearest", .list(nearestChange(for: rule).map(JSONValue.text))),
      ])
    }
  }

  private func plainVerdict(_ rule: CheckedRule) -> String {
    let actions = actions(of: rule)
    if actions.contains(where: { $0.outcome == .act }) { return "yes" }
    if !actions.isEmpty { return "held" }
    guard let condition = rule.condition, rule.trigger == nil else { return "no" }
    return why.evaluation.value(condition, of: why.subject, row: why.row) == .missing ? "unknown" : "no"
  }

  private func json(_ lines: [TraceLine]) -> JSONValue {
    .list(
      lines.map { line in
        let truth: JSONValue? =
          switch line.mark {
          case .yes: .flag(true)
          case .no: .flag(false)
          case .unknown: .null
          case .value: nil
          }
        return .members([
          ("depth", .integer(line.depth)), ("truth", truth), ("text", .text(line.text)),
          ("value", line.value.isEmpty ? nil : .text(line.value)),
          ("source", line.source.isEmpty ? nil : .text(line.source)),
        ])
      })
  }

  private func json(_ value: Value) -> JSONValue {
    switch value {
    case .missing: .null
    case .number(let number): .number(number)
    case .flag(let flag): .flag(flag)
    case .text, .date, .time, .choice, .asset, .list: why.evaluation.text(of: value).map(JSONValue.text) ?? .null
    }
  }
}
