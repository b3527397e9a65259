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
    let sequences = SequenceSection(result, style)
    for report in result.decisions.sequences where !report.isQuiet {
      lines.append("")
      lines +=
        sequences.lines(of: report) + outcomes(of: byRule[report.name] ?? [])
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
      "\(style.bold("\(title) \(result.decisions.now.minuteText(in: zone))"))  \(style.faint(program.policy.zone))",
      style.faint("\(people), rule book \(result.book.hash.prefix(8)), \(Plural.count(program.rules.count, "rule"))"),
    ]
    if result.isDryRun { lines.append(style.faint("Nothing is written and nothing is sent.")) }
    if let halt = result.decisions.halt { lines += ["", style.red("halted: \(halt.text)")] + haltAdvice() }
    return lines
  }

  private func haltAdvice() -> [String] {
    [
      "  Look at the actions below. If they are what you want: abm-rules run --beyond-halt. If a rule reaches too many,",
      "  say `paused` in it, or narrow its condition; `halt when a run acts on more than …` in a policy moves the limit.",
    ]
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
    var lines = ["\(style.bold(name))\(title)  \(style.faint(place))", "  " + counts(report, rule, actions)]
    if let approval = report.approval {
      lines.append(style.yellow("  waits for approval: \(approval.text)"))
      // Nothing is asked before a run has asked it.
      let first = result.isDryRun ? "once a run has asked: " : ""
      lines.append("    \(first)abm-rules approvals approve \(report.name), or reject it")
    }
    if report.isPaused { lines.append(style.yellow("  paused")) }
    return lines + outcomes(of: actions, isAsked: report.approval != nil)
  }

  /// - Parameter isAsked: whether one question is about all of them.
  private func outcomes(of actions: [DecidedAction], isAsked: Bool = false) -> [String] {
    acting(actions.filter { $0.outcome == .act })
      + asking(actions.filter { $0.outcome.isQuestion && !isAsked })
      + heldBack(actions.filter { $0.outcome != .act && !$0.outcome.isApproval && $0.outcome != .already })
  }

  private func counts(_ report: Decisions.RuleReport, _ rule: CheckedRule?, _ actions: [DecidedAction]) -> String {
    func count(_ number: Int, _ one: String, _ many: String) -> String? {
      number == 0 ? nil : "\(Plural.grouped(number)) \(number == 1 ? one : many)"
    }
    let what = rule?.trigger == nil ? rule?.subject.rawValue ?? "contact" : "occurrence"
    let due = rule?.trigger == nil ? "" : " and \(report.matched == 1 ? "is" : "are") due"
    let matching = "\(Plural.count(report.matched, what)) \(report.matched == 1 ? "matches" : "match")\(due)"
    // Waiting occurrences of an `on` rule are not due, and so do not match yet.
    let held = heldCount(actions)
    let holding = rule?.trigger == nil ? report.waiting : actions.isEmpty ? 0 : waitingCount(actions)
    let rest = report.matched - report.acted - holding - held - report.skipped
    var parts = [matching]
    if report.approval == nil, !report.isPaused {
      if rule?.actions.isEmpty == true {
        parts.append("lower rules leave them alone")
      } else if report.acted > 0 || report.matched > 0 {
        parts.append("acts on \(Plural.grouped(report.acted))")
        parts += [count(rest, restText(rule, report, 1), restText(rule, report, rest))].compactMap(\.self)
      }
    }
    parts += [
      count(report.waiting, "waits", "wait"), count(held, "is held back", "are held back"),
      count(report.skipped, "is skipped", "are skipped"),
      count(report.unknown, "is unknown for missing data", "are unknown for missing data"),
    ].compactMap(\.self)
    return parts.joined(separator: " · ")
  }

  /// Why the rule does nothing more for those whose condition is true.
  private func restText(_ rule: CheckedRule?, _ report: Decisions.RuleReport, _ count: Int) -> String {
    guard let frequency = rule?.frequency else { return "" }
    if frequency.repetition == .upkeep { return count == 1 ? "is as it should be" : "are as they should be" }
    if frequency.isFromNowOn, report.isNew {
      return count == 1 ? "is left alone, from now on" : "are left alone, from now on"
    }
    return count == 1 ? "had its turn" : "had their turn"
  }

  private func waitingCount(_ actions: [DecidedAction]) -> Int {
    occasions(actions).count { $0.contains { $0.outcome.isHeld } }
  }

  /// For how many nothing is done, and not because something waits.
  private func heldCount(_ actions: [DecidedAction]) -> Int {
    occasions(actions).count { all in
      !all.contains { $0.outcome == .act || $0.outcome.isHeld || $0.outcome.isApproval }
        && all.contains { $0.outcome != .already }
    }
  }

  /// The actions of each subject and occurrence.
  private func occasions(_ actions: [DecidedAction]) -> [[DecidedAction]] {
    grouped(actions, by: { "\($0.row) \($0.occurrence.text)" }).map(\.1)
  }

  /// Actions that read alike stand on one line with those whom they are for.
  private func acting(_ actions: [DecidedAction]) -> [String] {
    var lines: [String] = []
    for (kind, group) in grouped(actions, by: { ActionText.kind($0) }) {
      let details = group.map { ActionText.detail($0, zone: zone) }
      // What is the same for all is said once.
      let isOneText = group.count > 1 && Set(details).count == 1 || details.allSatisfy(\.isEmpty)
      let shared = isOneText && details[0].isEmpty == false ? " \(details[0])" : ""
      lines.append("  \(style.green("→")) \(kind)\(shared)  \(style.faint("× \(Plural.grouped(group.count))"))")
      if isOneText {
        lines += names(group.map(\.key))
        continue
      }
      let width = group.prefix(samples).map(\.key.count).max() ?? 0
      for (action, detail) in zip(group, details).prefix(samples) {
        let space = String(repeating: " ", count: width - action.key.count)
        lines.append("      \(action.key)\(space)  \(style.faint(detail))")
      }
      if group.count > samples, samples > 0 {
        lines.append(style.faint("      and \(Plural.grouped(group.count - samples)) more"))
      }
    }
    return lines
  }

  /// Single actions about which a person is asked.
  private func asking(_ actions: [DecidedAction]) -> [String] {
    guard !actions.isEmpty else { return [] }
    let lines = grouped(actions, by: { ActionText.kind($0) }).flatMap { kind, group in
      let count = style.faint("× \(Plural.grouped(group.count))")
      return ["  \(style.yellow("?")) \(kind) waits for approval  \(count)"] + names(group.map(\.key))
    }
    return lines + [style.faint("      abm-rules approvals\(result.isDryRun ? ", once a run has asked" : "")")]
  }

  private func heldBack(_ actions: [DecidedAction]) -> [String] {
    var lines: [String] = []
    // What merely goes with a held message would say the same of the same people.
    let alone = actions.filter { if case .held(_, .together) = $0.outcome { false } else { true } }
    for (reason, group) in grouped(alone, by: { heading(of: $0.outcome) }) {
      lines.append(
        "  \(style.yellow("✕")) \(reason)\(until(group))  \(style.faint("× \(Plural.grouped(group.count))"))")
      lines += names(group.map(\.key))
    }
    return lines
  }

  /// The first names on a line, and how many more.
  private func names(_ keys: [String]) -> [String] {
    let names = Array(Set(keys)).sorted()
    guard samples > 0 else { return [] }
    let more = names.count > samples ? style.faint(" and \(Plural.grouped(names.count - samples)) more") : ""
    return ["      \(names.prefix(samples).joined(separator: ", "))\(more)"]
  }

  /// Of what is held, until when.
  private func until(_ actions: [DecidedAction]) -> String {
    let times = actions.compactMap { action -> Instant? in
      if case .held(let until, _) = action.outcome { until } else { nil }
    }
    guard let first = times.min(), let last = times.max() else { return "" }
    return ", until \(first.minuteText(in: zone))\(first == last ? "" : " or later")"
  }

  /// What people held back for one cause have in common.
  private func heading(of outcome: Outcome) -> String {
    switch outcome {
    case .repeated(let asset, _): "got `\(asset)` not long ago"
    case .held(_, let reason): reason.text
    case .act, .dropped, .needsApproval, .rejected, .approvalExpired, .gone, .overridden, .suppressed, .noConsent,
      .neverMessage, .noRecipient, .noValue, .noCandidate, .already, .accountLimit, .enrolledBefore,
      .halted, .lapsed:
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
    let quiet =
      result.decisions.rules.filter { !isWorthTelling($0, byRule[$0.name] ?? []) }
      .map { (name: $0.name, unknown: $0.unknown) }
      + result.decisions.sequences.filter(\.isQuiet).map { (name: $0.name, unknown: $0.unknown) }
    guard !quiet.isEmpty else { return [] }
    let names = quiet.map { $0.unknown > 0 ? "\($0.name) (\(Plural.grouped($0.unknown)) unknown)" : $0.name }
    return ["", style.faint("Nobody today: \(names.joined(separator: ", "))")]
  }

  private func notes() -> [String] {
    var lines = result.decisions.vanishedRules.map { name in
      "\(style.yellow("note:")) `\(name)` was deployed and is no longer in the rule book; "
        + "after a rename write `rule new was \(name)` to keep its history"
    }
    lines += result.decisions.vanishedSequences.map { vanished in
      "\(style.yellow("note:")) the sequence `\(vanished.name)` is no longer in the rule book; "
        + "\(Plural.count(vanished.enrolled, "contact")) in it \(vanished.enrolled == 1 ? "stays" : "stay") where they are; "
        + "after a rename write `sequence new was \(vanished.name)`"
    }
    lines += result.problems.map { "\(style.yellow("note:")) \($0)" }
    return lines.isEmpty ? [] : [""] + lines
  }

  private func totals() -> [String] {
    let actions = result.decisions.actions
    let acting = actions.filter { $0.outcome == .act }
    let people = Set(acting.filter { $0.subject == .contact }.map(\.key)).count
    let companies = Set(acting.filter { $0.subject == .account }.map(\.key)).count
    let messages = acting.count { $0.action.descriptor.isMessage }
    let held = actions.count { $0.outcome != .act && $0.outcome != .already }
    let verb = result.isDryRun ? "would be carried out" : "decided"
    let whom = [
      people > 0 || companies == 0 ? Plural.count(people, "contact") : nil,
      companies > 0 ? Plural.count(companies, "account") : nil,
    ].compactMap(\.self).joined(separator: " and ")
    return [
      style.bold(
        "\(Plural.count(acting.count, "action")) \(verb) for \(whom), "
          + "\(Plural.count(messages, "message")) among them; \(Plural.grouped(held)) held back")
    ]
  }
}

extension Outcome {
  var isHeld: Bool {
    if case .held = self { true } else { false }
  }

  var isApproval: Bool {
    if case .needsApproval = self { true } else { false }
  }
}
