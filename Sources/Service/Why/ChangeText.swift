import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// The nearest change that would make a condition true, in words.
struct ChangeText {
  let why: Why

  func text(_ change: NearestChange) -> [String] {
    switch change {
    case .alreadyTrue: return []
    case .impossible(let range):
      return ["nothing that is known of would make `\(oneLine(range))` true"]
    case .changes(let changes, let isCertain):
      var lines = changes.map(sentence)
      if !isCertain { lines.append("(these depend on one another; check again after the first)") }
      return lines
    }
  }

  private func sentence(_ change: RequiredChange) -> String {
    let name = oneLine(change.target.range)
    let now = "now \(ValueText.text(change.current, why))"
    let text: String
    switch change.requirement {
    case .compares(let bounds):
      let list = tightest(bounds).map { "\($0.comparison.rawValue) \(ValueText.text($0.value, why))" }
      text = "`\(name)` would have to be \(list.joined(separator: " and ")) (\(now))"
    case .isOneOf(let values): text = "`\(name)` would have to be \(list(values)) (\(now))"
    case .isNoneOf(let values): text = "`\(name)` would have to be anything but \(list(values)) (\(now))"
    case .holds(let isTrue): text = "`\(name)` would have to be \(isTrue ? "true" : "false")"
    case .isKnown: text = "`\(name)` would have to be known (it is missing)"
    case .isMissing: text = "`\(name)` would have to be missing (\(now))"
    case .changes: text = "`\(name)` would have to change (\(now))"
    case .moreEvents(let count): text = "\(Plural.count(count, "more event")) of `\(name)`"
    case .waits(let until): text = "nothing has to happen but time: `\(name)` from \(until.minuteText(in: why.zone))"
    case .morePeople(let count): text = "\(Plural.count(count, "more person", "more people")) for `\(name)`"
    case .fewerPeople(let count): text = "\(Plural.count(count, "person", "people")) fewer for `\(name)`"
    }
    let below = change.underlying.map(sentence)
    return below.isEmpty ? text : "\(text), for which \(below.joined(separator: " and "))"
  }

  /// Of several bounds on one side the one that counts.
  private func tightest(_ bounds: [RequiredChange.Bound]) -> [RequiredChange.Bound] {
    bounds.filter { bound in
      guard case .number(let number) = bound.value else { return true }
      return !bounds.contains { other in
        guard other != bound, case .number(let value) = other.value, isLower(bound) == isLower(other) else {
          return false
        }
        return isLower(bound) == true ? value > number : isLower(bound) == false ? value < number : false
      }
    }
  }

  private func isLower(_ bound: RequiredChange.Bound) -> Bool? {
    switch bound.comparison {
    case .greater, .greaterOrEqual: true
    case .less, .lessOrEqual: false
    case .equal, .notEqual: nil
    }
  }

  private func list(_ values: [Value]) -> String {
    let texts = values.map { ValueText.text($0, why) }
    guard texts.count > 1, let last = texts.last else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: ", ") + " or " + last
  }

  private func oneLine(_ range: SourceRange) -> String {
    why.book.source.text(range).split { $0.isWhitespace }.joined(separator: " ")
  }
}
