import BusinessTime
import RuleSemantics
import TextMatching

/// What steps need that does not fit into them.
struct RowTables {
  var reductions: [RowReduction] = []
  var spans: [TimeSpan] = []
  var tests: [TextAnswers] = []
  var numbers: [[Double]] = []
  var cells: [[Cell]] = []
  var assets: [RowColumn] = []
  /// One for each node: how long the longest way down from it is.
  var depths: [Int] = []
  /// One for each node: whether it is a number that is made of decaying sums, so that `bounds` knows it nearly.
  var isNear: [Bool] = []
  /// How many reductions about contacts, and about accounts, are remembered.
  var leafCounts: (contacts: Int, accounts: Int) = (0, 0)
  /// For each type of events the leaves of its owner that read it, and of its owner's account.
  var leavesOfOwner: [[Int]] = []
  var leavesOfAccount: [[Int]] = []
  var sharedTests = (contacts: SharedTests(frame: 0), accounts: SharedTests(frame: 0))
  /// The nodes at each whole multiple of `RowCompiler.anchorDistance`.
  var anchors: [Int] = []
  private let contactInteractions: [EventID]
  private let accountInteractions: [EventID]
  /// For each type of events what its declaration says, of which a copy would have to be made to ask it.
  let isForAccount: [Bool]
  let worths: [Double]
  /// How many steps are an instant that moves along with now.
  var momentCount = 0

  init(_ program: CheckedProgram) {
    isForAccount = program.events.map(\.isForAccount)
    worths = program.events.map { $0.worth ?? .nan }
    contactInteractions = program.interactions(of: .contact)
    accountInteractions = program.interactions(of: .account)
  }

  func interactions(of subject: Subject) -> [EventID] {
    switch subject {
    case .contact: contactInteractions
    case .account: accountInteractions
    }
  }
}

/// The answers of one test of texts, each text asked once.
final class TextAnswers {
  enum Test {
    /// A pattern; `nil` when it does not compile.
    case pattern(CompiledPattern?)
    case part(CheckedExpression.TextTest)
  }

  let test: Test
  /// By pairs of a text and what is looked for in it.
  var answers: [Int64: UInt8] = [:]

  init(_ test: Test) {
    self.test = test
  }
}

/// Makes a step of each node of a plan. What needs a batch of occurrences, or a contact's candidates, is missing.
struct RowCompiler {
  let plan: EvaluationPlan
  let graph: PlanGraph
  private let data: RowData
  private let calendar: BusinessCalendar
  var steps: [RowStep] = []
  var operands: [Int32] = []
  var tables: RowTables
  private(set) var members: [Cell] = []

  /// How deep steps may ask one another.
  static let anchorDistance = 96

  init(plan: EvaluationPlan, data: RowData, calendar: BusinessCalendar) {
    self.plan = plan
    graph = plan.graph
    self.data = data
    self.calendar = calendar
    tables = RowTables(plan.program)
  }

  mutating func compile() {
    for (index, node) in graph.nodes.enumerated() {
      let id = NodeID(index: index)
      var step = RowStep(code: .missing, kind: CellKind(node.type), frame: Int32(node.frame.index))
      if !graph.needsBatch(id), !graph.isOfOneContact[node.frame.index] { fill(&step, node) }
      steps.append(step)
      let depth = graph.children(of: id).reduce(0) { max($0, tables.depths[$1.index]) } + 1
      tables.depths.append(depth)
      if depth % RowCompiler.anchorDistance == 0 { tables.anchors.append(index) }
    }
    assignLeaves()
    for index in steps.indices { findNear(index) }
    findSharedTests()
  }

