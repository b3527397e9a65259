import BusinessTime
import RuleDiagnostics
import RuleSemantics

extension ChangeSolver {
  // MARK: - Comparisons

  /// `comparison` is what has to hold; `condition`, which has it or its negation, gives the range.
  func solveComparison(
    _ left: CheckedExpression, _ comparison: CheckedExpression.Comparison, _ right: CheckedExpression,
    _ condition: CheckedExpression, wanted: Bool
  ) -> Solution {
    if let solution = solveCount(left, comparison, right, condition) { return solution }
    if let solution = solveByWaiting(left, comparison, right, condition) { return solution }
    if let solution = solveByWaiting(right, comparison.mirrored, left, condition) { return solution }
    let (leftValue, rightValue) = (question.value(left), question.value(right))
    if isChangeable(left), rightValue != .missing {
      return change(left, to: [RequiredChange.Bound(comparison, rightValue)], condition)
    }
    if isChangeable(right), leftValue != .missing {
      return change(right, to: [RequiredChange.Bound(comparison.mirrored, leftValue)], condition)
    }
    guard isChangeable(left), isChangeable(right) else { return .impossible(condition.range) }
    return one(condition, .holds(wanted), in: condition, cost: 3)
  }

  /// Gives a value that depends on the subject a value within bounds.
  func change(
    _ target: CheckedExpression, to bounds: [RequiredChange.Bound], _ condition: CheckedExpression
  ) -> Solution {
    guard bounds.allSatisfy({ isReachable($0, target) }) else { return .impossible(condition.range) }
    switch target.type {
    case .choice(let set):
      let values = question.evaluation.plan.program[set].values.indices.map { Value.choice(set, $0) }
      let fitting = values.filter { value in
        bounds.allSatisfy { Value.compare(value, $0.comparison, $0.value) == .flag(true) }
      }
      guard !fitting.isEmpty else { return .impossible(condition.range) }
      return reach(fitting, of: target, condition)
    case .flag:
      let fitting = [false, true].filter { flag in
        bounds.allSatisfy { Value.compare(.flag(flag), $0.comparison, $0.value) == .flag(true) }
      }
      guard let flag = fitting.first else { return .impossible(condition.range) }
      return fitting.count == 1 ? solve(target, wanted: flag) : one(target, .isKnown, in: condition, cost: 1.2)
    case .text, .asset, .list, .error:
      guard let bound = bounds.first, bounds.count == 1 else { return .impossible(condition.range) }
      switch bound.comparison {
      case .equal: return one(target, .isOneOf([bound.value]), in: condition, cost: 1.2)
      case .notEqual: return one(target, .isNoneOf([bound.value]), in: condition, cost: 1.2)
      case .less, .lessOrEqual, .greater, .greaterOrEqual:
        return one(target, .compares(bounds), in: condition, cost: 1.2)
      }
    case .number, .date, .time:
      return one(target, .compares(bounds), in: condition, cost: 1 + distance(question.value(target), bounds))
    }
  }

  /// How far a value is from the first bound, between 0 and 1; a missing one is far.
  private func distance(_ value: Value, _ bounds: [RequiredChange.Bound]) -> Double {
    switch (value, bounds.first?.value) {
    case (.number(let value), .number(let bound)): min(abs(value - bound) / (abs(bound) + 1), 1)
    case (.date(let value), .date(let bound)): min(Double(abs(value.days(since: bound))) / 365, 1)
    case (.missing, _): 0.8
    default: 0.5
    }
  }

  /// Whether a value of the expression can meet a bound at all: scores have limits.
  private func isReachable(_ bound: RequiredChange.Bound, _ target: CheckedExpression) -> Bool {
    guard case .number(let number) = bound.value, let limits = limits(of: target) else { return true }
    switch bound.comparison {
    case .equal: return limits.contains(number)
    case .notEqual: return limits.lowerBound < limits.upperBound || limits.lowerBound != number
    case .less: return limits.lowerBound < number
    case .lessOrEqual: return limits.lowerBound <= number
    case .greater: return limits.upperBound > number
    case .greaterOrEqual: return limits.upperBound >= number
    }
  }

  private func limits(of target: CheckedExpression) -> ClosedRange<Double>? {
    switch target.kind {
    case .freshness, .diminishing, .closeness: return 0...1
    case .events(_, .count), .events(_, .distinct), .people(_, .count), .people(_, .distinct):
      return 0...Double.infinity
    case .people(_, .share): return 0...1
    case .read(let reference):
      guard case .definition(let id) = reference.attribute else { return nil }
      switch question.evaluation.plan.program[id].body {
      case .pointsScore(let score): return score.limit
      case .factorScore(let factors):
        let weights = factors.map(\.weight)
        return 100 * weights.filter { $0 < 0 }.reduce(0, +)...100 * weights.filter { $0 > 0 }.reduce(0, +)
      case .define(let expression): return limits(of: expression)
      case .journey, .segment, .malformed: return nil
      }
    default: return nil
    }
  }

