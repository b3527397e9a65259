import CMaskKernels
import RuleSemantics

/// Makes a mask program of conditions of a plan. What is no test of one column is computed by the evaluation first.
struct MaskPlanner {
  private let evaluation: Evaluation
  private let graph: PlanGraph
  private let threads: Int
  private var leaves: MaskLeaves
  /// By twice the node, plus 1 where unknown counts as yes.
  private var planes: [PlaneSource?]
  private var columns: [ColumnEncodings.Key: TestedColumn?] = [:]
  private var foldedValues: [ColumnEncodings.Key: Column] = [:]
  /// By the position of the column.
  private var knownPlanes: [Int: PlaneSource] = [:]
  /// Tests of texts, which are answered together at the end.
  private var openQuestions: [ColumnEncodings.Question: OpenQuestion] = [:]

  init(_ evaluation: Evaluation, rowCount: Int, threads: Int) {
    self.evaluation = evaluation
    self.threads = threads
    graph = evaluation.plan.graph
    leaves = MaskLeaves(rowCount: rowCount)
    planes = Array(repeating: nil, count: 2 * graph.nodes.count)
  }

  /// Adds the plane of a condition as a result.
  mutating func addResult(_ condition: NodeID, isLenient: Bool) {
    leaves.addResult(plane(of: condition, isLenient))
  }

  /// The program that makes the results.
  mutating func program() -> MaskProgram {
    answerQuestions()
    return leaves.program()
  }

  private mutating func plane(of id: NodeID, _ isLenient: Bool) -> PlaneSource {
    let place = 2 * id.index + (isLenient ? 1 : 0)
    if let known = planes[place] { return known }
    let source = makePlane(of: id, isLenient)
    planes[place] = source
    return source
  }

  private mutating func makePlane(of id: NodeID, _ isLenient: Bool) -> PlaneSource {
    let node = graph[id]
    if node.frame == .scalar {
      let truth = evaluation.truths(id, 1, nil)[0]
      return truth == 1 || isLenient && truth == Column.missingFlag ? .all : .none
    }
    switch node.kind {
    case .not(let operand): return !plane(of: operand, !isLenient)
    case .and(let operands): return all(sources(of: operands, isLenient))
    case .or(let operands): return !all(operands.map { !plane(of: $0, isLenient) })
    default: return testPlane(of: node, isLenient) ?? givenPlane(of: id, isLenient)
    }
  }

