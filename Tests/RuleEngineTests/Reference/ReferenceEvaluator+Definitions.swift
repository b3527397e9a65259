import RuleSemantics

extension ReferenceEvaluator {
  func computedDefinition(_ id: DefinitionID, row: Int) -> Value {
    let definition = world.program[id]
    let record = definition.subject == .contact ? world.contacts[row] : world.accounts[row]
    if let given = record.given[id], given != .missing { return given }
    let environment = Environment(subject: definition.subject, subjectRow: row)
    switch definition.body {
    case .define(let expression): return value(expression, environment)
    case .factorScore(let factors):
      var sum = 0.0
      for factor in factors {
        // Each factor clamped to 0…1, missing = 0.
        if case .number(let number) = value(factor.value, environment) { sum += factor.weight * min(max(number, 0), 1) }
      }
      return .number(100 * sum)
    case .pointsScore(let score): return .number(points(score, environment))
    case .journey(let journey): return stage(journey, previous: record.previous[id], environment)
    case .segment(let segment): return .flag(isMember(segment, previous: record.previous[id], environment))
    case .malformed: return .missing
    }
  }

  private func points(_ score: PointsScore, _ environment: Environment) -> Double {
    var total = 0.0
    for line in score.lines {
      switch line.basis {
      case .when(let test): if condition(test, environment) == true { total += line.points }
      case .per(let count, upTo: let upTo):
        guard case .number(let count) = value(count, environment) else { continue }
        let product = line.points * count
        let limit = upTo ?? .infinity
        total += product > limit ? limit : product < -limit ? -limit : product
      }
    }
    guard let limit = score.limit else { return total }
    return total < limit.lowerBound ? limit.lowerBound : total > limit.upperBound ? limit.upperBound : total
  }

  private func stage(_ journey: Journey, previous: Value?, _ environment: Environment) -> Value {
    let raw = journey.stages.lastIndex { stage in
      stage.condition.map { condition($0, environment) == true } ?? true
    }
    guard case .choice(_, let current) = previous else {
      return raw.map { .choice(journey.choices, $0) } ?? .missing
    }
    guard let raw else { return .choice(journey.choices, current) }
    let mayMoveBack = journey.movesBack.map { condition($0, environment) == true } ?? false
    return .choice(journey.choices, raw > current || mayMoveBack ? raw : current)
  }

  private func isMember(_ segment: Segment, previous: Value?, _ environment: Environment) -> Bool {
    let enters = condition(segment.condition, environment) == true
    guard let until = segment.until else { return enters }
    let leaves = condition(until, environment) == true
    return previous == .flag(true) ? !leaves : enters && !leaves
  }
}
