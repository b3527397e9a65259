import BusinessTime
import RuleDiagnostics
import RuleSemantics

/// Looks for the cheapest sets of changes that give a condition the wanted truth: of an `and` one of each part, of an
/// `or` one of any.
struct ChangeSolver {
  /// Changes that belong together.
  struct Candidate {
    var changes: [RequiredChange]
    /// What holds already and must go on holding.
    var kept: [RequiredChange] = []

    var cost: Double { changes.reduce(0) { $0 + $1.cost } }
  }

  /// The cheapest candidates, cheapest first; none when nothing helps.
  struct Solution {
    var candidates: [Candidate]
    /// What stands in the way when there are none.
    var obstacle: SourceRange

    static func impossible(_ range: SourceRange) -> Solution { Solution(candidates: [], obstacle: range) }

    var cost: Double { candidates.first?.cost ?? .infinity }
  }

  let question: Question
  /// How many definitions deep it stands.
  var depth = 0

  /// Definitions form no cycle, but a chain of them may be long.
  static let maximumDepth = 16
  static let maximumCandidates = 6

  static func nearestChange(for condition: CheckedExpression, _ question: Question) -> NearestChange {
    if question.truth(condition) == true { return .alreadyTrue }
    let solution = ChangeSolver(question: question).solve(condition, wanted: true)
    for candidate in solution.candidates {
      switch question.isConfirmed(candidate.changes, for: condition) {
      case true: return .changes(candidate.changes, isCertain: true)
      case nil:
        let interferes = interfere(candidate.changes, question.evaluation.plan.graph)
        return .changes(candidate.changes, isCertain: !interferes)
      case false: continue
      }
    }
    return .impossible(solution.candidates.isEmpty ? solution.obstacle : condition.range)
  }

  /// Whether two changes depend on the same field or definition in different ways.
  private static func interfere(_ changes: [RequiredChange], _ graph: PlanGraph) -> Bool {
    var seen: Set<NodeID> = []
    for node in Set(changes.map(\.node)) {
      let leaves = graph.nodes(below: node).filter { graph[$0].children.isEmpty && graph[$0].frame != .scalar }
      for leaf in leaves where !seen.insert(leaf).inserted { return true }
    }
    return false
  }

  func solve(_ condition: CheckedExpression, wanted: Bool) -> Solution {
    if question.truth(condition) == wanted {
      return Solution(
        candidates: [Candidate(changes: [], kept: kept(by: condition, wanted: wanted))], obstacle: condition.range)
    }
    switch condition.kind {
    case .not(let operand): return solve(operand, wanted: !wanted)
    case .and(let operands):
      return wanted ? all(operands, wanted: true, condition.range) : cheapest(operands, wanted: false, condition.range)
    case .or(let operands):
      return wanted ? cheapest(operands, wanted: true, condition.range) : all(operands, wanted: false, condition.range)
    case .compare(let left, let comparison, let right):
      return solveComparison(left, wanted ? comparison : comparison.negated, right, condition, wanted: wanted)
    case .isKnown(let operand): return solveKnown(operand, wanted: wanted)
    case .isOneOf(let operand, let values): return solveOneOf(operand, values, condition, wanted: wanted)
    case .between(let operand, let low, let high):
      let parts = [
        comparison(operand, .greaterOrEqual, low, condition), comparison(operand, .lessOrEqual, high, condition),
      ]
      return wanted ? all(parts, wanted: true, condition.range) : cheapest(parts, wanted: false, condition.range)
    case .inLast(let operand, let span): return solveInLast(operand, span, condition, wanted: wanted)
    case .inNext(let operand, let span): return solveInNext(operand, span, condition, wanted: wanted)
    case .isInList(let operand, _), .text(let operand, _, _), .matches(let operand, _):
      guard isChangeable(condition) else { return .impossible(condition.range) }
      return one(isChangeable(operand) ? operand : condition, .holds(wanted), in: condition, cost: 1.5)
    case .isUnchanged(let reference, let span):
      return solveUnchanged(reference, span, condition, wanted: wanted)
    case .did(let query, let times): return solveDid(query, times, condition, wanted: wanted)
    default: return solveFlag(condition, wanted: wanted)
    }
  }

