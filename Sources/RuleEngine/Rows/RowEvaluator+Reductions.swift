import BusinessTime
import RuleSemantics

extension RowEvaluator {
  /// The rows that a reduction takes at the row where its outer frame is.
  enum GroupRows {
    /// Of the table of the inner frame.
    case table(Range<Int>)
    /// Of `merged`.
    case merged(Range<Int>)
    case list([Int32])

    var count: Int {
      switch self {
      case .table(let range), .merged(let range): range.count
      case .list(let rows): rows.count
      }
    }
  }

  func reduce(_ reduction: RowReduction) -> Cell {
    if reduction.countedType >= 0, reduction.leaf < 0 { return countOwn(reduction) }
    let entity = entity(of: reduction)
    if reduction.leaf >= 0, reduction.halfLife == nil, entity >= 0 { return leaf(of: reduction, entity).value }
    if reduction.isShared, let cell = reduceShared(reduction, entity) { return cell }
    return reduce(reduction, entity, rows(of: reduction, entity))
  }

  /// Of events of one type, without a way round to them.
  private func countOwn(_ reduction: RowReduction) -> Cell {
    let entity = registers.frameRows[reduction.outerFrame]
    guard entity >= 0 else { return Cell(number: 0) }
    let events = data.events[reduction.countedType]
    let all = events.rows(of: entity)
    guard !all.isEmpty, let limits = limits(of: reduction) else { return Cell(number: 0) }
    var row = limits.after == .min ? all.lowerBound : events.firstRow(after: limits.after, all)
    let end = events.firstRow(after: limits.end, all)
    if row >= end { return Cell(number: 0) }
    if reduction.filter < 0 { return Cell(number: Double(end - row)) }
    var count = 0
    while row < end {
      visiting(row, of: reduction.innerFrame) { if truth(reduction.filter) == 1 { count += 1 } }
      row += 1
    }
    return Cell(number: Double(count))
  }

  /// The contact or account that a reduction starts from; -1 for none.
  func entity(of reduction: RowReduction) -> Int {
    var frame = reduction.outerFrame
    for step in reduction.reduction.grouping.path {
      guard case .pairs(let grouping) = graph.frames[frame] else { break }
      if step == .inner { return registers.frameRows[frame] }
      frame = grouping.outer.index
    }
    return registers.frameRows[frame]
  }

  /// What the people of an account have in common is computed once for the account.
  private func reduceShared(_ reduction: RowReduction, _ entity: Int) -> Cell? {
    guard entity >= 0 else { return nil }
    let account = Int(data.accountOfContact[entity])
    guard account >= 0 else { return nil }
    if reduction.sharedAccount != account || reduction.sharedGeneration != generation {
      let rows = if case .deals = reduction.rows { data.dealsOfAccount[account] } else { data.people[account] }
      reduction.sharedCell = reduce(reduction, -1, .list(rows))
      reduction.sharedAccount = account
      reduction.sharedGeneration = generation
    }
    guard case .colleagues = reduction.rows else { return reduction.sharedCell }
    let isCounted = reduction.filter < 0 || passes(reduction, entity)
    return Cell(number: reduction.sharedCell.number - (isCounted ? 1 : 0))
  }

  func rows(of reduction: RowReduction, _ entity: Int) -> GroupRows {
    guard entity >= 0 else { return .list([]) }
    func account() -> Int { reduction.subject == .account ? entity : Int(data.accountOfContact[entity]) }
    switch reduction.rows {
    case .events(let type): return .table(data.events[type].rows(of: entity))
    case .accountEvents(let type):
      let account = account()
      return account < 0 ? .list([]) : .table(data.events[type].rows(of: account))
    case .peoplesEvents(let type): return .merged(peoplesEvents(type, ofAccount: entity))
    case .interactions: return .merged(interactions(of: reduction.subject, entity))
    case .people, .colleagues:
      let account = account()
      return account < 0 ? .list([]) : .list(data.people[account])
    case .deals:
      let account = account()
      return account < 0 ? .list([]) : .list(data.dealsOfAccount[account])
    }
  }

  private func peoplesEvents(_ type: Int, ofAccount account: Int) -> Range<Int> {
    if let known = merged.known(.people(type), of: account) { return known }
    let parts = data.people[account].map { (type: type, rows: data.events[type].rows(of: Int($0))) }
    return merged.merge(parts.filter { !$0.rows.isEmpty }, data.events, .people(type), of: account)
  }

  func interactions(of subject: Subject, _ entity: Int) -> Range<Int> {
    if let known = merged.known(.interactions(subject), of: entity) { return known }
    var parts: [(type: Int, rows: Range<Int>)] = []
    func add(_ type: Int, _ owner: Int) {
      let rows = data.events[type].rows(of: owner)
      if !rows.isEmpty { parts.append((type, rows)) }
    }
    for event in tables.interactions(of: subject) {
      if subject == .contact || tables.isForAccount[event.index] {
        add(event.index, entity)
      } else {
        for person in data.people[entity] { add(event.index, Int(person)) }
      }
    }
    return merged.merge(parts, data.events, .interactions(subject), of: entity)
  }

