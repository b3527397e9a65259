import BusinessTime
import RuleDiagnostics
package import RuleSemantics

/// Explains expressions about one row. What is explained once is not explained again, so that the tree stays as small
/// as the rule book.
struct Explainer {
  private struct Key: Hashable {
    var definition: DefinitionID
    var row: Int
  }

  private var explained: Set<Key> = []

  mutating func explain(_ expression: CheckedExpression, _ question: Question) -> Explanation {
    var explanation = Explanation(
      range: expression.range, type: expression.type, value: question.value(expression), source: .computed,
      parts: [])
    switch expression.kind {
    case .constant: explanation.source = .constant
    case .now, .today, .ago: explanation.source = .now
    case .read(let reference), .isUnchanged(let reference, _):
      (explanation.source, explanation.parts) = source(of: reference, question)
    case .did(let query, _), .events(let query, _):
      let events = question.events(query, as: expression)
      explanation.source = .events(
        EventSummary(count: events.count, first: events.first, last: events.last))
    case .people(let query, _): explanation.source = .people(question.people(query, as: expression))
    case .candidate, .affinity, .rate, .popularity: explanation.source = .candidate
    default: explanation.parts = expression.operands.map { explain($0, question) }
    }
    return explanation
  }

  private mutating func source(
    of reference: Reference, _ question: Question
  ) -> (Explanation.Source, [Explanation]) {
    guard reference.variable == .subject else {
      return (reference.variable == .trigger ? .trigger : .candidate, [])
    }
    guard let record = question.record(of: reference) else { return (.noAccount, []) }
    switch reference.attribute {
    case .field(let field):
      let table = question.evaluation.table(record.subject)
      let changed = table.changedAt[field].map { $0[record.row] } ?? Column.missingTime
      let time = changed == Column.missingTime ? nil : Instant(milliseconds: changed)
      return (.field(record.subject, row: record.row, field, changedAt: time), [])
    case .definition(let id): return explainDefinition(id, question.about(record))
    case .eventTime, .eventWorth, .oldValue, .newValue: return (.trigger, [])
    }
  }

  /// Where a definition's value comes from.
  mutating func explainDefinition(
    _ id: DefinitionID, _ question: Question
  ) -> (Explanation.Source, [Explanation]) {
    let isGiven = question.isGiven(id)
    let isRepeated = !explained.insert(Key(definition: id, row: question.row)).inserted
    let source = Explanation.Source.definition(
      id, question.subject, row: question.row, isGiven: isGiven, isRepeated: isRepeated)
    if isGiven || isRepeated { return (source, []) }
    return (source, parts(of: question.evaluation.plan.program[id], question))
  }

  private mutating func parts(of definition: Definition, _ question: Question) -> [Explanation] {
    switch definition.body {
    case .define(let expression): return [explain(expression, question)]
    case .factorScore(let factors):
      return factors.map { factor in
        var part = explain(factor.value, question)
        part.range = factor.range
        let share: Double = if case .number(let number) = part.value { min(max(number, 0), 1) } else { 0 }
        part.role = .factor(name: factor.name, weight: factor.weight, points: 100 * factor.weight * share)
        return part
      }
    case .pointsScore(let score): return score.lines.map { explain($0, question) }
    case .journey(let journey):
      var parts = journey.stages.compactMap { stage in
        stage.condition.map { condition -> Explanation in
          var part = explain(condition, question)
          part.role = .stage(name: stage.name)
          return part
        }
      }
      if let movesBack = journey.movesBack { parts.append(explain(movesBack, question, as: .movesBack)) }
      return parts
    case .segment(let segment):
      let entry = explain(segment.condition, question, as: .entry)
      guard let until = segment.until else { return [entry] }
      return [entry, explain(until, question, as: .exit)]
    case .malformed: return []
    }
  }

  private mutating func explain(
    _ expression: CheckedExpression, _ question: Question, as role: Explanation.Role
  ) -> Explanation {
    var part = explain(expression, question)
    part.role = role
    return part
  }

  private mutating func explain(_ line: PointsScore.Line, _ question: Question) -> Explanation {
    switch line.basis {
    case .when(let condition):
      var part = explain(condition, question)
      part.role = .points(part.truth == true ? line.points : 0)
      part.range = line.range
      return part
    case .per(let count, upTo: let upTo):
      var part = explain(count, question)
      let number: Double = if case .number(let number) = part.value { number } else { 0 }
      let limit = upTo ?? .infinity
      part.role = .points(min(max(line.points * number, -limit), limit))
      part.range = line.range
      return part
    }
  }
}

extension Question {
  /// Whether the snapshot gives the value in place of the computation.
  func isGiven(_ id: DefinitionID) -> Bool {
    guard let given = evaluation.table(subject).given[id], given.count > row else { return false }
    return given.key(row) != nil
  }
}

extension Evaluation {
  /// Why an expression has its value for a row of the subject's table.
  package func explain(_ expression: CheckedExpression, of subject: Subject, row: Int) -> Explanation {
    var explainer = Explainer()
    return explainer.explain(expression, Question(evaluation: self, subject: subject, row: row, occurrence: nil))
  }

  /// Why an expression has its value for an occurrence.
  package func explain(
    _ expression: CheckedExpression, of subject: Subject, occurrences: Occurrences, row: Int
  ) -> Explanation {
    var explainer = Explainer()
    return explainer.explain(expression, question(subject, occurrences, row))
  }

  /// Why a definition has its value for a row of its subject's table.
  package func explain(_ id: DefinitionID, row: Int) -> Explanation {
    let definition = plan.program[id]
    var explainer = Explainer()
    let (source, parts) = explainer.explainDefinition(
      id, Question(evaluation: self, subject: definition.subject, row: row, occurrence: nil))
    return Explanation(
      range: definition.range, type: definition.type, value: value(of: id, row: row), source: source, parts: parts)
  }

  func question(_ subject: Subject, _ occurrences: Occurrences, _ row: Int) -> Question {
    Question(
      evaluation: self, subject: subject, row: Int(occurrences.subjects[row]), occurrence: (occurrences, row))
  }

  /// The inner rows of one group that a reduction counts, and how many there are without its filter.
  func countedRows(
    _ reduction: Reduction, outerFrame: FrameID, group: Int, _ batch: BatchState?
  ) -> (counted: [Int], all: Int) {
    let outerCount = rowCount(outerFrame, batch)
    guard group < outerCount else { return ([], 0) }
    guard reduction.onPairs, let frame = plan.graph.existing(.pairs(reduction.grouping)) else {
      let selection = select(reduction, outerRows: 0..<outerCount, batch)
      return countedRows(selection, group, inner: nil)
    }
    return withPairs(of: reduction, group..<(group + 1), ranges(of: reduction.grouping, batch), batch) { selection in
      countedRows(selection, 0, inner: pairs(frame, reduction.grouping, batch).inner)
    }
  }

  private func countedRows(_ selection: Selection, _ group: Int, inner: [Int32]?) -> (counted: [Int], all: Int) {
    var counted: [Int] = []
    var all = 0
    selection.groups.forEachRow(group, nil) { _ in all += 1 }
    selection.groups.forEachRow(group, selection.filter) { row in
      counted.append(inner.map { Int($0[row]) } ?? row)
    }
    return (counted, all)
  }
}
