import RuleSemantics

extension ChangeSolver {
  /// What a condition that has the wanted truth asks of values that might change.
  func kept(by condition: CheckedExpression, wanted: Bool) -> [RequiredChange] {
    switch condition.kind {
    case .not(let operand): return kept(by: operand, wanted: !wanted)
    case .and(let operands): return kept(by: operands, all: wanted, wanted: wanted)
    case .or(let operands): return kept(by: operands, all: !wanted, wanted: wanted)
    case .compare(let left, let comparison, let right):
      let needed = wanted ? comparison : comparison.negated
      if isChangeable(left), !isChangeable(right) {
        return [keep(left, .compares([RequiredChange.Bound(needed, question.value(right))]))]
      }
      guard isChangeable(right), !isChangeable(left) else { return [] }
      return [keep(right, .compares([RequiredChange.Bound(needed.mirrored, question.value(left))]))]
    case .between(let operand, let low, let high):
      let parts = [
        comparison(operand, .greaterOrEqual, low, condition), comparison(operand, .lessOrEqual, high, condition),
      ]
      return kept(by: parts, all: wanted, wanted: wanted)
    case .isOneOf(let operand, let values):
      let known = values.map { question.value($0) }.filter { $0 != .missing }
      guard isChangeable(operand), !known.isEmpty else { return [] }
      return [keep(operand, wanted ? .isOneOf(known) : .isNoneOf(known))]
    case .isKnown(let operand): return isChangeable(operand) ? [keep(operand, wanted ? .isKnown : .isMissing)] : []
    default: return []
    }
  }

  private func kept(by operands: [CheckedExpression], all: Bool, wanted: Bool) -> [RequiredChange] {
    if all { return operands.flatMap { kept(by: $0, wanted: wanted) } }
    guard let deciding = operands.first(where: { question.truth($0) == wanted }) else { return [] }
    return kept(by: deciding, wanted: wanted)
  }

  private func keep(_ target: CheckedExpression, _ requirement: RequiredChange.Requirement) -> RequiredChange {
    RequiredChange(
      target: target, current: question.value(target), requirement: normal(requirement, of: target), cost: 0,
      node: question.node(target))
  }

  /// Bounds of choices, texts and the like as lists of values, as `change` asks for them.
  private func normal(
    _ requirement: RequiredChange.Requirement, of target: CheckedExpression
  ) -> RequiredChange.Requirement {
    guard case .compares(let bounds) = requirement, let bound = bounds.first else { return requirement }
    switch target.type {
    case .choice(let set):
      let values = question.evaluation.plan.program[set].values.indices.map { Value.choice(set, $0) }
      return .isOneOf(values.filter { Value.compare($0, bound.comparison, bound.value) == .flag(true) })
    case .text, .asset, .flag, .list, .error:
      switch bound.comparison {
      case .equal: return .isOneOf([bound.value])
      case .notEqual: return .isNoneOf([bound.value])
      case .less, .lessOrEqual, .greater, .greaterOrEqual: return requirement
      }
    case .number, .date, .time: return requirement
    }
  }
}
