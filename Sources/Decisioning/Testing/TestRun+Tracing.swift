import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

// What a failure tells beside its sentence.
extension TestRun {
  private static let longestTrace = 12

  /// What happened, and what was held back, a line each; the last ones where there are many.
  func trace(of happenings: [Happening]) -> [String] {
    let shown = happenings.filter { !$0.action.isSync || $0.action.outcome == .act }.suffix(TestRun.longestTrace)
    let lines = shown.map { happening in
      TestWording.happening(
        at: happening.at.text(in: calendar.zone), rule: happening.action.rule, key: happening.action.key,
        action: happening.action.summary, outcome: happening.action.outcome,
        reason: happening.action.outcome.reason(in: calendar.zone))
    }
    if happenings.isEmpty { return [TestWording.nothingHappened] }
    let left = happenings.count - shown.count
    return left > 0 ? [TestWording.andBefore(left)] + lines : lines
  }

  /// For each rule with such an action, what its condition is now for each subject.
  func obstacles(to expected: CheckedAction, _ evaluation: Evaluation) -> [String] {
    var lines: [String] = []
    for plan in plan.rules where plan.rule.actions.contains(where: { $0.isLike(expected) }) {
      let rule = plan.rule
      guard let condition = rule.condition, rule.trigger == nil else {
        lines.append(TestWording.waitsForOccurrence(rule.name))
        continue
      }
      let truths = evaluation.truths(condition, of: rule.subject)
      for row in truths.indices.prefix(TestRun.longestTrace) {
        let key = world.records(of: rule.subject)[row].key
        lines.append(TestWording.condition(of: rule.name, key: key, truth: truths[row]))
        if truths[row] != 1 { lines += values(in: condition, rule.subject, row, evaluation) }
      }
    }
    let key = { (row: Int32) in self.world.contacts[Int(row)].key }
    for sequence in program.sequences
    where sequence.steps.flatMap(\.statements).flatMap(\.actions).contains(where: {
      $0.isLike(expected)
    }) {
      for enrolment in (world.state.sequences.enrolments[sequence.name] ?? []).prefix(TestRun.longestTrace) {
        lines.append(TestWording.enrolment(sequence.name, key: key(enrolment.contact), enrolment, in: calendar.zone))
      }
      if world.state.sequences.enrolments[sequence.name]?.isEmpty ?? true {
        lines += traceOfEnrolment(in: sequence.name, evaluation)
      }
    }
    return lines.isEmpty ? [TestWording.noRule] : Array(lines.prefix(2 * TestRun.longestTrace))
  }

  /// Who is in the sequence and where, or why nobody is.
  func traceOfEnrolment(in name: String, _ evaluation: Evaluation) -> [String] {
    guard let sequence = program.sequences.first(where: { $0.name == name }) else { return [] }
    let enrolled = world.state.sequences.enrolments[name] ?? []
    if !enrolled.isEmpty {
      return enrolled.prefix(TestRun.longestTrace).map {
        TestWording.enrolment(name, key: world.contacts[Int($0.contact)].key, $0, in: calendar.zone)
      }
    }
    guard let enroll = sequence.enroll else { return [TestWording.enrolledByRules(name)] }
    let truths = evaluation.truths(enroll, of: .contact)
    return truths.indices.prefix(TestRun.longestTrace).flatMap { row -> [String] in
      let key = world.contacts[row].key
      let line = TestWording.enrolCondition(of: name, key: key, truth: truths[row])
      return truths[row] == 1 ? [line] : [line] + values(in: enroll, .contact, row, evaluation)
    }
  }

  /// The values that a condition reads of its subject, and which of its parts are not true.
  func values(
    in condition: CheckedExpression, _ subject: Subject, _ row: Int, _ evaluation: Evaluation
  ) -> [String] {
    var lines: [String] = []
    if case .and(let parts) = condition.kind {
      for part in parts {
        let truth = evaluation.truths(part, of: subject)[row]
        if truth != 1 { lines.append(TestWording.part(program.book.text(part.range), truth: truth)) }
      }
    }
    var seen: Set<CheckedExpression.Kind> = []
    for read in condition.readsOfSubject where seen.insert(read.kind).inserted {
      let value = evaluation.value(read, of: subject, row: row)
      lines.append(
        TestWording.value(program.book.text(read.range), is: value == .missing ? nil : program.json(value).text))
    }
    return lines
  }
}

extension CheckedAction {
  /// Whether it does the same to the same thing, whatever else is said.
  func isLike(_ other: CheckedAction) -> Bool {
    guard id == other.id else { return false }
    for parameter in [ParameterID.asset, .field, .list, .webhook, .template] {
      switch (arguments[parameter], other.arguments[parameter]) {
      case (.asset(let mine), .asset(let theirs)): if mine != theirs { return false }
      case (.field(let mine), .field(let theirs)): if mine != theirs { return false }
      case (.name(let mine), .name(let theirs)): if mine != theirs { return false }
      default: break
      }
    }
    return true
  }
}

extension DecidedAction {
  /// Whether it is acted upon, or put before a person as the rule says.
  var isDone: Bool { outcome == .act || outcome.isQuestion }

  /// The action and its arguments, on one line.
  package var summary: String {
    ([action.rawValue] + arguments.map { "\($0.parameter.rawValue) \($0.value.text)" }).joined(separator: " ")
  }
}

extension CheckedExpression {
  /// The names that it reads of the subject, outside event and people queries; in the order of the text.
  fileprivate var readsOfSubject: [CheckedExpression] {
    switch kind {
    case .read(let reference): reference.variable == .subject ? [self] : []
    case .constant, .now, .today, .candidate, .isUnchanged, .did, .ago, .events, .people, .affinity, .rate, .popularity:
      []
    case .not(let operand), .isKnown(let operand), .matches(let operand, _), .inLast(let operand, _),
      .inNext(let operand, _), .negate(let operand), .shift(let operand, _, later: _), .assetField(of: let operand, _),
      .freshness(let operand, halfLife: _), .diminishing(let operand, halfAt: _):
      operand.readsOfSubject
    case .and(let parts), .or(let parts): parts.flatMap(\.readsOfSubject)
    case .compare(let left, _, let right), .isInList(let left, let right), .text(let left, _, let right),
      .arithmetic(let left, _, let right), .otherwise(let left, let right), .closeness(let left, let right):
      left.readsOfSubject + right.readsOfSubject
    case .isOneOf(let operand, let values): operand.readsOfSubject + values.flatMap(\.readsOfSubject)
    case .between(let operand, let low, let high), .conditional(let operand, then: let low, otherwise: let high):
      operand.readsOfSubject + low.readsOfSubject + high.readsOfSubject
    case .interpolation(let parts):
      parts.flatMap { part -> [CheckedExpression] in
        if case .value(let value) = part { value.readsOfSubject } else { [] }
      }
    }
  }
}
