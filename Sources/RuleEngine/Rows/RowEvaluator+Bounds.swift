import RuleSemantics

// Between what a number lies now, from what is remembered of decaying sums: enough to know whether it passes a
// threshold, unless it stands as close to it as rounding reaches.
extension RowEvaluator {
  /// A comparison in which something decays; computed to the bit only where bounds do not decide.
  func compareNear(_ step: RowStep) -> Cell {
    let left = bounds(step.a)
    guard left.mayBeKnown else { return 2 }
    let right = bounds(step.b)
    guard right.mayBeKnown else { return 2 }
    if !left.mayBeMissing, !right.mayBeMissing, let truth = holds(step.variant, left, right) { return Cell(truth) }
    return compareNumbers(step.variant, cell(step.a).number, cell(step.b).number)
  }

  /// Where the number that a step is now lies.
  func bounds(_ id: Int32) -> Trends.Bounds {
    let index = Int(id)
    guard tables.isNear[index] else { return Trends.Bounds(exactly: number(id)) }
    let frame = Int(registers.steps[index].frame)
    if registers.boundStamps[index] == registers.epochs[frame] { return registers.bounds[index] }
    let bounds = findBounds(registers.steps[index], id)
    registers.bounds[index] = bounds
    registers.boundStamps[index] = registers.epochs[frame]
    return bounds
  }

  private func findBounds(_ step: RowStep, _ id: Int32) -> Trends.Bounds {
    switch step.code {
    case .definition: return isGiven(step) ? Trends.Bounds(exactly: number(id)) : bounds(step.a)
    case .gatherAccount, .gatherInner: return gathered(step) { bounds($0) } ?? .missing
    case .arithmetic:
      return Trends.combined(.init(arithmetic: step.variant), bounds(step.a), bounds(step.b))
    case .negate: return bounds(step.a).negated
    case .diminishing: return Trends.diminished(bounds(step.a), step.number)
    case .otherwise: return bounds(step.a).otherwise(bounds(step.b))
    case .conditional: return bounds(truth(step.a) == 1 ? step.b : step.c)
    case .factorScore: return factorBounds(step)
    case .pointsScore: return pointsBounds(step)
    case .reduce: return reductionBounds(tables.reductions[Int(step.index)], id)
    default: return Trends.Bounds(exactly: number(id))
    }
  }

  private func factorBounds(_ step: RowStep) -> Trends.Bounds {
    var total = Trends.Bounds(exactly: 0)
    for position in 0..<Int(step.b) {
      let operand = registers.operands[Int(step.a) + position]
      let factor: Trends.Bounds
      switch kind(operand) {
      case .flag: factor = Trends.Bounds(exactly: truth(operand) == 1 ? 1 : 0)
      case .number: factor = Trends.clamped(bounds(operand), 0, 1)
      case .date, .time, .choice, .text, .asset, .list: continue
      }
      total = Trends.combined(.add, total, factor.scaled(by: tables.numbers[Int(step.index)][position]))
    }
    return total.scaled(by: 100)
  }

  private func pointsBounds(_ step: RowStep) -> Trends.Bounds {
    let numbers = tables.numbers[Int(step.index)]
    var total = Trends.Bounds(exactly: 0)
    for position in 0..<Int(step.b) {
      let operand = registers.operands[Int(step.a) + position]
      let (points, limit, counts) = (numbers[3 * position], numbers[3 * position + 1], numbers[3 * position + 2] == 1)
      let line =
        counts
        ? Trends.clamped(bounds(operand).scaled(by: points), -limit, limit)
        : Trends.Bounds(exactly: truth(operand) == 1 ? points : 0)
      total = Trends.combined(.add, total, line)
    }
    guard step.variant == 1 else { return total.checked() }
    return Trends.clamped(total, numbers[numbers.count - 2], numbers[numbers.count - 1])
  }

  // MARK: - Reductions

  private func reductionBounds(_ reduction: RowReduction, _ id: Int32) -> Trends.Bounds {
    let entity = entity(of: reduction)
    if reduction.leaf >= 0 {
      return entity < 0 ? Trends.Bounds(exactly: number(id)) : decayedBounds(reduction, entity, id)
    }
    let account = reduction.isShared && entity >= 0 ? Int(data.accountOfContact[entity]) : -1
    guard account >= 0 else { return listBounds(reduction, entity, id) }
    if reduction.sharedBoundsAccount != account || reduction.sharedBoundsGeneration != generation {
      reduction.sharedBounds = listBounds(reduction, entity, id)
      reduction.sharedBoundsAccount = account
      reduction.sharedBoundsGeneration = generation
    }
    return reduction.sharedBounds
  }

  private func decayedBounds(_ reduction: RowReduction, _ entity: Int, _ id: Int32) -> Trends.Bounds {
    let leaf = leaf(of: reduction, entity)
    if leaf.counted == 0 { return Trends.Bounds(exactly: 0) }
    guard let halfLife = reduction.halfLife, leaf.value.number.isFinite else {
      return Trends.Bounds(exactly: number(id))
    }
    let value = leaf.value.number * decay(age: now - leaf.since, halfLife: halfLife)
    return Trends.Bounds(low: value, high: value, mayBeMissing: false).widened(Trends.rounding, Trends.tiny)
  }

  /// Of people and deals.
  private func listBounds(_ reduction: RowReduction, _ entity: Int, _ id: Int32) -> Trends.Bounds {
    var total = Trends.Bounds.missing
    var count = 0
    var isKnown = true
    forEachRow(reduction, entity, rows(of: reduction, entity)) { _, _ in
      let value = bounds(reduction.value)
      guard value.mayBeKnown else { return true }
      if value.mayBeMissing { isKnown = false }
      switch reduction.reduction.operation {
      case .min: total = Trends.extreme(.least, total, value)
      case .max: total = Trends.extreme(.greatest, total, value)
      default: total = count == 0 ? value : Trends.combined(.add, total, value)
      }
      count += 1
      return isKnown
    }
    // Rare enough: what may be missing is found out.
    guard isKnown else { return Trends.Bounds(exactly: number(id)) }
    switch reduction.reduction.operation {
    case .sum: return count == 0 ? Trends.Bounds(exactly: 0) : Trends.combined(.add, Trends.Bounds(exactly: 0), total)
    case .average: return count == 0 ? .missing : Trends.combined(.divide, total, Trends.Bounds(exactly: Double(count)))
    default: return total
    }
  }
}
