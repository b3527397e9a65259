import BusinessTime
import ContactStore
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// Where a contact is in a sequence, or why not: what the run at this time would do with it.
struct SequenceAnswer {
  private let why: Why
  private let sequence: CheckedSequence
  private let style: Style
  /// As of the last run, latest first.
  private let known: [Enrolment]
  private let report: Decisions.SequenceReport?

  init(_ why: Why, _ sequence: CheckedSequence, _ style: Style) {
    self.why = why
    self.sequence = sequence
    self.style = style
    let names = [sequence.name, sequence.formerName].compactMap(\.self)
    let records = (try? why.store.enrolments(of: why.key, program: why.program)) ?? []
    known = records.filter { names.contains($0.sequence) }.map(\.enrolment)
    report = why.decisions.sequences.first { $0.name == sequence.name }
  }

  /// What this run would decide.
  var actions: [DecidedAction] {
    why.decisions.actions.filter { $0.rule == sequence.name && $0.step != nil && Int($0.row) == why.row }
  }

  /// As this run would leave it.
  private var next: SequenceChanges.EnrolmentChange? {
    why.decisions.changes.sequences.enrolments.last {
      $0.sequence == sequence.name && Int($0.enrolment.contact) == why.row
    }
  }

  /// In it now, after the run, or when it was in it last.
  private var enrolment: Enrolment? { next?.enrolment ?? known.first }

  /// `in it`, `entering`, `held out`, `ended`, `never`.
  var verdict: String {
    guard let enrolment else { return "never" }
    if enrolment.ending != nil { return "ended" }
    if enrolment.isHeldOut { return "held out" }
    return next?.isNew == true ? "entering" : "in it"
  }

  /// Without a period.
  var sentence: String {
    guard let enrolment else { return neverSentence }
    let text = enrolment.text(in: why.zone)
    if enrolment.ending != nil { return text }
    if next?.isNew == true { return "comes in with this run, \(text)" }
    return "in it since \(enrolment.enteredAt.minuteText(in: why.zone)), \(text)"
  }

  var headline: String {
    switch verdict {
    case "never": style.red("no, \(sentence)")
    case "ended": style.yellow("no more, \(sentence)")
    case "held out": style.yellow(sentence)
    default: style.green(sentence)
    }
  }

  private var neverSentence: String {
    if report?.isPaused == true { return "the sequence is paused" }
    guard let enroll = sequence.enroll else { return "no rule has enrolled the contact" }
    if why.state.sequences.entries[sequence.name]?[Int32(why.row)].isExcluded == true {
      return "it fitted already when the sequence was deployed (`from now on`)"
    }
    switch why.evaluation.value(enroll, of: .contact, row: why.row) {
    case .flag(false): return "never enrolled"
    case .flag(true): return outSentence ?? "its condition is true, and others of the account or a higher rule go first"
    default: return "never enrolled: its condition is unknown, and unknown never acts"
    }
  }

  /// Whoever would leave at once does not come in.
  private var outSentence: String? {
    let fresh = Enrolment(
      contact: Int32(why.row), version: sequence.version, enteredAt: why.evaluation.now, source: .condition,
      place: .init(step: "", position: ""))
    let batch = Occurrences(
      kind: .enrolment, subjects: [fresh.contact],
      triggers: .enrolments(began: [fresh.enteredAt.milliseconds], steps: [:]))
    func isTrue(_ condition: CheckedExpression) -> Bool {
      why.evaluation.truths(condition, of: .contact, occurrences: batch) == [1]
    }
    if let goal = sequence.goal, isTrue(goal) { return "the goal is reached already" }
    if let exit = sequence.exits.first(where: isTrue) {
      return "it would leave at once, since `\(why.book.source.text(exit.range))`"
    }
    return nil
  }

  /// Of the condition to be enrolled, for whoever is not in it.
  var trace: [TraceLine] {
    guard let enroll = sequence.enroll, enrolment == nil || enrolment?.ending != nil else { return [] }
    var trace = ConditionTrace(why)
    trace.add(condition: enroll, why.evaluation.explain(enroll, of: .contact, row: why.row), depth: 1)
    return trace.lines
  }

