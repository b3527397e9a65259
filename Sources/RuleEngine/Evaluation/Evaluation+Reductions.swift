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
    let selection = select(reduction, outerRows: 0..<count, batch)
    guard isContinued, batch == nil, isSettled(reduction), let id = plan.graph.existing(node) else {
      return reduce(reduction, selection, node.type, count, batch)
    }
    let column =
      reductions[id].flatMap { goingOn(from: $0, reduction, selection, node.type) }
      ?? reduce(reduction, selection, node.type, count, batch)
    reductions[id] = ReducedRows(low: selection.groups.low, high: selection.groups.high, column: column)
    return column
  }

  /// Whether the same events of a window always say the same, so that only those who have others are looked at again.
  private func isSettled(_ reduction: Reduction) -> Bool {
    guard case .events = reduction.grouping.link, reduction.grouping.path.isEmpty, !reduction.onPairs,
      plan.graph.areTimeless([reduction.filter, reduction.value])
    else { return false }
    switch reduction.operation {
    case .count(let halfLife), .sum(let halfLife), .points(atMostOncePer: _, let halfLife):
      return halfLife == nil
    case .average, .min, .max, .distinct, .first, .last, .share: return true
    }
  }

  /// The column of a reduction at another time, where most windows hold the events that they held; `nil` where it is as
  /// well to compute all.
  private func goingOn(
    from earlier: ReducedRows, _ reduction: Reduction, _ selection: Selection, _ type: ValueType
  ) -> Column? {
    let count = selection.groups.count
    guard earlier.low.count == count, earlier.column.count == count else { return nil }
    let rows = earlier.rowsOtherThan(selection.groups)
    guard rows.count <= count / 4 else { return nil }
    guard !rows.isEmpty else { return earlier.column }
    var part = selection
    part.groups.low = gather(selection.groups.low, rows, missing: 0)
    part.groups.high = gather(selection.groups.high, rows, missing: 0)
    return earlier.column.replacing(rows, by: reduce(reduction, part, type, rows.count, nil))
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
      return .numbers(decayedCount(reduction, selection, halfLife))
    case .sum(halfLife: let halfLife):
      let values = value?.numbers ?? []
      guard let halfLife else { return .numbers(sumRows(groups, filter, values, decay: nil)) }
      if let weights = weights(of: reduction, selection, halfLife) {
        return .numbers(sumRows(groups, filter, values, weights: weights))
      }
      let decay = Decay(times: times ?? [], now: now.milliseconds, halfLife: halfLife)
      return .numbers(sumRows(groups, filter, values, decay: decay))
    case .average: return .numbers(averageRows(groups, filter, value?.numbers ?? []))
    case .min: return extreme(groups, filter, value ?? .absent, isMax: false, type, count)
    case .max: return extreme(groups, filter, value ?? .absent, isMax: true, type, count)
    case .distinct: return .numbers(distinctRows(groups, filter, value ?? .absent))
    case .first: return .times(firstTime(groups, filter, times ?? []))
    case .last: return .times(lastTime(groups, filter, times ?? []))
    case .share: return .numbers(shareOfRows(groups, filter))
    case .points(atMostOncePer: let span, halfLife: let halfLife):
      guard let span else {
        guard let halfLife else { return .numbers(countRows(groups, filter)) }
        return .numbers(decayedCount(reduction, selection, halfLife))
      }
      let decay = halfLife.map { Decay(times: times ?? [], now: now.milliseconds, halfLife: $0) }
      return .numbers(spacedCount(groups, filter, times ?? [], decay, isNext: eventSpacing(span, calendar)))
    }
  }

  private func decayedCount(_ reduction: Reduction, _ selection: Selection, _ halfLife: Double) -> [Double] {
    if let weights = weights(of: reduction, selection, halfLife) {
      return sumWeights(selection.groups, selection.filter, weights)
    }
    let times = selection.times ?? []
    return RuleEngine.decayedCount(
      selection.groups, selection.filter, times, now: now.milliseconds, halfLife: halfLife)
  }

  /// What each event of a table weighs now, where so many are asked for that it is less to weigh all of them, at once and
  /// for all reductions; otherwise `nil`.
  private func weights(of reduction: Reduction, _ selection: Selection, _ halfLife: Double) -> [Double]? {
    guard !reduction.onPairs, case .events(of: _, let source) = reduction.grouping.link, let times = selection.times
    else { return nil }
    let key = DecayKey(source: source, halfLife: halfLife)
    if let known = decayWeights[key] { return known }
    guard selection.groups.rowCount >= times.count / 4 else { return nil }
    let weights = decays(times, now: now.milliseconds, halfLife: halfLife, threads: threads)
    decayWeights[key] = weights
    return weights
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
      let positions: [Int32]
      if let known, known.limit < limit, let order = timeOrder(grouping.link, groups, times) {
        positions = order.moved(known.positions, from: known.limit, to: limit, times)
      } else {
        positions = groups.edges(times: times, after: limit)
      }
      windowEdges[edge] = .init(limit: limit, positions: positions)
      return positions
    }
    let ends = positions(.end(reduction.end), after: end)
    if let start, let node = reduction.start {
      groups.low = positions(.start(node, isIncluded: reduction.startIsIncluded), after: start)
    }
    groups.high = (start ?? .min) <= end ? ends : groups.low
  }

  /// The rows of a link by time; `nil` where some belong to several owners.
  private func timeOrder(_ link: Grouping.Link, _ groups: GroupRanges, _ times: [Int64]) -> TimeOrder? {
    if let known = timeOrders[link] { return known }
    guard case .events(of: let subject, let source) = link else { return nil }
    // What an account does belongs to all its people.
    if case .type(let event) = source, subject == .contact, plan.program[event].isForAccount { return nil }
    let made = TimeOrder(groups, times)
    timeOrders[link] = made
    return made
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
  func month(_ time: Int64) -> Int { zone.day(of: Instant(milliseconds: time)).monthNumber }
  let amount = Int(span.amount)
  switch span.unit {
  case .days: return { day($1) - day($0) >= amount }
  case .weeks: return { week($1) - week($0) >= amount }
  case .months: return { month($1) - month($0) >= amount }
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
