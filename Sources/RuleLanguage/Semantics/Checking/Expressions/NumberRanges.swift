/// Between which bounds the numbers of expressions lie. What reads a field has no known range.
package struct NumberRanges: Sendable {
  /// By definition.
  private var definitions: [ClosedRange<Double>?] = []

  package init() {}

  /// The ranges of a whole program.
  package init(_ program: CheckedProgram) {
    for definition in program.definitions { append(definition) }
  }

  /// Takes the next definition; those that it reads come before it.
  mutating func append(_ definition: Definition) {
    definitions.append(range(of: definition.body))
  }

  private func range(of body: Definition.Body) -> ClosedRange<Double>? {
    switch body {
    case .define(let value): range(of: value)
    case .factorScore: 0...100
    case .pointsScore(let score): score.limit ?? Self.reach(of: score)
    case .journey, .segment, .malformed: nil
    }
  }

  /// What the lines of a score without a limit can add up to.
  private static func reach(of score: PointsScore) -> ClosedRange<Double> {
    var low = 0.0
    var high = 0.0
    for line in score.lines {
      let most: Double
      switch line.basis {
      case .when: most = line.points.magnitude
      case .per(_, let upTo): most = line.points == 0 ? 0 : upTo ?? .infinity
      }
      if line.points < 0 { low -= most } else { high += most }
    }
    return low...high
  }

  /// `nil` when nothing is known; a bound may be infinite.
  package func range(of expression: CheckedExpression) -> ClosedRange<Double>? {
    guard expression.type == .number else { return nil }
    switch expression.kind {
    case .constant(.number(let value)): return value...value
    case .read(let reference):
      switch reference.attribute {
      case .definition(let id): return id.index < definitions.count ? definitions[id.index] : nil
      case .eventWorth: return 0...(.infinity)
      case .field, .eventTime, .oldValue, .newValue: return nil
      }
    case .negate(let operand):
      guard let range = range(of: operand) else { return nil }
      return -range.upperBound...(-range.lowerBound)
    case .arithmetic(let left, let sign, let right):
      guard let left = range(of: left), let right = range(of: right) else { return nil }
      return Self.combine(left, sign, right)
    case .otherwise(let left, let right), .conditional(_, then: let left, otherwise: let right):
      guard let left = range(of: left), let right = range(of: right) else { return nil }
      return min(left.lowerBound, right.lowerBound)...max(left.upperBound, right.upperBound)
    case .freshness, .diminishing, .closeness, .affinity, .rate, .popularity: return 0...1
    case .events(_, let aggregate):
      switch aggregate {
      case .count, .distinct, .points: return 0...(.infinity)
      case .sum(let value, _):
        guard let range = range(of: value) else { return nil }
        return range.lowerBound >= 0 ? 0...(.infinity) : nil
      case .average(let value), .min(let value), .max(let value): return range(of: value)
      case .first, .last: return nil
      }
    case .people(_, let aggregate):
      switch aggregate {
      case .count, .distinct: return 0...(.infinity)
      case .share: return 0...1
      case .sum(let value):
        guard let range = range(of: value) else { return nil }
        return range.lowerBound >= 0 ? 0...(.infinity) : nil
      case .average(let value), .min(let value), .max(let value): return range(of: value)
      case .any: return nil
      }
    case .constant, .now, .today, .candidate, .assetField, .not, .and, .or, .compare, .isKnown, .isOneOf, .isInList,
      .between,
      .text, .matches, .inLast, .inNext, .isUnchanged, .did, .ago, .shift, .interpolation:
      return nil
    }
  }

  private static func combine(
    _ left: ClosedRange<Double>, _ sign: CheckedExpression.Arithmetic, _ right: ClosedRange<Double>
  ) -> ClosedRange<Double>? {
    let ends: [Double]
    switch sign {
    case .add: ends = [left.lowerBound + right.lowerBound, left.upperBound + right.upperBound]
    case .subtract: ends = [left.lowerBound - right.upperBound, left.upperBound - right.lowerBound]
    case .multiply:
      ends = [
        left.lowerBound * right.lowerBound, left.lowerBound * right.upperBound, left.upperBound * right.lowerBound,
        left.upperBound * right.upperBound,
      ]
    case .divide:
      guard !right.contains(0) else { return nil }
      ends = [
        left.lowerBound / right.lowerBound, left.lowerBound / right.upperBound, left.upperBound / right.lowerBound,
        left.upperBound / right.upperBound,
      ]
    }
    guard let low = ends.min(), let high = ends.max(), !ends.contains(where: \.isNaN) else { return nil }
    return low...high
  }
}