  private mutating func fill(_ step: inout RowStep, _ node: Node) {
    switch node.kind {
    case .constant(let value):
      step.code = .constant
      step.cell = constant(value, node.type)
    case .now: step.code = .now
    case .today: step.code = .today
    case .moment(let span, later: let later):
      step.code = .moment
      step.variant = later ? 1 : 0
      step.index = index(of: span)
      step.c = Int32(tables.momentCount)
      tables.momentCount += 1
    case .field(let field): fillField(&step, field, node)
    case .eventTime: fillEventTime(&step, node)
    case .eventWorth:
      if case .table(.events(.interactions)) = graph[node.frame] { step.code = .interactionWorth }
    case .triggerTime, .triggerWorth, .triggerOld, .triggerNew, .candidate, .affinity, .candidateEvents,
      .rate, .popularity:
      break
    case .gather(let operand, let way):
      step.a = id(operand)
      switch way {
      case .account: step.code = .gatherAccount
      case .outer: step.code = .gatherOuter
      case .inner: step.code = .gatherInner
      }
      if case .table(.deals) = graph[node.frame] { step.variant = 1 }
    case .reduce(let reduction):
      step.code = .reduce
      step.index = Int32(tables.reductions.count)
      tables.reductions.append(
        RowReduction(reduction, node, graph: graph, program: plan.program, calendar: calendar))
    case .definition, .factorScore, .pointsScore, .journey, .segment, .definitionIsUnchanged, .fieldIsUnchanged:
      fillDefinition(&step, node)
    case .not, .and, .or, .compare, .isKnown, .isOneOf, .isInList, .textTest, .matches: fillCondition(&step, node)
    default: fillValue(&step, node)
    }
  }

  // MARK: - Leaves

  private mutating func constant(_ value: Value, _ type: ValueType) -> Cell {
    switch value {
    case .list(let values):
      let start = members.count
      for value in values { members.append(constant(value, type.memberType)) }
      return Cell(list: start..<members.count)
    case .number(let number) where type == .number: return Cell(number: number)
    case .flag(let flag) where CellKind(type) == .flag: return Cell(flag)
    case .date(let date) where type == .date: return Cell(date.dayNumber)
    case .time(let time) where type == .time: return time.milliseconds
    case .choice(_, let position) where CellKind(type) == .choice: return Cell(position)
    case .asset(let asset) where type == .asset: return Cell(asset.index)
    case .text(let text) where type == .text: return Cell(data.texts.code(for: text))
    default: return CellKind(type).missing
    }
  }

  private mutating func fillField(_ step: inout RowStep, _ field: FieldIndex, _ node: Node) {
    guard case .table(let table) = graph[node.frame] else { return }
    step.index = Int32(field.index)
    switch table {
    case .contacts: step.code = .contactField
    case .accounts: step.code = .accountField
    case .deals: step.code = .dealField
    case .events(.type(let event)):
      step.code = .eventField
      step.a = Int32(event.index)
    case .events(.interactions), .events(.everybody), .assets: step.code = .missing
    }
  }

  private func fillEventTime(_ step: inout RowStep, _ node: Node) {
    switch graph[node.frame] {
    case .table(.events(.type(let event))):
      step.code = .eventTime
      step.index = Int32(event.index)
    case .table(.events(.interactions)): step.code = .interactionTime
    default: break
    }
  }

  // MARK: - Definitions

  private mutating func fillDefinition(_ step: inout RowStep, _ node: Node) {
    switch node.kind {
    case .definition(let definition, let body):
      step.code = .definition
      step.a = id(body)
      step.index = Int32(definition.index)
    case .factorScore(let terms):
      step.code = .factorScore
      setOperands(of: &step, terms.map(\.value))
      step.index = Int32(tables.numbers.count)
      tables.numbers.append(terms.map(\.weight))
    case .pointsScore(let terms, limit: let limit):
      step.code = .pointsScore
      setOperands(of: &step, terms.map(\.basis))
      step.index = Int32(tables.numbers.count)
      step.variant = limit == nil ? 0 : 1
      // Of each term its points, the most it gives, and whether it counts; then the limit.
      tables.numbers.append(
        terms.flatMap { [$0.points, $0.upTo ?? .infinity, $0.counts ? 1 : 0] }
          + (limit.map { [$0.lowerBound, $0.upperBound] } ?? []))
    case .journey(let definition, stages: let stages, movesBack: let movesBack):
      step.code = .journey
      // A stage without a condition is always true.
      step.a = Int32(operands.count)
      step.b = Int32(stages.count)
      operands += stages.map { $0.map(id) ?? -1 }
      step.c = movesBack.map(id) ?? -1
      step.index = Int32(definition.index)
    case .segment(let definition, let condition, until: let until):
      step.code = .segment
      step.a = id(condition)
      step.b = until.map(id) ?? -1
      step.index = Int32(definition.index)
    case .definitionIsUnchanged(let definition, let operand, let span):
      step.code = .definitionUnchanged
      step.a = id(operand)
      step.b = Int32(definition.index)
      step.index = index(of: span)
    case .fieldIsUnchanged(let field, let operand, let span):
      step.code = .fieldUnchanged
      step.a = id(operand)
      step.b = Int32(field.index)
      if case .table(.accounts) = graph[node.frame] { step.variant = 1 }
      step.index = index(of: span)
    default: break
    }
  }

