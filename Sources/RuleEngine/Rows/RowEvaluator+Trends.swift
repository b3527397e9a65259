import RuleSemantics

// What numbers are going to be while time goes on.
extension RowEvaluator {
  /// The trend of a number for the row that its frame is at.
  func trend(_ id: Int32) -> Int32 {
    let index = Int(id)
    let step = registers.steps[index]
    // Trends of one row do not outlive it.
    if step.frame == 0 { return makeTrend(id, step) }
    if registers.trendStamps[index] == registers.epochs[Int(step.frame)] { return registers.trends[index] }
    let trend = makeTrend(id, step)
    registers.trends[index] = trend
    registers.trendStamps[index] = registers.epochs[Int(step.frame)]
    return trend
  }

  /// Between what a trend stays from now until an instant. Many comparisons ask about one number and one instant.
  func trendBounds(_ trend: Int32, until end: Int64) -> Trends.Bounds {
    if let known = knownBounds, known.trend == trend, known.end == end { return known.bounds }
    let bounds = trends.bounds(trend, now, end)
    if trends.isCompound(trend) { knownBounds = (trend, end, bounds) }
    return bounds
  }

  private func makeTrend(_ id: Int32, _ step: RowStep) -> Int32 {
    // What decays is never found to stand still, and until when its parts do is asked for where it matters.
    if tables.isNear[Int(id)], let trend = nearTrend(id, step) { return trend }
    let horizon = horizon(id)
    guard step.kind == .number else {
      // Flags count as 1 and 0, unknown ones as missing.
      return horizon == .max ? trends.fixed(number(id), until: .max) : trends.fixed(number(id), until: horizon)
    }
    if horizon == .max { return trends.fixed(cell(id).number, until: .max) }
    switch step.code {
    case .definition, .gatherAccount, .gatherInner, .gatherOuter, .arithmetic, .negate, .diminishing, .otherwise,
      .conditional, .factorScore, .pointsScore:
      return compoundTrend(step)
    case .freshness: return freshnessTrend(step, id, horizon)
    case .reduce: return reductionTrend(tables.reductions[Int(step.index)], id, horizon)
    default: return trends.fixed(cell(id).number, until: horizon)
    }
  }

  /// Of a number that decays; `nil` where it has to be found out until when it holds.
  private func nearTrend(_ id: Int32, _ step: RowStep) -> Int32? {
    guard step.code == .reduce else { return step.code == .definition && isGiven(step) ? nil : compoundTrend(step) }
    let reduction = tables.reductions[Int(step.index)]
    let entity = entity(of: reduction)
    guard entity >= 0 else { return nil }
    if reduction.leaf >= 0 { return leafTrend(reduction, entity, leaf(of: reduction, entity)) }
    return listTrend(reduction, entity, rows(of: reduction, entity), id, horizon: nil)
  }

  private func compoundTrend(_ step: RowStep) -> Int32 {
    switch step.code {
    case .definition: return trend(step.a)
    case .gatherAccount, .gatherInner, .gatherOuter:
      return gathered(step) { trend($0) } ?? trends.fixed(.nan, until: .max)
    case .arithmetic:
      return trends.add(.init(operation: .init(arithmetic: step.variant), a: trend(step.a), b: trend(step.b)))
    case .negate: return trends.add(.init(operation: .negate, a: trend(step.a)))
    case .diminishing: return trends.add(.init(operation: .diminishing, a: trend(step.a), x: step.number))
    case .otherwise: return trends.add(.init(operation: .otherwise, a: trend(step.a), b: trend(step.b)))
    case .conditional:
      let isThen = truth(step.a) == 1
      let until = self.horizon(step.a)
      if until == .max { return trend(isThen ? step.b : step.c) }
      return trends.add(
        .init(operation: .either, a: trend(step.b), b: trend(step.c), x: isThen ? 1 : 0, until: until))
    case .factorScore: return factorTrend(step)
    default: return pointsTrend(step)
    }
  }

  private func freshnessTrend(_ step: RowStep, _ id: Int32, _ horizon: Int64) -> Int32 {
    let (time, until) = (cell(step.a), self.horizon(step.a))
    guard time != .missing, until > now + 1 else { return trends.fixed(cell(id).number, until: horizon) }
    return trends.add(.init(operation: .fresh, x: Double(time), y: step.number, until: until))
  }

  /// A condition as a number: one if it is true, another if not.
  private func truthTrend(_ id: Int32, _ yes: Double, _ no: Double) -> Int32 {
    trends.fixed(truth(id) == 1 ? yes : no, until: horizon(id), then: min(yes, no)...max(yes, no))
  }

