import RuleSemantics

/// Between which numbers a number lies, for all that can be known from the rule book alone.
struct NumberRanges: Sendable {
  typealias Range = ClosedRange<Double>

  private var definitions: [DefinitionID: Range] = [:]

  static let unbounded: Range = -.infinity ... .infinity

  init(_ program: CheckedProgram) {
    // Each definition stands after those that it reads.
    for definition in program.definitions where definition.type == .number {
      definitions[definition.id] = range(of: definition.body)
    }
  }

  private func range(of body: Definition.Body) -> Range {
    switch body {
    case .define(let value): return range(of: value)
    case .factorScore(let factors):
      var low = 0.0
      var high = 0.0
      for factor in factors {
        // Clamped to 0…1, and 0 where it is missing.
        let value = range(of: factor.value)
        low += factor.value.mayBeMissing ? 0 : factor.weight * min(max(value.lowerBound, 0), 1)
        high += factor.weight * min(max(value.upperBound, 0), 1)
      }
      return rounded(100 * low)...rounded(100 * high)
    case .pointsScore(let score):
      var low = 0.0
      var high = 0.0
      for line in score.lines {
        let most: Double
        switch line.basis {
        case .when: most = line.points
        case .per(_, let upTo): most = line.points < 0 ? -(upTo ?? .infinity) : upTo ?? .infinity
        }
        low += min(most, 0)
        high += max(most, 0)
      }
      guard let limit = score.limit else { return low...high }
      // A limit narrows what the lines can add up to, and lifts or lowers what lies outside.
      let narrowLow = min(max(low, limit.lowerBound), limit.upperBound)
      let narrowHigh = min(max(high, limit.lowerBound), limit.upperBound)
      return narrowLow...narrowHigh
    case .journey, .segment, .malformed: return Self.unbounded
    }
  }

  func range(of expression: CheckedExpression) -> Range {
    guard expression.type == .number else { return Self.unbounded }
    if case .number(let number) = expression.constantValue { return number...number }
    switch expression.kind {
    case .read(let reference):
      switch reference.attribute {
      case .definition(let id): return definitions[id] ?? Self.unbounded
      case .eventWorth: return 0 ... .infinity
      default: return Self.unbounded
      }
    case .negate(let operand):
      let inner = range(of: operand)
      return (-inner.upperBound)...(-inner.lowerBound)
    case .arithmetic(let left, let operation, let right):
      return combine(range(of: left), operation, range(of: right))
    case .otherwise(let value, let fallback):
      return union(range(of: value), range(of: fallback))
    case .conditional(_, let then, let otherwise):
      return union(range(of: then), range(of: otherwise))
    case .freshness, .diminishing, .closeness, .affinity, .rate, .popularity:
      return 0...1
    case .events(_, let aggregate):
      switch aggregate {
      case .count, .distinct, .points: return 0 ... .infinity
      case .sum(let value, _): return sum(of: range(of: value))
      case .average(let value), .min(let value), .max(let value): return range(of: value)
      case .first, .last: return Self.unbounded
      }
    case .people(_, let aggregate):
      switch aggregate {
      case .count, .distinct: return 0 ... .infinity
      case .share: return 0...1
      case .sum(let value): return sum(of: range(of: value))
      case .average(let value), .min(let value), .max(let value): return range(of: value)
      case .any: return Self.unbounded
      }
    default:
      return Self.unbounded
    }
  }

  private func union(_ left: Range, _ right: Range) -> Range {
    min(left.lowerBound, right.lowerBound)...max(left.upperBound, right.upperBound)
  }

  /// Of any number of summands, none included.
  private func sum(of range: Range) -> Range {
    (range.lowerBound < 0 ? -.infinity : 0)...(range.upperBound > 0 ? .infinity : 0)
  }

  private func combine(_ left: Range, _ operation: CheckedExpression.Arithmetic, _ right: Range) -> Range {
    let corners: [Double]
    switch operation {
    case .add: corners = [left.lowerBound + right.lowerBound, left.upperBound + right.upperBound]
    case .subtract: corners = [left.lowerBound - right.upperBound, left.upperBound - right.lowerBound]
    case .multiply: corners = products(left, right)
    case .divide:
      // Division by zero is missing; near it the quotient has no bounds.
      if right.contains(0) { return Self.unbounded }
      corners = products(left, (1 / right.upperBound)...(1 / right.lowerBound))
    }
    guard let low = corners.min(), let high = corners.max(), !corners.contains(where: \.isNaN) else {
      return Self.unbounded
    }
    return rounded(low)...rounded(high)
  }

  /// Without the last digits of floating-point sums: 60 % of 100 and 40 % of 100 are 100.
  private func rounded(_ bound: Double) -> Double {
    abs(bound) < 1e6 ? (bound * 1e9).rounded() / 1e9 : bound
  }

  private func products(_ left: Range, _ right: Range) -> [Double] {
    [left.lowerBound, left.upperBound].flatMap { first in
      // Nothing times anything finite is nothing, however large: the bound itself is never reached.
      [right.lowerBound, right.upperBound].map { first == 0 || $0 == 0 ? 0 : first * $0 }
    }
  }
}
