import RuleDiagnostics
import RuleSyntax

// What scores and journeys are made of.
extension Checker {
  mutating func checkScore(_ score: ScoreDeclaration, in scope: Scope) -> Definition.Body {
    var factors: [FactorSyntax] = []
    var lines: [PointsScore.Line] = []
    var limit: (range: ClosedRange<Double>?, place: SourceRange)?
    var firstPoints: SourceRange?
    for item in score.items {
      switch item {
      case .factor(let factor): factors.append(factor)
      case .points(let points):
        firstPoints = firstPoints ?? points.range
        if let line = checkPoints(points, in: scope) { lines.append(line) }
      case .limit(let low, let high, let range):
        firstPoints = firstPoints ?? range
        if let limit {
          report(.duplicateClause("limit", at: range, first: limit.place))
        } else {
          limit = (checkLimit(low, high), range)
        }
      }
    }
    let checkedFactors = factors.isEmpty ? [] : checkFactors(factors, of: score.head.name, in: scope)
    if let first = factors.first {
      if let firstPoints {
        report(.mixedScore(score.head.name.text, at: firstPoints, factor: first.range))
        return .malformed
      }
      return .factorScore(checkedFactors)
    }
    if firstPoints == nil, isEmptyBlock(score.range) {
      report(.incompleteDeclaration("score", score.head.name.text, lacks: .points, at: score.head.name.range))
    }
    return .pointsScore(PointsScore(lines: lines, limit: limit?.range))
  }

  private mutating func checkLimit(_ low: NumberLiteral, _ high: NumberLiteral) -> ClosedRange<Double>? {
    guard low.value < high.value else {
      report(
        .reversedBounds(
          text(low.range), text(high.range), at: low.range.union(high.range), swap: (low.range, high.range)))
      return nil
    }
    return low.value...high.value
  }

  /// Factors of a score or a recommendation: names differ, weights total 100 %. `owner` is its name.
  mutating func checkFactors(_ factors: [FactorSyntax], of owner: Name, in scope: Scope) -> [Factor] {
    var first = DeclaredNames()
    var checked: [Factor] = []
    for factor in factors {
      if let earlier = first.add(factor.name) {
        report(.duplicateDeclaration("factor", factor.name.text, at: factor.name.range, first: earlier))
      }
      let value = checkExpression(factor.value, in: scope, expecting: .number)
      checked.append(
        Factor(name: factor.name.text, weight: factor.weight.value, value: value, range: factor.range))
    }
    let total = factors.reduce(0) { $0 + $1.weight.value }
    if abs(total - 1) > 1e-9, !factors.isEmpty {
      report(
        .weightsTotal(
          owner.text, total: total, at: owner.range, weights: factors.map { ($0.weight.range, $0.weight.value) }))
    }
    return checked
  }

  private mutating func checkPoints(_ points: ScoreDeclaration.Points, in scope: Scope) -> PointsScore.Line? {
    let amount = points.isSubtracted ? -points.amount.value : points.amount.value
    switch points.basis {
    case .when(let condition):
      let checked = checkCondition(condition, in: scope)
      return PointsScore.Line(points: amount, basis: .when(checked), range: points.range)
    case .per(let per):
      guard let events = resolveEvent(per.event) else { return nil }
      let filter = per.filter.map { checkFilter($0, of: events, in: scope) }
      let window = checkWindow(per.window, in: scope)
      let once = per.atMostOncePer.flatMap { checkSpan($0) }
      let halfLife = per.halfLife.flatMap { checkSpan($0, allowsUneven: false) }
      if per.window != nil, let misplaced = per.halfLife {
        report(.misplacedHalfLife(at: misplaced.range, beside: nil))
      }
      if let upTo = per.upTo, upTo.value <= 0 {
        report(.notPositive(text(upTo.range), what: "up to", at: upTo.range))
      }
      let query = EventQuery(
        owner: .subject, events: events, filter: filter, window: window, range: per.range)
      let count = CheckedExpression(
        .events(query, .points(atMostOncePer: once, halfLife: halfLife)), .number, mayBeMissing: false, at: per.range)
      return PointsScore.Line(
        points: amount, basis: .per(count, upTo: per.upTo?.value), range: points.range)
    }
  }

  mutating func checkJourney(
    _ journey: JourneyDeclaration, _ type: ValueType?, in scope: Scope
  ) -> Definition.Body {
    var stages: [Journey.Stage] = []
    var stageNames: Set<String> = []
    var movesBack: CheckedExpression?
    var moves: SourceRange?
    for item in journey.items {
      switch item {
      case .stage(let name, let condition, let range):
        let checked = condition.map { checkCondition($0, in: scope) }
        // The second of a name was reported where the names were declared.
        if stageNames.insert(name.text.lowercased()).inserted {
          stages.append(Journey.Stage(name: name.text, condition: checked, range: range))
        }
      case .movesBack(let condition, let range):
        let checked = checkCondition(condition, in: scope)
        if let moves {
          report(.duplicateClause("moves back", at: range, first: moves))
        } else {
          (movesBack, moves) = (checked, range)
        }
      case .neverMovesBack(let range):
        if let moves {
          report(.duplicateClause("moves back", at: range, first: moves))
        } else {
          moves = range
        }
      }
    }
    if stages.isEmpty, isEmptyBlock(journey.range) {
      report(.incompleteDeclaration("journey", journey.head.name.text, lacks: .stages, at: journey.head.name.range))
    }
    guard case .choice(let set) = type, !stages.isEmpty else { return .malformed }
    return .journey(Journey(choices: set, stages: stages, movesBack: movesBack))
  }

  /// Whether a declaration holds nothing between its braces; what could not be read is something, and was reported.
  func isEmptyBlock(_ range: SourceRange) -> Bool {
    guard let tree = trees.first(where: { $0.file.id == range.file }) else { return false }
    let tokens = tree.tokens(in: range).map(\.kind)
    guard let brace = tokens.firstIndex(of: .leftBrace), brace + 1 < tokens.count else { return false }
    return tokens[brace + 1] == .rightBrace
  }
}