  private func factorTrend(_ step: RowStep) -> Int32 {
    var total = trends.fixed(0, until: .max)
    for position in 0..<Int(step.b) {
      let operand = registers.operands[Int(step.a) + position]
      let factor: Int32
      switch kind(operand) {
      case .flag: factor = truthTrend(operand, 1, 0)
      case .number: factor = trends.add(.init(operation: .clamp, a: trend(operand), x: 0, y: 1))
      case .date, .time, .choice, .text, .asset, .list: continue
      }
      let weighted = trends.add(
        .init(operation: .scale, a: factor, x: tables.numbers[Int(step.index)][position]))
      total = trends.add(.init(operation: .add, a: total, b: weighted))
    }
    return trends.add(.init(operation: .scale, a: total, x: 100))
  }

  private func pointsTrend(_ step: RowStep) -> Int32 {
    let numbers = tables.numbers[Int(step.index)]
    var total = trends.fixed(0, until: .max)
    for position in 0..<Int(step.b) {
      let operand = registers.operands[Int(step.a) + position]
      let (points, limit, counts) = (numbers[3 * position], numbers[3 * position + 1], numbers[3 * position + 2] == 1)
      let line: Int32
      if counts {
        let product = trends.add(.init(operation: .scale, a: trend(operand), x: points))
        line = trends.add(.init(operation: .clamp, a: product, x: -limit, y: limit))
      } else {
        line = truthTrend(operand, points, 0)
      }
      total = trends.add(.init(operation: .add, a: total, b: line))
    }
    guard step.variant == 1 else { return total }
    let (low, high) = (numbers[numbers.count - 2], numbers[numbers.count - 1])
    return trends.add(.init(operation: .clamp, a: total, x: low, y: high))
  }

  // MARK: - Reductions

  private func reductionTrend(_ reduction: RowReduction, _ id: Int32, _ horizon: Int64) -> Int32 {
    let entity = entity(of: reduction)
    if reduction.leaf >= 0, entity >= 0,
      let trend = leafTrend(reduction, entity, leaf(of: reduction, entity))
    {
      return trend
    }
    let rows = rows(of: reduction, entity)
    if case .list = rows { return listTrend(reduction, entity, rows, id, horizon: horizon) }
    let value = cell(id).number
    let movements = movements(of: reduction, entity, rows)
    let until = membershipHorizon(reduction, movements)
    // While nobody comes in there are only fewer.
    let onlyLeave = movements.ahead.isEmpty && movements.horizon == .max
    switch reduction.reduction.operation {
    case .count(halfLife: nil), .distinct, .points(atMostOncePer: nil, halfLife: nil):
      return trends.fixed(value, until: until, then: onlyLeave ? 0...max(value, 0) : nil)
    case .count(halfLife: .some(let halfLife)), .points(atMostOncePer: _, halfLife: .some(let halfLife)):
      let most = Double(movements.inside.count)
      return decayingTrend(value, halfLife, until, onlyLeave ? most : nil)
    case .points(atMostOncePer: _, halfLife: nil):
      return trends.fixed(value, until: until, then: onlyLeave ? 0...Double(max(movements.inside.count, 1)) : nil)
    case .sum(halfLife: let halfLife):
      let (gain, loss) = gainAndLoss(reduction, entity, rows, halfLife)
      guard let halfLife else { return trends.fixed(value, until: until, then: onlyLeave ? -loss...gain : nil) }
      let gains = decayingTrend(gain, halfLife, until, onlyLeave ? gain : nil)
      if loss == 0 { return gains }
      let losses = decayingTrend(loss, halfLife, until, onlyLeave ? loss : nil)
      return trends.add(.init(operation: .subtract, a: gains, b: losses))
    case .average, .min, .max, .first, .last, .share: return trends.fixed(value, until: until)
    }
  }

  /// Of what is remembered; `nil` where that does not tell what is left once events leave.
  private func leafTrend(_ reduction: RowReduction, _ entity: Int, _ leaf: RowLeaf) -> Int32? {
    let (until, lasting) = movements(of: reduction, leaf)
    let value = leaf.value.number
    switch reduction.reduction.operation {
    case .count(halfLife: nil), .distinct, .points(atMostOncePer: nil, halfLife: nil):
      let rest = until < min(limit, lasting) ? restTrend(reduction, entity, leaf, lasting) : -1
      return trends.add(
        .init(operation: .fixed, b: rest, x: value, y: 0, z: max(value, 0), until: until, lasting: lasting))
    case .points(atMostOncePer: _, halfLife: nil):
      return trends.fixed(value, until: until, then: 0...Double(max(leaf.counted, 1)), lasting: lasting)
    case .count(halfLife: .some(let halfLife)), .points(atMostOncePer: _, halfLife: .some(let halfLife)),
      .sum(halfLife: .some(let halfLife)):
      guard value.isFinite else { return nil }
      let present = value * decay(age: now - leaf.since, halfLife: halfLife)
      // Of events that are left out because others are too close some come in once these leave.
      let most = if case .points = reduction.reduction.operation { Double(leaf.counted) } else { present }
      return trends.add(
        .init(operation: .decaying, x: present, y: halfLife, z: max(most, present), until: until, lasting: lasting))
    case .sum(halfLife: nil), .average, .min, .max, .first, .last, .share: return nil
    }
  }

