import RuleSemantics

// Which reductions are remembered, and which numbers are known nearly through them.
extension RowCompiler {
  /// How many windows of one type of events, which are quickly read, are remembered beside all others.
  private static let mostWindows = 32

  /// Gives columns to the reductions whose answer stands until an event comes, leaves or is let in.
  mutating func assignLeaves() {
    let eligible = tables.reductions.filter { canBeRemembered($0) }
    let windows = eligible.filter { isQuicklyRead($0) }
    let read = readOfPeople()
    for reduction in eligible {
      let isAmongMany = windows.count > RowCompiler.mostWindows && isQuicklyRead(reduction)
      if isAmongMany, !read.contains(ObjectIdentifier(reduction)) { continue }
      switch reduction.subject {
      case .contact:
        reduction.leaf = tables.leafCounts.contacts
        tables.leafCounts.contacts += 1
      case .account:
        reduction.leaf = tables.leafCounts.accounts
        tables.leafCounts.accounts += 1
      }
    }
    noteReaders()
  }

  private func canBeRemembered(_ reduction: RowReduction) -> Bool {
    let grouping = reduction.reduction.grouping
    guard case .table(let table) = graph[grouping.outer], grouping.path.isEmpty, reduction.pairsFrame < 0,
      !reduction.reduction.onPairs, reduction.end < 0, reduction.reduction.operation != .share
    else { return false }
    switch (table, reduction.subject) {
    case (.contacts, .contact), (.accounts, .account): break
    default: return false
    }
    switch reduction.rows {
    case .events, .peoplesEvents, .interactions: break
    case .accountEvents, .people, .colleagues, .deals: return false
    }
    if reduction.start >= 0 {
      let start = steps[Int(reduction.start)]
      guard start.code == .moment || graph.isTimeless[Int(reduction.start)], start.frame == 0, start.kind == .time
      else {
        return false
      }
    }
    return [reduction.filter, reduction.value].allSatisfy { isOfEventAlone($0) }
  }

  /// Whether a filter or value stays what it is for an event.
  private func isOfEventAlone(_ id: Int32) -> Bool {
    guard id >= 0 else { return true }
    guard graph.isTimeless[Int(id)] else { return false }
    var seen: Set<Int> = [Int(id)]
    var open = [Int(id)]
    while let index = open.popLast() {
      if steps[index].code == .reduce || steps[index].code == .gatherOuter { return false }
      for child in graph.children(of: NodeID(index: index)) where seen.insert(child.index).inserted {
        open.append(child.index)
      }
    }
    return true
  }

  private func isQuicklyRead(_ reduction: RowReduction) -> Bool {
    guard case .events = reduction.rows else { return false }
    return reduction.halfLife == nil
  }

  /// The reductions that are read of people other than the one who is asked about.
  private func readOfPeople() -> Set<ObjectIdentifier> {
    var found: Set<ObjectIdentifier> = []
    var seen: Set<Int32> = []
    var open: [Int32] = []
    for reduction in tables.reductions {
      switch reduction.rows {
      case .people, .colleagues: open += [reduction.filter, reduction.value].filter { $0 >= 0 }
      case .events, .accountEvents, .peoplesEvents, .interactions, .deals: break
      }
    }
    while let id = open.popLast() {
      guard seen.insert(id).inserted else { continue }
      if steps[Int(id)].code == .reduce {
        found.insert(ObjectIdentifier(tables.reductions[Int(steps[Int(id)].index)]))
      }
      open += graph.children(of: NodeID(index: Int(id))).map { Int32($0.index) }
    }
    return found
  }

  private mutating func noteReaders() {
    let program = plan.program
    tables.leavesOfOwner = Array(repeating: [], count: program.events.count)
    tables.leavesOfAccount = tables.leavesOfOwner
    for reduction in tables.reductions where reduction.leaf >= 0 {
      let types: [Int] =
        switch reduction.rows {
        case .events(let type), .peoplesEvents(let type): [type]
        case .interactions: tables.interactions(of: reduction.subject).map(\.index)
        case .accountEvents, .people, .colleagues, .deals: []
        }
      for type in types {
        if reduction.subject == .account, !program.events[type].isForAccount {
          tables.leavesOfAccount[type].append(reduction.leaf)
        } else {
          tables.leavesOfOwner[type].append(reduction.leaf)
        }
      }
    }
  }

  // MARK: - Numbers that are known nearly

  mutating func findNear(_ index: Int) {
    let step = steps[index]
    tables.isNear.append(isNear(step))
    if step.code == .compareNumbers, tables.isNear[Int(step.a)] || tables.isNear[Int(step.b)] {
      steps[index].code = .compareNear
    }
  }

  private func isNear(_ step: RowStep) -> Bool {
    guard step.kind == .number else { return false }
    func isAny(_ ids: [Int32]) -> Bool { ids.contains { $0 >= 0 && tables.isNear[Int($0)] } }
    switch step.code {
    case .definition, .gatherAccount, .gatherInner, .negate, .diminishing: return isAny([step.a])
    case .arithmetic, .otherwise: return isAny([step.a, step.b])
    case .conditional: return isAny([step.b, step.c])
    case .factorScore, .pointsScore: return isAny(Array(operands[Int(step.a)..<Int(step.a + step.b)]))
    case .reduce:
      let reduction = tables.reductions[Int(step.index)]
      if reduction.leaf >= 0 { return reduction.halfLife != nil }
      switch reduction.rows {
      case .people, .colleagues, .deals: break
      case .events, .accountEvents, .peoplesEvents, .interactions: return false
      }
      guard reduction.pairsFrame < 0, reduction.valueKind == .number, isAny([reduction.value]) else { return false }
      switch reduction.reduction.operation {
      case .sum(halfLife: nil), .average, .min, .max: return true
      case .count, .sum, .distinct, .first, .last, .points, .share: return false
      }
    default: return false
    }
  }
}
