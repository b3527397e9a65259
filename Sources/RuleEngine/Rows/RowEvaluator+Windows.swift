import RuleSemantics

// Until when a reduction counts the same rows.
extension RowEvaluator {
  /// The clocks that the ends of a window move with; `nil` for an end that stands still, and for now.
  struct RowWindow {
    var start: RowClock?
    var end: RowClock?
    /// Until when ends hold that are no clocks, or nothing goes back that is one.
    var horizon = Int64.max
  }

  /// When rows that are counted leave, and others come in.
  struct Movements {
    var window: RowWindow
    /// Times of rows in the window that pass the filter, where that matters, and of later ones; both ascending.
    var inside: [Int64] = []
    var ahead: [Int64] = []
    /// Until when all that was found holds.
    var horizon = Int64.max
  }

  func reductionHorizon(_ reduction: RowReduction) -> Int64 {
    let entity = entity(of: reduction)
    if reduction.leaf >= 0, entity >= 0 {
      let leaf = leaf(of: reduction, entity)
      if reduction.halfLife != nil, leaf.counted > 0 { return now + 1 }
      return movements(of: reduction, leaf).until
    }
    let rows = rows(of: reduction, entity)
    guard rows.count > 0 else { return .max }
    if case .list = rows { return listHorizon(reduction, entity, rows) }
    let horizon = membershipHorizon(reduction, movements(of: reduction, entity, rows))
    guard reduction.reduction.operation.halfLife != nil else { return horizon }
    return hasCounted(reduction, entity, rows) ? now + 1 : horizon
  }

  private func hasCounted(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows) -> Bool {
    var isCounted = false
    forEachRow(reduction, entity, limited(rows, to: reduction)) { _, _ in
      isCounted = true
      return false
    }
    return isCounted
  }

  /// People and deals: until a filter or a value is another one.
  private func listHorizon(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows) -> Int64 {
    if isTimeless(reduction.filter), isTimeless(reduction.value) { return .max }
    var horizon = Int64.max
    forEachRow(reduction, entity, rows, isFiltered: false) { _, _ in
      var passes = true
      if reduction.filter >= 0 {
        horizon = min(horizon, self.horizon(reduction.filter))
        passes = truth(reduction.filter) == 1
      }
      if passes, reduction.value >= 0 { horizon = min(horizon, self.horizon(reduction.value)) }
      return horizon > now + 1
    }
    return horizon
  }

  func isTimeless(_ id: Int32) -> Bool { id < 0 || graph.isTimeless[Int(id)] }

  /// When another event counts, or one no more, or one says something else.
  func membershipHorizon(_ reduction: RowReduction, _ movements: Movements) -> Int64 {
    var horizon = movements.horizon
    let operation = reduction.reduction.operation
    // The first of all stays the first whatever comes later.
    if let next = movements.ahead.first, operation != .first || movements.inside.isEmpty {
      horizon = min(horizon, entry(of: next, movements.window))
    }
    guard movements.window.start != nil else { return horizon }
    // Of the last only that it leaves matters, of all others that the first does.
    if let leaver = operation == .last ? movements.inside.last : movements.inside.first {
      horizon = min(horizon, leave(of: leaver, movements.window))
    }
    return horizon
  }

