import BusinessTime
import Decisioning
package import RuleDiagnostics
import RuleSemantics

/// A simulation for a person to read on a terminal, or a program; with another rule book side by side.
package struct SimulationReport {
  let run: SimulationRun
  /// What it is compared with; played over the same history.
  let other: SimulationRun?
  private let style: Style
  private let samples: Int

  package init(_ run: SimulationRun, comparedWith other: SimulationRun? = nil, style: Style, samples: Int = 5) {
    self.run = run
    self.other = other
    self.style = style
    self.samples = samples
  }

  private var columns: Int { max(20, min(run.tally.days.count, style.width - 62)) }

  package var text: String {
    var lines = heading() + rules(run) + sends(run) + heldBack(run) + asking(run)
    if let other { lines += comparison(SimulationComparison(run, other), other) }
    lines += notes(run)
    return lines.joined(separator: "\n") + "\n"
  }

  private func heading() -> [String] {
    let tally = run.tally
    let often = run.options.every.map { "every \($0)" } ?? "once a day at \(run.book.program.policy.businessFrom)"
    return [
      style.bold("Simulation \(tally.days.first.map { "\($0)" } ?? "") to \(tally.days.last.map { "\($0)" } ?? "")")
        + "  " + style.faint("\(Plural.count(tally.runs, "run")), \(often), \(run.book.program.policy.zone)"),
      style.faint(
        "\(Plural.count(run.contacts, "contact")), \(Plural.count(run.accounts, "account")), rule book "
          + "\(run.book.hash.prefix(8)). Nothing is written and nothing is sent."), "",
    ]
  }

  // MARK: - One rule book

  private func rules(_ run: SimulationRun) -> [String] {
    let active = run.tally.rules.filter { $0.acted.contains { $0 > 0 } }
    guard !active.isEmpty else { return ["No rule acts on anybody in this time.", ""] }
    let size = (run.tally.days.count + columns - 1) / columns
    let each = size == 1 ? "each day" : "each \(size) days"
    var lines = [style.faint(row("rule", each, "acted", "people", "messages"))]
    for rule in active {
      let name = rule.name.count > 26 ? rule.name.prefix(25) + "…" : rule.name[...]
      lines.append(
        row(
          String(name), Sparkline.text(rule.acted, columns: columns), Plural.grouped(rule.acted.reduce(0, +)),
          Plural.grouped(rule.people.count), Plural.grouped(rule.messages.reduce(0, +))))
    }
    let quiet = run.tally.rules.filter { !$0.acted.contains { $0 > 0 } }.map(\.name)
    lines.append(
      style.bold(
        row("all", "", Plural.grouped(run.tally.totalActed), "", Plural.grouped(run.tally.totalMessages))))
    if !quiet.isEmpty { lines.append(style.faint("Nobody in this time: \(quiet.joined(separator: ", "))")) }
    return lines + [""]
  }

  private func row(_ name: String, _ chart: String, _ acted: String, _ people: String, _ messages: String) -> String {
    func left(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    return "\(left(name, 27))\(left(chart, columns)) \(right(acted, 10)) \(right(people, 9)) \(right(messages, 9))"
  }

  private func sends(_ run: SimulationRun) -> [String] {
    let weeks = run.tally.weeks
    let most = weeks.map(\.contactsByMessages.count).max() ?? 0
    guard most > 1 else { return [] }
    var lines = [style.bold("Messages per contact and week")]
    for week in weeks where week.contactsByMessages.count > 1 {
      let counts = week.contactsByMessages.enumerated().dropFirst().filter { $0.element > 0 }.map { number, contacts in
        "\(number) to \(Plural.grouped(contacts))"
      }
      lines.append("  week of \(week.first)  \(counts.joined(separator: ", "))")
    }
    return lines + [""]
  }

  private func heldBack(_ run: SimulationRun) -> [String] {
    var lines: [String] = []
    for (name, counts) in run.tally.queues {
      if let most = counts.max(), most > 0 { lines.append(line(name, counts, most)) }
    }
    for (reason, counts) in run.tally.heldBack.sorted(by: { $0.key < $1.key }) {
      lines.append(line(reason, counts, counts.max() ?? 0))
    }
    return lines.isEmpty ? [] : [style.bold("Held back, by day")] + lines + [""]
  }

  private func line(_ name: String, _ counts: [Int], _ most: Int) -> String {
    "  \(Sparkline.text(counts, columns: columns))  up to \(Plural.grouped(most))  \(name)"
  }

  private func asking(_ run: SimulationRun) -> [String] {
    var lines: [String] = []
    let answer = run.options.approvals == .given ? "and was taken to be allowed" : "and nobody answered"
    for rule in run.tally.rules where rule.daysAsking > 0 {
      lines.append(
        "\(style.yellow("approval:")) \(rule.name) asked on \(Plural.count(rule.daysAsking, "day")), \(answer)")
    }
    if let first = run.tally.halts.first {
      let rest = run.options.approvals == .given ? "; it went on" : ""
      lines.append(
        "\(style.red("halt:")) on \(Plural.count(Set(run.tally.halts.map(\.day)).count, "day")) the run would have "
          + "stopped, first on \(first.day): \(first.halt.text)\(rest)")
    }
    return lines.isEmpty ? [] : lines + [""]
  }

  private func notes(_ run: SimulationRun) -> [String] {
    run.problems.map { "\(style.yellow("note:")) \($0)" }
  }

  // MARK: - Two rule books

  private func comparison(_ comparison: SimulationComparison, _ other: SimulationRun) -> [String] {
    var lines = [style.bold("Compared: \(run.name) → \(other.name)")]
    let (before, after) = (run.tally.totalMessages, other.tally.totalMessages)
    lines.append("  messages \(Plural.grouped(before)) → \(Plural.grouped(after)) \(change(before, after))")
    for rule in comparison.rules {
      lines.append(
        "  \(style.bold(rule.name))  \(Plural.grouped(rule.before)) → \(Plural.grouped(rule.after)) "
          + change(rule.before, rule.after))
      if !rule.gained.isEmpty { lines.append("    \(style.green("gain")) \(names(rule.gained))") }
      if !rule.lost.isEmpty { lines.append("    \(style.red("lose")) \(names(rule.lost))") }
    }
    if comparison.rules.isEmpty { lines.append("  No rule acts on anybody else, nor more or less often.") }
    func people(_ list: [(key: String, before: Int, after: Int)]) -> String {
      names(list.map { "\($0.key) (\($0.before) → \($0.after))" })
    }
    if !comparison.moreMessages.isEmpty {
      lines.append("  \(style.green("more messages")) to \(people(comparison.moreMessages))")
    }
    if !comparison.fewerMessages.isEmpty {
      lines.append("  \(style.red("fewer messages")) to \(people(comparison.fewerMessages))")
    }
    return lines + [""]
  }

  private func change(_ before: Int, _ after: Int) -> String {
    let difference = after - before
    return style.faint(difference == 0 ? "" : "(\(difference > 0 ? "+" : "−")\(Plural.grouped(abs(difference))))")
  }

  private func names(_ keys: [String]) -> String {
    let more = keys.count > samples ? " and \(Plural.grouped(keys.count - samples)) more" : ""
    return "\(Plural.grouped(keys.count)): \(keys.prefix(samples).joined(separator: ", "))\(more)"
  }

  // MARK: - Programs

  /// `from`, `to`, `runs`, `contacts`, `accounts`, `days`, `rules`, `weeks`, `held_back`, `waiting`,
  /// `waiting_for_answers`, `waiting_in_sequences`, `halted_days`; of a comparison `other` with the same, and
  /// `comparison`.
  package var json: JSONValue {
    guard let other else { return .record(members(run)) }
    return .record(
      members(run) + [
        .init("other", .record(members(other))), .init("comparison", SimulationComparison(run, other).json),
      ])
  }

  private func members(_ run: SimulationRun) -> [JSONValue.Member] {
    let tally = run.tally
    func numbers(_ list: [Int]) -> JSONValue { .list(list.map(JSONValue.integer)) }
    return [
      .init("rulebook", .text(run.book.hash)), .init("from", .text(run.options.start.description)),
      .init("to", .text(run.options.end.description)), .init("runs", .integer(tally.runs)),
      .init("contacts", .integer(run.contacts)), .init("accounts", .integer(run.accounts)),
      .init("days", .list(tally.days.map { .text("\($0)") })),
      .init(
        "rules",
        .list(
          tally.rules.map { rule in
            .members([
              ("name", .text(rule.name)), ("acted", numbers(rule.acted)), ("messages", numbers(rule.messages)),
              ("people", .integer(rule.people.count)), ("days_asking", .integer(rule.daysAsking)),
            ])
          })),
      .init(
        "weeks",
        .list(
          tally.weeks.map { week in
            .members([
              ("first", .text("\(week.first)")), ("contacts_by_messages", numbers(week.contactsByMessages)),
            ])
          })),
      .init(
        "held_back",
        .record(tally.heldBack.sorted { $0.key < $1.key }.map { .init($0.key, numbers($0.value)) })),
      .init("waiting", numbers(tally.queue)), .init("waiting_for_answers", numbers(tally.unanswered)),
      .init("waiting_in_sequences", numbers(tally.underway)),
      .init("halted_days", .list(tally.halts.map { .text("\($0.day)") })),
    ]
  }
}

extension SimulationTally {
  /// What waits at the end of each day.
  var queues: [(name: String, counts: [Int])] {
    [
      ("waiting at the end of the day", queue), ("waiting for somebody's answer", unanswered),
      ("waiting in a sequence", underway),
    ]
  }
}
