import BusinessTime
package import RuleSemantics
import TextMatching

// Nodes in their simplest form, so that what means the same is the same node.
extension Planner {
  mutating func not(_ operand: Planned, in scope: PlanScope) -> Planned {
    switch graph[operand.node].kind {
    case .constant(let value): return constant(value.negated, .flag)
    case .not(let inner): return Planned(node: inner, levels: operand.levels)
    case .compare(let left, let comparison, let right):
      // Missing operands make both unknown, so that this holds in three values too.
      return map(operand, .flag, in: scope) { _ in .compare(left, comparison.negated, right) }
    default: return map(operand, .flag, in: scope) { .not($0) }
    }
  }

  mutating func and(_ operands: [Planned], in scope: PlanScope) -> Planned {
    junction(operands, absorbing: false, in: scope)
  }

  mutating func or(_ operands: [Planned], in scope: PlanScope) -> Planned {
    junction(operands, absorbing: true, in: scope)
  }

  /// `and` when no absorbs, `or` when yes does. The order of operands does not matter, repeated ones count once.
  private mutating func junction(_ operands: [Planned], absorbing: Bool, in scope: PlanScope) -> Planned {
    let remaining = operands.filter { constantValue($0.node) != .flag(!absorbing) }
    if remaining.contains(where: { constantValue($0.node) == .flag(absorbing) }) {
      return constant(.flag(absorbing), .flag)
    }
    guard !remaining.isEmpty else { return constant(.flag(!absorbing), .flag) }
    let (nodes, levels) = align(remaining, in: scope)
    var flat: Set<NodeID> = []
    for id in nodes {
      switch graph[id].kind {
      case .and(let inner) where !absorbing: flat.formUnion(inner)
      case .or(let inner) where absorbing: flat.formUnion(inner)
      default: flat.insert(id)
      }
    }
    let sorted = flat.sorted()
    if sorted.count == 1, let only = sorted.first { return Planned(node: only, levels: levels) }
    let frame = scope.frame(of: levels)
    return Planned(node: node(absorbing ? .or(sorted) : .and(sorted), .flag, frame), levels: levels)
  }

  mutating func compare(
    _ left: Planned, _ comparison: CheckedExpression.Comparison, _ right: Planned, in scope: PlanScope
  ) -> Planned {
    var (left, comparison, right) = (left, comparison, right)
    switch (graph[left.node].type, graph[right.node].type) {
    case (.date, .time): right = asDay(right, in: scope)
    case (.time, .date): left = asDay(left, in: scope)
    case (.text, _): (left, right) = (fold(left, in: scope), fold(right, in: scope))
    default: break
    }
    if let first = constantValue(left.node), let second = constantValue(right.node),
      let truth = Value.compare(first, comparison, second)
    {
      return constant(truth, .flag)
    }
    if graph[left.node].frame == .scalar, graph[right.node].frame != .scalar {
      (left, comparison, right) = (right, comparison.mirrored, left)
    }
    return combine([left, right], .flag, in: scope) { .compare($0[0], comparison, $0[1]) }
  }

  mutating func isOneOf(_ operand: Planned, _ values: [Planned], in scope: PlanScope) -> Planned {
    let isDay = graph[operand.node].type == .date
    let isMixed = values.contains { (graph[$0.node].type == .time) == isDay && graph[$0.node].type.isCalendrical }
    let foldedValues = values.map { fold($0, in: scope) }
    let constants = foldedValues.compactMap { constantValue($0.node) }
    guard values.count > 1, constants.count == values.count, !isMixed, !constants.contains(.missing),
      constantValue(operand.node) == nil
    else {
      return or(values.map { compare(operand, .equal, $0, in: scope) }, in: scope)
    }
    let ordered = Set(constants).sorted { $0.isBefore($1) }
    return map(fold(operand, in: scope), .flag, in: scope) { .isOneOf($0, ordered) }
  }

  /// Texts and lists of texts as they are compared; anything else as it is.
  mutating func fold(_ operand: Planned, in scope: PlanScope) -> Planned {
    let type = graph[operand.node].type
    guard type == .text || type == .list(.text) else { return operand }
    switch graph[operand.node].kind {
    case .constant(let value): return constant(value.folded, type)
    case .folded: return operand
    default: return map(operand, type, in: scope) { .folded($0) }
    }
  }