  // MARK: - Conditions

  private mutating func fillCondition(_ step: inout RowStep, _ node: Node) {
    switch node.kind {
    case .not(let operand):
      step.code = .not
      step.a = id(operand)
    case .and(let nodes):
      step.code = .and
      setOperands(of: &step, cheapestFirst(nodes))
      step.variant = nodes.allSatisfy { kind($0) == .flag } ? 1 : 0
    case .or(let nodes):
      step.code = .or
      setOperands(of: &step, cheapestFirst(nodes))
      step.variant = nodes.allSatisfy { kind($0) == .flag } ? 1 : 0
    case .compare(let left, let comparison, let right):
      step.a = id(left)
      step.b = id(right)
      step.variant = comparison.number
      guard kind(left) == kind(right) else { break }
      switch kind(left) {
      case .number: step.code = .compareNumbers
      case .flag: step.code = .compareFlags
      case .date, .time, .choice, .asset: step.code = .compareCells
      case .text: step.code = comparison == .equal || comparison == .notEqual ? .compareCells : .compareTexts
      case .list: break
      }
    case .isKnown(let operand):
      step.code = .isKnown
      step.a = id(operand)
    case .isOneOf(let operand, let values):
      step.a = id(operand)
      fillOneOf(&step, kind(operand), values, graph[operand].type)
    case .isInList(let operand, let list):
      guard kind(list) == .list else { break }
      step.code = .isInList
      step.a = id(operand)
      step.b = id(list)
      step.variant = CellKind(graph[list].type.memberType).rawValue
    case .textTest(let text, let test, let part):
      guard kind(text) == .text, kind(part) == .text else { break }
      step.code = .textTest
      step.a = id(text)
      step.b = id(part)
      step.index = add(.part(test))
    case .matches(let text, let pattern):
      guard kind(text) == .text else { break }
      step.code = .matches
      step.a = id(text)
      // The checker compiled it already.
      step.index = add(.pattern(try? CompiledPattern(pattern: pattern.pattern, options: pattern.options)))
    default: break
    }
  }

  private mutating func fillOneOf(_ step: inout RowStep, _ kind: CellKind, _ values: [Value], _ type: ValueType) {
    let cells = values.map { constant($0, type) }.filter { !$0.isMissing(kind) }
    switch kind {
    case .number:
      step.code = .oneOfNumbers
      step.index = Int32(tables.numbers.count)
      tables.numbers.append(cells.map(\.number).sorted())
    case .flag:
      step.code = .oneOfFlags
      step.cell = cells.reduce(0) { $0 | 1 << $1 }
    case .date, .time, .choice, .text, .asset:
      if cells.allSatisfy({ (0..<63).contains($0) }) {
        step.code = .oneOfSmall
        step.cell = cells.reduce(0) { $0 | 1 << $1 }
      } else {
        step.code = .oneOfCells
        step.index = Int32(tables.cells.count)
        tables.cells.append(cells.sorted())
      }
    case .list: break
    }
  }