  var text: String {
    let place = ConditionTrace(why).place(sequence.range)
    var lines = [
      "\(style.bold(why.key)): \(headline)",
      "\(style.bold(sequence.name))\(sequence.title.map { "  \($0)" } ?? "")  \(style.faint(place))",
    ]
    if let enrolment { lines += history(of: enrolment) }
    lines += approvals
    for action in actions {
      let extra = ActionText.detail(action, zone: why.zone)
      let name = extra.isEmpty ? ActionText.kind(action) : "\(ActionText.kind(action)) \(extra)"
      guard let reason = action.outcome.reason(in: why.zone) else {
        lines.append("  \(style.green("→")) \(action.step ?? ""): \(name)")
        continue
      }
      lines.append("  \(style.yellow("✕")) \(action.step ?? ""): \(name)")
      lines.append("      \(reason)")
      lines += OutcomeAdvice(why: why).lines(for: action.outcome).map { "      \(style.faint($0))" }
    }
    let trace = trace
    if !trace.isEmpty {
      if enrolment != nil { lines.append("  to come in again, \(frequencyText):") }
      lines += WhyReport.render(trace, style)
    }
    if let enroll = sequence.enroll, enrolment == nil {
      let changes = ChangeText(why: why).text(why.evaluation.nearestChange(for: enroll, of: .contact, row: why.row))
      if !changes.isEmpty {
        lines.append("  \(style.bold("It would be yes if:"))")
        lines += changes.map { "    \($0)" }
      }
    }
    if let problem = report?.problem {
      lines.append(style.red("  its version does not check any more: \(problem.message)"))
      lines.append("    to move it: abm-rules sequences migrate \(sequence.name)")
    }
    return lines.joined(separator: "\n")
  }

  /// What its steps asked people about, and what came of it.
  private var approvals: [String] {
    let names = [sequence.name, sequence.formerName]
    let items = why.items(of: names)
    // A run that takes up an answer says so itself, below.
    let open = items.filter { item in !actions.contains { $0.idempotencyKey == item.action.idempotencyKey } }
    let refused = ((try? why.store.decisions(about: why.subject, key: why.key, program: why.program)) ?? [])
      .filter { names.contains($0.rule) && ["rejected", "approval expired"].contains($0.outcome) }
    return open.map { "  step \($0.action.step ?? ""): \($0.text(in: why.zone))" }
      + refused.map { "  at \($0.at.minuteText(in: why.zone)): \($0.action), \($0.reason ?? $0.outcome)" }
  }

  private var frequencyText: String {
    switch sequence.frequency.repetition {
    case .once, .upkeep: "which the sequence allows once"
    case .everyTime: "after it was false"
    case .onceEvery(let span): "once every \(span)"
    }
  }

  private func history(of enrolment: Enrolment) -> [String] {
    var lines = [
      style.faint(
        "  enrolled \(enrolment.source.text) on \(enrolment.enteredAt.minuteText(in: why.zone))"
          + (enrolment.version == sequence.version ? "" : ", in version \(enrolment.version)"))
    ]
    for visit in enrolment.visits {
      let acted = visit.actedAt.map { ", acted last at \($0.minuteText(in: why.zone))" } ?? ""
      lines.append("  step \(visit.step) since \(visit.beganAt.minuteText(in: why.zone))\(acted)")
    }
    for choice in enrolment.arms { lines.append("  arm \(choice.arm) of step \(choice.place.step), by chance") }
    return lines
  }

  var enrolmentsJSON: JSONValue {
    .list(
      known.map { enrolment in
        .members([
          ("entered", .text(enrolment.enteredAt.description)), ("version", .text(enrolment.version)),
          ("source", .text(enrolment.source.rawValue)), ("held_out", .flag(enrolment.isHeldOut)),
          ("step", .text(enrolment.place.step)), ("position", .text(enrolment.place.position)),
          ("state", .text(enrolment.text(in: why.zone))),
          ("ended", enrolment.endedAt.map { .text($0.description) } ?? .null),
          ("ending", enrolment.ending.map { .text($0.name) } ?? .null),
        ])
      })
  }
}
