import BusinessTime
import RuleSemantics

// Until when what was said of a row holds while nothing but time goes on. Never later than it does; earlier only where
// the pages about performance say so.
extension RowEvaluator {
  /// The first instant at which a node may have another value for a row; `Int64.max` for never.
  func horizon(_ node: NodeID, row: Int) -> Int64 {
    if graph.isTimeless[node.index] { return .max }
    _ = cell(node, row: row)
    if tables.depths[node.index] > RowCompiler.anchorDistance {
      for anchor in tables.anchors where anchor < node.index && graph.nodes[anchor].frame == graph[node].frame {
        _ = horizon(Int32(anchor))
      }
    }
    return horizon(Int32(node.index))
  }

  func horizon(_ id: Int32) -> Int64 {
    let index = Int(id)
    if graph.isTimeless[index] { return .max }
    let epoch = registers.epochs[Int(registers.steps[index].frame)]
    if registers.horizonStamps[index] == epoch { return registers.horizons[index] }
    let horizon = findHorizon(registers.steps[index], index)
    registers.horizons[index] = horizon
    registers.horizonStamps[index] = registers.epochs[Int(registers.steps[index].frame)]
    return horizon
  }

  private func findHorizon(_ step: RowStep, _ index: Int) -> Int64 {
    switch step.code {
    case .missing, .constant, .contactField, .accountField, .dealField, .eventField, .eventTime, .interactionTime,
      .interactionWorth:
      return .max
    case .now, .moment, .shift, .startOfDay: return clockHorizon(step)
    case .today: return nextDay(of: RowClock(calendar: calendar))
    case .day: return dayHorizon(step)
    case .gatherAccount, .gatherOuter, .gatherInner: return gathered(step) { self.horizon($0) } ?? .max
    case .not: return horizon(step.a)
    case .and: return junctionHorizon(step, index, absorbing: 0)
    case .or: return junctionHorizon(step, index, absorbing: 1)
    case .compareNumbers, .compareNear: return numbersHorizon(step, index)
    case .compareFlags, .compareCells, .compareTexts: return comparisonHorizon(step)
    case .isKnown: return knownHorizon(step)
    case .oneOfNumbers: return memberHorizon(step, index)
    case .oneOfSmall, .oneOfCells, .oneOfFlags, .matches, .assetField, .folded, .foldedList: return horizon(step.a)
    case .isInList, .textTest, .closeness: return min(horizon(step.a), horizon(step.b))
    case .definition, .journey, .segment, .definitionUnchanged, .fieldUnchanged:
      return definitionHorizon(step)
    case .conditional: return min(horizon(step.a), horizon(truth(step.a) == 1 ? step.b : step.c))
    case .otherwise:
      return cell(step.a).isMissing(kind(step.a)) ? min(horizon(step.a), horizon(step.b)) : horizon(step.a)
    case .arithmetic:
      // What is missing makes the result missing whatever the other is.
      if isMissing(step.a) { return horizon(step.a) }
      return isMissing(step.b) ? horizon(step.b) : min(horizon(step.a), horizon(step.b))
    case .negate, .diminishing: return horizon(step.a)
    case .factorScore, .pointsScore:
      return (Int(step.a)..<Int(step.a + step.b)).reduce(.max) { min($0, horizon(registers.operands[$1])) }
    case .freshness: return freshnessHorizon(step)
    case .reduce: return reductionHorizon(tables.reductions[Int(step.index)])
    case .interpolation:
      return graph.children(of: NodeID(index: index)).reduce(.max) { min($0, horizon(Int32($1.index))) }
    }
  }

