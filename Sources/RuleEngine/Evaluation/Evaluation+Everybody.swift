import BusinessTime
import RuleSemantics

// What the events of all contacts say of each asset. Everything is counted in whole numbers, so that no order of events
// makes a difference.
extension Evaluation {
  /// The columns of the assets that an event names.
  private func assetColumns(of event: EventID) -> [[Int32]] {
    let columns = everybodysTable(event).columns
    return plan.program[event].record.assetFields.compactMap { field in
      guard columns.indices.contains(field.index), case .assets(let codes) = columns[field.index] else { return nil }
      return codes
    }
  }

  /// Calls `body` with each asset that an event names, each once.
  private func forEachAsset(_ columns: [[Int32]], _ row: Int, _ body: (Int) -> Void) {
    for (position, column) in columns.enumerated() where column[row] >= 0 {
      if columns[..<position].contains(where: { $0[row] == column[row] }) { continue }
      body(Int(column[row]))
    }
  }

  // MARK: - Rates

  /// For each asset (successes + prior × overall share) / (exposures + prior); missing where there is nothing to divide
  /// by. Only exposures count whose time for a success was over at the start of today.
  func rate(_ rate: Rate) -> [Double] {
    let startOfToday = calendar.zone.startOfDay(CivilDate(dayNumber: today)).milliseconds
    if let known = rates[rate], known.startOfToday == startOfToday { return known.values }
    let values = computed(rate, startOfToday)
    if isContinued, plan.graph.areTimeless([rate.outcomeFilter, rate.exposureFilter]) {
      rates[rate] = DailyRate(startOfToday: startOfToday, values: values)
    }
    return values
  }

  private func computed(_ rate: Rate, _ startOfToday: Int64) -> [Double] {
    let exposures = everybodysTable(rate.exposure)
    let isExposure = rate.exposureFilter.map { truths($0, exposures.count, nil) }
    let outcomes = outcomes(of: rate)
    let columns = assetColumns(of: rate.exposure)
    var counts = [Int64](repeating: 0, count: plan.program.assets.count)
    var successes = counts
    for row in 0..<exposures.count where isExposure.map({ $0[row] == 1 }) ?? true {
      let time = exposures.times[row]
      guard time < startOfToday else { continue }
      let end = calendar.add(rate.within, to: Instant(milliseconds: time)).milliseconds
      guard end < startOfToday else { continue }
      let isSuccess = outcomes.happened(to: exposures.owners[row], after: time, upTo: end)
      forEachAsset(columns, row) { asset in
        counts[asset] += 1
        successes[asset] += isSuccess ? 1 : 0
      }
    }
    let overall = Double(successes.reduce(0, +)) / Double(counts.reduce(0, +))
    return counts.indices.map { asset in
      let prior = rate.prior == 0 ? 0 : rate.prior * overall
      return finite((Double(successes[asset]) + prior) / (Double(counts[asset]) + rate.prior))
    }
  }

  /// Events that count, by contact, their times ascending.
  private struct Outcomes {
    var link: LinkRows
    var times: [Int64]

    /// Whether one happened after a moment and up to another.
    func happened(to owner: Int32, after start: Int64, upTo end: Int64) -> Bool {
      guard owner >= 0, Int(owner) < link.starts.count else { return false }
      var (low, high) = (Int(link.starts[Int(owner)]), Int(link.ends[Int(owner)]))
      let last = high
      while low < high {
        let middle = (low + high) / 2
        if times[middle] <= start { low = middle + 1 } else { high = middle }
      }
      return low < last && times[low] <= end
    }
  }

  private func outcomes(of rate: Rate) -> Outcomes {
    let table = everybodysTable(rate.outcome)
    let isOutcome = rate.outcomeFilter.map { truths($0, table.count, nil) }
    let rows = isOutcome.map { truths in truths.indices.filter { truths[$0] == 1 } }
    let owners = rows.map { $0.map { table.owners[$0] } } ?? table.owners
    let times = rows.map { $0.map { table.times[$0] } } ?? table.times
    return Outcomes(
      link: contiguousRanges(of: owners, ownerCount: Int((owners.max() ?? -1) + 1)), times: times)
  }

  // MARK: - Popularity

  /// For each asset how often events were about it, as a share of the asset with the most; 0 where there are none.
  func popularity(_ popularity: Popularity) -> [Double] {
    let table = everybodysTable(popularity.event)
    let counts = popularity.filter.map { truths($0, table.count, nil) }
    let start = popularity.start.flatMap(moment) ?? .min
    let end = min(popularity.end.flatMap(moment) ?? now.milliseconds, now.milliseconds)
    let columns = assetColumns(of: popularity.event)
    var sums = [Int128](repeating: 0, count: plan.program.assets.count)
    for row in 0..<table.count where table.times[row] > start && table.times[row] <= end {
      if let counts, counts[row] != 1 { continue }
      let weight = popularity.halfLife.map { steps(decay(age: now.milliseconds - table.times[row], halfLife: $0)) } ?? 1
      forEachAsset(columns, row) { sums[$0] += weight }
    }
    guard let most = sums.max(), most > 0 else { return sums.map { _ in 0 } }
    return sums.map { Double($0) / Double(most) }
  }

  /// The weight of an event in whole steps, of which the full weight has 2^62: sums do not depend on their order.
  private func steps(_ weight: Double) -> Int128 { Int128((weight * 4_611_686_018_427_387_904).rounded()) }

  private func moment(_ node: NodeID) -> Int64? {
    if case .times(let times) = operand(node, nil) { times.first } else { nil }
  }
}
