import RuleSemantics

// A frame of pairs may be very large: every two people of a company with ten thousand. It is then made and forgotten
// again in parts, a few outer rows at a time.
extension Evaluation {
  /// What a node is computed from, without what stands on pairs that are made in parts.
  func operandsInAdvance(of node: NodeID, _ batch: BatchState?) -> [NodeID] {
    guard case .reduce(let reduction) = plan.graph[node].kind, isInParts(reduction, batch) else {
      return plan.graph.children(of: node)
    }
    return operandsOutside(reduction)
  }

  /// What is computed before the pairs of a reduction are made in parts: its window, and what its filter and value read
  /// that does not stand on them.
  private func operandsOutside(_ reduction: Reduction) -> [NodeID] {
    var outside = [reduction.start, reduction.end].compactMap(\.self)
    guard let frame = plan.graph.existing(.pairs(reduction.grouping)) else { return outside }
    let isInside = plan.graph.framesStanding(on: frame)
    var open = [reduction.filter, reduction.value].compactMap(\.self)
    var seen = Set(open)
    while let next = open.popLast() {
      guard isInside[plan.graph[next].frame.index] else {
        outside.append(next)
        continue
      }
      for child in plan.graph.children(of: next) where seen.insert(child).inserted { open.append(child) }
    }
    return outside
  }

  func isInParts(_ reduction: Reduction, _ batch: BatchState?) -> Bool {
    guard reduction.onPairs, let frame = plan.graph.existing(.pairs(reduction.grouping)) else { return false }
    return pairCount(frame, reduction.grouping, batch) > pairLimit
  }

  private func pairCount(_ frame: FrameID, _ grouping: Grouping, _ batch: BatchState?) -> Int {
    let isBatch = plan.graph.isBatch[frame.index]
    if let known = isBatch ? batch?.pairCounts[frame] : pairCounts[frame] { return known }
    let ranges = ranges(of: grouping, batch)
    var count = 0
    for group in 0..<ranges.count { count += Int(ranges.high[group] - ranges.low[group]) }
    if isBatch { batch?.pairCounts[frame] = count } else { pairCounts[frame] = count }
    return count
  }

  /// The column of a reduction whose pairs are made in parts.
  func reduceInParts(_ reduction: Reduction, _ type: ValueType, _ count: Int, _ batch: BatchState?) -> Column {
    let ranges = ranges(of: reduction.grouping, batch)
    var result = Column.missing(type, count: 0)
    var first = 0
    while first < count {
      var pairs = 0
      var last = first
      repeat {
        pairs += Int(ranges.high[last] - ranges.low[last])
        last += 1
      } while last < count && pairs + Int(ranges.high[last] - ranges.low[last]) <= pairLimit
      let part = withPairs(of: reduction, first..<last, ranges, batch) { selection in
        reduce(reduction, selection, type, last - first, batch)
      }
      result = result.followed(by: part)
      first = last
    }
    return result
  }

  /// Calls `body` while the frame of pairs has those of some outer rows alone.
  func withPairs<R>(
    of reduction: Reduction, _ outerRows: Range<Int>, _ ranges: GroupRanges, _ batch: BatchState?,
    _ body: (Selection) -> R
  ) -> R {
    let grouping = reduction.grouping
    guard let frame = plan.graph.existing(.pairs(grouping)) else { return body(Selection(groups: GroupRanges())) }
    for node in operandsOutside(reduction) { _ = column(node, batch) }
    forget(frame, batch)
    defer { forget(frame, batch) }
    let rows = expand(ranges, outerRows)
    if plan.graph.isBatch[frame.index] { batch?.frames[frame] = rows } else { frames[frame] = rows }
    for node in [reduction.filter, reduction.value].compactMap(\.self) { _ = column(node, batch) }
    return body(select(reduction, outerRows: outerRows, batch))
  }

  /// Forgets a frame of pairs, those that stand on it, and what was computed on them.
  private func forget(_ frame: FrameID, _ batch: BatchState?) {
    let isForgotten = plan.graph.framesStanding(on: frame)
    for index in plan.graph.frames.indices where isForgotten[index] {
      let id = FrameID(index: index)
      frames[id] = nil
      batch?.frames[id] = nil
      // How many pairs the frame itself has in all is known still.
      guard id != frame else { continue }
      pairCounts[id] = nil
      batch?.pairCounts[id] = nil
    }
    for (index, node) in plan.graph.nodes.enumerated() where isForgotten[node.frame.index] {
      memo[index] = nil
      batch?.memo[NodeID(index: index)] = nil
    }
  }
}

extension PlanGraph {
  /// For each frame whether it is the one given or stands on it.
  func framesStanding(on frame: FrameID) -> [Bool] {
    var isStanding = Array(repeating: false, count: frames.count)
    isStanding[frame.index] = true
    for (index, other) in frames.enumerated() {
      if case .pairs(let grouping) = other, isStanding[grouping.outer.index] { isStanding[index] = true }
    }
    return isStanding
  }
}