  /// What `body` says of the operand of a step that leads to another row; `nil` where it leads nowhere.
  func gathered<R>(_ step: RowStep, _ body: (Int32) -> R) -> R? {
    let row = registers.frameRows[Int(step.frame)]
    switch step.code {
    case .gatherAccount:
      let account = step.variant == 1 ? data.accountOfDeal[row] : data.accountOfContact[row]
      guard account >= 0 else { return nil }
      return visiting(Int(account), of: Int(registers.steps[Int(step.a)].frame)) { body(step.a) }
    case .gatherInner: return visiting(row, of: Int(registers.steps[Int(step.a)].frame)) { body(step.a) }
    default: return body(step.a)
    }
  }

  // MARK: - Conditions

  /// With one operand that decides the others do not matter, as long as it does.
  private func junctionHorizon(_ step: RowStep, _ index: Int, absorbing: Cell) -> Int64 {
    let operands = Int(step.a)..<Int(step.a + step.b)
    if cell(Int32(index)) == absorbing {
      var latest = now
      for position in operands where truth(registers.operands[position]) == absorbing {
        latest = max(latest, horizon(registers.operands[position]))
        if latest >= limit { break }
      }
      return latest
    }
    return operands.reduce(.max) { min($0, horizon(registers.operands[$1])) }
  }

  private func comparisonHorizon(_ step: RowStep) -> Int64 {
    let (left, right) = (cell(step.a), cell(step.b))
    let kind = kind(step.a)
    // With one that is missing it is unknown whatever the other is.
    if left.isMissing(kind) { return horizon(step.a) }
    if right.isMissing(kind) { return horizon(step.b) }
    guard kind == .time || kind == .date else { return min(horizon(step.a), horizon(step.b)) }
    switch (clock(step.a), clock(step.b)) {
    case (nil, nil): return min(horizon(step.a), horizon(step.b))
    case (nil, .some(let clock)):
      return min(horizon(step.a), change(of: clock, beside: left) { self.compares(step.variant, left, $0) })
    case (.some(let clock), nil):
      return min(horizon(step.b), change(of: clock, beside: right) { self.compares(step.variant, $0, right) })
    case (.some(let first), .some(let second)):
      // Both move alike, as long as both do.
      if kind == .date { return min(nextDay(of: first.clock), nextDay(of: second.clock), first.until, second.until) }
      return min(first.clock.steadyEnd(after: now), second.clock.steadyEnd(after: now), first.until, second.until)
    }
  }

  private func change(of clock: FoundClock, beside value: Cell, _ test: @escaping (Cell) -> Bool) -> Int64 {
    guard clock.isDay else { return min(clock.until, clock.clock.firstChange(after: now, [value], test)) }
    let zone = calendar.zone
    let day = CivilDate(dayNumber: Int32(value))
    let bounds = [zone.startOfDay(day).milliseconds, zone.startOfDay(day.adding(days: 1)).milliseconds]
    let change = clock.clock.firstChange(after: now, bounds) {
      test(Cell(zone.day(of: Instant(milliseconds: $0)).dayNumber))
    }
    return min(clock.until, change)
  }

  /// Whether a number, or flag, is missing.
  func isMissing(_ id: Int32) -> Bool {
    guard tables.isNear[Int(id)] else { return number(id).isNaN }
    let bounds = bounds(id)
    if !bounds.mayBeKnown { return true }
    return bounds.mayBeMissing && number(id).isNaN
  }

  private func knownHorizon(_ step: RowStep) -> Int64 {
    switch kind(step.a) {
    case .number: knownHorizon(ofNumber: step.a)
    // What moves with the clock is known.
    case .time, .date: clock(step.a)?.until ?? horizon(step.a)
    case .flag, .choice, .text, .asset, .list: horizon(step.a)
    }
  }

  /// Until when a number is known or missing as it is now.
  private func knownHorizon(ofNumber id: Int32) -> Int64 {
    let horizon = horizon(id)
    guard horizon == now + 1 else { return horizon }
    let isKnown = !isMissing(id)
    return firstDoubt(trend(id)) { isKnown ? !$0.mayBeMissing : !$0.mayBeKnown }
  }

