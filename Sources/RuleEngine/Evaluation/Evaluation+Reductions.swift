import BusinessTime
import RuleSemantics

extension Evaluation {
  /// The rows that a reduction takes for each outer row.
  struct Selection {
    var groups: GroupRanges
    /// Of inner rows, or of pairs; `nil` when all pass.
    var filter: [UInt8]?
    /// Of the inner rows or pairs; `nil` when they are no events.
    var times: [Int64]?
    var pairsFrame: FrameID?
  }

  /// The rows of a reduction whose filter and window are computed.
  func select(_ reduction: Reduction, _ count: Int, _ batch: BatchState?) -> Selection {
    let grouping = reduction.grouping
    let groups = reduction.onPairs ? pairRanges(grouping, count, batch) : ranges(of: grouping, batch)
    var selection = Selection(
      groups: groups, pairsFrame: reduction.onPairs ? plan.graph.existing(.pairs(grouping)) : nil)
    selection.times = innerTimes(grouping, selection.pairsFrame, batch)
    if let times = selection.times { limit(&selection.groups, to: reduction, times, batch) }
    selection.filter = filter(of: reduction, selection, batch)
    return selection
  }

  /// The column of a reduction whose filter, value and window are computed.
  func reduce(_ reduction: Reduction, _ node: Node, _ count: Int, _ batch: BatchState?) -> Column {
    let selection = select(reduction, count, batch)
    let (groups, filter, times) = (selection.groups, selection.filter, selection.times)
    let innerCount = selection.pairsFrame.map { rowCount($0, batch) } ?? rowCount(reduction.grouping.inner)
    let value = reduction.value.map { node in
      plan.graph[node].frame == .scalar ? operand(node, batch).spread(over: innerCount) : operand(node, batch)
    }
    switch reduction.operation {
    case .count(halfLife: nil): return .numbers(countRows(groups, filter))
    case .count(halfLife: .some(let halfLife)):
      return .numbers(decayedCount(groups, filter, times ?? [], now: now.milliseconds, halfLife: halfLife))
    case .sum(halfLife: let halfLife):
      let decay = halfLife.map { Decay(times: times ?? [], now: now.milliseconds, halfLife: $0) }
      return .numbers(sumRows(groups, filter, value?.numbers ?? [], decay: decay))
    case .average: return .numbers(averageRows(groups, filter, value?.numbers ?? []))
    case .min: return extreme(groups, filter, value ?? .absent, isMax: false, node.type, count)
    case .max: return extreme(groups, filter, value ?? .absent, isMax: true, node.type, count)
    case .distinct: return .numbers(distinctRows(groups, filter, value ?? .absent))
    case .first: return .times(firstTime(groups, filter, times ?? []))
    case .last: return .times(lastTime(groups, filter, times ?? []))
    case .share: return .numbers(shareOfRows(groups, filter))
    case .points(atMostOncePer: let span, halfLife: let halfLife):
      let decay = halfLife.map { Decay(times: times ?? [], now: now.milliseconds, halfLife: $0) }
      guard let span else {
        guard let decay else { return .numbers(countRows(groups, filter)) }
        return .numbers(
          decayedCount(groups, filter, decay.times, now: decay.now, halfLife: decay.halfLife))
      }
      return .numbers(spacedCount(groups, filter, times ?? [], decay, isNext: spacing(span)))
    }
  }

  private func pairRanges(_ grouping: Grouping, _ count: Int, _ batch: BatchState?) -> GroupRanges {
    guard let frame = plan.graph.existing(.pairs(grouping)) else {
      return GroupRanges(low: [], high: [], rows: nil, selfRows: nil)
    }
    let starts = pairs(frame, grouping, batch).starts
    return GroupRanges(low: Array(starts.dropLast()), high: Array(starts.dropFirst()), rows: nil, selfRows: nil)
  }

  /// The times of the rows that are reduced; `nil` when they are no events.
  private func innerTimes(_ grouping: Grouping, _ pairsFrame: FrameID?, _ batch: BatchState?) -> [Int64]? {
    guard case .events(of: _, let source) = grouping.link else { return nil }
    let times = times(of: source)
    guard let pairsFrame else { return times }
    return gather(times, pairs(pairsFrame, grouping, batch).inner, missing: Column.missingTime)
  }

  private func limit(
    _ groups: inout GroupRanges, to reduction: Reduction, _ times: [Int64], _ batch: BatchState?
  ) {
    let end: Int64
    if let node = reduction.end, case .times(let times) = operand(node, batch), let only = times.first {
      end = min(only, now.milliseconds)
    } else {
      end = now.milliseconds
    }
    guard let node = reduction.start else {
      groups.limit(times: times, after: [Int64.min], upTo: end)
      return
    }
    guard case .times(let starts) = operand(node, batch) else {
      groups.low = groups.high
      return
    }
    let isIncluded = reduction.startIsIncluded
    // Since an unknown moment nothing counts.
    groups.limit(
      times: times, after: starts.map { $0 == Column.missingTime ? Int64.max : isIncluded ? $0 - 1 : $0 }, upTo: end)
  }

  /// `nil` when every row passes.
  private func filter(of reduction: Reduction, _ selection: Selection, _ batch: BatchState?) -> [UInt8]? {
    guard let node = reduction.filter else { return nil }
    if plan.graph[node].frame != .scalar, case .flags(let flags) = operand(node, batch) { return flags }
    if truths(node, 1, batch) == [1] { return nil }
    let count = selection.pairsFrame.map { rowCount($0, batch) } ?? rowCount(reduction.grouping.inner)
    return Array(repeating: 0, count: count)
  }

  private func extreme(
    _ groups: GroupRanges, _ filter: [UInt8]?, _ value: Column, isMax: Bool, _ type: ValueType, _ count: Int
  ) -> Column {
    switch value {
    case .numbers(let numbers):
      .numbers(extremes(groups, filter, numbers, isMax: isMax, missing: .nan) { $0.isNaN })
    case .dates(let days):
      .dates(extremes(groups, filter, days, isMax: isMax, missing: Column.missingDate) { $0 == Column.missingDate })
    case .times(let times):
      .times(extremes(groups, filter, times, isMax: isMax, missing: Column.missingTime) { $0 == Column.missingTime })
    case .choices(let codes):
      .choices(extremes(groups, filter, codes, isMax: isMax, missing: Column.missingCode) { $0 < 0 })
    case .absent, .flags, .texts, .assets, .lists: .missing(type, count: count)
    }
  }

  /// Whether an event counts after the last one that did.
  private func spacing(_ span: TimeSpan) -> (_ last: Int64, _ next: Int64) -> Bool {
    let zone = calendar.zone
    func day(_ time: Int64) -> Int { Int(zone.day(of: Instant(milliseconds: time)).dayNumber) }
    // 1970-01-01 was a Thursday; weeks begin on Monday.
    func week(_ time: Int64) -> Int { Int((Double(day(time) + 3) / 7).rounded(.down)) }
    let amount = Int(span.amount)
    switch span.unit {
    case .days: return { day($1) - day($0) >= amount }
    case .weeks: return { week($1) - week($0) >= amount }
    case .minutes, .hours, .businessHours, .businessDays:
      let calendar = calendar
      return { calendar.add(span, to: Instant(milliseconds: $0)).milliseconds <= $1 }
    }
  }
}
