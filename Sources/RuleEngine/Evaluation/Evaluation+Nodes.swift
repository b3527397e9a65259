import BusinessTime
import RuleSemantics

extension Evaluation {
  /// The column of a node whose operands are computed.
  func compute(_ node: Node, _ batch: BatchState?) -> Column {
    let count = rowCount(node.frame, batch)
    switch node.kind {
    case .constant(let value): return constant(value, node.type)
    case .now: return .times([now.milliseconds])
    case .today: return .dates([today])
    case .moment(let span, later: let later): return .times([moment(span, later: later)])
    case .field(let field): return fieldColumn(field, node, count)
    case .eventTime, .eventWorth, .triggerTime, .triggerWorth, .triggerOld, .triggerNew, .stepTime:
      return eventColumn(node, count, batch)
    case .fieldIsUnchanged(let field, let value, let span):
      let isUnchanged = unchanged(changes(of: field, in: node.frame), span, count)
      return .flags(unknownWhereMissing(isUnchanged, operand(value, batch)))
    case .gather(let operand, .outer) where plan.graph[node.frame].isOfCandidates:
      // One for all candidates, which kernels spread.
      return self.operand(operand, batch).gathered([focus?.contact ?? Column.missingCode])
    case .gather(let operand, let step):
      return self.operand(operand, batch).gathered(index(step, from: node.frame, batch))
    case .definition, .factorScore, .pointsScore, .journey, .segment, .definitionIsUnchanged:
      return computeDefinition(node, count, batch)
    case .not, .and, .or, .compare, .isKnown, .isOneOf, .isInList, .textTest, .matches:
      return .flags(computeCondition(node, count, batch))
    case .reduce(let reduction): return reduce(reduction, node, count, batch)
    case .candidate: return .assets((0..<Int32(count)).map(\.self))
    case .affinity, .candidateEvents, .rate, .popularity: return computeOfCandidates(node)
    default: return computeValue(node, count, batch)
    }
  }

  var today: Int32 { calendar.zone.day(of: now).dayNumber }

  func moment(_ span: TimeSpan, later: Bool) -> Int64 {
    (later ? calendar.add(span, to: now) : calendar.subtract(span, from: now)).milliseconds
  }

  // MARK: - Leaves

  func constant(_ value: Value, _ type: ValueType) -> Column {
    Column([value], type: type, texts: &texts)
  }

  private func fieldColumn(_ field: FieldIndex, _ node: Node, _ count: Int) -> Column {
    guard case .table(let table) = plan.graph[node.frame], let column = storedColumn(field, of: table),
      column.count == count
    else { return .missing(node.type, count: count) }
    return column.plain
  }

  /// As the snapshot has it.
  func storedColumn(_ field: FieldIndex, of table: Table) -> Column? {
    if case .assets = table { return assetColumn(field) }
    let columns: [Column] =
      switch table {
      case .contacts: snapshot.contacts.columns
      case .accounts: snapshot.accounts.columns
      case .deals: snapshot.deals.columns
      case .assets: []
      case .events(.type(let event)): eventTable(event).columns
      case .events(.everybody(let event)): everybodysTable(event).columns
      case .events(.interactions): []
      }
    return columns.indices.contains(field.index) ? columns[field.index] : nil
  }

  private func eventColumn(_ node: Node, _ count: Int, _ batch: BatchState?) -> Column {
    switch (node.kind, plan.graph[node.frame]) {
    case (.eventTime, .table(.events(let source))): return .times(times(of: source))
    case (.eventWorth, .table(.events(.interactions(of: let subject)))):
      return .numbers(interactions(of: subject).worths)
    default: break
    }
    guard let occurrences = batch?.batch else { return .missing(node.type, count: count) }
    switch (node.kind, occurrences.triggers, occurrences.kind) {
    case (.triggerTime, .events(rows: let rows), .event(.type(let event))):
      return .times(gather(eventTable(event).times, rows, missing: Column.missingTime))
    case (.triggerTime, .interactions(times: let times, worths: _), _),
      (.triggerTime, .changes(old: _, new: _, times: let times), _):
      return .times(times)
    case (.triggerTime, .enrolments(began: let times, steps: _), _): return .times(times)
    case (.stepTime(let step), .enrolments(began: _, steps: let steps), _):
      return .times(steps[step] ?? Array(repeating: Column.missingTime, count: count))
    case (.triggerWorth, .interactions(times: _, worths: let worths), _): return .numbers(worths)
    case (.triggerOld, .changes(old: let old, new: _, times: _), _) where old.count == count: return old
    case (.triggerNew, .changes(old: _, new: let new, times: _), _) where new.count == count: return new
    default: return .missing(node.type, count: count)
    }
  }