  // MARK: - Several at once

  func all(_ operands: [CheckedExpression], wanted: Bool, _ range: SourceRange) -> Solution {
    together(operands.map { solve($0, wanted: wanted) }, range)
  }

  func cheapest(_ operands: [CheckedExpression], wanted: Bool, _ range: SourceRange) -> Solution {
    anyOf(operands.map { solve($0, wanted: wanted) }, range)
  }

  /// One candidate of each.
  func together(_ solutions: [Solution], _ range: SourceRange) -> Solution {
    var result = Solution(candidates: [Candidate(changes: [])], obstacle: range)
    for solution in solutions {
      guard !solution.candidates.isEmpty else { return solution }
      var combined: [Candidate] = []
      for first in result.candidates {
        for second in solution.candidates {
          if let both = merge(first, second) { combined.append(both) }
        }
      }
      result.candidates = ChangeSolver.best(combined)
      if combined.isEmpty { return .impossible(range) }
    }
    return result
  }

  /// A candidate of any.
  func anyOf(_ solutions: [Solution], _ range: SourceRange) -> Solution {
    let candidates = ChangeSolver.best(solutions.flatMap(\.candidates))
    let onlyObstacle = solutions.count == 1 ? solutions.first?.obstacle : nil
    return Solution(candidates: candidates, obstacle: onlyObstacle ?? range)
  }

  /// The cheapest; of equals the first.
  private static func best(_ candidates: [Candidate]) -> [Candidate] {
    let ordered = candidates.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }
    return ordered.prefix(maximumCandidates).map(\.element)
  }

  private func merge(_ first: Candidate, _ second: Candidate) -> Candidate? {
    guard let kept = merge(first.kept + second.kept), let changes = merge(first.changes + second.changes) else {
      return nil
    }
    // What is kept narrows what may change.
    var narrowed: [RequiredChange] = []
    for change in changes {
      var change = change
      for rule in kept where rule.node == change.node && rule.target.type == change.target.type {
        guard let both = merge(change.requirement, rule.requirement, change.target.type) else { return nil }
        change.requirement = both
      }
      narrowed.append(change)
    }
    return Candidate(changes: narrowed, kept: kept)
  }

  /// Changes of the same thing as one; `nil` when they contradict each other.
  private func merge(_ changes: [RequiredChange]) -> [RequiredChange]? {
    var merged: [RequiredChange] = []
    for change in changes {
      guard let index = merged.firstIndex(where: { $0.node == change.node && $0.target.type == change.target.type })
      else {
        merged.append(change)
        continue
      }
      guard let requirement = merge(merged[index].requirement, change.requirement, change.target.type) else {
        return nil
      }
      merged[index].requirement = requirement
      merged[index].cost = max(merged[index].cost, change.cost)
    }
    return merged
  }

  func merge(
    _ first: RequiredChange.Requirement, _ second: RequiredChange.Requirement, _ type: ValueType
  ) -> RequiredChange.Requirement? {
    if first == second { return first }
    switch (first, second) {
    case (.isKnown, .compares), (.isKnown, .isOneOf), (.isKnown, .isNoneOf): return second
    case (.compares, .isKnown), (.isOneOf, .isKnown), (.isNoneOf, .isKnown): return first
    case (.compares(let first), .compares(let second)):
      let bounds = Bounds(first + second)
      return bounds.isEmpty ? nil : .compares(bounds.essential)
    case (.isOneOf(let first), .isOneOf(let second)):
      let both = first.filter(second.contains)
      return both.isEmpty ? nil : .isOneOf(both)
    case (.isOneOf(let values), .isNoneOf(let excluded)), (.isNoneOf(let excluded), .isOneOf(let values)):
      let left = values.filter { !excluded.contains($0) }
      return left.isEmpty ? nil : .isOneOf(left)
    case (.isNoneOf(let first), .isNoneOf(let second)): return .isNoneOf(first + second.filter { !first.contains($0) })
    case (.moreEvents(let first), .moreEvents(let second)): return .moreEvents(max(first, second))
    case (.waits(until: let first), .waits(until: let second)): return .waits(until: max(first, second))
    case (.morePeople(let first), .morePeople(let second)): return .morePeople(max(first, second))
    case (.fewerPeople(let first), .fewerPeople(let second)): return .fewerPeople(max(first, second))
    default: return nil
    }
  }

  // MARK: - Building

  func one(
    _ target: CheckedExpression, _ requirement: RequiredChange.Requirement, in condition: CheckedExpression,
    cost: Double, underlying: [RequiredChange] = []
  ) -> Solution {
    let change = RequiredChange(
      target: target, current: question.value(target), requirement: requirement, cost: cost, underlying: underlying,
      node: question.node(target))
    return Solution(candidates: [Candidate(changes: [change])], obstacle: condition.range)
  }

  func comparison(
    _ left: CheckedExpression, _ comparison: CheckedExpression.Comparison, _ right: CheckedExpression,
    _ condition: CheckedExpression
  ) -> CheckedExpression {
    CheckedExpression(.compare(left, comparison, right), .flag, mayBeMissing: true, at: condition.range)
  }

  /// Whether it depends on anything but constants and the time.
  func isChangeable(_ expression: CheckedExpression) -> Bool {
    let graph = question.evaluation.plan.graph
    return graph[question.node(expression)].frame != .scalar
  }

  func cost(ofWaitingUntil instant: Instant) -> Double {
    let days = Double(instant.milliseconds - question.evaluation.now.milliseconds) / 86_400_000
    return 1 + min(max(days, 0) / 365, 2)
  }

  func wait(until instant: Instant, _ condition: CheckedExpression) -> Solution {
    one(condition, .waits(until: instant), in: condition, cost: cost(ofWaitingUntil: instant))
  }
}

