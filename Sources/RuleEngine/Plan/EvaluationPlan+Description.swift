import BusinessTime
import RuleSemantics

extension EvaluationPlan: CustomStringConvertible {
  /// The graph, a line for each node: its number, where it is computed, what it is.
  package var description: String {
    graph.nodes.indices.map { index in
      let node = graph.nodes[index]
      return "\(NodeID(index: index).label) [\(text(of: graph[node.frame]))] \(text(of: node))"
    }.joined(separator: "\n")
  }

  private func text(of frame: Frame) -> String {
    switch frame {
    case .scalar: "once"
    case .table(let table): text(of: table)
    case .occurrences(_, .enrolment): "enrolments"
    case .occurrences(let subject, _): "occurrences of a \(subject.rawValue) rule"
    case .pairs(let grouping): "\(text(of: graph[grouping.outer])) × \(text(of: grouping.inner))"
    }
  }

  private func text(of table: Table) -> String {
    switch table {
    case .contacts: "contacts"
    case .accounts: "accounts"
    case .deals: "deals"
    case .assets: "assets"
    case .events(.type(let event)): program[event].name
    case .events(.everybody(let event)): "everybody's \(program[event].name)"
    case .events(.interactions(of: let subject)): "interactions of \(subject.rawValue)s"
    }
  }

  private func fieldName(_ field: FieldIndex, in frame: FrameID) -> String {
    guard case .table(let table) = graph[frame] else { return "field \(field.index)" }
    switch table {
    case .contacts: return program.contact[field].name
    case .accounts: return program.account[field].name
    case .deals: return program.deal[field].name
    case .assets: return program.asset[field].name
    case .events(.type(let event)), .events(.everybody(let event)): return program[event].record[field].name
    case .events(.interactions): return "field \(field.index)"
    }
  }

  private func text(of value: Value) -> String {
    switch value {
    case .missing: "missing"
    case .text(let text): "\"\(text)\""
    case .number(let number): decimalText(number)
    case .flag(let flag): flag ? "yes" : "no"
    case .date(let date): date.description
    case .time(let time): time.description
    case .choice(let set, let position): program[set].values[position]
    case .asset(let asset): program[asset].name
    case .list(let members): "(" + members.map(text).joined(separator: ", ") + ")"
    }
  }

  private func text(of node: Node) -> String {
    switch node.kind {
    case .constant(let value): text(of: value)
    case .now: "now"
    case .today: "today"
    case .moment(let span, later: let later): "now \(later ? "+" : "−") \(span)"
    case .field(let field): fieldName(field, in: node.frame)
    case .eventTime, .triggerTime: "at"
    case .eventWorth, .triggerWorth: "worth"
    case .triggerOld: "old"
    case .triggerNew: "new"
    case .candidate: "asset"
    case .stepTime(let step): "start of step \(step)"
    case .fieldIsUnchanged(_, let operand, let span): "\(operand.label) unchanged for \(span)"
    case .gather(let operand, let step): "\(operand.label) by \(step)"
    case .not, .and, .or, .compare, .isKnown, .isOneOf, .isInList, .textTest, .matches: conditionText(node)
    default: valueText(node)
    }
  }

  private func conditionText(_ node: Node) -> String {
    switch node.kind {
    case .not(let operand): "not \(operand.label)"
    case .and(let operands): operands.map(\.label).joined(separator: " and ")
    case .or(let operands): operands.map(\.label).joined(separator: " or ")
    case .compare(let left, let comparison, let right): "\(left.label) \(comparison.rawValue) \(right.label)"
    case .isKnown(let operand): "\(operand.label) is known"
    case .isOneOf(let operand, let values): "\(operand.label) in (\(values.map(text).joined(separator: ", ")))"
    case .isInList(let operand, let list): "\(operand.label) in \(list.label)"
    case .textTest(let operand, let test, let part): "\(operand.label) \(test.rawValue) \(part.label)"
    case .matches(let operand, let pattern): "\(operand.label) matches /\(pattern.pattern)/\(pattern.options)"
    default: ""
    }
  }