  /// What a count is once the first event has left, until the second does.
  private func restTrend(_ reduction: RowReduction, _ entity: Int, _ leaf: RowLeaf, _ lasting: Int64) -> Int32 {
    guard leaf.counted > 0 else { return -1 }
    let start = registers.steps[Int(reduction.start)]
    guard start.code == .moment else { return -1 }
    let rows = rowsBetween(leaf.leaver, now, rows(of: reduction, entity), reduction)
    var next = Int64.max
    forEachRow(reduction, entity, rows) { _, time in
      next = time
      return false
    }
    guard next != .max else { return trends.fixed(0, until: lasting) }
    let value = reduce(reduction, entity, limited: rows).number
    let until = leave(of: reduction.reduction.startIsIncluded ? next + 1 : next, start)
    return trends.fixed(value, until: min(until, lasting), then: 0...max(value, 0), lasting: lasting)
  }

  /// - Parameter most: what it is at most once rows have left; `nil` when others may come in.
  private func decayingTrend(_ value: Double, _ halfLife: Double, _ until: Int64, _ most: Double?) -> Int32 {
    let decaying = trends.add(.init(operation: .decaying, x: value, y: halfLife, z: most ?? .infinity, until: until))
    return decaying
  }

  /// What the positive and the negative values of a sum come to, each by itself.
  private func gainAndLoss(
    _ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, _ halfLife: Double?
  ) -> (gain: Double, loss: Double) {
    var (gain, loss) = (0.0, 0.0)
    forEachRow(reduction, entity, limited(rows, to: reduction)) { _, time in
      let value = number(reduction.value)
      guard !value.isNaN else { return true }
      let weighted = halfLife.map { decay(age: now - time, halfLife: $0) * value } ?? value
      if weighted >= 0 { gain += weighted } else { loss -= weighted }
      return true
    }
    return (gain, loss)
  }

  /// Of people and deals.
  private func listTrend(
    _ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, _ id: Int32, horizon: Int64?
  ) -> Int32 {
    let operation = reduction.reduction.operation
    func fixed() -> Int32 { trends.fixed(cell(id).number, until: horizon ?? self.horizon(id)) }
    // What a row that does not count is, and the combination of two.
    let (none, combination): (Double, Trends.Operation)
    switch operation {
    case .count(halfLife: nil), .sum(halfLife: nil): (none, combination) = (0, .add)
    case .min: (none, combination) = (.nan, .least)
    case .max: (none, combination) = (.nan, .greatest)
    case .average: (none, combination) = (.nan, .between)
    default: return fixed()
    }
    guard reduction.value < 0 || reduction.valueKind == .number || reduction.valueKind == .flag else {
      return fixed()
    }
    var total = trends.fixed(none, until: .max)
    var isSteady = true
    var count = 0
    forEachRow(reduction, entity, rows, isFiltered: false) { _, _ in
      let (passes, until) =
        reduction.filter < 0 ? (true, Int64.max) : (truth(reduction.filter) == 1, self.horizon(reduction.filter))
      if !passes, until == .max { return true }
      count += 1
      var part = reduction.value < 0 ? trends.fixed(1, until: .max) : trend(reduction.value)
      let rest = trends.fixed(none, until: .max)
      if operation == .sum(halfLife: nil) { part = trends.add(.init(operation: .otherwise, a: part, b: rest)) }
      if until < .max {
        part = trends.add(.init(operation: .either, a: part, b: rest, x: passes ? 1 : 0, until: until))
      }
      if until < .max || reduction.value >= 0 && isMissing(reduction.value) { isSteady = false }
      total = trends.add(.init(operation: combination, a: total, b: part))
      return true
    }
    guard operation == .average, isSteady, count > 0 else { return total }
    return averageTrend(reduction, entity, rows, count)
  }

  /// Of rows that all count and all have a value.
  private func averageTrend(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, _ count: Int) -> Int32 {
    var total = trends.fixed(0, until: .max)
    forEachRow(reduction, entity, rows) { _, _ in
      total = trends.add(.init(operation: .add, a: total, b: trend(reduction.value)))
      return true
    }
    return trends.add(.init(operation: .divide, a: total, b: trends.fixed(Double(count), until: .max)))
  }
}
