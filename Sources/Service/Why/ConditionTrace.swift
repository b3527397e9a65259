import BusinessTime
import ContactStore
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// An explanation as lines of a tree, each with what it says and where its value comes from.
struct TraceLine {
  enum Mark { case yes, no, unknown, value }

  var depth: Int
  var mark: Mark
  var text: String
  /// The value, in words.
  var value: String
  /// Where it comes from.
  var source: String
}

/// Turns explanations into lines, along the expressions that they explain.
struct ConditionTrace {
  let why: Why
  private(set) var lines: [TraceLine] = []
  /// How deep definitions are opened.
  private static let maximumDepth = 10

  init(_ why: Why) {
    self.why = why
  }

  mutating func add(condition: CheckedExpression, _ explanation: Explanation, depth: Int) {
    guard depth < Self.maximumDepth else { return }
    switch condition.kind {
    case .and(let operands) where operands.count == explanation.parts.count:
      for (operand, part) in zip(operands, explanation.parts) { add(condition: operand, part, depth: depth) }
    case .or(let operands) where operands.count == explanation.parts.count:
      lines.append(TraceLine(depth: depth, mark: mark(explanation), text: "one of these:", value: "", source: ""))
      for (operand, part) in zip(operands, explanation.parts) { add(condition: operand, part, depth: depth + 1) }
    case .not(let operand) where isComposite(operand) && explanation.parts.count == 1:
      lines.append(TraceLine(depth: depth, mark: mark(explanation), text: "not:", value: "", source: ""))
      add(condition: operand, explanation.parts[0], depth: depth + 1)
    default: addLeaf(explanation, depth: depth)
    }
  }

  private func isComposite(_ expression: CheckedExpression) -> Bool {
    switch expression.kind {
    case .and, .or, .not: true
    default: false
    }
  }

  private mutating func addLeaf(_ explanation: Explanation, depth: Int) {
    let facts = self.facts(of: explanation)
    lines.append(
      TraceLine(
        depth: depth, mark: mark(explanation), text: oneLine(explanation.range),
        value: facts.map(\.value).joined(separator: ", "),
        source: facts.map(\.source).filter { !$0.isEmpty }.joined(separator: "; ")))
    let definitions = facts.filter { $0.definition != nil }
    for fact in definitions {
      guard let definition = fact.definition, opens(definition) else { continue }
      guard definitions.count > 1 else { return addParts(of: definition, depth: depth + 1) }
      lines.append(TraceLine(depth: depth + 1, mark: .value, text: fact.value, value: "", source: fact.source))
      addParts(of: definition, depth: depth + 2)
    }
  }

  private func opens(_ explanation: Explanation) -> Bool { !explanation.parts.isEmpty }

  /// What a definition is made of.
  mutating func addParts(of explanation: Explanation, depth: Int) {
    guard depth < Self.maximumDepth, case .definition(let id, _, _, let isGiven, let isRepeated) = explanation.source,
      !isGiven, !isRepeated
    else { return }
    let definition = why.program[id]
    for part in explanation.parts {
      switch part.role {
      case .factor(let name, let weight, let points)?:
        let share = JSONValue.spelling(of: (weight * 100 * 100).rounded() / 100)
        let facts = self.facts(of: part, namesEvents: true)
        lines.append(
          TraceLine(
            depth: depth, mark: .value, text: "\(name), \(share) %", value: "\(rounded(points)) points",
            source: facts.map { $0.value + ($0.source.isEmpty ? "" : ": \($0.source)") }.joined(separator: "; ")))
      case .points(let points)?:
        let facts = self.facts(of: part)
        lines.append(
          TraceLine(
            depth: depth, mark: points == 0 ? .no : .value, text: oneLine(part.range),
            value: "\(points > 0 ? "+" : "")\(rounded(points))",
            source: facts.map { $0.value + ($0.source.isEmpty ? "" : ": \($0.source)") }.joined(separator: "; ")))
      case .stage(let name)?:
        lines.append(TraceLine(depth: depth, mark: mark(part), text: "stage \(name)", value: "", source: ""))
        addCondition(ofStage: name, definition, part, depth: depth + 1)
      case .exit? where !wasMember(definition): break
      case .movesBack?, .entry?, .exit?, nil: addPlain(part, definition, depth: depth)
      }
    }
  }

  /// Only who is in a segment can leave it.
  private func wasMember(_ definition: Definition) -> Bool {
    why.evaluation.snapshot.previous.members[definition.id].map { $0[why.row] == 1 } ?? false
  }

  private mutating func addCondition(
    ofStage name: String, _ definition: Definition, _ part: Explanation, depth: Int
  ) {
    guard case .journey(let journey) = definition.body,
      let condition = journey.stages.first(where: { $0.name == name })?.condition
    else { return }
    add(condition: condition, part, depth: depth)
  }