  private func valueText(_ node: Node) -> String {
    switch node.kind {
    case .definition(let id, let body): "\(program[id].name) = \(body.label)"
    case .factorScore(let terms):
      "100 × (" + terms.map { "\(decimalText($0.weight)) × \($0.value.label)" }.joined(separator: " + ") + ")"
    case .pointsScore(let terms, limit: let limit):
      terms.map { "\(decimalText($0.points)) × \($0.basis.label)" }.joined(separator: " + ")
        + (limit.map { " within \(decimalText($0.lowerBound)) to \(decimalText($0.upperBound))" } ?? "")
    case .journey(_, stages: let stages, movesBack: let movesBack):
      "stages \(stages.map { $0?.label ?? "yes" }.joined(separator: ", ")), back \(movesBack?.label ?? "never")"
    case .segment(_, let condition, until: let until):
      "members \(condition.label)" + (until.map { " until \($0.label)" } ?? "")
    case .definitionIsUnchanged(_, let operand, let span): "\(operand.label) unchanged for \(span)"
    case .assetField(let operand, let field): "\(program.asset[field].name) of \(operand.label)"
    case .folded(let operand): "\(operand.label) in lower case"
    case .day(let operand): "day of \(operand.label)"
    case .startOfDay(let operand): "start of \(operand.label)"
    case .arithmetic(let left, let operation, let right): "\(left.label) \(operation.rawValue) \(right.label)"
    case .negate(let operand): "−\(operand.label)"
    case .shift(let operand, let span, later: let later): "\(operand.label) \(later ? "+" : "−") \(span)"
    case .otherwise(let operand, let fallback): "\(operand.label) otherwise \(fallback.label)"
    case .conditional(let condition, then: let then, otherwise: let otherwise):
      "if \(condition.label) then \(then.label) else \(otherwise.label)"
    case .freshness(let operand, halfLife: let halfLife): "freshness of \(operand.label), half life \(halfLife) ms"
    case .diminishing(let operand, halfAt: let halfAt): "diminishing \(operand.label), half at \(decimalText(halfAt))"
    case .closeness(let left, let right, ranks: _): "closeness of \(left.label) and \(right.label)"
    case .reduce(let reduction): text(of: reduction)
    case .affinity(let field, halfLife: let halfLife):
      "affinity to \(program.asset[field].name), half life \(decimalText(halfLife)) ms"
    case .candidateEvents(let events): text(of: events.reduction) + " about the candidate, in \(events.asset.label)"
    case .rate(let rate):
      "rate of \(text(of: .events(.everybody(rate.outcome))))\(rate.outcomeFilter.map { " where \($0.label)" } ?? "") "
        + "within \(rate.within) after \(program[rate.exposure].name)"
        + "\(rate.exposureFilter.map { " where \($0.label)" } ?? ""), prior \(decimalText(rate.prior))"
    case .popularity(let popularity):
      "popularity by \(text(of: .events(.everybody(popularity.event))))"
        + "\(popularity.filter.map { " where \($0.label)" } ?? "")\(popularity.start.map { " since \($0.label)" } ?? "")"
    case .interpolation(let pieces):
      pieces.map { piece in
        switch piece {
        case .text(let text): "\"\(text)\""
        case .value(let node): node.label
        }
      }.joined(separator: " ")
    default: ""
    }
  }

  private func text(of reduction: Reduction) -> String {
    let filter = reduction.filter.map { " where \($0.label)" } ?? ""
    let value = reduction.value.map { " \($0.label)" } ?? ""
    let start = reduction.start.map { " since \($0.label)" } ?? ""
    let end = reduction.end.map { " to \($0.label)" } ?? ""
    return "\(reduction.operation)\(value) of \(text(of: reduction.grouping.inner))\(filter)\(start)\(end)"
  }
}

extension NodeID {
  /// As the description of a plan names it.
  package var label: String { "#\(index)" }
}