  /// A count without a half-life beside a constant: when so many have left or come in that the comparison turns; `nil`
  /// for anything else.
  func countHorizon(_ step: RowStep, _ index: Int) -> Int64? {
    let (counted, other) = (registers.steps[Int(step.a)], registers.steps[Int(step.b)])
    guard counted.code == .reduce, other.code == .constant else { return nil }
    let reduction = tables.reductions[Int(counted.index)]
    guard reduction.reduction.operation == .count(halfLife: nil) else { return nil }
    let entity = entity(of: reduction)
    if reduction.leaf >= 0, entity >= 0,
      let horizon = leavingHorizon(step, reduction, entity, cell(Int32(index)), other.cell.number)
    {
      return horizon
    }
    let rows = rows(of: reduction, entity)
    if case .list = rows { return rows.count == 0 ? .max : nil }
    let movements = movements(of: reduction, entity, rows)
    let window = movements.window
    let truth = cell(Int32(index))
    let times = movements.inside + movements.ahead
    var (left, entered) = (0, movements.inside.count)
    // Without a start nobody leaves, and only those to come were looked for.
    let standing = window.start == nil ? Int(cell(step.a).number) : 0
    if window.start == nil { (left, entered) = (0, 0) }
    let arriving = window.start == nil ? movements.ahead : times
    while true {
      let leaving = window.start != nil && left < entered ? leave(of: arriving[left], window) : .max
      let entering = entered < arriving.count ? entry(of: arriving[entered], window) : .max
      let time = min(leaving, entering)
      if time >= movements.horizon || time == .max { return movements.horizon }
      while entered < arriving.count, entry(of: arriving[entered], window) <= time { entered += 1 }
      while window.start != nil, left < entered, leave(of: arriving[left], window) <= time { left += 1 }
      let count = Cell(number: Double(standing + entered - left))
      if compareNumbers(step.variant, count.number, other.cell.number) != truth { return time }
    }
  }

  /// The same where nothing comes in: when so many have left that the comparison turns. `nil` where something may come.
  private func leavingHorizon(
    _ step: RowStep, _ reduction: RowReduction, _ entity: Int, _ truth: Cell, _ other: Double
  ) -> Int64? {
    let leaf = leaf(of: reduction, entity)
    let (until, lasting) = movements(of: reduction, leaf)
    if until >= limit || until == lasting { return until }
    guard leaf.ahead == .max else { return nil }
    let count = Int(leaf.counted)
    var leaving = 1
    while leaving <= count, compareNumbers(step.variant, Double(count - leaving), other) == truth { leaving += 1 }
    if leaving > count { return lasting }
    let start = registers.steps[Int(reduction.start)]
    guard start.code == .moment else { return until }
    var time = leaving == count ? leaf.last : leaf.leaver
    if leaving > 1, leaving < count {
      var passed = 0
      forEachRow(reduction, entity, rowsBetween(leaf.after, now, rows(of: reduction, entity), reduction)) { _, found in
        passed += 1
        time = found
        return passed < leaving
      }
    }
    return min(lasting, leave(of: reduction.reduction.startIsIncluded ? time + 1 : time, start))
  }

  // MARK: - Windows

  private func window(of reduction: RowReduction) -> RowWindow {
    var window = RowWindow()
    if reduction.start >= 0, !isTimeless(reduction.start) {
      if let clock = clock(reduction.start), !clock.isDay {
        window.start = clock.clock
        window.horizon = min(window.horizon, clock.until)
      } else {
        window.horizon = min(window.horizon, horizon(reduction.start))
      }
    }
    if reduction.end >= 0, !isTimeless(reduction.end) {
      if let clock = clock(reduction.end), !clock.isDay {
        window.end = clock.clock
        window.horizon = min(window.horizon, clock.until)
      } else {
        window.horizon = min(window.horizon, horizon(reduction.end))
      }
    }
    return window
  }

  func movements(of reduction: RowReduction, _ entity: Int, _ rows: GroupRows) -> Movements {
    var movements = Movements(window: window(of: reduction))
    movements.horizon = movements.window.horizon
    let isConstant = isTimeless(reduction.filter) && isTimeless(reduction.value)
    func look(at rows: GroupRows, _ times: inout [Int64], isInside: Bool) {
      forEachRow(reduction, entity, rows, isFiltered: false) { _, time in
        if reduction.filter >= 0 {
          if !isTimeless(reduction.filter) { movements.horizon = min(movements.horizon, horizon(reduction.filter)) }
          guard truth(reduction.filter) == 1 else { return true }
        }
        if isInside, !isTimeless(reduction.value) {
          movements.horizon = min(movements.horizon, horizon(reduction.value))
        }
        times.append(time)
        return true
      }
    }
    guard let limits = limits(of: reduction) else { return movements }
    let later = rowsBetween(max(limits.after, limits.end), .max, rows, reduction)
    var (inside, ahead): ([Int64], [Int64]) = ([], [])
    if movements.window.start != nil || !isConstant || reduction.reduction.operation == .first {
      look(at: rowsBetween(limits.after, limits.end, rows, reduction), &inside, isInside: true)
    }
    look(at: later, &ahead, isInside: false)
    movements.inside = inside
    movements.ahead = ahead
    limitToStepBack(&movements, rows, reduction, limits.after)
    return movements
  }

