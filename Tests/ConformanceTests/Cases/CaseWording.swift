import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

// How cases spell what they expect.
extension CheckedCase {
  /// `1:14 error[unknown-field]: no field …`, and a line for each help.
  func text(of diagnostic: Diagnostic) -> String {
    let file = book[diagnostic.range.file]
    let position = file.position(at: diagnostic.range.start)
    let place = file.path == CheckedCase.ruleFile ? "" : "\(file.path):"
    let head = "\(place)\(position.line):\(position.column)"
    let lines =
      ["\(head) \(diagnostic.severity.rawValue)[\(diagnostic.id.rawValue)]: \(diagnostic.message)"]
      + diagnostic.help.map { "  help: \($0)" }
    return lines.map { $0 + "\n" }.joined()
  }

  var text: String { diagnostics.map { text(of: $0) }.joined() }
}

extension PlayedTest {
  /// `2026-03-02 09:00 ana roi: send-asset asset "roi_guide"`, and behind it what became of it when it did not act.
  func text(of happening: (at: Instant, action: DecidedAction)) -> String {
    let zone = evaluation.calendar.zone
    let action = happening.action
    var line = "\(happening.at.text(in: zone)) \(shortKey(action.key)) \(action.rule): \(action.summary)"
    if action.outcome != .act {
      line += " (\(action.outcome.name)"
      if let reason = action.outcome.reason(in: zone) { line += ": \(reason)" }
      line += ")"
    }
    return line + "\n"
  }
}

/// The part of a mail address before the `@`; any other key as it is.
func shortKey(_ key: String) -> String { key.split(separator: "@").first.map(String.init) ?? key }

extension CheckedProgram {
  /// For each rule with a condition and no `on`, for whom it is true and for whom it is unknown.
  func matches(_ played: PlayedTest) -> String {
    var result = ""
    for rule in rules where rule.trigger == nil {
      guard let condition = rule.condition else { continue }
      let truths = played.evaluation.truths(condition, of: rule.subject)
      let keys = played.keys(of: rule.subject)
      let who = truths.indices.filter { truths[$0] == 1 }.map { keys[$0] }
      let unknown = truths.indices.filter { truths[$0] > 1 }.map { keys[$0] }
      result += "\(rule.name): \(who.isEmpty ? "nobody" : who.joined(separator: ", "))"
      if !unknown.isEmpty { result += "; unknown for \(unknown.joined(separator: ", "))" }
      result += "\n"
    }
    return result
  }

  /// As a rule would write it; numbers to six digits behind the point.
  func spelling(of value: Value, type: ValueType, zone: Zone) -> String {
    switch value {
    case .missing: type == .flag ? "unknown" : "missing"
    case .text(let text): "\"\(text)\""
    case .number(let number): JSONValue.spelling(of: (number * 1_000_000).rounded() / 1_000_000)
    case .flag(let flag): flag ? "yes" : "no"
    case .date(let date): "\(date)"
    case .time(let time): time.text(in: zone)
    case .choice(let set, let position): self[set].values[position]
    case .asset(let id): self[id].name
    case .list(let values):
      "(\(values.map { spelling(of: $0, type: type, zone: zone) }.joined(separator: ", ")))"
    }
  }
}

extension PlayedTest {
  /// In the order of rows.
  func keys(of subject: Subject) -> [String] {
    let table = subject == .contact ? evaluation.snapshot.contacts : evaluation.snapshot.accounts
    return table.keys.map { shortKey(evaluation.texts.text($0)) }
  }
}

extension PlayedTest {
  /// For each recommendation and person `ana next_best: roi_guide 0.7 (fit 1, interest 0.4)`, the best first.
  func rankings(_ program: CheckedProgram) -> String {
    var result = ""
    for (index, recommendation) in program.recommendations.enumerated() {
      let recommender = Recommender(evaluation, index)
      for (row, key) in keys(of: .contact).enumerated() {
        let picks = recommender.best(for: Int32(row), limit: recommendation.pick).picks.map { pick in
          let factors = zip(recommendation.factors, pick.factors).map { "\($0.name) \($1.map(rounded) ?? "missing")" }
          return "\(program[pick.asset].name) \(rounded(pick.score)) (\(factors.joined(separator: ", ")))"
        }
        result += "\(key) \(recommendation.name): \(picks.isEmpty ? "nothing" : picks.joined(separator: "; "))\n"
      }
    }
    return result
  }

  private func rounded(_ number: Double) -> String {
    JSONValue.spelling(of: (number * 1_000_000).rounded() / 1_000_000)
  }
}
