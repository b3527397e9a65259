/// Groups of nodes that read each other, each group after those that it reads (Tarjan's strongly connected components,
/// without recursion, so that a chain of any length is fine).
///
/// - Parameter edges: for each node the nodes that it reads.
func dependencyOrder(_ edges: [[Int]]) -> [[Int]] {
  var groups: [[Int]] = []
  var index = [Int?](repeating: nil, count: edges.count)
  var low = [Int](repeating: 0, count: edges.count)
  var isOpen = [Bool](repeating: false, count: edges.count)
  var open: [Int] = []
  var next = 0
  for start in edges.indices where index[start] == nil {
    var work: [(node: Int, edge: Int)] = [(start, 0)]
    while let (node, edge) = work.last {
      if edge == 0 {
        index[node] = next
        low[node] = next
        next += 1
        open.append(node)
        isOpen[node] = true
      }
      if edge < edges[node].count {
        work[work.count - 1].edge += 1
        let target = edges[node][edge]
        if let known = index[target] {
          if isOpen[target] { low[node] = min(low[node], known) }
        } else {
          work.append((target, 0))
        }
        continue
      }
      work.removeLast()
      if let parent = work.last?.node { low[parent] = min(low[parent], low[node]) }
      if low[node] == index[node] {
        var group: [Int] = []
        while let member = open.popLast() {
          isOpen[member] = false
          group.append(member)
          if member == node { break }
        }
        groups.append(group.sorted())
      }
    }
  }
  return groups
}
