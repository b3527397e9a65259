import RuleSemantics

/// How a node reads in another plan.
struct NodeMapping {
  /// The other plan's name of a node, a frame and a definition; `nil` where it has none.
  var node: (NodeID) -> NodeID?
  var frame: (FrameID) -> FrameID?
  var definition: (DefinitionID) -> DefinitionID?
}

extension Node {
  /// The node in the words of another plan; `nil` when that lacks something that it is made of.
  func mapped(_ mapping: NodeMapping) -> Node? {
    guard let frame = mapping.frame(frame), let kind = kind.mapped(mapping) else { return nil }
    return Node(kind: kind, frame: frame, type: type)
  }
}

extension Node.Kind {
  fileprivate func mapped(_ mapping: NodeMapping) -> Node.Kind? {
    switch self {
    case .constant, .now, .today, .moment, .field, .eventTime, .eventWorth, .triggerTime, .triggerWorth, .triggerOld,
      .triggerNew, .stepTime:
      self
    case .gather(let node, let step): mapping.one(node) { .gather($0, step) }
    case .not(let node): mapping.one(node) { .not($0) }
    case .isKnown(let node): mapping.one(node) { .isKnown($0) }
    case .isOneOf(let node, let values): mapping.one(node) { .isOneOf($0, values) }
    case .matches(let node, let pattern): mapping.one(node) { .matches($0, pattern) }
    case .fieldIsUnchanged(let field, let node, let span): mapping.one(node) { .fieldIsUnchanged(field, $0, span) }
    case .assetField(let node, let field): mapping.one(node) { .assetField($0, field) }
    case .folded(let node): mapping.one(node) { .folded($0) }
    case .day(let node): mapping.one(node) { .day($0) }
    case .startOfDay(let node): mapping.one(node) { .startOfDay($0) }
    case .negate(let node): mapping.one(node) { .negate($0) }
    case .shift(let node, let span, later: let later): mapping.one(node) { .shift($0, span, later: later) }
    case .freshness(let node, halfLife: let halfLife): mapping.one(node) { .freshness($0, halfLife: halfLife) }
    case .diminishing(let node, halfAt: let halfAt): mapping.one(node) { .diminishing($0, halfAt: halfAt) }
    case .and(let nodes): mapping.many(nodes).map { .and($0.sorted()) }
    case .or(let nodes): mapping.many(nodes).map { .or($0.sorted()) }
    case .compare(let left, let comparison, let right): mapping.two(left, right) { .compare($0, comparison, $1) }
    case .isInList(let value, let list): mapping.two(value, list) { .isInList($0, $1) }
    case .textTest(let text, let test, let part): mapping.two(text, part) { .textTest($0, test, $1) }
    case .arithmetic(let left, let operation, let right): mapping.two(left, right) { .arithmetic($0, operation, $1) }
    case .otherwise(let value, let fallback): mapping.two(value, fallback) { .otherwise($0, $1) }
    case .closeness(let left, let right, ranks: let ranks):
      mapping.two(left, right) { .closeness($0, $1, ranks: ranks) }
    case .conditional(let condition, let then, let otherwise):
      mapping.many([condition, then, otherwise]).map { .conditional($0[0], then: $0[1], otherwise: $0[2]) }
    case .reduce(let reduction): mapping.reduction(reduction).map { .reduce($0) }
    case .interpolation(let pieces): mapping.pieces(pieces).map { .interpolation($0) }
    case .definition, .factorScore, .pointsScore, .journey, .segment, .definitionIsUnchanged:
      mappedDefinition(mapping)
    // No answer is kept about candidates.
    case .candidate, .affinity, .candidateEvents, .rate, .popularity: nil
    }
  }

  private func mappedDefinition(_ mapping: NodeMapping) -> Node.Kind? {
    switch self {
    case .definition(let id, let body):
      guard let id = mapping.definition(id) else { return nil }
      return mapping.one(body) { .definition(id, $0) }
    case .definitionIsUnchanged(let id, let node, let span):
      guard let id = mapping.definition(id) else { return nil }
      return mapping.one(node) { .definitionIsUnchanged(id, $0, span) }
    case .factorScore(let terms):
      return mapping.many(terms.map(\.value)).map { nodes in
        .factorScore(zip(terms, nodes).map { .init(weight: $0.weight, value: $1) })
      }
    case .pointsScore(let terms, limit: let limit):
      return mapping.many(terms.map(\.basis)).map { nodes in
        .pointsScore(
          zip(terms, nodes).map { .init(points: $0.points, basis: $1, counts: $0.counts, upTo: $0.upTo) },
          limit: limit)
      }
    case .journey(let id, stages: let stages, movesBack: let movesBack):
      guard let id = mapping.definition(id), let stages = mapping.optional(stages),
        let movesBack = mapping.optional([movesBack])
      else { return nil }
      return .journey(id, stages: stages, movesBack: movesBack[0])
    case .segment(let id, let condition, until: let until):
      guard let id = mapping.definition(id), let nodes = mapping.optional([condition, until]), let condition = nodes[0]
      else { return nil }
      return .segment(id, condition, until: nodes[1])
    default: return nil
    }
  }
}