  private func memberHorizon(_ step: RowStep, _ index: Int) -> Int64 {
    let horizon = horizon(step.a)
    guard horizon == now + 1, cell(Int32(index)) == 0 else { return horizon }
    let members = tables.numbers[Int(step.index)]
    return firstDoubt(trend(step.a)) { bounds in
      !bounds.mayBeMissing && !members.contains { bounds.low <= $0 && $0 <= bounds.high }
    }
  }

  private func numbersHorizon(_ step: RowStep, _ index: Int) -> Int64 {
    // With one that is missing it is unknown whatever the other is.
    if isMissing(step.a) { return knownHorizon(ofNumber: step.a) }
    if isMissing(step.b) { return knownHorizon(ofNumber: step.b) }
    // What decays never stands still.
    if step.code != .compareNear {
      if let exact = countHorizon(step, index) { return exact }
      guard min(horizon(step.a), horizon(step.b)) != .max else { return .max }
    }
    let truth = cell(Int32(index)) == 1
    let (left, right) = (trend(step.a), trend(step.b))
    return firstDoubt(isAboutRow: step.frame != 0) { end in
      let (left, right) = (self.trendBounds(left, until: end), self.trendBounds(right, until: end))
      guard !left.mayBeMissing, !right.mayBeMissing else { return Assurance(isSure: false) }
      return Assurance(
        isSure: holds(step.variant, left, right) == truth, slack: slack(step.variant, left, right, truth))
    }
  }

  /// By how much the bounds of two numbers could come closer before a comparison is in doubt.
  private func slack(_ variant: UInt8, _ left: Trends.Bounds, _ right: Trends.Bounds, _ truth: Bool) -> Double {
    switch variant {
    case 2, 3: truth ? right.low - left.high : left.low - right.high
    case 4, 5: truth ? left.low - right.high : right.low - left.high
    default: max(left.low - right.high, right.low - left.high)
    }
  }

  /// Whether a comparison is true, or false, of all numbers within bounds; `nil` when it depends.
  func holds(_ variant: UInt8, _ left: Trends.Bounds, _ right: Trends.Bounds) -> Bool? {
    switch variant {
    case 0: left.low > right.high || left.high < right.low ? false : isPoint(left, right) ? true : nil
    case 1: left.low > right.high || left.high < right.low ? true : isPoint(left, right) ? false : nil
    case 2: left.high < right.low ? true : left.low >= right.high ? false : nil
    case 3: left.high <= right.low ? true : left.low > right.high ? false : nil
    case 4: left.low > right.high ? true : left.high <= right.low ? false : nil
    default: left.low >= right.high ? true : left.high < right.low ? false : nil
    }
  }

  private func isPoint(_ left: Trends.Bounds, _ right: Trends.Bounds) -> Bool {
    left.low == left.high && right.low == right.high && left.low == right.low
  }

  private func firstDoubt(_ trend: Int32, _ isSure: @escaping (Trends.Bounds) -> Bool) -> Int64 {
    firstDoubt(isAboutRow: false) { Assurance(isSure: isSure(self.trends.bounds(trend, self.now, $0))) }
  }

  /// Whether something is sure up to an instant, and about how far it is from being in doubt.
  private struct Assurance {
    var isSure: Bool
    var slack = Double.nan
  }

