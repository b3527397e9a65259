import RuleSemantics

// What reductions said of the events of contacts and accounts is remembered until an event comes, leaves or is let in,
// so that somebody's events are not read again because a colleague did something.
extension RowEvaluator {
  /// What a reduction says of an owner's events, read anew only where that can be something else by now.
  @inline(__always)
  func leaf(of reduction: RowReduction, _ owner: Int) -> RowLeaf {
    let leaves = reduction.subject == .contact ? leaves.contacts : leaves.accounts
    let known = leaves[owner, reduction.leaf]
    let after = start(of: reduction)
    if known.since <= now, now < known.ahead, known.after <= after, after < known.leaver || known.leaver == .max {
      return known
    }
    let leaf = read(reduction, owner, after)
    leaves[owner, reduction.leaf] = leaf
    return leaf
  }

  /// What is later than this counts.
  @inline(__always)
  private func start(of reduction: RowReduction) -> Int64 {
    guard reduction.start >= 0 else { return .min }
    let start = cell(reduction.start)
    if start == .missing { return .max }
    return reduction.reduction.startIsIncluded ? start - 1 : start
  }

  private func read(_ reduction: RowReduction, _ owner: Int, _ after: Int64) -> RowLeaf {
    var leaf = RowLeaf(since: now, after: after, ahead: .max)
    if isInAnyOrder(reduction) {
      readParts(reduction, owner, &leaf)
      return leaf
    }
    let rows = rows(of: reduction, owner)
    registers.counted.pointee = CountedRows()
    leaf.value = reduce(reduction, owner, limited: rowsBetween(after, now, rows, reduction))
    note(registers.counted.pointee, reduction, &leaf)
    forEachRow(reduction, owner, rowsBetween(now, .max, rows, reduction)) { _, time in
      leaf.ahead = time
      return false
    }
    if let last = lastRow(of: rows) { leaf.newest = time(last, reduction) }
    return leaf
  }

  private func note(_ counted: CountedRows, _ reduction: RowReduction, _ leaf: inout RowLeaf) {
    leaf.counted = counted.count
    leaf.last = counted.last
    guard counted.count > 0 else { return }
    leaf.leaver = reduction.reduction.operation == .last ? counted.last : counted.first
  }

  private func lastRow(of rows: GroupRows) -> Int? {
    switch rows {
    case .table(let range), .merged(let range): range.last
    case .list: nil
    }
  }

  // MARK: - Type by type

  /// Whether it does not matter in which order the events are gone through, and merging them can be spared: whole
  /// numbers and times, and decaying sums, which are only known nearly.
  private func isInAnyOrder(_ reduction: RowReduction) -> Bool {
    switch reduction.reduction.operation {
    case .count, .first, .last: break
    case .sum(halfLife: let halfLife): if halfLife == nil { return false }
    case .points: if reduction.isNext != nil { return false }
    case .average, .min, .max, .distinct, .share: return false
    }
    guard case .interactions = reduction.rows else { return true }
    return reduction.filter < 0 && (reduction.value < 0 || isWorth(reduction))
  }

  private func isWorth(_ reduction: RowReduction) -> Bool {
    registers.steps[Int(reduction.value)].code == .interactionWorth
  }

  private func readParts(_ reduction: RowReduction, _ owner: Int, _ leaf: inout RowLeaf) {
    var counted = CountedRows()
    var total = 0.0
    var isNearlyKnown = true
    let isOfPeople = reduction.subject == .account
    func read(_ type: Int, of owner: Int) {
      let events = data.events[type]
      let all = events.rows(of: owner)
      if all.isEmpty { return }
      let start = leaf.after == .min ? all.lowerBound : events.firstRow(after: leaf.after, all)
      let end = events.firstRow(after: now, start..<all.upperBound)
      readAhead(reduction, type, end..<all.upperBound, &leaf)
      leaf.newest = max(leaf.newest, events.time(all.upperBound - 1))
      if start < end { add(type, start..<end) }
    }
    func add(_ type: Int, _ rows: Range<Int>) {
      let events = data.events[type]
      guard reduction.filter >= 0 || reduction.value >= 0 && reduction.innerFrame >= 0 && !isOfWorth else {
        counted.count += Int32(rows.count)
        counted.first = min(counted.first, events.time(rows.lowerBound))
        counted.last = max(counted.last, events.time(rows.upperBound - 1))
        guard let halfLife = reduction.halfLife else { return }
        let sum = events.decayedCount(rows, now: now, halfLife: halfLife)
        guard isOfWorth else {
          total += sum
          return
        }
        let worth = tables.worths[type]
        if worth < 0 { isNearlyKnown = false }
        total += sum * worth
        return
      }
      for row in rows {
        visiting(row, of: reduction.innerFrame) {
          if reduction.filter >= 0, truth(reduction.filter) != 1 { return }
          let time = events.time(row)
          counted.add(time)
          guard let halfLife = reduction.halfLife else { return }
          let weight = decay(age: now - time, halfLife: halfLife)
          guard case .sum = reduction.reduction.operation else {
            total += weight
            return
          }
          let value = number(reduction.value)
          // What takes from the sum could leave less of it than rounding did.
          if value < 0 || !value.isFinite && !value.isNaN { isNearlyKnown = false }
          if !value.isNaN { total += weight * value }
        }
      }
    }
    var isOfWorth: Bool {
      if case .interactions = reduction.rows { reduction.value >= 0 } else { false }
    }
    func readOwn(_ type: Int, isForAccount: Bool) {
      if isOfPeople, !isForAccount {
        for person in data.people[owner] { read(type, of: Int(person)) }
      } else {
        read(type, of: owner)
      }
    }
    if reduction.filter >= 0, registers.steps[Int(reduction.filter)].frame == 0, truth(reduction.filter) != 1 {
      // Nothing counts whatever comes.
    } else {
      switch reduction.rows {
      case .events(let type): readOwn(type, isForAccount: true)
      case .peoplesEvents(let type): readOwn(type, isForAccount: false)
      case .interactions:
        for event in tables.interactions(of: reduction.subject) {
          readOwn(event.index, isForAccount: tables.isForAccount[event.index])
        }
      case .accountEvents, .people, .colleagues, .deals: break
      }
    }
    note(counted, reduction, &leaf)
    leaf.value = value(reduction, counted, isNearlyKnown ? total : .nan)
  }

  private func value(_ reduction: RowReduction, _ counted: CountedRows, _ total: Double) -> Cell {
    if reduction.halfLife != nil { return Cell(number: total) }
    switch reduction.reduction.operation {
    case .first: return counted.count > 0 ? counted.first : .missing
    case .last: return counted.count > 0 ? counted.last : .missing
    default: return Cell(number: Double(counted.count))
    }
  }

  private func readAhead(_ reduction: RowReduction, _ type: Int, _ rows: Range<Int>, _ leaf: inout RowLeaf) {
    for row in rows {
      let time = data.events[type].time(row)
      if time >= leaf.ahead { return }
      guard reduction.filter < 0 || visiting(row, of: reduction.innerFrame, { truth(reduction.filter) == 1 }) else {
        continue
      }
      leaf.ahead = time
      return
    }
  }
}