  /// Where clocks go back what has left may come in again, and what came in may leave.
  private func limitToStepBack(
    _ movements: inout Movements, _ rows: GroupRows, _ reduction: RowReduction, _ after: Int64
  ) {
    guard movements.window.start != nil || movements.window.end != nil else { return }
    let oldest = after == .min || after == .max ? after : after - RowClock.longestStepBack
    guard rowsBetween(oldest, .max, rows, reduction).count > 0 else { return }
    for (clock, step) in [(movements.window.start, reduction.start), (movements.window.end, reduction.end)] {
      guard let clock else { continue }
      movements.horizon = min(movements.horizon, stepBack(step, clock))
    }
  }

  private func stepBack(_ step: Int32, _ clock: RowClock) -> Int64 {
    let step = registers.steps[Int(step)]
    guard step.code == .moment else { return clock.firstStepBack(after: now) }
    return moments[Int(step.c)].firstStepBack(after: now, clock)
  }

  /// Until when what is remembered of a reduction is the same, and until when it is or has only become less.
  func movements(of reduction: RowReduction, _ leaf: RowLeaf) -> (until: Int64, lasting: Int64) {
    var lasting = Int64.max
    // The first of all stays the first whatever comes later.
    if leaf.ahead != .max, reduction.reduction.operation != .first || leaf.counted == 0 {
      lasting = max(leaf.ahead, now + 1)
    }
    guard reduction.start >= 0, !isTimeless(reduction.start) else { return (lasting, lasting) }
    let start = registers.steps[Int(reduction.start)]
    guard start.code == .moment else {
      // Where it moves in another way it is asked for again.
      lasting = min(lasting, horizon(reduction.start))
      return (lasting, lasting)
    }
    if leaf.newest > moment(start).value - RowClock.longestStepBack {
      lasting = min(lasting, moments[Int(start.c)].firstStepBack(after: now, clock(of: start)))
    }
    guard leaf.counted > 0 else { return (lasting, lasting) }
    let leaver = reduction.reduction.startIsIncluded ? leaf.leaver + 1 : leaf.leaver
    return (min(lasting, leave(of: leaver, start)), lasting)
  }

  /// When a moment that is the start of a window passes a time.
  func leave(of time: Int64, _ start: RowStep) -> Int64 {
    let state = moment(start)
    if state.value >= time { return now }
    if state.moves, time - state.value < state.length { return now + (time - state.value) }
    return leave(of: time, RowWindow(start: clock(of: start)))
  }

  /// When a row of this time is in the window no more.
  private func leave(of time: Int64, _ window: RowWindow) -> Int64 {
    guard let start = window.start else { return .max }
    if start.value(at: now) >= time { return now }
    return start.firstChange(after: now, [time]) { $0 < time }
  }

  /// When a row of this time, which is behind the window, comes in.
  private func entry(of time: Int64, _ window: RowWindow) -> Int64 {
    guard let end = window.end else { return max(time, now + 1) }
    if end.value(at: now) >= time { return now + 1 }
    return end.firstChange(after: now, [time]) { $0 < time }
  }
}

extension Reduction.Operation {
  /// In milliseconds.
  var halfLife: Double? {
    switch self {
    case .count(halfLife: let halfLife), .sum(halfLife: let halfLife),
      .points(atMostOncePer: _, halfLife: let halfLife):
      halfLife
    case .average, .min, .max, .distinct, .first, .last, .share: nil
    }
  }
}