extension NodeMapping {
  fileprivate func one(_ id: NodeID, _ make: (NodeID) -> Node.Kind) -> Node.Kind? { node(id).map(make) }

  fileprivate func two(_ left: NodeID, _ right: NodeID, _ make: (NodeID, NodeID) -> Node.Kind) -> Node.Kind? {
    guard let left = node(left), let right = node(right) else { return nil }
    return make(left, right)
  }

  fileprivate func many(_ ids: [NodeID]) -> [NodeID]? {
    let mapped = ids.compactMap(node)
    return mapped.count == ids.count ? mapped : nil
  }

  /// `nil` stays `nil`.
  fileprivate func optional(_ ids: [NodeID?]) -> [NodeID?]? {
    var mapped: [NodeID?] = []
    for id in ids {
      guard let id else {
        mapped.append(nil)
        continue
      }
      guard let other = node(id) else { return nil }
      mapped.append(other)
    }
    return mapped
  }

  fileprivate func grouping(_ grouping: Grouping) -> Grouping? {
    frame(grouping.outer).map { Grouping(outer: $0, path: grouping.path, link: grouping.link) }
  }

  fileprivate func reduction(_ reduction: Reduction) -> Reduction? {
    guard let grouping = grouping(reduction.grouping),
      let nodes = optional([reduction.filter, reduction.value, reduction.start, reduction.end])
    else { return nil }
    return Reduction(
      operation: reduction.operation, grouping: grouping, onPairs: reduction.onPairs, filter: nodes[0],
      value: nodes[1], start: nodes[2], startIsIncluded: reduction.startIsIncluded, end: nodes[3])
  }

  fileprivate func pieces(_ pieces: [Node.TextPiece]) -> [Node.TextPiece]? {
    var mapped: [Node.TextPiece] = []
    for piece in pieces {
      switch piece {
      case .text: mapped.append(piece)
      case .value(let id):
        guard let other = node(id) else { return nil }
        mapped.append(.value(other))
      }
    }
    return mapped
  }
}

extension EvaluationPlan {
  /// For each node of this plan the same node of another one, if it has it: made of the same in the same way, about the
  /// same fields and events.
  func nodes(in other: EvaluationPlan) -> [NodeID?] {
    var definitions: [DefinitionID: DefinitionID] = [:]
    for definition in program.definitions {
      definitions[definition.id] =
        other.program.definitions.first {
          $0.name == definition.name && $0.subject == definition.subject && $0.type == definition.type
        }?.id
    }
    var nodes = [NodeID?](repeating: nil, count: graph.nodes.count)
    var frames = [FrameID?](repeating: nil, count: graph.frames.count)
    for (index, frame) in graph.frames.enumerated() {
      switch frame {
      case .scalar, .table, .occurrences: frames[index] = other.graph.existing(frame)
      case .pairs(let grouping):
        frames[index] = frames[grouping.outer.index].flatMap {
          other.graph.existing(.pairs(Grouping(outer: $0, path: grouping.path, link: grouping.link)))
        }
      }
    }
    for (index, node) in graph.nodes.enumerated() {
      let mapping = NodeMapping(
        node: { nodes[$0.index] }, frame: { frames[$0.index] }, definition: { definitions[$0] })
      nodes[index] = node.mapped(mapping).flatMap(other.graph.existing)
    }
    return nodes
  }
}

extension CheckedProgram {
  /// Whether records, events, choices and assets are declared alike, so that data that were loaded for one program mean
  /// the same to another.
  func declaresSameData(as other: CheckedProgram) -> Bool {
    func isSame(_ left: RecordSchema, _ right: RecordSchema) -> Bool {
      left.fields.map(\.name) == right.fields.map(\.name) && left.fields.map(\.type) == right.fields.map(\.type)
        && left.fields.map(\.missingMeans) == right.fields.map(\.missingMeans)
    }
    return isSame(contact, other.contact) && isSame(account, other.account) && isSame(deal, other.deal)
      && isSame(asset, other.asset) && choiceSets.map(\.name) == other.choiceSets.map(\.name)
      && choiceSets.map(\.values) == other.choiceSets.map(\.values) && assets.map(\.name) == other.assets.map(\.name)
      && assets.map(\.values) == other.assets.map(\.values) && events.map(\.name) == other.events.map(\.name)
      && events.map(\.worth) == other.events.map(\.worth)
      && zip(events, other.events).allSatisfy { $0.isForAccount == $1.isForAccount && isSame($0.record, $1.record) }
  }
}

extension ReadSet {
  /// Whether all that another set names is here.
  func holds(_ other: ReadSet) -> Bool { union(other) == self }
}
