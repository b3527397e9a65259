import BusinessTime
import RuleSemantics

extension RowEvaluator {
  func computeDefinition(_ step: RowStep) -> Cell {
    switch step.code {
    case .definition:
      let id = DefinitionID(Int(step.index))
      let given = data.records(plan.program[id].subject).given
      guard !given.isEmpty, let column = given[id] else { return cell(step.a) }
      let row = registers.frameRows[Int(step.frame)]
      if step.kind == .list {
        let members = column.memberCells(row)
        return members.isEmpty ? cell(step.a) : list(members)
      }
      let value = column.cell(row)
      return value.isMissing(step.kind) ? cell(step.a) : value
    case .factorScore: return factorScore(step)
    case .pointsScore: return pointsScore(step)
    case .journey: return journey(step)
    case .segment: return segment(step)
    case .fieldUnchanged:
      if cell(step.a).isMissing(kind(step.a)) { return 2 }
      let records = step.variant == 1 ? data.accounts : data.contacts
      guard let changedAt = records.changedAt[FieldIndex(Int(step.b))] else { return 1 }
      return Cell(changedAt[registers.frameRows[Int(step.frame)]] <= earlier(by: step))
    default: return definitionUnchanged(step)
    }
  }

  private func earlier(by step: RowStep) -> Int64 {
    calendar.subtract(tables.spans[Int(step.index)], from: Instant(milliseconds: now)).milliseconds
  }

  private func factorScore(_ step: RowStep) -> Cell {
    var total = 0.0
    for position in 0..<Int(step.b) {
      let value = factor(registers.operands[Int(step.a) + position])
      total = total + tables.numbers[Int(step.index)][position] * (value.isNaN ? 0 : min(max(value, 0), 1))
    }
    return Cell(number: 100 * total)
  }

  private func factor(_ id: Int32) -> Double {
    switch kind(id) {
    case .number: cell(id).number
    case .flag: cell(id) == 1 ? 1 : 0
    case .date, .time, .choice, .text, .asset, .list: .nan
    }
  }

  private func pointsScore(_ step: RowStep) -> Cell {
    let numbers = tables.numbers[Int(step.index)]
    var total = 0.0
    for position in 0..<Int(step.b) {
      let operand = registers.operands[Int(step.a) + position]
      let (points, limit, counts) = (numbers[3 * position], numbers[3 * position + 1], numbers[3 * position + 2] == 1)
      guard counts else {
        total += truth(operand) == 1 ? points : 0
        continue
      }
      let product = points * number(operand)
      total += product.isNaN ? 0 : min(max(product, -limit), limit)
    }
    guard step.variant == 1 else { return Cell(number: finite(total)) }
    return Cell(number: min(max(total, numbers[numbers.count - 2]), numbers[numbers.count - 1]))
  }

  /// The last stage whose condition is true: those before it need not be asked.
  func rawStage(_ step: RowStep) -> Int? {
    var stage = Int(step.b) - 1
    while stage >= 0 {
      let condition = registers.operands[Int(step.a) + stage]
      if condition < 0 || truth(condition) == 1 { return stage }
      stage -= 1
    }
    return nil
  }

  private func journey(_ step: RowStep) -> Cell {
    let raw = rawStage(step).map { Cell($0) } ?? .missing
    guard let stages = data.previous.stages[DefinitionID(Int(step.index))] else { return raw }
    let previous = Cell(stages[registers.frameRows[Int(step.frame)]])
    if previous < 0 || raw > previous { return raw }
    return raw != .missing && step.c >= 0 && truth(step.c) == 1 ? raw : previous
  }

  private func segment(_ step: RowStep) -> Cell {
    guard step.b >= 0 else { return Cell(truth(step.a) == 1) }
    if truth(step.b) == 1 { return 0 }
    if let members = data.previous.members[DefinitionID(Int(step.index))],
      members[registers.frameRows[Int(step.frame)]] == 1
    {
      return 1
    }
    return Cell(truth(step.a) == 1)
  }

  /// A journey or segment that changes in this evaluation changes now.
  private func definitionUnchanged(_ step: RowStep) -> Cell {
    let value = cell(step.a)
    let kind = kind(step.a)
    if value.isMissing(kind) { return 2 }
    let (id, row) = (DefinitionID(Int(step.b)), registers.frameRows[Int(step.frame)])
    if let former = formerValue(id, row, kind), former != value {
      return Cell(tables.spans[Int(step.index)].amount == 0)
    }
    guard let changedAt = data.previous.changedAt[id] else { return 1 }
    return Cell(changedAt[row] <= earlier(by: step))
  }

  /// What a journey or segment was after the last run; `nil` when it has no past.
  func formerValue(_ id: DefinitionID, _ row: Int, _ kind: CellKind) -> Cell? {
    switch kind {
    case .choice: data.previous.stages[id].map { $0[row] < 0 ? .missing : Cell($0[row]) }
    case .flag: data.previous.members[id].map { Cell($0[row]) }
    case .number, .date, .time, .text, .asset, .list: nil
    }
  }
}
