import BusinessTime
import RuleDiagnostics
import RuleSemantics

/// Turns checked expressions into nodes of one graph.
struct Planner {
  let program: CheckedProgram
  var graph: PlanGraph
  var readSet = ReadSet()
  var recommendations: [RecommendationPlan] = []
  /// While it plans for whom other days are off.
  var isPlanningDays = false
  /// One for each definition that has been planned, which stand in the order of the program.
  var definitionNodes: [NodeID]

  /// A node, and the levels whose rows it is computed for; none for a scalar.
  struct Planned {
    var node: NodeID
    var levels: LevelSet
  }

  init(program: CheckedProgram, graph: PlanGraph = PlanGraph(), definitionNodes: [NodeID] = []) {
    self.program = program
    self.graph = graph
    self.definitionNodes = definitionNodes
  }

  mutating func scope(of subject: Subject, trigger: TriggerKind? = nil) -> PlanScope {
    let base = graph.add(.table(subject.table))
    var levels = [
      PlanScope.Level(variable: .subject, base: base, composite: nil, outer: [], entity: subject, source: nil)
    ]
    if let trigger {
      let frame = graph.add(.occurrences(subject, trigger))
      levels.append(
        PlanScope.Level(
          variable: .trigger, base: frame, composite: frame, outer: LevelSet(level: 0), entity: nil, source: nil,
          trigger: trigger))
    }
    return PlanScope(subject: subject, levels: levels)
  }

  // MARK: - Making nodes

  mutating func node(_ kind: Node.Kind, _ type: ValueType, _ frame: FrameID) -> NodeID {
    graph.add(Node(kind: kind, frame: frame, type: type))
  }

  mutating func constant(_ value: Value, _ type: ValueType) -> Planned {
    Planned(node: node(.constant(value), type, .scalar), levels: [])
  }

  mutating func scalar(_ kind: Node.Kind, _ type: ValueType) -> Planned {
    Planned(node: node(kind, type, .scalar), levels: [])
  }

  /// The constant that a node is; `nil` when it is computed.
  func constantValue(_ id: NodeID) -> Value? {
    if case .constant(let value) = graph[id].kind { value } else { nil }
  }

  /// Brings nodes to the smallest frame that has all their levels; scalars stay as they are.
  mutating func align(_ operands: [Planned], in scope: PlanScope) -> (nodes: [NodeID], levels: LevelSet) {
    let levels = scope.closure(of: operands.reduce(LevelSet()) { $0.union($1.levels) })
    return (operands.map { lift($0, to: levels, in: scope) }, levels)
  }

  /// The operand on the frame of a closed set of levels, which has at least the operand's.
  mutating func lift(_ operand: Planned, to levels: LevelSet, in scope: PlanScope) -> NodeID {
    guard !operand.levels.isEmpty, operand.levels != levels, let top = levels.highest else { return operand.node }
    let type = graph[operand.node].type
    if operand.levels == LevelSet(level: top) {
      return node(.gather(operand.node, .inner), type, scope.frame(of: levels))
    }
    let outer = lift(operand, to: scope.levels[top].outer, in: scope)
    return node(.gather(outer, .outer), type, scope.frame(of: levels))
  }

  /// A node of the operands' common frame.
  mutating func combine(
    _ operands: [Planned], _ type: ValueType, in scope: PlanScope, _ kind: ([NodeID]) -> Node.Kind
  ) -> Planned {
    let (nodes, levels) = align(operands, in: scope)
    return Planned(node: node(kind(nodes), type, scope.frame(of: levels)), levels: levels)
  }

  mutating func map(
    _ operand: Planned, _ type: ValueType, in scope: PlanScope, _ kind: (NodeID) -> Node.Kind
  ) -> Planned {
    let frame = graph[operand.node].frame
    return Planned(node: node(kind(operand.node), type, frame), levels: operand.levels)
  }
}

extension Subject {
  package var table: Table {
    switch self {
    case .contact: .contacts
    case .account: .accounts
    }
  }
}