  /// The first instant up to which something is not sure any more, if it is sure up to each earlier one. What is sure
  /// up to the limit may be said to hold until then.
  private func firstDoubt(isAboutRow: Bool, _ assurance: (Int64) -> Assurance) -> Int64 {
    var end = RowClock.sum(now, 315_576_000_000_000)
    if isAboutRow, limit <= end {
      // What is asked about does not last a millisecond.
      if limit <= now + 1 { return limit }
      end = limit - 1
    }
    var high = assurance(end)
    if high.isSure { return isAboutRow && limit - 1 == end ? limit : .max }
    var low = assurance(now)
    // Within what rounding may have done: asked again at once.
    guard low.isSure else { return now + 1 }
    var (sure, doubtful) = (now, end)
    // The first guess is an hour; from there up in large steps.
    var distance: Int64 = 3_600_000
    while distance < end - now {
      let found = assurance(now + distance)
      guard found.isSure else {
        (doubtful, high) = (now + distance, found)
        break
      }
      (sure, low) = (now + distance, found)
      distance *= 8
    }
    // Then where a straight line passes zero, and by halves where that does not help.
    var guesses = 0
    while doubtful - sure > 1 {
      let width = doubtful - sure
      let share = low.slack / (low.slack - high.slack)
      var middle = sure + width / 2
      if guesses % 3 != 2, share.isFinite, share >= 0, share <= 1 {
        // A little beyond the guess in turns, so that both sides come closer.
        let aim = Double(width) * share + (guesses % 3 == 0 ? 1 : -1) * max(1, Double(width) / 512)
        middle = sure + Int64(min(max(aim, 1), Double(width - 1)))
      }
      guesses += 1
      let found = assurance(middle)
      if found.isSure { (sure, low) = (middle, found) } else { (doubtful, high) = (middle, found) }
    }
    return doubtful
  }

  // MARK: - Clocks

  /// A clock that a step shows for a row, or the day of one.
  struct FoundClock {
    var clock: RowClock
    var isDay = false
    /// Until when it shows that clock.
    var until = Int64.max
  }

  /// The clock that a step shows; `nil` when it stands still or moves in another way.
  func clock(_ id: Int32) -> FoundClock? {
    if graph.isTimeless[Int(id)] { return nil }
    let step = registers.steps[Int(id)]
    switch step.code {
    case .now: return FoundClock(clock: RowClock(calendar: calendar))
    case .today: return FoundClock(clock: RowClock(calendar: calendar), isDay: true)
    case .moment:
      let span = tables.spans[Int(step.index)]
      return FoundClock(clock: RowClock(span: span, isLater: step.variant == 1, calendar: calendar))
    case .shift:
      guard step.kind == .time, let clock = clock(step.a), !clock.isDay, clock.clock.span == nil else { return nil }
      let span = tables.spans[Int(step.index)]
      return FoundClock(
        clock: RowClock(span: span, isLater: step.variant == 1, calendar: calendar), until: clock.until)
    case .day:
      guard var clock = clock(step.a), !clock.isDay else { return nil }
      clock.isDay = true
      return clock
    case .definition: return isGiven(step) ? nil : clock(step.a)
    case .otherwise:
      return cell(step.a).isMissing(kind(step.a)) ? limited(clock(step.b), to: horizon(step.a)) : clock(step.a)
    case .conditional: return limited(clock(truth(step.a) == 1 ? step.b : step.c), to: horizon(step.a))
    default: return nil
    }
  }

  private func limited(_ clock: FoundClock?, to horizon: Int64) -> FoundClock? {
    guard var clock else { return nil }
    clock.until = min(clock.until, horizon)
    return clock
  }

  /// When it is another day by a clock.
  private func nextDay(of clock: RowClock) -> Int64 {
    let zone = calendar.zone
    let day = zone.day(of: Instant(milliseconds: clock.value(at: now)))
    return clock.firstChange(after: now, [zone.startOfDay(day.adding(days: 1)).milliseconds]) {
      zone.day(of: Instant(milliseconds: $0)) == day
    }
  }

  private func dayHorizon(_ step: RowStep) -> Int64 {
    if let clock = clock(step.a), !clock.isDay { return min(clock.until, nextDay(of: clock.clock)) }
    return horizon(step.a)
  }

  /// Of a time that may move along with now: what moves is another one at once.
  private func clockHorizon(_ step: RowStep) -> Int64 {
    switch step.code {
    case .now, .moment: now + 1
    default: horizon(step.a)
    }
  }