  mutating func asDay(_ operand: Planned, in scope: PlanScope) -> Planned {
    if case .now = graph[operand.node].kind { return scalar(.today, .date) }
    return map(operand, .date, in: scope) { .day($0) }
  }

  mutating func asInstant(_ operand: Planned, in scope: PlanScope) -> Planned {
    guard graph[operand.node].type == .date else { return operand }
    return map(operand, .time, in: scope) { .startOfDay($0) }
  }

  mutating func inLast(_ operand: Planned, _ span: TimeSpan, in scope: PlanScope) -> Planned {
    let start = moment(span, later: false, in: scope)
    let end = scalar(.now, .time)
    let after = compare(operand, .greater, start, in: scope)
    return and([after, compare(operand, .lessOrEqual, end, in: scope)], in: scope)
  }

  mutating func inNext(_ operand: Planned, _ span: TimeSpan, in scope: PlanScope) -> Planned {
    let start = scalar(.now, .time)
    let end = moment(span, later: true, in: scope)
    let isDay = graph[operand.node].type == .date
    let after = compare(operand, isDay ? .greaterOrEqual : .greater, start, in: scope)
    return and([after, compare(operand, .lessOrEqual, end, in: scope)], in: scope)
  }

  mutating func arithmetic(
    _ left: Planned, _ operation: CheckedExpression.Arithmetic, _ right: Planned, _ type: ValueType,
    in scope: PlanScope
  ) -> Planned {
    if case .number(let first) = constantValue(left.node), case .number(let second) = constantValue(right.node) {
      let result = operation.apply(first, second)
      return constant(result.isFinite ? .number(result) : .missing, .number)
    }
    return combine([left, right], type, in: scope) { .arithmetic($0[0], operation, $0[1]) }
  }

  mutating func conditional(
    _ condition: Planned, _ then: Planned, _ otherwise: Planned, _ type: ValueType, in scope: PlanScope
  ) -> Planned {
    if let value = constantValue(condition.node) { return value == .flag(true) ? then : otherwise }
    return combine([condition, then, otherwise], type, in: scope) {
      .conditional($0[0], then: $0[1], otherwise: $0[2])
    }
  }
}

extension CheckedExpression.Comparison {
  package var negated: Self {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }

  /// With the operands exchanged.
  package var mirrored: Self {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  @inline(__always)
  func holds<T: Comparable>(_ left: T, _ right: T) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }
}

extension CheckedExpression.Arithmetic {
  @inline(__always)
  func apply(_ left: Double, _ right: Double) -> Double {
    switch self {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    }
  }
}

extension ValueType {
  var isCalendrical: Bool { self == .date || self == .time }
}

extension Value {
  var negated: Value {
    if case .flag(let flag) = self { .flag(!flag) } else { .missing }
  }

  /// With texts case-folded.
  var folded: Value {
    switch self {
    case .text(let text): .text(foldCase(text))
    case .list(let members): .list(members.map(\.folded))
    default: self
    }
  }

  /// A fixed order of constants of one type.
  func isBefore(_ other: Value) -> Bool {
    switch (self, other) {
    case (.text(let left), .text(let right)): left < right
    case (.number(let left), .number(let right)): left < right
    case (.flag(let left), .flag(let right)): !left && right
    case (.date(let left), .date(let right)): left < right
    case (.time(let left), .time(let right)): left < right
    case (.choice(_, let left), .choice(_, let right)): left < right
    case (.asset(let left), .asset(let right)): left.index < right.index
    default: false
    }
  }

  /// The truth of a comparison of two constants of one type; `nil` when it is for the kernels to decide.
  static func compare(_ left: Value, _ comparison: CheckedExpression.Comparison, _ right: Value) -> Value? {
    switch (left, right) {
    case (.missing, _), (_, .missing): .missing
    case (.number(let left), .number(let right)): .flag(comparison.holds(left, right))
    case (.date(let left), .date(let right)): .flag(comparison.holds(left, right))
    case (.time(let left), .time(let right)): .flag(comparison.holds(left, right))
    case (.choice(_, let left), .choice(_, let right)): .flag(comparison.holds(left, right))
    case (.flag(let left), .flag(let right)): .flag(comparison.holds(left ? 1 : 0, right ? 1 : 0))
    default: nil
    }
  }
}
