import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics

/// Decided actions in the words of the language.
enum ActionText {
  /// What actions of one line of a rule have in common: `send asset roi_guide`, `create task`.
  static func kind(_ action: DecidedAction) -> String {
    let name = action.action.rawValue
    switch action.action {
    case .sendAsset, .sendBest, .sendEmail, .recommend, .enroll, .removeFromSequence, .addToList, .removeFromList,
      .assignOwner, .callWebhook:
      let first = action.arguments.first { $0.parameter != .transactional && $0.parameter != .viaOwner }
      return "\(name) \(first.map { plain($0.value) } ?? "")"
    case .set, .advance: return "\(name) \(plain(action.argument(.field)))"
    case .clear: return "clear \(plain(action.argument(.field)))"
    case .createTask, .createNote, .notify, .skipLowerRules: return name
    }
  }

  /// What is particular to one of them: the text of a task and whom it is for, the value of a field.
  static func detail(_ action: DecidedAction, zone: Zone) -> String {
    switch action.action {
    case .set, .advance: return "to \(plain(action.argument(.value)))"
    case .createNote: return "“\(plain(action.argument(.text)))”"
    case .notify: return "\(plain(action.argument(.recipient))): “\(plain(action.argument(.text)))”"
    case .createTask:
      var text = "“\(plain(action.argument(.text)))” for \(plain(action.argument(.recipient)))"
      if let due = action.argument(.due) { text += ", due \(time(due, zone))" }
      if let priority = action.argument(.priority) { text += ", \(plain(priority)) priority" }
      return text
    case .sendBest, .recommend:
      return action.picks?.picks.map { "\($0.asset) \(percent($0.score))" }.joined(separator: ", ") ?? ""
    case .sendAsset, .sendEmail, .enroll, .removeFromSequence, .clear, .addToList, .removeFromList, .assignOwner,
      .callWebhook, .skipLowerRules:
      return ""
    }
  }

  /// A score as recommendations have it, with at most one decimal.
  static func percent(_ score: Double) -> String {
    "\(JSONValue.spelling(of: (score * 1000).rounded() / 10)) %"
  }

  /// An instant as the policy's zone has it.
  private static func time(_ value: JSONValue, _ zone: Zone) -> String {
    guard case .text(let text) = value, let instant = Instant(iso: text, in: zone) else { return plain(value) }
    return instant.minuteText(in: zone)
  }

  private static func plain(_ value: JSONValue?) -> String {
    switch value {
    case .text(let text)?: text
    case .flag(let flag)?: flag ? "yes" : "no"
    case .null, .number, .list, .record: value?.text ?? "?"
    case nil: "?"
    }
  }
}
