import RuleDiagnostics
import RuleSemantics

/// Rules that set each other off for ever: each writes a field in such a way that the next one may act, and some field
/// gets more than one value on the way round.
func findRuleLoops(_ context: LintContext) -> [Diagnostic] {
  let writes = context.writes
  let graph = context.triggers(of: writes)
  return circles(in: graph).compactMap { circle in
    guard let loop = shortestLoop(through: circle, graph), context.isRestless(loop.map { writes[$0] }) else {
      return nil
    }
    return .ruleLoop(
      loop.map {
        (context.name(of: context.program.rules[writes[$0].rule]), context.fieldName(writes[$0]), writes[$0].range)
      })
  }
}

extension LintContext {
  /// For each write, the writes of other rules that may follow from it.
  fileprivate func triggers(of writes: [Write]) -> [[Int]] {
    var readers: [Subject: [Reference: [Int]]] = [:]
    for (index, write) in writes.enumerated() {
      guard let condition = program.rules[write.rule].condition else { continue }
      for reference in reads(of: condition) {
        readers[write.subject, default: [:]][reference, default: []].append(index)
      }
    }
    return writes.map { write in
      let field = Reference(.subject, .field(write.field))
      return (readers[write.subject]?[field] ?? []).filter { reader in
        writes[reader].rule != write.rule && maySetOff(write, writes[reader].rule)
      }
    }
  }

  /// Whether a rule whose condition reads the written field may be true of what is written.
  private func maySetOff(_ write: Write, _ rule: Int) -> Bool {
    let key = Reference(.subject, .field(write.field)).fingerprint
    for atom in ruleFacts[rule]?.parts.compactMap(\.atom) ?? [] where atom.key == key {
      guard let value = write.value else {
        if !atom.set.includesMissing { return false }
        continue
      }
      guard value.constantValue != nil else { continue }
      let equality = CheckedExpression(
        .compare(atom.operand, .equal, value), .flag, mayBeMissing: true, at: value.range)
      if let written = self.atom(equality)?.set, atom.set.intersection(written)?.isEmpty == true { return false }
    }
    return true
  }

  /// Whether a field gets different values on the way round, or one that depends on what the loop writes.
  fileprivate func isRestless(_ loop: [Write]) -> Bool {
    let values = Dictionary(grouping: loop, by: \.field).mapValues { Set($0.map(\.fingerprint)) }
    if values.values.contains(where: { $0.count > 1 }) { return true }
    let fields = Set(loop.map { Reference(.subject, .field($0.field)) })
    return loop.contains { write in
      write.value.map { !reads(of: $0).isDisjoint(with: fields) } ?? false
    }
  }
}

/// The groups of nodes that reach each other, two or more in each (Tarjan's strongly connected components), in the
/// order of their first nodes.
private func circles(in graph: [[Int]]) -> [[Int]] {
  var order = [Int?](repeating: nil, count: graph.count)
  var low = [Int](repeating: 0, count: graph.count)
  var stack: [Int] = []
  var isOnStack = [Bool](repeating: false, count: graph.count)
  var count = 0
  var found: [[Int]] = []
  for root in graph.indices where order[root] == nil {
    // The path that a recursive version would keep on the call stack: a node and its next edge.
    var path = [(node: root, edge: 0)]
    while let (node, edge) = path.last {
      if edge == 0, order[node] == nil {
        order[node] = count
        low[node] = count
        count += 1
        stack.append(node)
        isOnStack[node] = true
      }
      if edge < graph[node].count {
        path[path.count - 1].edge += 1
        let next = graph[node][edge]
        if let seen = order[next] {
          if isOnStack[next] { low[node] = min(low[node], seen) }
        } else {
          path.append((next, 0))
        }
        continue
      }
      path.removeLast()
      if let parent = path.last?.node { low[parent] = min(low[parent], low[node]) }
      guard low[node] == order[node] else { continue }
      var members: [Int] = []
      while let member = stack.popLast() {
        isOnStack[member] = false
        members.append(member)
        if member == node { break }
      }
      if members.count > 1 { found.append(members.sorted()) }
    }
  }
  return found.sorted { $0[0] < $1[0] }
}

/// The shortest way from the first node of a circle back to it.
private func shortestLoop(through circle: [Int], _ graph: [[Int]]) -> [Int]? {
  let start = circle[0]
  var cameFrom: [Int: Int] = [:]
  var queue = [start]
  var head = 0
  while head < queue.count {
    let current = queue[head]
    head += 1
    for next in graph[current] {
      if next == start {
        var path = [current]
        while let last = path.last, last != start, let before = cameFrom[last] { path.append(before) }
        return path.reversed()
      }
      if cameFrom[next] == nil {
        cameFrom[next] = current
        queue.append(next)
      }
    }
  }
  return nil
}