  private mutating func addPlain(_ part: Explanation, _ definition: Definition, depth: Int) {
    let head: String? =
      switch part.role {
      case .movesBack?: "moves back when"
      case .entry?: "enters when"
      case .exit?: "leaves when"
      case .factor?, .points?, .stage?, nil: nil
      }
    let expression: CheckedExpression? =
      switch (definition.body, part.role) {
      case (.define(let value), _): value
      case (.segment(let segment), .entry?): segment.condition
      case (.segment(let segment), .exit?): segment.until
      case (.journey(let journey), .movesBack?): journey.movesBack
      default: nil
      }
    var inner = depth
    if let head {
      lines.append(TraceLine(depth: depth, mark: mark(part), text: head, value: "", source: ""))
      inner += 1
    }
    if let expression, expression.type == .flag {
      add(condition: expression, part, depth: inner)
    } else {
      addLeaf(part, depth: inner)
    }
  }

  // MARK: - Facts

  private struct Fact {
    var value: String
    var source: String
    var definition: Explanation?
  }

  /// What a condition or value read: each field, definition, and group of events once.
  ///
  /// - Parameter namesEvents: whether to say which events, where no line above says it.
  private func facts(of explanation: Explanation, namesEvents: Bool = false) -> [Fact] {
    switch explanation.source {
    case .constant: return []
    case .computed: return explanation.parts.flatMap { facts(of: $0, namesEvents: namesEvents) }
    case .now: return []
    case .noAccount:
      return [Fact(value: "\(oneLine(explanation.range)) is missing", source: "the contact has no account")]
    case .candidate: return []
    case .trigger:
      return [Fact(value: "\(oneLine(explanation.range)) is \(text(explanation.value))", source: "the occurrence")]
    case .field(let subject, _, let field, let changedAt):
      return [
        Fact(
          value: "\(name(of: field, subject)) is \(text(explanation.value))",
          source: provenance(of: field, subject, changedAt))
      ]
    case .definition(let id, let subject, _, let isGiven, _):
      let definition = why.program[id]
      let name = subject == why.subject ? definition.name : "\(subject.rawValue).\(definition.name)"
      return [
        Fact(
          value: "\(name) is \(text(explanation.value))", source: isGiven ? "given" : place(definition.nameRange),
          definition: explanation)
      ]
    case .events(let summary):
      let name = namesEvents && explanation.type == .flag ? "\(oneLine(explanation.range)): " : ""
      return [Fact(value: name + events(summary, explanation), source: lastEvent(summary))]
    case .people(let summary):
      let examples = summary.examples.isEmpty ? "" : ": \(summary.examples.joined(separator: ", "))"
      return [Fact(value: "\(summary.count) of \(summary.total)\(examples)", source: "")]
    }
  }

  private func name(of field: FieldIndex, _ subject: Subject) -> String {
    let name = why.program.record(of: subject)[field].name
    return subject == why.subject ? name : "\(subject.rawValue).\(name)"
  }

  private func events(_ summary: EventSummary, _ explanation: Explanation) -> String {
    let count = summary.count == 0 ? "no such event" : Plural.count(summary.count, "event")
    return explanation.type == .flag ? count : "\(oneLine(explanation.range)) is \(text(explanation.value)), \(count)"
  }

  private func lastEvent(_ summary: EventSummary) -> String {
    guard let last = summary.last else { return "" }
    return "the last \(why.program[last.type].name) at \(minute(last.time))"
  }

  func provenance(of field: FieldIndex, _ subject: Subject, _ changedAt: Instant?) -> String {
    let key: String
    if subject == why.subject {
      key = why.key
    } else {
      let account = why.evaluation.snapshot.accountOfContact[why.row]
      guard account >= 0 else { return "" }
      key = why.evaluation.snapshot.texts.text(why.evaluation.snapshot.accounts.keys[Int(account)])
    }
    guard let known = try? why.store.provenance(of: field, subject, key: key, program: why.program) else {
      return "nothing was ever said of it"
    }
    let day = minute(known.at)
    switch known.source {
    case .import(_, let file): return "\(file), imported \(day)"
    case .rule(let name, _): return "set by \(name) at \(day)"
    case .sync: return "synced \(day)"
    }
  }

  // MARK: - Text

  private func mark(_ explanation: Explanation) -> TraceLine.Mark {
    guard explanation.type == .flag else { return .value }
    return switch explanation.truth {
    case true?: .yes
    case false?: .no
    case nil: .unknown
    }
  }

  private func text(_ value: Value) -> String { ValueText.text(value, why) }

  private func rounded(_ number: Double) -> String { ValueText.rounded(number) }

  /// To the minute, in the zone of the policy.
  private func minute(_ instant: Instant) -> String {
    instant.minuteText(in: why.zone)
  }

  func oneLine(_ range: SourceRange) -> String {
    why.book.source.text(range).split { $0.isWhitespace }.joined(separator: " ")
  }

  func place(_ range: SourceRange) -> String {
    let file = why.book.source[range.file]
    return "\(file.path):\(file.position(at: range.start).line)"
  }
}

/// Values as reports show them.
enum ValueText {
  static func text(_ value: Value, _ why: Why) -> String {
    switch value {
    case .number(let number): rounded(number)
    case .text(let text): "“\(text)”"
    case .time(let time): time.minuteText(in: why.zone)
    case .missing: "missing"
    case .flag, .date, .choice, .asset, .list: why.evaluation.text(of: value) ?? "missing"
    }
  }

  /// At most two decimals.
  static func rounded(_ number: Double) -> String {
    JSONValue.spelling(of: (number * 100).rounded() / 100)
  }
}