  /// One of some values, which for a stage has a reason of its own.
  private func reach(_ values: [Value], of target: CheckedExpression, _ condition: CheckedExpression) -> Solution {
    var underlying: [RequiredChange] = []
    if case .read(let reference) = target.kind, case .definition(let id) = reference.attribute,
      depth < ChangeSolver.maximumDepth, let record = question.record(of: reference),
      case .journey(let journey) = question.evaluation.plan.program[id].body
    {
      let inner = ChangeSolver(question: question.about(record), depth: depth + 1)
      var best: Solution?
      for case .choice(_, let stage) in values {
        guard let test = journey.stages[stage].condition else { continue }
        let solution = inner.solve(test, wanted: true)
        if solution.cost < best?.cost ?? .infinity { best = solution }
      }
      underlying = best?.candidates.first?.changes ?? []
    }
    return one(target, .isOneOf(values), in: condition, cost: 1.2, underlying: underlying)
  }

  // MARK: - Known, one of, flags

  func solveKnown(_ operand: CheckedExpression, wanted: Bool) -> Solution {
    guard isChangeable(operand) else { return .impossible(operand.range) }
    if case .events(let query, let aggregate) = operand.kind, wanted {
      switch aggregate {
      case .first, .last: return moreEvents(1, query, operand)
      default: break
      }
    }
    return one(operand, wanted ? .isKnown : .isMissing, in: operand, cost: 1.2)
  }

  func solveOneOf(
    _ operand: CheckedExpression, _ values: [CheckedExpression], _ condition: CheckedExpression, wanted: Bool
  ) -> Solution {
    let known = values.map { question.value($0) }.filter { $0 != .missing }
    guard isChangeable(operand), !known.isEmpty else { return .impossible(condition.range) }
    guard case .choice(let set) = operand.type else {
      return one(operand, wanted ? .isOneOf(known) : .isNoneOf(known), in: condition, cost: 1.2)
    }
    let all = question.evaluation.plan.program[set].values.indices.map { Value.choice(set, $0) }
    let fitting = all.filter { known.contains($0) == wanted }
    return fitting.isEmpty ? .impossible(condition.range) : reach(fitting, of: operand, condition)
  }

  /// A flag that is no condition made of others: a field, a define, a segment, a choice between two flags.
  func solveFlag(_ condition: CheckedExpression, wanted: Bool) -> Solution {
    switch condition.kind {
    case .read(let reference): return solveRead(reference, condition, wanted: wanted)
    case .conditional(let test, then: let then, otherwise: let otherwise):
      return cheapest([(test, true, then), (test, false, otherwise)], wanted: wanted, condition.range)
    case .otherwise(let operand, let fallback):
      guard question.value(operand) == .missing else { return solve(operand, wanted: wanted) }
      return anyOf([solve(fallback, wanted: wanted), solve(operand, wanted: wanted)], condition.range)
    case .people(let query, .any):
      let people = question.people(query, as: condition)
      return wanted
        ? one(condition, .morePeople(1), in: condition, cost: 1.5)
        : one(condition, .fewerPeople(people.count), in: condition, cost: 1.5 * Double(people.count))
    case .affinity, .rate, .popularity: return .impossible(condition.range)
    default:
      guard isChangeable(condition) else { return .impossible(condition.range) }
      return one(condition, .isOneOf([.flag(wanted)]), in: condition, cost: 1)
    }
  }

  private func cheapest(
    _ cases: [(test: CheckedExpression, holds: Bool, value: CheckedExpression)], wanted: Bool, _ range: SourceRange
  ) -> Solution {
    let solutions = cases.map { test, holds, value in
      // An unknown condition takes the else.
      let isTaken = holds == (question.truth(test) == true)
      let taken = isTaken ? Solution(candidates: [Candidate(changes: [])], obstacle: range) : solve(test, wanted: holds)
      return together([taken, solve(value, wanted: wanted)], range)
    }
    return anyOf(solutions, range)
  }

  private func solveRead(_ reference: Reference, _ condition: CheckedExpression, wanted: Bool) -> Solution {
    guard reference.variable == .subject, let record = question.record(of: reference) else {
      return .impossible(condition.range)
    }
    guard case .definition(let id) = reference.attribute, !question.about(record).isGiven(id),
      depth < ChangeSolver.maximumDepth
    else {
      guard isChangeable(condition) else { return .impossible(condition.range) }
      return one(condition, .isOneOf([.flag(wanted)]), in: condition, cost: 1)
    }
    let inner = ChangeSolver(question: question.about(record), depth: depth + 1)
    switch question.evaluation.plan.program[id].body {
    case .define(let expression): return inner.solve(expression, wanted: wanted)
    case .segment(let segment): return inner.solveSegment(segment, condition, wanted: wanted)
    case .factorScore, .pointsScore, .journey, .malformed: return .impossible(condition.range)
    }
  }

  private func solveSegment(_ segment: Segment, _ condition: CheckedExpression, wanted: Bool) -> Solution {
    guard let until = segment.until else { return solve(segment.condition, wanted: wanted) }
    guard wanted else { return solve(until, wanted: true) }
    return together(
      [solve(segment.condition, wanted: true), solve(until, wanted: false, orUnknown: true)], condition.range)
  }

  /// Not true is enough.
  private func solve(_ condition: CheckedExpression, wanted: Bool, orUnknown: Bool) -> Solution {
    if orUnknown, question.truth(condition) == nil {
      return Solution(candidates: [Candidate(changes: [])], obstacle: condition.range)
    }
    return solve(condition, wanted: wanted)
  }
}
