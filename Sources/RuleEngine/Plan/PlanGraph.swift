/// The nodes and frames of a plan, each once. A node stands after those it is computed from.
package struct PlanGraph: Sendable {
  package private(set) var nodes: [Node] = []
  package private(set) var frames: [Frame] = [.scalar]
  /// Whether the frame is one of occurrences or stands on one, so that it exists only with a batch of them.
  package private(set) var isBatch: [Bool] = [false]
  /// Whether the frame is one of candidates or stands on one, so that it is about one contact at a time.
  package private(set) var isOfOneContact: [Bool] = [false]
  /// Whether the node is the same at any time, as long as the snapshot's records and events are the same.
  package private(set) var isTimeless: [Bool] = []
  /// Whether the node is the same at any time and a node that is not is computed from it.
  private(set) var outlivesTime: [Bool] = []
  private var childrenOfNodes: [[NodeID]] = []
  /// How many nodes are computed from each.
  private(set) var useCounts: [Int32] = []
  private var nodeIDs: [Node: NodeID] = [:]
  private var frameIDs: [Frame: FrameID] = [.scalar: .scalar]

  mutating func add(_ node: Node) -> NodeID {
    if let known = nodeIDs[node] { return known }
    let id = NodeID(index: nodes.count)
    nodes.append(node)
    let children = node.children
    childrenOfNodes.append(children)
    useCounts.append(0)
    for child in children { useCounts[child.index] += 1 }
    isTimeless.append(
      !node.kind.readsTime && !isBatch[node.frame.index] && !isOfOneContact[node.frame.index]
        && children.allSatisfy { isTimeless[$0.index] })
    outlivesTime.append(false)
    if !isTimeless[id.index] {
      for child in children where isTimeless[child.index] { outlivesTime[child.index] = true }
    }
    nodeIDs[node] = id
    return id
  }

  mutating func add(_ frame: Frame) -> FrameID {
    if let known = frameIDs[frame] { return known }
    let id = FrameID(index: frames.count)
    frames.append(frame)
    frameIDs[frame] = id
    switch frame {
    case .scalar, .table:
      isBatch.append(false)
      isOfOneContact.append(false)
    case .occurrences:
      isBatch.append(true)
      isOfOneContact.append(false)
    case .pairs(let grouping):
      isBatch.append(isBatch[grouping.outer.index])
      isOfOneContact.append(frame.isOfCandidates || isOfOneContact[grouping.outer.index])
    }
    return id
  }

  /// The frame's name, when a node is planned on it.
  package func existing(_ frame: Frame) -> FrameID? { frameIDs[frame] }

  /// The node's name, when it is planned.
  func existing(_ node: Node) -> NodeID? { nodeIDs[node] }

  /// What the node is computed from; worked out once.
  package func children(of id: NodeID) -> [NodeID] { childrenOfNodes[id.index] }

  /// All nodes, each after those it is computed from.
  package var ids: [NodeID] { nodes.indices.map(NodeID.init) }

  package subscript(id: NodeID) -> Node { nodes[id.index] }
  package subscript(id: FrameID) -> Frame { frames[id.index] }

  /// Whether those nodes that there are are the same at any time.
  func areTimeless(_ ids: [NodeID?]) -> Bool { ids.allSatisfy { $0.map { isTimeless[$0.index] } ?? true } }

  /// Whether the node needs a batch of occurrences.
  package func needsBatch(_ id: NodeID) -> Bool { isBatch[nodes[id.index].frame.index] }
}

extension Node.Kind {
  /// Whether the clock, or what the last run left behind, is read beside the operands.
  fileprivate var readsTime: Bool {
    switch self {
    case .now, .today, .moment, .fieldIsUnchanged, .definitionIsUnchanged, .journey, .segment, .freshness, .affinity,
      .candidateEvents, .rate, .popularity:
      true
    case .reduce(let reduction): reduction.readsTime
    case .constant, .field, .eventTime, .eventWorth, .triggerTime, .triggerWorth, .triggerOld, .triggerNew,
      .stepTime, .candidate, .gather, .definition, .factorScore, .pointsScore, .not, .and, .or, .compare,
      .isKnown,
      .isOneOf,
      .isInList, .textTest, .matches, .assetField, .folded, .day, .startOfDay, .arithmetic, .negate, .shift, .otherwise,
      .conditional, .diminishing, .closeness, .interpolation:
      false
    }
  }
}

extension Reduction {
  /// Events are there from their time on; people and deals always.
  fileprivate var readsTime: Bool {
    switch grouping.link {
    case .events: true
    case .people, .colleagues, .deals, .candidates: false
    }
  }
}
