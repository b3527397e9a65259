import RuleSemantics

/// Makes a mask program of conditions of a plan. What is no comparison of one column is computed by the evaluation
/// first.
struct MaskPlanner {
  private let evaluation: Evaluation
  private let graph: PlanGraph
  private(set) var program: MaskProgram
  private var planes: [PlaneKey: PlaneSource] = [:]
  private var junctions: [[PlaneSource]: Int] = [:]
  /// The group of a column that has room for more planes.
  private var openGroups: [ColumnEncodings.Key: Int] = [:]

  private struct PlaneKey: Hashable {
    var node: NodeID
    /// Whether unknown counts as yes.
    var isLenient: Bool
  }

  init(_ evaluation: Evaluation, rowCount: Int) {
    self.evaluation = evaluation
    graph = evaluation.plan.graph
    program = MaskProgram(rowCount: rowCount)
  }

  /// Adds the plane of a condition as a result.
  mutating func addResult(_ condition: NodeID, isLenient: Bool) {
    program.results.append(plane(of: condition, isLenient))
  }

  private mutating func plane(of id: NodeID, _ isLenient: Bool) -> PlaneSource {
    let key = PlaneKey(node: id, isLenient: isLenient)
    if let known = planes[key] { return known }
    let source = makePlane(of: id, isLenient)
    planes[key] = source
    return source
  }

  private mutating func makePlane(of id: NodeID, _ isLenient: Bool) -> PlaneSource {
    let node = graph[id]
    if node.frame == .scalar {
      let truth = evaluation.truths(id, 1, nil)[0]
      return PlaneSource(plane: 0, isInverted: truth == 1 || isLenient && truth == Column.missingFlag)
    }
    switch node.kind {
    case .not(let operand): return !plane(of: operand, !isLenient)
    case .and(let operands): return all(sources(of: operands, isLenient))
    case .or(let operands): return !all(operands.map { !plane(of: $0, isLenient) })
    default:
      return testPlane(of: node, isLenient) ?? givenPlane(of: id, isLenient)
    }
  }

  /// `x is known and x > 1` is the same as where `x > 1` is yes, whether unknown counts as yes or not.
  private mutating func sources(of operands: [NodeID], _ isLenient: Bool) -> [PlaneSource] {
    var known: Set<NodeID> = []
    for id in operands { if case .isKnown(let operand) = graph[id].kind { known.insert(operand) } }
    var implied: Set<NodeID> = []
    let strict = operands.map { id in
      guard !known.isEmpty, let tested = strictlyTested(graph[id]), known.contains(tested) else { return false }
      implied.insert(tested)
      return true
    }
    return operands.indices.compactMap { index in
      if case .isKnown(let operand) = graph[operands[index]].kind, implied.contains(operand) { return nil }
      return plane(of: operands[index], isLenient && !strict[index])
    }
  }

  /// The operand of a test that is unknown exactly where the operand is missing.
  private func strictlyTested(_ node: Node) -> NodeID? {
    let operand: NodeID
    switch node.kind {
    case .isOneOf(let tested, _): operand = tested
    case .compare(let tested, _, let other), .textTest(let tested, _, let other):
      guard case .constant(let value) = graph[other].kind, value != .missing else { return nil }
      operand = tested
    default: return nil
    }
    if case .folded(let whole) = graph[operand].kind { return whole }
    return operand
  }

  private mutating func all(_ sources: [PlaneSource]) -> PlaneSource {
    let sources = Array(Set(sources)).sorted()
    if sources.count == 1 { return sources[0] }
    if let known = junctions[sources] { return PlaneSource(plane: known) }
    let target = newPlane()
    program.junctions.append(MaskProgram.Junction(target: target, sources: sources))
    junctions[sources] = target
    return PlaneSource(plane: target)
  }

  private mutating func newPlane() -> Int {
    program.planeCount += 1
    return program.planeCount - 1
  }

  // MARK: - Tests of one column

  private mutating func testPlane(of node: Node, _ isLenient: Bool) -> PlaneSource? {
    guard let tested = testedOperand(of: node), let key = key(of: tested), let column = encoded(key, tested),
      let truths = evaluation.truths(of: node, over: column.values, key)
    else { return nil }
    let plane = newPlane()
    if openGroups[key] == nil {
      openGroups[key] = program.groups.count
      program.groups.append(
        MaskProgram.Group(
          codes: column.codes, table: [UInt32](repeating: 0, count: max(column.values.count, 1)), planes: []))
    }
    guard let group = openGroups[key] else { return nil }
    program.groups[group].add(plane, truths, isLenient: isLenient)
    if program.groups[group].planes.count == 32 { openGroups[key] = nil }
    return PlaneSource(plane: plane)
  }

  /// The one operand that differs from row to row.
  private func testedOperand(of node: Node) -> NodeID? {
    switch node.kind {
    case .isKnown(let operand), .isOneOf(let operand, _), .matches(let operand, _): return operand
    case .compare(let operand, _, let other), .textTest(let operand, _, let other):
      return graph[other].frame == .scalar ? operand : nil
    default: return nil
    }
  }

  private func key(of id: NodeID) -> ColumnEncodings.Key? {
    switch graph[id].kind {
    case .field(let field):
      guard case .table(let table) = graph[graph[id].frame] else { return nil }
      return .field(table, field)
    case .folded(let operand): return key(of: operand).map { .folded($0) }
    case .gather(let operand, .account): return key(of: operand).map { .ofAccount($0) }
    default: return nil
    }
  }

  private func encoded(_ key: ColumnEncodings.Key, _ node: NodeID) -> EncodedColumn? {
    if let known = evaluation.encodings.columns[key] { return known }
    let column = evaluation.column(node, nil)
    let encoded = column.count == program.rowCount ? EncodedColumn(column) : nil
    evaluation.encodings.columns[key] = .some(encoded)
    return encoded
  }

  // MARK: - Everything else

  private mutating func givenPlane(of id: NodeID, _ isLenient: Bool) -> PlaneSource {
    let flags = evaluation.truths(id, program.rowCount, nil)
    let plane = newPlane()
    program.given.append((plane, packed(flags, isLenient: isLenient)))
    return PlaneSource(plane: plane)
  }
}