  /// What is the same for every row, then what is quickly asked, then what reads events or people.
  private func cheapestFirst(_ nodes: [NodeID]) -> [NodeID] {
    func cost(_ id: NodeID) -> Int {
      let node = graph[id]
      if node.frame == .scalar { return 0 }
      if graph.isTimeless[id.index] { return 1 + tables.depths[id.index] }
      return 1000 + tables.depths[id.index]
    }
    return nodes.map { (cost: cost($0), id: $0) }.sorted { $0.cost < $1.cost }.map(\.id)
  }

  // MARK: - Values

  private mutating func fillValue(_ step: inout RowStep, _ node: Node) {
    func one(_ code: RowStep.Code, _ operand: NodeID) {
      step.code = code
      step.a = id(operand)
    }
    func two(_ code: RowStep.Code, _ left: NodeID, _ right: NodeID) {
      step.code = code
      step.a = id(left)
      step.b = id(right)
    }
    switch node.kind {
    case .assetField(let operand, let field):
      guard kind(operand) == .asset else { break }
      one(.assetField, operand)
      step.index = Int32(tables.assets.count)
      tables.assets.append(assetColumn(field, node.type))
    case .folded(let operand):
      let isTexts = graph[operand].type == .list(.text)
      if kind(operand) == .text || isTexts { one(isTexts ? .foldedList : .folded, operand) }
    case .day(let operand): if kind(operand) == .time { one(.day, operand) }
    case .startOfDay(let operand): if kind(operand) == .date { one(.startOfDay, operand) }
    case .arithmetic(let left, let operation, let right):
      two(.arithmetic, left, right)
      step.variant = operation.number
    case .negate(let operand): one(.negate, operand)
    case .shift(let operand, let span, later: let later):
      guard kind(operand) == .time || kind(operand) == .date else { break }
      one(.shift, operand)
      step.variant = later ? 1 : 0
      step.index = index(of: span)
    case .otherwise(let operand, let fallback): two(.otherwise, operand, fallback)
    case .conditional(let condition, then: let then, otherwise: let otherwise):
      two(.conditional, condition, then)
      step.c = id(otherwise)
    case .freshness(let operand, halfLife: let halfLife):
      guard kind(operand) == .time else { break }
      one(.freshness, operand)
      step.number = halfLife
    case .diminishing(let operand, halfAt: let halfAt):
      one(.diminishing, operand)
      step.number = halfAt
    case .closeness(let left, let right, ranks: let ranks):
      guard kind(left) == .choice, kind(right) == .choice else { break }
      two(.closeness, left, right)
      step.index = Int32(ranks)
    case .interpolation: step.code = .interpolation
    default: break
    }
  }

  private func assetColumn(_ field: FieldIndex, _ type: ValueType) -> RowColumn {
    let column = RowColumn(empty: type)
    for asset in plan.program.assets { column.append(asset.value(of: field), &data.texts) }
    return column
  }

  // MARK: - Parts

  private func id(_ node: NodeID) -> Int32 { Int32(node.index) }

  private func kind(_ node: NodeID) -> CellKind { CellKind(graph[node].type) }

  private mutating func setOperands(of step: inout RowStep, _ nodes: [NodeID]) {
    step.a = Int32(operands.count)
    step.b = Int32(nodes.count)
    operands += nodes.map(id)
  }

  private mutating func index(of span: TimeSpan) -> Int32 {
    tables.spans.append(span)
    return Int32(tables.spans.count - 1)
  }

  private mutating func add(_ test: TextAnswers.Test) -> Int32 {
    tables.tests.append(TextAnswers(test))
    return Int32(tables.tests.count - 1)
  }
}

extension CheckedExpression.Comparison {
  /// As `RowStep.variant`.
  var number: UInt8 {
    switch self {
    case .equal: 0
    case .notEqual: 1
    case .less: 2
    case .lessOrEqual: 3
    case .greater: 4
    case .greaterOrEqual: 5
    }
  }
}

extension CheckedExpression.Arithmetic {
  /// As `RowStep.variant`.
  var number: UInt8 {
    switch self {
    case .add: 0
    case .subtract: 1
    case .multiply: 2
    case .divide: 3
    }
  }
}