  private func freshnessHorizon(_ step: RowStep) -> Int64 {
    let time = cell(step.a)
    let horizon = horizon(step.a)
    guard time != .missing else { return horizon }
    // The freshness of now is 1 at any time.
    if let clock = clock(step.a), clock.clock.span == nil { return clock.until }
    if now <= time { return min(horizon, RowClock.sum(time, 1)) }
    return decay(age: now - time, halfLife: step.number) == 0 ? horizon : now + 1
  }

  // MARK: - Definitions

  private func definitionHorizon(_ step: RowStep) -> Int64 {
    switch step.code {
    case .definition:
      return isGiven(step) ? .max : horizon(step.a)
    case .journey: return journeyHorizon(step)
    case .segment:
      guard step.b >= 0 else { return horizon(step.a) }
      if truth(step.b) == 1 { return horizon(step.b) }
      let isMember = data.previous.members[DefinitionID(Int(step.index))]?[registers.frameRows[Int(step.frame)]] == 1
      if isMember { return horizon(step.b) }
      return truth(step.a) == 1 ? min(horizon(step.a), horizon(step.b)) : horizon(step.a)
    case .fieldUnchanged:
      if cell(step.a).isMissing(kind(step.a)) { return horizon(step.a) }
      let records = step.variant == 1 ? data.accounts : data.contacts
      guard let changedAt = records.changedAt[FieldIndex(Int(step.b))] else { return horizon(step.a) }
      return min(horizon(step.a), unchangedHorizon(step, changedAt[registers.frameRows[Int(step.frame)]]))
    default:
      let value = cell(step.a)
      let (id, row) = (DefinitionID(Int(step.b)), registers.frameRows[Int(step.frame)])
      if value.isMissing(kind(step.a)) { return horizon(step.a) }
      if let former = formerValue(id, row, kind(step.a)), former != value { return horizon(step.a) }
      guard let changedAt = data.previous.changedAt[id] else { return horizon(step.a) }
      return min(horizon(step.a), unchangedHorizon(step, changedAt[row]))
    }
  }

  /// Whether a value stands in place of a definition's computation.
  func isGiven(_ step: RowStep) -> Bool {
    let id = DefinitionID(Int(step.index))
    guard let column = data.records(plan.program[id].subject).given[id] else { return false }
    let row = registers.frameRows[Int(step.frame)]
    return step.kind == .list ? !column.memberCells(row).isEmpty : !column.cell(row).isMissing(step.kind)
  }

  private func unchangedHorizon(_ step: RowStep, _ changedAt: Int64) -> Int64 {
    guard changedAt != Column.missingTime else { return .max }
    let clock = RowClock(span: tables.spans[Int(step.index)], calendar: calendar)
    return clock.firstChange(after: now, [changedAt]) { changedAt <= $0 }
  }

  private func journeyHorizon(_ step: RowStep) -> Int64 {
    func horizons(from stage: Int) -> Int64 {
      (max(stage, 0)..<max(Int(step.b), stage)).reduce(.max) { min($0, stageHorizon(step, $1)) }
    }
    let raw = rawStage(step) ?? -1
    let row = registers.frameRows[Int(step.frame)]
    let previous = data.previous.stages[DefinitionID(Int(step.index))].map { Int($0[row]) } ?? -1
    // Below the stage that decides nothing matters as long as it does.
    if previous < 0 || raw > previous { return horizons(from: raw) }
    guard step.c >= 0 else { return horizons(from: previous + 1) }
    if truth(step.c) == 1 { return min(horizon(step.c), horizons(from: raw)) }
    guard raw == previous else { return min(horizon(step.c), horizons(from: previous + 1)) }
    // To fall back takes both: that it may, and that the stage is left.
    return min(horizons(from: previous + 1), max(horizon(step.c), stageHorizon(step, previous)))
  }

  private func stageHorizon(_ step: RowStep, _ stage: Int) -> Int64 {
    let condition = registers.operands[Int(step.a) + stage]
    return condition < 0 ? .max : horizon(condition)
  }
}