  /// `x is known and x > 1` is the same as where `x > 1` is yes, whether unknown counts as yes or not.
  private mutating func sources(of operands: [NodeID], _ isLenient: Bool) -> [PlaneSource] {
    let known = operands.compactMap { id -> NodeID? in
      if case .isKnown(let operand) = graph[id].kind { operand } else { nil }
    }
    guard !known.isEmpty else { return operands.map { plane(of: $0, isLenient) } }
    var implied: Set<NodeID> = []
    let strict = operands.map { id in
      guard let tested = strictlyTested(graph[id]), known.contains(tested) else { return false }
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
    var distinct = sources.sorted()
    if distinct.first == PlaneSource.none { return .none }
    var count = 0
    for source in distinct where source != .all && (count == 0 || source != distinct[count - 1]) {
      distinct[count] = source
      count += 1
    }
    distinct.removeLast(distinct.count - count)
    switch distinct.count {
    case 0: return .all
    case 1: return distinct[0]
    default: return leaves.add(.all(distinct))
    }
  }

  // MARK: - Tests of one column

  private mutating func testPlane(of node: Node, _ isLenient: Bool) -> PlaneSource? {
    guard let tested = testedOperand(of: node), let (key, isFolded) = key(of: tested), var column = column(of: key)
    else { return nil }
    if let question = question(node, key, isFolded, column.values) {
      return plane(of: question, column, isLenient)
    }
    if isFolded {
      column.values = folded(key, column)
      column.isAscending = false
    }
    guard let codes = evaluation.codes(for: node, in: column, isLenient) else { return nil }
    switch codes {
    case .ranges(let ranges):
      if ranges.isEmpty { return PlaneSource.none }
      return leaves.add(.ranges(column: column.position, ranges))
    case .codes(let codes): return leaves.add(.codes(column: column.position, codes))
    case .truths(let truths):
      return leaves.add(.truths(column: column.position, truths, isLenient: isLenient))
    }
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

  /// The column whose codes the operand has, and whether the operand is its folded text.
  private func key(of id: NodeID) -> (ColumnEncodings.Key, isFolded: Bool)? {
    switch graph[id].kind {
    case .field(let field):
      guard case .table(let table) = graph[graph[id].frame] else { return nil }
      return (.field(table, field), false)
    case .folded(let operand): return key(of: operand).map { ($0.0, true) }
    case .gather(let operand, .account):
      guard graph[graph[id].frame] == .table(.contacts) else { return nil }
      return key(of: operand).map { (.ofAccount($0.0), $0.isFolded) }
    default: return nil
    }
  }

  private mutating func column(of key: ColumnEncodings.Key) -> TestedColumn? {
    if let known = columns[key] { return known }
    let column = evaluation.coded(key, count: leaves.rowCount).map {
      TestedColumn(coded: $0, values: $0.values, isAscending: true, position: leaves.add($0))
    }
    columns[key] = .some(column)
    return column
  }

  private mutating func folded(_ key: ColumnEncodings.Key, _ column: TestedColumn) -> Column {
    if let known = foldedValues[key] { return known }
    let folded = evaluation.folded(column.coded.values)
    foldedValues[key] = folded
    return folded
  }

  private func question(
    _ node: Node, _ key: ColumnEncodings.Key, _ isFolded: Bool, _ values: Column
  ) -> ColumnEncodings.Question? {
    guard case .texts = values else { return nil }
    switch node.kind {
    case .textTest(_, let test, let part):
      guard case .texts(let parts) = evaluation.operand(part, nil), let part = parts.first, part >= 0 else {
        return nil
      }
      return .init(key: key, isFolded: isFolded, test: .part(test, evaluation.texts.text(part)))
    case .matches(_, let pattern): return .init(key: key, isFolded: isFolded, test: .pattern(pattern))
    default: return nil
    }
  }

  /// Where the test is yes; or, where unknown counts as yes, where it is not no.
  private mutating func plane(
    of question: ColumnEncodings.Question, _ column: TestedColumn, _ isLenient: Bool
  ) -> PlaneSource {
    let open: OpenQuestion
    if let known = openQuestions[question] {
      open = known
    } else {
      // What is given up is known when the question is answered.
      open = OpenQuestion(column: column, yes: leaves.add(.none), exceeded: leaves.add(.none))
      openQuestions[question] = open
    }
    guard isLenient else { return open.yes }
    var isNo = [!open.yes, knownPlane(of: column)]
    if case .pattern = question.test { isNo.append(!open.exceeded) }
    return !all(isNo)
  }

  /// The rows that have a value.
  private mutating func knownPlane(of column: TestedColumn) -> PlaneSource {
    if let plane = knownPlanes[column.position] { return plane }
    let plane = !leaves.add(.ranges(column: column.position, [mask_range(low: 0, extent: 0)]))
    knownPlanes[column.position] = plane
    return plane
  }

  private mutating func answerQuestions() {
    // In a fixed order, though no result depends on it.
    let questions = openQuestions.sorted { $0.value.yes < $1.value.yes }
    var unanswered: [ColumnEncodings.Key: [ColumnEncodings.Question]] = [:]
    for (question, _) in questions where evaluation.encodings.answers[question] == nil {
      unanswered[question.key, default: []].append(question)
    }
    for (key, questions) in unanswered {
      guard let column = columns[key] ?? nil, case .texts(let codes) = column.coded.values else { continue }
      let found = TextTests(questions.map { ($0.test, $0.isFolded) })
        .answers(codes, evaluation.texts, threads: threads)
      let table = ColumnEncodings.TextAnswerTable(numbers: found.numbers, valueCount: codes.count)
      for (test, question) in questions.enumerated() {
        evaluation.encodings.answers[question] = ColumnEncodings.Answer(
          table: table, test: test, exceeded: found.exceeded.compactMap { $0.test == test ? $0.position : nil })
      }
    }
    for (question, open) in questions {
      guard let answer = evaluation.encodings.answers[question] else { continue }
      evaluation.report(answer, of: question.test)
      leaves.replace(open.yes, with: .answers(column: open.column.position, answer.table, test: answer.test))
      if !answer.exceeded.isEmpty {
        leaves.replace(open.exceeded, with: .codes(column: open.column.position, answer.exceeded))
      }
    }
  }

  // MARK: - Everything else

  private mutating func givenPlane(of id: NodeID, _ isLenient: Bool) -> PlaneSource {
    let flags = evaluation.truths(id, leaves.rowCount, nil)
    return leaves.add(.given(packed(flags, isLenient: isLenient)))
  }
}

/// A test of texts that is not answered yet, and the planes that its answer will fill.
private struct OpenQuestion {
  let column: TestedColumn
  let yes: PlaneSource
  /// Where it is given up.
  let exceeded: PlaneSource
}

/// A column of which tests are asked.
struct TestedColumn {
  let coded: CodedColumn
  /// For each code the value that is tested, which is the folded text where that is what the test is about.
  var values: Column
  /// Whether equal values have one code, and greater ones a greater code.
  var isAscending: Bool
  /// In the leaves of the planner.
  let position: Int
}