/// What several bounds leave.
struct Bounds {
  private let bounds: [RequiredChange.Bound]

  init(_ bounds: [RequiredChange.Bound]) {
    self.bounds = bounds
  }

  /// Whether no value can meet them all, as far as pairs of them show.
  var isEmpty: Bool {
    bounds.indices.contains { index in
      bounds[(index + 1)...].contains { Bounds.contradict(bounds[index], $0) }
    }
  }

  /// Without those that others imply.
  var essential: [RequiredChange.Bound] {
    bounds.enumerated().filter { index, bound in
      !bounds.enumerated().contains { other, stronger in
        other != index && Bounds.implies(stronger, bound) && (other < index || !Bounds.implies(bound, stronger))
      }
    }.map(\.element)
  }

  /// Whether every value that meets the first meets the second.
  private static func implies(_ first: RequiredChange.Bound, _ second: RequiredChange.Bound) -> Bool {
    guard let order = first.value.order(of: second.value) else { return first == second }
    let place = -2 * order
    return (-3...3).allSatisfy { !first.comparison.holds($0, 0) || second.comparison.holds($0, place) }
  }

  /// Whether no value meets both: none below, at or above either of their values, nor between the two.
  private static func contradict(_ first: RequiredChange.Bound, _ second: RequiredChange.Bound) -> Bool {
    guard let order = first.value.order(of: second.value) else { return first != second }
    // Places on a line on which the first value is at 0 and the second at 0, 2 or -2.
    let place = -2 * order
    return !(-3...3).contains { first.comparison.holds($0, 0) && second.comparison.holds($0, place) }
  }
}

extension Value {
  /// -1, 0 or 1 as this value is less than, equal to or greater than another; `nil` when they have no order.
  func order(of other: Value) -> Int? {
    if case .flag(true) = Value.compare(self, .less, other) { return -1 }
    if case .flag(true) = Value.compare(self, .greater, other) { return 1 }
    return Value.compare(self, .equal, other) == .flag(true) ? 0 : nil
  }
}
