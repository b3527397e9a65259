import BusinessTime
import RuleDiagnostics
import RuleSemantics

/// A condition about one thing alone: for which of its values it is true.
struct Atom {
  /// The thing; equal for equal things.
  var key: String
  var operand: CheckedExpression
  var set: ValueSet
  /// The whole condition.
  var range: SourceRange
}

extension LintContext {
  /// `nil` when the condition is about several things, or about none, or not of a form that is understood.
  func atom(_ condition: CheckedExpression) -> Atom? {
    switch condition.kind {
    case .compare(let left, let comparison, let right):
      if let value = right.constantValue { return comparisonAtom(condition, left, comparison, value) }
      if let value = left.constantValue { return comparisonAtom(condition, right, comparison.mirrored, value) }
      return nil
    case .isOneOf(let operand, let values):
      var all: ValueSet?
      for value in values {
        guard let constant = value.constantValue, let set = set(operand.type, .equal, constant) else { return nil }
        guard let known = all else {
          all = set
          continue
        }
        all = known.union(set)
      }
      return all.map { Atom(key: operand.fingerprint, operand: operand, set: $0, range: condition.range) }
    case .between(let operand, let low, let high):
      guard let low = low.constantValue, let high = high.constantValue,
        let above = set(operand.type, .greaterOrEqual, low), let below = set(operand.type, .lessOrEqual, high),
        let both = above.intersection(below)
      else { return nil }
      return Atom(key: operand.fingerprint, operand: operand, set: both, range: condition.range)
    case .isKnown(let operand):
      guard let all = domain(of: operand) else { return nil }
      return Atom(
        key: operand.fingerprint, operand: operand, set: ValueSet(known: all, includesMissing: false),
        range: condition.range)
    case .read:
      guard condition.type == .flag else { return nil }
      return Atom(
        key: condition.fingerprint, operand: condition,
        set: ValueSet(known: .positions([1], count: 2), includesMissing: false), range: condition.range)
    case .not(let operand):
      return negated(operand, at: condition.range)
    case .and(let operands):
      return combined(operands, at: condition.range) { $0.intersection($1) }
    case .or(let operands):
      return combined(operands, at: condition.range) { $0.union($1) }
    default:
      return nil
    }
  }

  /// All values that the thing can have.
  func domain(of operand: CheckedExpression) -> ValueSet.Known? {
    switch operand.type {
    case .choice(let id):
      let count = program[id].values.count
      return .positions(Set(0..<count), count: count)
    case .flag: return .positions([0, 1], count: 2)
    case .text: return .texts([], areExcluded: true)
    case .number:
      let range = ranges.range(of: operand)
      return .intervals([.init(low: range.lowerBound, includesLow: true, high: range.upperBound, includesHigh: true)])
    case .date, .time: return .intervals([.all])
    case .asset, .list, .error: return nil
    }
  }

  private func negated(_ operand: CheckedExpression, at range: SourceRange) -> Atom? {
    if case .isKnown(let value) = operand.kind {
      guard let all = domain(of: value) else { return nil }
      let none = all.intersection(all.complement) ?? all.complement
      return Atom(
        key: value.fingerprint, operand: value, set: ValueSet(known: none, includesMissing: true), range: range)
    }
    guard var atom = atom(operand) else { return nil }
    // Of a missing value a comparison is unknown, and so is its negation.
    atom.set = ValueSet(known: atom.set.known.complement, includesMissing: false)
    atom.range = range
    return atom
  }

  private func combined(
    _ operands: [CheckedExpression], at range: SourceRange, with combine: (ValueSet, ValueSet) -> ValueSet?
  ) -> Atom? {
    var result: Atom?
    for operand in operands {
      guard let next = atom(operand) else { return nil }
      guard let current = result else {
        result = next
        continue
      }
      guard next.key == current.key, let set = combine(current.set, next.set) else { return nil }
      result?.set = set
    }
    result?.range = range
    return result
  }

  private func comparisonAtom(
    _ condition: CheckedExpression, _ operand: CheckedExpression, _ comparison: CheckedExpression.Comparison,
    _ value: Value
  ) -> Atom? {
    guard operand.constantValue == nil, let set = set(operand.type, comparison, value) else { return nil }
    return Atom(key: operand.fingerprint, operand: operand, set: set, range: condition.range)
  }

  /// The values of a type for which a comparison with a constant of that type is true.
  private func set(_ type: ValueType, _ comparison: CheckedExpression.Comparison, _ value: Value) -> ValueSet? {
    let known: ValueSet.Known
    switch (type, value) {
    case (.choice(let set), .choice(let other, let position)) where set == other:
      let count = program[set].values.count
      known = .positions(Set((0..<count).filter { comparison.holds($0, position) }), count: count)
    case (.flag, .flag(let flag)):
      known = .positions(Set((0..<2).filter { comparison.holds($0, flag ? 1 : 0) }), count: 2)
    case (.text, .text(let text)):
      switch comparison {
      case .equal: known = .texts([text.lowercased()], areExcluded: false)
      case .notEqual: known = .texts([text.lowercased()], areExcluded: true)
      default: return nil
      }
    case (.number, .number(let number)): known = comparison.intervals(number)
    case (.date, .date(let date)): known = comparison.intervals(Double(date.dayNumber))
    case (.time, .time(let instant)): known = comparison.intervals(Double(instant.milliseconds))
    default: return nil
    }
    return ValueSet(known: known, includesMissing: false)
  }
}

extension CheckedExpression.Comparison {
  /// The comparison with its sides exchanged.
  var mirrored: Self {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  fileprivate func holds(_ left: Int, _ right: Int) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }

  fileprivate func intervals(_ value: Double) -> ValueSet.Known {
    switch self {
    case .equal: .intervals([.init(low: value, includesLow: true, high: value, includesHigh: true)])
    case .notEqual:
      ValueSet.Known.intervals([.init(low: value, includesLow: true, high: value, includesHigh: true)]).complement
    case .less: .intervals([.init(low: -.infinity, includesLow: true, high: value, includesHigh: false)])
    case .lessOrEqual: .intervals([.init(low: -.infinity, includesLow: true, high: value, includesHigh: true)])
    case .greater: .intervals([.init(low: value, includesLow: false, high: .infinity, includesHigh: true)])
    case .greaterOrEqual: .intervals([.init(low: value, includesLow: true, high: .infinity, includesHigh: true)])
    }
  }
}
