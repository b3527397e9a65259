import BusinessTime
import ContactStore
import Decisioning
package import RuleDiagnostics
import RuleSemantics

/// What the commands about sequences print.
package struct SequenceText {
  private let style: Style
  private let zone: Zone

  package init(style: Style, book: RuleBook) {
    self.style = style
    zone = Zone(identifier: book.program.policy.zone) ?? .utc
  }

  // MARK: - list

  package func list(_ sequences: [SequenceSummary]) -> String {
    guard !sequences.isEmpty else { return "The rule book has no sequences." }
    let width = sequences.map(\.name.count).max() ?? 0
    return sequences.map { sequence in
      let acting = sequence.acting
      var parts = [
        "\(Plural.grouped(acting.sum(\.active))) in it", "\(Plural.grouped(acting.sum(\.entered))) entered",
        "\(Plural.grouped(acting.sum(\.reachedGoal))) reached the goal",
      ]
      if !sequence.heldOut.isEmpty { parts.append("\(Plural.grouped(sequence.heldOut.sum(\.entered))) held out") }
      if sequence.deployment == nil { parts = ["not at work yet"] }
      if sequence.isPaused { parts.append(style.yellow("paused")) }
      let space = String(repeating: " ", count: width - sequence.name.count)
      return "\(style.bold(sequence.name))\(space)  \(parts.joined(separator: " · "))"
    }.joined(separator: "\n")
  }

  // MARK: - show

  package func show(_ sequence: SequenceSummary) -> String {
    var lines = ["\(style.bold(sequence.name))\(sequence.title.map { "  \($0)" } ?? "")"]
    guard let deployment = sequence.deployment else { return lines[0] + "\n  not at work yet" }
    lines.append(style.faint("  at work since \(deployment.firstAt.minuteText(in: zone)), version \(sequence.version)"))
    if sequence.isPaused {
      lines.append(style.yellow("  paused \(sequence.isPausedByText ? "by its text" : "by a person")"))
    }
    if sequence.asked > 0 {
      let verb = sequence.asked == 1 ? "waits" : "wait"
      lines.append(
        style.yellow(
          "  \(Plural.count(sequence.asked, "action")) of its steps \(verb) for approval: abm-rules approvals"))
    }
    for group in sequence.acting { lines += self.lines(of: group, sequence) }
    lines += holdout(sequence)
    return lines.joined(separator: "\n")
  }

  private func lines(of group: SequencePerformance.Group, _ sequence: SequenceSummary) -> [String] {
    let name = group.version == sequence.version ? "present version" : "version \(group.version)"
    let counts = [
      "\(Plural.grouped(group.entered)) entered", "\(Plural.grouped(group.active)) in it",
      "\(Plural.grouped(group.reachedGoal)) reached the goal", "\(Plural.grouped(group.exited)) left",
      "\(Plural.grouped(group.finished)) went through", "\(Plural.grouped(group.removed)) taken out",
    ]
    var lines = ["", "  \(style.bold(name))  \(counts.joined(separator: " · "))"]
    let steps = sequence.performance.steps.filter { $0.version == group.version }
    let order = Dictionary(sequence.steps.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let sorted = steps.enumerated().sorted {
      (order[$0.element.step] ?? .max, $0.offset) < (order[$1.element.step] ?? .max, $1.offset)
    }.map(\.element)
    lines += table(
      [["step", "entered", "acted", "there now", "goal", "left"]]
        + sorted.map { step in
          [step.step] + [step.entered, step.acted, step.waiting, step.reachedGoal, step.exited].map(Plural.grouped)
        })
    let arms = sequence.performance.arms.filter { $0.version == group.version }
    if !arms.isEmpty {
      lines += table(
        [["arm", "entered", "goal", "share"]]
          + arms.map { arm in
            [
              "\(arm.step) \(arm.arm)", Plural.grouped(arm.entered), Plural.grouped(arm.reachedGoal),
              percent(arm.reachedGoal, of: arm.entered),
            ]
          })
    }
    return lines
  }

  private func holdout(_ sequence: SequenceSummary) -> [String] {
    let (acting, heldOut) = (sequence.acting, sequence.heldOut)
    guard let lift = sequence.lift, heldOut.sum(\.entered) > 0 else { return [] }
    func share(_ groups: [SequencePerformance.Group]) -> String {
      let (goal, entered) = (groups.sum(\.reachedGoal), groups.sum(\.entered))
      return "\(percent(goal, of: entered)) (\(Plural.grouped(goal)) of \(Plural.grouped(entered)))"
    }
    var lines = [
      "", "  \(style.bold("against those held out"))",
      "    goal reached: \(share(acting)), held out \(share(heldOut))",
      "    difference \(points(lift.difference)), 95 % interval \(points(lift.low)) to \(points(lift.high))"
        + style.faint(sequence.isLiftByAccount ? "  with accounts as units" : "  Newcombe's score interval"),
    ]
    if lift.low <= 0, lift.high >= 0 { lines.append("    it may be chance: the interval holds 0") }
    if sequence.holdout?.byAccount == true, !sequence.isLiftByAccount {
      lines.append(
        style.faint(
          "    held out by account, and too few accounts yet: people of one fare alike, so the true interval is wider"))
    }
    return lines
  }

  private func percent(_ part: Int, of whole: Int) -> String {
    whole == 0 ? "–" : "\(oneDecimal(100 * Double(part) / Double(whole))) %"
  }

  private func points(_ share: Double) -> String {
    "\(share > 0 ? "+" : share < 0 ? "−" : "")\(oneDecimal(abs(100 * share))) points"
  }

  private func oneDecimal(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// The first column to the left, numbers to the right.
  private func table(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.enumerated().map { index, row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      let line = "    " + cells.joined(separator: "  ")
      return index == 0 ? style.faint(line) : line
    }
  }

  // MARK: - enroll, remove, pause, resume

  /// - Parameters:
  ///   - done: such as `enrolled in finance_nurture`.
  ///   - unchanged: such as `in it already`.
  package func outcome(_ outcome: SequenceCommands.Outcome, done: String, unchanged: String) -> String {
    (outcome.done.map { "\(style.green("→")) \($0): \(done)" }
      + outcome.heldOut.map { "\(style.yellow("→")) \($0): held out, to be compared with; nothing is done for them" }
      + outcome.unchanged.map { "  \($0): \(unchanged)" }
      + outcome.unknown.map { "\(style.red("✕")) \($0): no such contact" }).joined(separator: "\n")
  }

  package func json(_ outcome: SequenceCommands.Outcome) -> JSONValue {
    .members([
      ("done", .list(outcome.done.map(JSONValue.text))), ("held_out", .list(outcome.heldOut.map(JSONValue.text))),
      ("unchanged", .list(outcome.unchanged.map(JSONValue.text))),
      ("unknown", .list(outcome.unknown.map(JSONValue.text))),
    ])
  }

  // MARK: - migrate

  package func migration(_ migration: SequenceMigration, isApplied: Bool) -> String {
    guard !migration.moves.isEmpty else { return "Everybody in `\(migration.sequence)` is in the present version." }
    let verb = isApplied ? "moved" : "would move"
    var lines = [
      style.bold(
        "\(Plural.count(migration.moves.count, "contact")) \(verb) to version \(migration.version) of "
          + migration.sequence)
    ]
    var order: [String] = []
    var groups: [String: [SequenceMigration.Move]] = [:]
    for move in migration.moves {
      let head = self.head(of: move)
      if groups[head] == nil { order.append(head) }
      groups[head, default: []].append(move)
    }
    for head in order {
      let moves = groups[head] ?? []
      lines.append("  \(head)  \(style.faint("× \(Plural.grouped(moves.count))"))")
      let more = moves.count > 3 ? style.faint(" and \(Plural.grouped(moves.count - 3)) more") : ""
      lines.append("      \(moves.prefix(3).map { "\($0.contact) (\(rest(of: $0)))" }.joined(separator: ", "))\(more)")
    }
    if !migration.isComplete {
      lines.append(style.red("  Say with --to STEP where those go whose step is gone; until then nobody is moved."))
    } else if !isApplied {
      lines.append(style.faint("  Nothing is written. To move them: --apply"))
    }
    return lines.joined(separator: "\n")
  }

  private func head(of move: SequenceMigration.Move) -> String {
    let from = move.from.place.step
    switch move.target {
    case .same(let place): return "\(from) → \(place.step), where they are"
    case .start(let place): return "\(from) → \(place.step), from its start"
    case .nowhere: return style.red("\(from) → the step is gone")
    case .onwards(let place, let after?):
      let end = place.step == from ? "" : place.step.isEmpty ? ", which ends the sequence" : ", on with \(place.step)"
      return "\(from) → after `\(after)`\(end)"
    case .onwards(let place, nil):
      return
        "\(from) → \(place.step.isEmpty ? "the end: nothing that they were at is left" : "\(place.step), as nothing that they were at is left")"
    }
  }

  private func rest(of move: SequenceMigration.Move) -> String {
    if let until = move.waitsUntil { return "waits until \(until.minuteText(in: zone))" }
    switch (move.target, move.from.rest) {
    case (.nowhere, let rest), (.same, let rest): return rest.text(in: zone) ?? "goes on with the next run"
    default: return "goes on with the next run"
    }
  }

  package func json(_ migration: SequenceMigration, isApplied: Bool) -> JSONValue {
    .members([
      ("sequence", .text(migration.sequence)), ("version", .text(migration.version)), ("applied", .flag(isApplied)),
      (
        "moves",
        .list(
          migration.moves.map { move in
            .members([
              ("contact", .text(move.contact)), ("from_version", .text(move.version)),
              ("from_step", .text(move.from.place.step)),
              ("to_step", move.target.place.map { .text($0.step) } ?? .null), ("how", .text(move.target.name)),
              ("held_out", move.from.isHeldOut ? .flag(true) : nil),
            ])
          })
      ),
    ])
  }
}

extension SequenceMigration.Target {
  /// The same in every report.
  var name: String {
    switch self {
    case .same: "same"
    case .onwards: "onwards"
    case .start: "start"
    case .nowhere: "nowhere"
    }
  }
}
