/// The nodes and frames of a plan, each once. A node stands after those it is computed from.
package struct PlanGraph: Sendable {
  package private(set) var nodes: [Node] = []
  package private(set) var frames: [Frame] = [.scalar]
  /// Whether the frame is one of occurrences or stands on one, so that it exists only with a batch of them.
  package private(set) var isBatch: [Bool] = [false]
  private var childrenOfNodes: [[NodeID]] = []
  /// How many nodes are computed from each.
  private(set) var useCounts: [Int32] = []
  private var nodeIDs: [Node: NodeID] = [:]
  private var frameIDs: [Frame: FrameID] = [.scalar: .scalar]

  mutating func add(_ node: Node) -> NodeID {
    if let known = nodeIDs[node] { return known }
    let id = NodeID(index: nodes.count)
    nodes.append(node)
    childrenOfNodes.append(node.children)
    useCounts.append(0)
    for child in node.children { useCounts[child.index] += 1 }
    nodeIDs[node] = id
    return id
  }

  mutating func add(_ frame: Frame) -> FrameID {
    if let known = frameIDs[frame] { return known }
    let id = FrameID(index: frames.count)
    frames.append(frame)
    frameIDs[frame] = id
    switch frame {
    case .scalar, .table: isBatch.append(false)
    case .occurrences: isBatch.append(true)
    case .pairs(let grouping): isBatch.append(isBatch[grouping.outer.index])
    }
    return id
  }

  /// The frame's name, when a node is planned on it.
  package func existing(_ frame: Frame) -> FrameID? { frameIDs[frame] }

  /// What the node is computed from; worked out once.
  package func children(of id: NodeID) -> [NodeID] { childrenOfNodes[id.index] }

  package subscript(id: NodeID) -> Node { nodes[id.index] }
  package subscript(id: FrameID) -> Frame { frames[id.index] }

  /// Whether the node needs a batch of occurrences.
  package func needsBatch(_ id: NodeID) -> Bool { isBatch[nodes[id.index].frame.index] }
}
