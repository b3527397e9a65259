package import BusinessTime
package import ContactStore
import Decisioning
package import RuleDiagnostics
package import RuleSemantics

/// The approval queue for a person to read, and as JSON.
package struct ApprovalText {
  private let style: Style
  private let zone: Zone

  package init(style: Style, zone: Zone) {
    self.style = style
    self.zone = zone
  }

  package func list(_ records: [ApprovalRecord]) -> String {
    guard !records.isEmpty else { return "nothing waits for approval" }
    return records.map { record in
      "\(style.bold("\(record.id)"))  \(record.rule)  \(about(record))  \(state(record))\n    \(record.item?.text ?? record.reason)"
    }.joined(separator: "\n") + "\n" + style.faint("abm-rules approvals show ID, approve ID or RULE, reject ID or RULE")
  }

  /// - Parameter subjects: the first of those whom the question of a rule is about.
  package func detail(_ record: ApprovalRecord, subjects: [(subject: Subject, key: String)]) -> String {
    var lines = [
      "\(style.bold("\(record.id)"))  \(style.bold(record.rule))  \(about(record))", "  \(record.reason)",
      "  asked at \(record.askedAt.minuteText(in: zone)), until \(record.expiresAt.minuteText(in: zone))",
      "  \(state(record))",
    ]
    if let note = record.note { lines.append("  note: \(note)") }
    for answer in record.answers.dropLast() {
      lines.append(
        "  before: \(answer.isApproval ? "approved" : "rejected") by \(answer.by) at \(answer.at.minuteText(in: zone))"
          + (answer.note.map { ", \($0)" } ?? ""))
    }
    if let item = record.item { lines.append("  \(item.text)") }
    for subject in subjects { lines.append("    \(subject.key)") }
    if subjects.count < record.people, record.item == nil {
      lines.append(style.faint("    and \(Plural.grouped(record.people - subjects.count)) more"))
    }
    return lines.joined(separator: "\n")
  }

  private func about(_ record: ApprovalRecord) -> String {
    record.item.map(\.key) ?? Plural.count(record.people, "person", "people")
  }

  private func state(_ record: ApprovalRecord) -> String {
    let who = record.answeredBy.map { " by \($0)" } ?? ""
    let at = record.answeredAt.map { " at \($0.minuteText(in: zone))" } ?? ""
    return switch record.status {
    case .open: style.yellow("waits until \(record.expiresAt.minuteText(in: zone))")
    case .approved: style.green("approved\(who)\(at); the next run acts")
    case .rejected: style.red("rejected\(who)\(at)")
    case .expired, .lapsed: style.red("nobody approved it by \(record.expiresAt.minuteText(in: zone))")
    case .used: style.green("approved\(who)\(at), and done")
    case .refused: style.red("rejected\(who)\(at), and not done")
    case .takenBack: style.red("taken back\(who)\(at); what was not carried out by then is not")
    case .moot: style.faint("no longer asked")
    }
  }

  package func json(_ record: ApprovalRecord, subjects: [(subject: Subject, key: String)]? = nil) -> JSONValue {
    .members([
      ("id", .integer(Int(record.id))), ("rule", .text(record.rule)), ("status", .text(record.status.rawValue)),
      ("reason", .text(record.reason)), ("people", .integer(record.people)),
      ("asked_at", .text(record.askedAt.description)), ("expires_at", .text(record.expiresAt.description)),
      ("answered_by", record.answeredBy.map(JSONValue.text)),
      ("answered_at", record.answeredAt.map { .text($0.description) }), ("note", record.note.map(JSONValue.text)),
      (
        "answers",
        .list(
          record.answers.map { answer in
            .members([
              ("answer", .text(answer.isApproval ? "approved" : "rejected")), ("by", .text(answer.by)),
              ("at", .text(answer.at.description)), ("note", answer.note.map(JSONValue.text)),
            ])
          })
      ),
      ("key", record.item.map { .text($0.key) }), ("action", record.item.map { .text($0.action) }),
      ("arguments", record.item.flatMap { JSONValue(text: $0.arguments) }),
      ("subjects", subjects.map { .list($0.map { .text($0.key) }) }),
    ])
  }
}

extension ApprovalRecord.Item {
  /// `recommend next_best: roi_guide 81 %, checklist 64 %`, with the step of a sequence before it.
  fileprivate var text: String {
    guard case .record(let arguments) = JSONValue(text: arguments) else { return action }
    func names(_ parameter: ParameterID) -> [String] {
      switch arguments.first(where: { $0.name == parameter.rawValue })?.value {
      case .text(let text)?: [text]
      case .list(let values)?: values.compactMap { if case .text(let text) = $0 { text } else { nil } }
      default: []
      }
    }
    let step = step.map { "step \($0): " } ?? ""
    let picks = picks.flatMap(JSONValue.init(text:)).flatMap { DecidedPicks(json: $0, recommendation: "") }
    let assets = picks?.picks.map { "\($0.asset) \(ActionText.percent($0.score))" } ?? names(.assets)
    return "\(step)\(action) \(names(.recommendation).joined()): \(assets.joined(separator: ", "))"
  }
}
