import BusinessTime
import RuleSemantics

/// One side of a window that is the same for everybody, among the events of contacts or accounts.
struct WindowEdge: Hashable {
  enum Side: Hashable {
    /// The node says when the window begins, or ends; it ends now for `nil`.
    case start(NodeID, isIncluded: Bool)
    case end(NodeID?)
  }

  /// For each contact or account the position of its first event after the limit.
  struct Positions {
    var limit: Int64
    var positions: [Int32]
  }

  var subject: Subject
  var source: EventSource
  var side: Side
}

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

  /// The rows of a reduction whose filter and window are computed, for all outer rows or for those of which there are
  /// pairs.
  func select(_ reduction: Reduction, outerRows: Range<Int>, _ batch: BatchState?) -> Selection {
    let grouping = reduction.grouping
    var groups = reduction.onPairs ? pairRanges(grouping, batch) : ranges(of: grouping, batch)
    groups.threads = threads
    var selection = Selection(
      groups: groups, pairsFrame: reduction.onPairs ? plan.graph.existing(.pairs(grouping)) : nil)
    selection.times = innerTimes(grouping, selection.pairsFrame, batch)
    if let times = selection.times { limit(&selection.groups, to: reduction, times, outerRows, batch) }
    let innerCount = selection.pairsFrame.map { rowCount($0, batch) } ?? rowCount(grouping.inner)
    selection.filter = reduction.filter.flatMap { self.filter($0, count: innerCount, batch) }
    return selection
  }

  /// The column of a reduction whose filter, value and window are computed.
  func reduce(_ reduction: Reduction, _ node: Node, _ count: Int, _ batch: BatchState?) -> Column {
    if let shared = reducePerAccount(reduction, node, batch) { return shared }
    if isInParts(reduction, batch) { return reduceInParts(reduction, node.type, count, batch) }
    return reduce(reduction, select(reduction, outerRows: 0..<count, batch), node.type, count, batch)
  }

  /// What all people of an account have in common is computed once for the account; `nil` for anything else.
  private func reducePerAccount(_ reduction: Reduction, _ node: Node, _ batch: BatchState?) -> Column? {
    guard !reduction.onPairs else { return nil }
    var perAccount = reduction
    switch (reduction.grouping.link, reduction.operation) {
    case (.people(of: .contact), _), (.colleagues, .count): perAccount.grouping.link = .people(of: .account)
    case (.deals(of: .contact), _): perAccount.grouping.link = .deals(of: .account)
    default: return nil
    }
    let accountCount = snapshot.accounts.count
    let filter = reduction.filter.flatMap { self.filter($0, count: rowCount(reduction.grouping.inner), batch) }
    let selection = Selection(
      groups: GroupRanges(
        low: linkRows(perAccount.grouping.link).starts, high: linkRows(perAccount.grouping.link).ends,
        rows: linkRows(perAccount.grouping.link).rows, threads: threads),
      filter: filter)
    let column = reduce(perAccount, selection, node.type, accountCount, batch)
    let contacts = entities(reduction.grouping, batch)
    let accounts = contacts.map { gather(snapshot.accountOfContact, $0, missing: Column.missingCode) }
    let result = column.gathered(accounts ?? snapshot.accountOfContact)
    guard case .numbers(var numbers) = result, reduction.operation.isZeroForNone else { return result }
    let isColleagues = reduction.grouping.link == .colleagues
    for row in numbers.indices {
      let contact = contacts.map { $0[row] } ?? Int32(row)
      if contact < 0 || snapshot.accountOfContact[Int(contact)] < 0 {
        numbers[row] = 0
      } else if isColleagues, filter.map({ $0[Int(contact)] == 1 }) ?? true {
        numbers[row] -= 1
      }
    }
    return .numbers(numbers)
  }

  func reduce(
    _ reduction: Reduction, _ selection: Selection, _ type: ValueType, _ count: Int, _ batch: BatchState?
  ) -> Column {
    let (groups, filter, times) = (selection.groups, selection.filter, selection.times)
    let innerCount = selection.pairsFrame.map { rowCount($0, batch) } ?? rowCount(reduction.grouping.inner)
    let value = reduction.value.map { operand($0, batch).spread(over: innerCount) }
    switch reduction.operation {
    case .count(halfLife: nil): return .numbers(countRows(groups, filter))
    case .count(halfLife: .some(let halfLife)):
      return .numbers(decayedCount(groups, filter, times ?? [], now: now.milliseconds, halfLife: halfLife))
    case .sum(halfLife: let halfLife):
      let decay = halfLife.map { Decay(times: times ?? [], now: now.milliseconds, halfLife: $0) }
      return .numbers(sumRows(groups, filter, value?.numbers ?? [], decay: decay))
    case .average: return .numbers(averageRows(groups, filter, value?.numbers ?? []))
    case .min: return extreme(groups, filter, value ?? .absent, isMax: false, type, count)
    case .max: return extreme(groups, filter, value ?? .absent, isMax: true, type, count)
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
      return .numbers(spacedCount(groups, filter, times ?? [], decay, isNext: eventSpacing(span, calendar)))
    }
  }

  private func pairRanges(_ grouping: Grouping, _ batch: BatchState?) -> GroupRanges {
    guard let frame = plan.graph.existing(.pairs(grouping)) else {
      return GroupRanges()
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
    _ groups: inout GroupRanges, to reduction: Reduction, _ times: [Int64], _ outerRows: Range<Int>,
    _ batch: BatchState?
  ) {
    let end: Int64
    if let node = reduction.end, case .times(let times) = operand(node, batch), let only = times.first {
      end = min(only, now.milliseconds)
    } else {
      end = now.milliseconds
    }
    guard let node = reduction.start else {
      limit(&groups, reduction, after: nil, upTo: end, times)
      return
    }
    guard case .times(var starts) = operand(node, batch) else {
      groups.low = groups.high
      return
    }
    if starts.count > 1 { starts = Array(starts[outerRows]) }
    let isIncluded = reduction.startIsIncluded
    // Since an unknown moment nothing counts.
    let limits = starts.map { $0 == Column.missingTime ? Int64.max : isIncluded ? $0 - 1 : $0 }
    if limits.count == 1, plan.graph[node].frame == .scalar {
      limit(&groups, reduction, after: limits[0], upTo: end, times)
    } else {
      groups.limit(times: times, after: limits, upTo: end)
    }
  }

  /// One window for all rows. Where these are a link's own, other reductions have the same edges, and the next
  /// evaluation finds them a little further on.
  private func limit(
    _ groups: inout GroupRanges, _ reduction: Reduction, after start: Int64?, upTo end: Int64, _ times: [Int64]
  ) {
    let grouping = reduction.grouping
    guard grouping.path.isEmpty, !reduction.onPairs, case .events(of: let subject, let source) = grouping.link else {
      groups.limit(times: times, after: [start ?? .min], upTo: end)
      return
    }
    func positions(_ side: WindowEdge.Side, after limit: Int64) -> [Int32] {
      let edge = WindowEdge(subject: subject, source: source, side: side)
      let known = windowEdges[edge]
      if let known, known.limit == limit { return known.positions }
      let positions = groups.edges(
        times: times, after: limit, from: known.flatMap { $0.limit <= limit ? $0.positions : nil })
      windowEdges[edge] = .init(limit: limit, positions: positions)
      return positions
    }
    let ends = positions(.end(reduction.end), after: end)
    if let start, let node = reduction.start {
      groups.low = positions(.start(node, isIncluded: reduction.startIsIncluded), after: start)
    }
    groups.high = (start ?? .min) <= end ? ends : groups.low
  }

  /// The truths of a filter for each inner row or pair; `nil` when every one passes.
  private func filter(_ node: NodeID, count: Int, _ batch: BatchState?) -> [UInt8]? {
    if plan.graph[node].frame == .scalar, truths(node, 1, batch) == [1] { return nil }
    return truths(node, count, batch)
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
    case .coded(let coded): extreme(groups, filter, coded.plain, isMax: isMax, type, count)
    case .absent, .flags, .texts, .assets, .lists: .missing(type, count: count)
    }
  }
}

/// Whether an event counts after the last one that did.
func eventSpacing(_ span: TimeSpan, _ calendar: BusinessCalendar) -> (_ last: Int64, _ next: Int64) -> Bool {
  let zone = calendar.zone
  func day(_ time: Int64) -> Int { Int(zone.day(of: Instant(milliseconds: time)).dayNumber) }
  // 1970-01-01 was a Thursday; weeks begin on Monday.
  func week(_ time: Int64) -> Int { Int((Double(day(time) + 3) / 7).rounded(.down)) }
  let amount = Int(span.amount)
  switch span.unit {
  case .days: return { day($1) - day($0) >= amount }
  case .weeks: return { week($1) - week($0) >= amount }
  case .minutes, .hours, .businessHours, .businessDays:
    return { calendar.add(span, to: Instant(milliseconds: $0)).milliseconds <= $1 }
  }
}

extension Reduction.Operation {
  /// Whether it is 0, rather than missing, when there are no rows.
  fileprivate var isZeroForNone: Bool {
    switch self {
    case .count, .sum, .distinct, .points: true
    case .average, .min, .max, .first, .last, .share: false
    }
  }
}