  // MARK: - Rows

  /// Limits rows that have times to the window of a reduction, whose end is now unless it says otherwise.
  func limited(_ rows: GroupRows, to reduction: RowReduction) -> GroupRows {
    if case .list = rows { return rows }
    guard let limits = limits(of: reduction) else { return .list([]) }
    return rowsBetween(limits.after, limits.end, rows, reduction)
  }

  /// After which time and up to and including which events count; `nil` when none do.
  func limits(of reduction: RowReduction) -> (after: Int64, end: Int64)? {
    var end = now
    if reduction.end >= 0, kind(reduction.end) == .time { end = min(cell(reduction.end), now) }
    guard reduction.start >= 0 else { return (.min, end) }
    guard kind(reduction.start) == .time else { return nil }
    let start = cell(reduction.start)
    // Since an unknown moment nothing counts.
    return (start == .missing ? .max : reduction.reduction.startIsIncluded ? start - 1 : start, end)
  }

  /// The rows after one time up to and including another.
  func rowsBetween(_ after: Int64, _ end: Int64, _ rows: GroupRows, _ reduction: RowReduction) -> GroupRows {
    func range(_ rows: Range<Int>) -> Range<Int> {
      let start = after == .min ? rows.lowerBound : firstRow(after: after, rows, reduction)
      return start..<max(start, firstRow(after: end, rows, reduction))
    }
    switch rows {
    case .table(let rows): return .table(range(rows))
    case .merged(let rows): return .merged(range(rows))
    case .list: return rows
    }
  }

