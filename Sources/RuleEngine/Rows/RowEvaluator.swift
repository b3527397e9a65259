import BusinessTime
import RuleSemantics

/// Computes nodes of a plan for one row at a time: what `Evaluation` computes for all rows of a table, to the bit, in
/// the time that one row takes. Each node is computed when it is first asked for, and what does not decide is not asked
/// for. A class, since it remembers what it said about the row that it is at; it stays on one thread.
final class RowEvaluator {
  let plan: EvaluationPlan
  let graph: PlanGraph
  let data: RowData
  let calendar: BusinessCalendar
  private(set) var now: Int64
  let registers: RowRegisters
  let tables: RowTables
  /// What was said of the events of each contact and account.
  let leaves: (contacts: RowLeaves, accounts: RowLeaves)
  /// Another number each time that data or time are others.
  private(set) var generation = 0
  /// The members of the lists that cells speak of; those of constants first.
  var members: [Cell]
  private let constantMembers: Int
  /// Whether there are ways down that are longer than the stack is deep.
  private let isDeep: Bool
  /// Events of several owners or types in one order, and where those of an account or contact stand.
  var merged = MergedEvents()
  var trends = Trends()
  /// For each step that is an instant that moves along with now where it was last, and how it moves.
  var moments: [RowMoment]
  /// The bounds that were asked for last.
  var knownBounds: (trend: Int32, end: Int64, bounds: Trends.Bounds)?
  /// Nobody asks until when something holds beyond this instant.
  var limit = Int64.max

  init(plan: EvaluationPlan, data: RowData, now: Instant, calendar: BusinessCalendar) {
    self.plan = plan
    graph = plan.graph
    self.data = data
    self.calendar = calendar
    self.now = now.milliseconds
    var compiler = RowCompiler(plan: plan, data: data, calendar: calendar)
    compiler.compile()
    registers = RowRegisters(
      steps: compiler.steps, operands: compiler.operands, frameCount: plan.graph.frames.count)
    tables = compiler.tables
    isDeep = !tables.anchors.isEmpty
    moments = Array(repeating: RowMoment(), count: tables.momentCount)
    members = compiler.members
    constantMembers = compiler.members.count
    leaves = (
      RowLeaves(width: tables.leafCounts.contacts, rowCount: data.contacts.count),
      RowLeaves(width: tables.leafCounts.accounts, rowCount: data.accounts.count)
    )
  }

  /// Another row's turn to be asked until when something holds.
  func beginHorizons() {
    limit = .max
    trends.removeAll()
    knownBounds = nil
    registers.leaveRows()
  }

  func move(to instant: Instant) {
    guard instant.milliseconds != now else { return }
    now = instant.milliseconds
    forget()
  }

  /// Data or time changed: what was said is no longer so.
  func forget() {
    registers.reset()
    generation += 1
    merged.removeAll()
    trends.removeAll()
    knownBounds = nil
    members.removeSubrange(constantMembers...)
  }

  // MARK: - Changes of events

  /// An owner has another event.
  func forgetEvents(_ event: EventID, of owner: Int32) {
    let isForAccount = tables.isForAccount[event.index]
    (isForAccount ? leaves.accounts : leaves.contacts).forget(Int(owner), tables.leavesOfOwner[event.index])
    guard !isForAccount, data.accountOfContact[Int(owner)] >= 0 else { return }
    leaves.accounts.forget(Int(data.accountOfContact[Int(owner)]), tables.leavesOfAccount[event.index])
  }

  /// Other people belong to an account.
  func forgetEvents(ofAccount account: Int32) { leaves.accounts.forget(Int(account)) }

  func forgetEvents(ofContact contact: Int32) { leaves.contacts.forget(Int(contact)) }

  // MARK: - Questions

  /// The value of a node of contacts, of accounts or of neither for a row.
  func cell(_ node: NodeID, row: Int) -> Cell {
    let frame = Int(registers.frames[node.index])
    if frame != 0, registers.frameRows[frame] != row { registers.enter(row, of: frame) }
    if isDeep { computeAnchors(below: node) }
    return cell(Int32(node.index))
  }

  func value(_ node: NodeID, row: Int) -> Value {
    value(of: cell(node, row: row), graph[node].type)
  }

  /// A chain of thousands of definitions would need a deep stack: its links are computed from the first on.
  func computeAnchors(below node: NodeID) {
    guard tables.depths[node.index] > RowCompiler.anchorDistance else { return }
    for anchor in tables.anchors where anchor < node.index && graph.nodes[anchor].frame == graph[node].frame {
      _ = cell(Int32(anchor))
    }
  }

  func value(of cell: Cell, _ type: ValueType) -> Value {
    if case .list(let member) = type {
      let values = cell.members.map { value(of: members[$0], member) }.filter { $0 != .missing }
      return values.isEmpty ? .missing : .list(values)
    }
    guard !cell.isMissing(CellKind(type)) else { return .missing }
    switch type {
    case .number: return .number(cell.number)
    case .flag, .error: return .flag(cell == 1)
    case .date: return .date(CivilDate(dayNumber: Int32(cell)))
    case .time: return .time(Instant(milliseconds: cell))
    case .choice(let set): return .choice(set, Int(cell))
    case .text: return .text(data.texts.text(Int32(cell)))
    case .asset: return .asset(AssetID(Int(cell)))
    case .list: return .missing
    }
  }

  // MARK: - Steps

  @inline(__always)
  func cell(_ id: Int32) -> Cell {
    let index = Int(id)
    let said = registers.values[index]
    return said.epoch == registers.epochs[Int(registers.frames[index])] ? said.cell : compute(index)
  }

  /// The value at another row of the step's frame.
  @inline(__always)
  func cell(_ id: Int32, at row: Int) -> Cell {
    visiting(row, of: Int(registers.frames[Int(id)])) { cell(id) }
  }

  /// Calls `body` while a frame is at a row. It stays there when it was at none, so that the next who asks for the row
  /// finds what is known.
  @inline(__always)
  func visiting<R>(_ row: Int, of frame: Int, _ body: () -> R) -> R {
    if frame == 0 || registers.frameRows[frame] == row { return body() }
    let (formerRow, formerEpoch) = (registers.frameRows[frame], registers.epochs[frame])
    registers.enter(row, of: frame)
    defer {
      if formerRow >= 0 {
        registers.frameRows[frame] = formerRow
        registers.epochs[frame] = formerEpoch
      }
    }
    return body()
  }

  func kind(_ id: Int32) -> CellKind { registers.steps[Int(id)].kind }

  /// As a number, a flag as 1 and 0; missing when it is neither.
  @inline(__always)
  func number(_ id: Int32) -> Double {
    let cell = cell(id)
    switch kind(id) {
    case .number: return cell.number
    case .flag: return cell == 2 ? .nan : Double(cell)
    case .date, .time, .choice, .text, .asset, .list: return .nan
    }
  }

  /// 0 no, 1 yes, 2 unknown.
  @inline(__always)
  func truth(_ id: Int32) -> Cell {
    let cell = cell(id)
    return kind(id) == .flag ? cell : 2
  }

  func list(_ cells: [Cell]) -> Cell {
    guard !cells.isEmpty else { return 0 }
    let start = members.count
    members.append(contentsOf: cells)
    return Cell(list: start..<members.count)
  }
}
