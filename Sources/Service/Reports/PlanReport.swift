import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics

/// What a run decided, for a person to read: rule by rule who gets what, and who does not and why.
package struct PlanReport {
  private let result: RunResult
  private let style: Style
  private let zone: Zone
  /// How many people a line names before it counts the rest.
  private let samples: Int

  package init(_ result: RunResult, style: Style, samples: Int = 3) {
    self.result = result
    self.style = style
    self.samples = samples
    zone = Zone(identifier: result.book.program.policy.zone) ?? .utc
  }

  package var text: String {
    var lines = heading()
    let byRule = Dictionary(grouping: result.decisions.actions, by: \.rule)
    for report in result.decisions.rules where isWorthTelling(report, byRule[report.name] ?? []) {
      lines.append("")
      lines += section(report, byRule[report.name] ?? [])
    }
    let syncs = result.decisions.actions.filter(\.isSync)
    if !syncs.isEmpty { lines += [""] + syncSection(syncs) }
    lines += quietRules(byRule)
    lines += notes()
    lines += [""] + totals()
    return lines.joined(separator: "\n") + "\n"
  }

  private func heading() -> [String] {
    let program = result.book.program
    let title = result.isDryRun ? "Dry run at" : "Run at"
    let people = Plural.count(result.contacts, "contact") + ", " + Plural.count(result.accounts, "account")
    var lines = [
      "\(style.bold("\(title) \(result.decisions.now.text(in: zone))"))  \(style.faint(program.policy.zone))",
      style.faint("\(people), rule book \(result.book.hash.prefix(8)), \(Plural.count(program.rules.count, "rule"))"),
    ]
    if result.isDryRun { lines.append(style.faint("Nothing is written and nothing is sent.")) }
    if let halt = result.decisions.halt { lines += ["", style.red("halted: \(halt.text)")] + haltAdvice() }
    return lines
  }

  private func haltAdvice() -> [String] {
    ["  Look at the actions below; to let it go ahead: abm-rules run --beyond-halt"]
  }

  private func isWorthTelling(_ report: Decisions.RuleReport, _ actions: [DecidedAction]) -> Bool {
    report.matched > 0 || report.waiting > 0 || !actions.isEmpty || report.approval != nil
  }

  // MARK: - One rule

  private func section(_ report: Decisions.RuleReport, _ actions: [DecidedAction]) -> [String] {
    let rule = result.book.program.rules.first { $0.name == report.name }
    let file = result.book.source[report.range.file]
    let place = "\(file.path):\(file.position(at: report.range.start).line)"
    let name = rule?.isNamed == false ? "unnamed rule" : report.name
    let title = rule?.title.map { "  \($0)" } ?? ""
    var lines = ["\(style.bold(name))\(title)  \(style.faint(place))", "  " + counts(report)]
    if let approval = report.approval {
      lines.append(style.yellow("  waits for approval: \(approval.text)"))
      lines.append("    to approve: abm-rules run --approve \(report.name)")
    }
    if report.isPaused { lines.append(style.yellow("  paused")) }
    lines += acting(actions.filter { $0.outcome == .act })
    lines += heldBack(actions.filter { $0.outcome != .act && !$0.outcome.isApproval && $0.outcome != .already })
    return lines
  }

  private func counts(_ report: Decisions.RuleReport) -> String {
    var parts = ["\(Plural.grouped(report.matched)) match", "\(Plural.grouped(report.acted)) act"]
    if report.waiting > 0 { parts.append("\(Plural.grouped(report.waiting)) wait") }
    if report.skipped > 0 { parts.append("\(Plural.grouped(report.skipped)) skipped") }
    if report.unknown > 0 { parts.append("\(Plural.grouped(report.unknown)) unknown for missing data") }
    return parts.joined(separator: " · ")
  }

  /// Actions that read alike stand on one line with those whom they are for.
  private func acting(_ actions: [DecidedAction]) -> [String] {
    var lines: [String] = []
    for (kind, group) in grouped(actions, by: { ActionText.kind($0) }) {
      lines.append("  \(style.green("→")) \(kind)  \(style.faint("× \(Plural.grouped(group.count))"))")
      let shown = group.prefix(samples)
      for action in shown {
        let detail = ActionText.detail(action, zone: zone)
        lines.append("      \(action.key)\(detail.isEmpty ? "" : "  \(style.faint(detail))")")
      }
      if group.count > shown.count {
        lines.append(style.faint("      and \(Plural.grouped(group.count - shown.count)) more"))
      }
    }
    return lines
  }

  private func heldBack(_ actions: [DecidedAction]) -> [String] {
    var lines: [String] = []
    for (reason, group) in grouped(actions, by: { heading(of: $0.outcome) }) {
      let names = Array(Set(group.map(\.key))).sorted()
      let more = names.count > samples ? style.faint(" and \(Plural.grouped(names.count - samples)) more") : ""
      lines.append(
        "  \(style.yellow("✕")) \(reason)  \(style.faint("× \(Plural.grouped(group.count))"))")
      lines.append("      \(names.prefix(samples).joined(separator: ", "))\(more)")
    }
    return lines
  }

  /// What people held back for one cause have in common.
  private func heading(of outcome: Outcome) -> String {
    switch outcome {
    case .repeated(let asset, _): "got `\(asset)` not long ago"
    case .act, .held, .dropped, .needsApproval, .overridden, .suppressed, .noConsent, .neverMessage, .noRecipient,
      .noValue, .already, .accountLimit, .halted:
      outcome.reason(in: zone) ?? outcome.name
    }
  }

  private func grouped<Item>(_ items: [Item], by key: (Item) -> String) -> [(String, [Item])] {
    var order: [String] = []
    var groups: [String: [Item]] = [:]
    for item in items {
      let key = key(item)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(item)
    }
    return order.map { ($0, groups[$0] ?? []) }
  }

  // MARK: - The rest

  private func syncSection(_ syncs: [DecidedAction]) -> [String] {
    [style.bold("kept up to date in the CRM")]
      + grouped(syncs.filter { $0.outcome == .act }, by: { "\($0.rule): \(ActionText.kind($0))" }).map { name, group in
        "  \(style.green("→")) \(name)  \(style.faint("× \(Plural.grouped(group.count))"))"
      }
  }

  private func quietRules(_ byRule: [String: [DecidedAction]]) -> [String] {
    let quiet = result.decisions.rules.filter { !isWorthTelling($0, byRule[$0.name] ?? []) && $0.isExecutable }
    guard !quiet.isEmpty else { return [] }
    let names = quiet.map { $0.unknown > 0 ? "\($0.name) (\(Plural.grouped($0.unknown)) unknown)" : $0.name }
    return ["", style.faint("Nobody today: \(names.joined(separator: ", "))")]
  }

  private func notes() -> [String] {
    var lines = result.decisions.notExecutable.map { item in
      let file = result.book.source[item.range.file]
      let place = "\(file.path):\(file.position(at: item.range.start).line)"
      return "\(style.red("error:")) \(item.text)  \(style.faint(place))"
    }
    lines += result.decisions.vanishedRules.map { name in
      "\(style.yellow("note:")) `\(name)` was deployed and is no longer in the rule book; "
        + "after a rename write `rule new was \(name)` to keep its history"
    }
    lines += result.problems.map { "\(style.yellow("note:")) \($0)" }
    return lines.isEmpty ? [] : [""] + lines
  }

  private func totals() -> [String] {
    let actions = result.decisions.actions
    let acting = actions.filter { $0.outcome == .act }
    let people = Set(acting.filter { $0.subject == .contact }.map(\.key)).count
    let messages = acting.count { $0.action.descriptor.isMessage }
    let held = actions.count { $0.outcome != .act && $0.outcome != .already }
    let verb = result.isDryRun ? "would be carried out" : "decided"
    return [
      style.bold(
        "\(Plural.count(acting.count, "action")) \(verb) for \(Plural.count(people, "contact")), "
          + "\(Plural.count(messages, "message")) among them; \(Plural.grouped(held)) held back")
    ]
  }
}

extension Outcome {
  var isApproval: Bool {
    if case .needsApproval = self { true } else { false }
  }
}