  private func firstRow(after limit: Int64, _ rows: Range<Int>, _ reduction: RowReduction) -> Int {
    var (low, high) = (rows.lowerBound, rows.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if time(middle, reduction) <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The time of an event of the table or of `merged`.
  @inline(__always)
  func time(_ row: Int, _ reduction: RowReduction) -> Int64 {
    switch reduction.rows {
    case .events(let type), .accountEvents(let type): data.events[type].time(row)
    case .peoplesEvents, .interactions: merged.times[row]
    case .people, .colleagues, .deals: 0
    }
  }

  /// Calls `body` with the inner row and time of each row that passes the filter, in their order, while the inner frame
  /// is at the row; until it says no.
  func forEachRow(
    _ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, isFiltered: Bool = true,
    _ body: (_ row: Int, _ time: Int64) -> Bool
  ) {
    let isFiltered = isFiltered && reduction.filter >= 0
    if isFiltered, registers.steps[Int(reduction.filter)].frame == 0, truth(reduction.filter) != 1 { return }
    let needsRow = reduction.filter >= 0 || reduction.value >= 0
    let skipped = if case .colleagues = reduction.rows { entity } else { -1 }
    func count(_ row: Int, _ time: Int64) -> Bool {
      registers.counted.pointee.add(time)
      return body(row, time)
    }
    func visit(_ row: Int, _ time: Int64) -> Bool {
      if row == skipped { return true }
      guard needsRow else { return count(row, time) }
      return entering(row, reduction) { !isFiltered || truth(reduction.filter) == 1 ? count(row, time) : true }
    }
    switch rows {
    case .table(let range): for row in range where !visit(row, time(row, reduction)) { return }
    case .merged(let range):
      let areRows = if case .peoplesEvents = reduction.rows { true } else { false }
      for position in range {
        let row = areRows ? Int(merged.rows[position]) : position
        if !visit(row, merged.times[position]) { return }
      }
    case .list(let rows): for row in rows where !visit(Int(row), 0) { return }
    }
  }

  /// Whether a contact or deal passes the filter of a reduction that is not on pairs.
  private func passes(_ reduction: RowReduction, _ row: Int) -> Bool {
    entering(row, reduction) { truth(reduction.filter) == 1 }
  }

  /// Calls `body` while the inner frame, and that of pairs if there is one, is at a row.
  func entering<R>(_ row: Int, _ reduction: RowReduction, _ body: () -> R) -> R {
    guard reduction.pairsFrame >= 0 else { return visiting(row, of: reduction.innerFrame, body) }
    let frame = reduction.pairsFrame
    let (formerRow, formerEpoch) = (registers.frameRows[frame], registers.epochs[frame])
    registers.enter(row, of: frame)
    defer {
      registers.frameRows[frame] = formerRow
      registers.epochs[frame] = formerEpoch
    }
    return body()
  }

  // MARK: - Operations

  private func reduce(_ reduction: RowReduction, _ entity: Int, _ all: GroupRows) -> Cell {
    reduce(reduction, entity, limited: limited(all, to: reduction))
  }

  /// Of the rows in the window.
  func reduce(_ reduction: RowReduction, _ entity: Int, limited rows: GroupRows) -> Cell {
    switch reduction.reduction.operation {
    case .count(halfLife: nil): return Cell(number: Double(count(reduction, entity, rows)))
    case .count(halfLife: .some(let halfLife)): return decayedCount(reduction, entity, rows, halfLife)
    case .sum(halfLife: let halfLife): return sum(reduction, entity, rows, halfLife)
    case .average:
      var (sum, count) = (0.0, 0)
      forEachRow(reduction, entity, rows) { _, _ in
        let value = number(reduction.value)
        if !value.isNaN {
          sum += value
          count += 1
        }
        return true
      }
      return Cell(number: count == 0 ? .nan : finite(sum / Double(count)))
    case .min: return extreme(reduction, entity, rows, isMax: false)
    case .max: return extreme(reduction, entity, rows, isMax: true)
    case .distinct: return distinct(reduction, entity, rows)
    case .first:
      var first = Cell.missing
      forEachRow(reduction, entity, rows) { _, time in
        first = time
        return false
      }
      return first
    case .last:
      var last = Cell.missing
      forEachRow(reduction, entity, rows) { _, time in
        last = time
        return true
      }
      return last
    case .share:
      let whole = rows.count - (hasSelf(reduction, entity) ? 1 : 0)
      let part = Double(count(reduction, entity, rows))
      return Cell(number: whole == 0 ? .nan : part / Double(whole))
    case .points(atMostOncePer: _, halfLife: let halfLife): return points(reduction, entity, rows, halfLife)
    }
  }

  private func hasSelf(_ reduction: RowReduction, _ entity: Int) -> Bool {
    if case .colleagues = reduction.rows { entity >= 0 && data.accountOfContact[entity] >= 0 } else { false }
  }

  private func count(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows) -> Int {
    if reduction.filter < 0 { return rows.count - (hasSelf(reduction, entity) ? 1 : 0) }
    var count = 0
    forEachRow(reduction, entity, rows) { _, _ in
      count += 1
      return true
    }
    return count
  }

  private func decayedCount(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, _ halfLife: Double) -> Cell {
    var sum = 0.0
    forEachRow(reduction, entity, rows) { _, time in
      sum += decay(age: now - time, halfLife: halfLife)
      return true
    }
    return Cell(number: sum)
  }

  private func sum(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, _ halfLife: Double?) -> Cell {
    var sum = 0.0
    forEachRow(reduction, entity, rows) { _, time in
      let value = number(reduction.value)
      if !value.isNaN { sum += halfLife.map { decay(age: now - time, halfLife: $0) * value } ?? value }
      return true
    }
    return Cell(number: finite(sum))
  }

  private func points(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, _ halfLife: Double?) -> Cell {
    guard let isNext = reduction.isNext else {
      guard let halfLife else { return Cell(number: Double(count(reduction, entity, rows))) }
      return decayedCount(reduction, entity, rows, halfLife)
    }
    var sum = 0.0
    var last: Int64?
    forEachRow(reduction, entity, rows) { _, time in
      if let last, !isNext(last, time) { return true }
      last = time
      sum += halfLife.map { decay(age: now - time, halfLife: $0) } ?? 1
      return true
    }
    return Cell(number: sum)
  }

  private func extreme(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows, isMax: Bool) -> Cell {
    let kind = reduction.valueKind
    var best = kind.missing
    switch kind {
    case .number:
      forEachRow(reduction, entity, rows) { _, _ in
        let (value, former) = (cell(reduction.value).number, best.number)
        if !value.isNaN, former.isNaN || (isMax ? value > former : value < former) { best = Cell(number: value) }
        return true
      }
    case .date, .time, .choice:
      forEachRow(reduction, entity, rows) { _, _ in
        let value = cell(reduction.value)
        if value != .missing, best == .missing || (isMax ? value > best : value < best) { best = value }
        return true
      }
    case .flag, .text, .asset, .list: return reduction.resultKind.missing
    }
    return best
  }

  private func distinct(_ reduction: RowReduction, _ entity: Int, _ rows: GroupRows) -> Cell {
    var keys: [Int64] = []
    let kind = reduction.valueKind
    let memberKind = reduction.reduction.value.map { CellKind(graph[$0].type.memberType) } ?? .number
    forEachRow(reduction, entity, rows) { _, _ in
      let value = cell(reduction.value)
      if kind == .list {
        for member in value.members {
          if let key = members[member].key(memberKind) { keys.append(key) }
        }
      } else if let key = value.key(kind) {
        keys.append(key)
      }
      return true
    }
    keys.sort()
    var count = 0
    for position in keys.indices where position == 0 || keys[position] != keys[position - 1] { count += 1 }
    return Cell(number: Double(count))
  }
}