  private func changes(of field: FieldIndex, in frame: FrameID) -> [Int64]? {
    switch plan.graph[frame] {
    case .table(.contacts): snapshot.contacts.changedAt[field]
    case .table(.accounts): snapshot.accounts.changedAt[field]
    default: nil
    }
  }

  /// Whether the last change, if any, is at least a span ago.
  func unchanged(_ changedAt: [Int64]?, _ span: TimeSpan, _ count: Int) -> [UInt8] {
    guard let changedAt else { return Array(repeating: 1, count: count) }
    let limit = moment(span, later: false)
    // The value for "never changed" is the lowest of all.
    return changedAt.map { $0 <= limit ? 1 : 0 }
  }

  private func unknownWhereMissing(_ truths: [UInt8], _ value: Column) -> [UInt8] {
    map2(truths, value.known(count: truths.count), count: truths.count) { truth, isKnown in
      isKnown == 1 ? truth : Column.missingFlag
    }
  }

  // MARK: - Definitions

  private func computeDefinition(_ node: Node, _ count: Int, _ batch: BatchState?) -> Column {
    switch node.kind {
    case .definition(let id, let body):
      var computed = operand(body, batch)
      if plan.graph[body].frame == .scalar { computed = computed.gathered(Array(repeating: 0, count: count)) }
      let given = table(plan.program[id].subject).given[id]
      guard let given, given.count == count else { return computed }
      return given.otherwise(computed, count: count)
    case .factorScore(let terms):
      return .numbers(factorScore(terms.map { ($0.weight, factor($0.value, count, batch)) }, count: count))
    case .pointsScore(let terms, limit: let limit):
      return .numbers(pointsScore(terms.map { points($0, count, batch) }, limit: limit, count: count))
    case .journey(let id, stages: let stages, movesBack: let movesBack):
      let previous = snapshot.previous.stages[id]
      return .choices(
        journey(
          conditions: stages.map { $0.map { truths($0, count, batch) } },
          movesBack: movesBack.map { truths($0, count, batch) },
          previous: previous?.count == count ? previous : nil, count: count))
    case .segment(let id, let condition, until: let until):
      let previous = snapshot.previous.members[id]
      return .flags(
        segment(
          condition: truths(condition, count, batch), until: until.map { truths($0, count, batch) },
          previous: previous?.count == count ? previous : nil))
    case .definitionIsUnchanged(let id, let value, let span):
      let isUnchanged = definitionIsUnchanged(id, operand(value, batch), span, count)
      return .flags(unknownWhereMissing(isUnchanged, operand(value, batch)))
    default: return .missing(node.type, count: count)
    }
  }

  /// The flags of an operand, spread over the rows of a frame.
  func truths(_ node: NodeID, _ count: Int, _ batch: BatchState?) -> [UInt8] {
    guard case .flags(let flags) = operand(node, batch) else { return Array(repeating: 2, count: count) }
    guard flags.count != count, let only = flags.first else { return flags }
    return Array(repeating: only, count: count)
  }

  private func factor(_ node: NodeID, _ count: Int, _ batch: BatchState?) -> [Double] {
    switch operand(node, batch) {
    case .numbers(let numbers): numbers
    case .flags(let flags): flags.map { $0 == 1 ? 1 : 0 }
    default: [.nan]
    }
  }

  private func points(_ term: Node.PointsTerm, _ count: Int, _ batch: BatchState?) -> [Double] {
    if !term.counts { return truths(term.basis, count, batch).map { $0 == 1 ? term.points : 0 } }
    let limit = term.upTo ?? .infinity
    return operand(term.basis, batch).numbers.map { count in
      let product = term.points * count
      return product.isNaN ? 0 : min(max(product, -limit), limit)
    }
  }

  /// A journey or segment that changes in this evaluation changes now.
  private func definitionIsUnchanged(
    _ id: DefinitionID, _ value: Column, _ span: TimeSpan, _ count: Int
  ) -> [UInt8] {
    var result = unchanged(snapshot.previous.changedAt[id], span, count)
    guard result.count == count else { return Array(repeating: 1, count: count) }
    let isMoment = span.amount == 0
    switch value {
    case .choices(let stages):
      guard let previous = snapshot.previous.stages[id], previous.count == count else { break }
      for row in 0..<count where stages[row] != previous[row] { result[row] = isMoment ? 1 : 0 }
    case .flags(let members):
      guard let previous = snapshot.previous.members[id], previous.count == count else { break }
      for row in 0..<count where members[row] != previous[row] { result[row] = isMoment ? 1 : 0 }
    default: break
    }
    return result
  }
}

extension ValueType {
  /// The type of a list's members.
  var memberType: ValueType { if case .list(let member) = self { member } else { self } }
}
