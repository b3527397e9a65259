import BusinessTime
import RuleSemantics
import TextMatching

extension RowEvaluator {
  /// Computes a step for the row that its frame is at.
  func compute(_ index: Int) -> Cell {
    let step = registers.steps[index]
    let cell: Cell
    switch step.code {
    case .missing: cell = step.kind.missing
    case .constant: cell = step.cell
    case .and: cell = step.variant == 1 ? andFlags(step, index) : and(step)
    case .or: cell = step.variant == 1 ? orFlags(step) : or(step)
    case .not:
      let truth = truth(step.a)
      cell = truth == 2 ? 2 : truth ^ 1
    case .compareNumbers: cell = compareNumbers(step.variant, self.cell(step.a).number, self.cell(step.b).number)
    case .compareNear: cell = compareNear(step)
    case .compareFlags: cell = compare(step.variant, self.cell(step.a), self.cell(step.b), missing: 2)
    case .compareCells: cell = compare(step.variant, self.cell(step.a), self.cell(step.b), missing: .missing)
    case .isKnown: cell = Cell(!self.cell(step.a).isMissing(kind(step.a)))
    case .oneOfSmall: cell = isSmallMember(self.cell(step.a), of: step.cell)
    case .contactField, .accountField, .dealField, .eventField: cell = field(step)
    default: cell = computeOther(step, index)
    }
    registers.values[index] = .init(epoch: registers.epochs[Int(step.frame)], cell: cell)
    return cell
  }

  // MARK: - Conditions

  private func and(_ step: RowStep) -> Cell {
    var result: Cell = 1
    for position in Int(step.a)..<Int(step.a + step.b) {
      let truth = truth(registers.operands[position])
      if truth == 0 { return 0 }
      result |= truth
    }
    return min(result, 2)
  }

  private func or(_ step: RowStep) -> Cell {
    var result: Cell = 0
    for position in Int(step.a)..<Int(step.a + step.b) {
      let truth = truth(registers.operands[position])
      if truth == 1 { return 1 }
      result |= truth
    }
    return result
  }

  /// Where all operands are flags.
  private func andFlags(_ step: RowStep, _ index: Int) -> Cell {
    let operands = registers.operands + Int(step.a)
    var result: Cell = 1
    let first = step.c > 0 && registers.passedSharedTests(index, of: Int(step.frame)) ? Int(step.c) : 0
    for position in first..<Int(step.b) {
      let truth = cell(operands[position])
      if truth == 0 { return 0 }
      result |= truth
    }
    return min(result, 2)
  }

  private func orFlags(_ step: RowStep) -> Cell {
    let operands = registers.operands + Int(step.a)
    var result: Cell = 0
    for position in 0..<Int(step.b) {
      let truth = cell(operands[position])
      if truth == 1 { return 1 }
      result |= truth
    }
    return result
  }

  @inline(__always)
  func compareNumbers(_ variant: UInt8, _ left: Double, _ right: Double) -> Cell {
    left.isNaN || right.isNaN ? 2 : Cell(compares(variant, left, right))
  }

  @inline(__always)
  private func compare(_ variant: UInt8, _ left: Cell, _ right: Cell, missing: Cell) -> Cell {
    left == missing || right == missing ? 2 : Cell(compares(variant, left, right))
  }

  /// Two values that are there, by the number of a comparison.
  @inline(__always)
  func compares<T: Comparable>(_ variant: UInt8, _ left: T, _ right: T) -> Bool {
    switch variant {
    case 0: left == right
    case 1: left != right
    case 2: left < right
    case 3: left <= right
    case 4: left > right
    default: left >= right
    }
  }

  @inline(__always)
  private func isSmallMember(_ cell: Cell, of members: Cell) -> Cell {
    if cell == .missing { return 2 }
    return (0..<63).contains(cell) ? members >> cell & 1 : 0
  }

  private func computeCondition(_ step: RowStep) -> Cell {
    switch step.code {
    case .compareTexts:
      let (left, right) = (cell(step.a), cell(step.b))
      if left == .missing || right == .missing { return 2 }
      return Cell(compares(step.variant, data.texts.text(Int32(left)), data.texts.text(Int32(right))))
    case .oneOfNumbers:
      let number = cell(step.a).number
      return number.isNaN ? 2 : Cell(tables.numbers[Int(step.index)].holdsSorted(number))
    case .oneOfCells:
      let cell = cell(step.a)
      return cell == .missing ? 2 : Cell(tables.cells[Int(step.index)].holdsSorted(cell))
    case .oneOfFlags:
      let flag = cell(step.a)
      return flag == 2 ? 2 : step.cell >> flag & 1
    case .isInList: return isInList(step)
    case .textTest:
      let (text, part) = (cell(step.a), cell(step.b))
      if text == .missing || part == .missing { return 2 }
      return Cell(answer(tables.tests[Int(step.index)], Int32(text), Int32(part)))
    default:
      let text = cell(step.a)
      return text == .missing ? 2 : Cell(answer(tables.tests[Int(step.index)], Int32(text), 0))
    }
  }

  private func isInList(_ step: RowStep) -> Cell {
    let list = cell(step.b).members
    let kind = kind(step.a)
    guard !list.isEmpty, kind != .list, let key = cell(step.a).key(kind),
      let memberKind = CellKind(rawValue: step.variant)
    else { return 2 }
    return Cell(list.contains { members[$0].key(memberKind) == key })
  }

  private func answer(_ test: TextAnswers, _ text: Int32, _ part: Int32) -> UInt8 {
    let key = Int64(text) << 32 | Int64(part)
    if let known = test.answers[key] { return known }
    let answer: UInt8
    switch test.test {
    case .part(let kind): answer = data.texts.holds(text, kind, part) ? 1 : 0
    case .pattern(nil): answer = Column.missingFlag
    case .pattern(.some(let pattern)):
      switch data.texts.withBytes(of: text, pattern.matches(utf8:)) {
      case .yes: answer = 1
      case .no: answer = 0
      case .limitExceeded: answer = Column.missingFlag
      }
    }
    test.answers[key] = answer
    return answer
  }

  // MARK: - Everything else

  private func field(_ step: RowStep) -> Cell {
    let (row, field) = (registers.frameRows[Int(step.frame)], Int(step.index))
    if step.kind == .list { return listField(step, row, field) }
    switch step.code {
    case .contactField: return data.contacts.columns[field].cell(row)
    case .accountField: return data.accounts.columns[field].cell(row)
    case .dealField: return data.deals.columns[field].cell(row)
    default: return data.events[Int(step.a)].cell(field, row)
    }
  }

  private func listField(_ step: RowStep, _ row: Int, _ field: Int) -> Cell {
    switch step.code {
    case .contactField: list(data.contacts.columns[field].memberCells(row))
    case .accountField: list(data.accounts.columns[field].memberCells(row))
    case .dealField: list(data.deals.columns[field].memberCells(row))
    default: list(data.events[Int(step.a)].memberCells(field, row))
    }
  }

  private func computeOther(_ step: RowStep, _ index: Int) -> Cell {
    switch step.code {
    case .compareTexts, .oneOfNumbers, .oneOfCells, .oneOfFlags, .isInList, .textTest, .matches:
      return computeCondition(step)
    case .now: return now
    case .today: return Cell(calendar.zone.day(of: Instant(milliseconds: now)).dayNumber)
    case .moment: return moment(step).value
    case .eventTime: return data.events[Int(step.index)].time(registers.frameRows[Int(step.frame)])
    case .interactionTime: return merged.times[registers.frameRows[Int(step.frame)]]
    case .interactionWorth:
      return Cell(number: tables.worths[Int(merged.types[registers.frameRows[Int(step.frame)]])])
    case .gatherAccount, .gatherOuter, .gatherInner: return gathered(step)
    case .definition, .factorScore, .pointsScore, .journey, .segment, .definitionUnchanged, .fieldUnchanged:
      return computeDefinition(step)
    case .reduce: return reduce(tables.reductions[Int(step.index)])
    case .interpolation: return interpolation(index)
    default: return computeValue(step)
    }
  }

  private func gathered(_ step: RowStep) -> Cell {
    let frame = Int(step.frame)
    switch step.code {
    case .gatherAccount:
      let row = registers.frameRows[frame]
      let account = step.variant == 1 ? data.accountOfDeal[row] : data.accountOfContact[row]
      return account < 0 ? step.kind.missing : cell(step.a, at: Int(account))
    case .gatherInner: return cell(step.a, at: registers.frameRows[frame])
    // The outer frame is at its row still: the pair is met on the way through its inner rows.
    default: return cell(step.a)
    }
  }

  private func computeValue(_ step: RowStep) -> Cell {
    switch step.code {
    case .assetField:
      let asset = cell(step.a)
      if asset == .missing { return step.kind.missing }
      let column = tables.assets[Int(step.index)]
      return step.kind == .list ? list(column.memberCells(Int(asset))) : column.cell(Int(asset))
    case .folded:
      let text = cell(step.a)
      return text == .missing ? .missing : Cell(data.texts.folded(Int32(text)))
    case .foldedList:
      return list(
        cell(step.a).members.map { members[$0] == .missing ? .missing : Cell(data.texts.folded(Int32(members[$0]))) })
    case .day:
      let time = cell(step.a)
      return time == .missing ? .missing : Cell(calendar.zone.day(of: Instant(milliseconds: time)).dayNumber)
    case .startOfDay:
      let day = cell(step.a)
      return day == .missing ? .missing : startOfDay(day)
    case .arithmetic: return arithmetic(step.variant, number(step.a), number(step.b))
    case .negate: return Cell(number: -number(step.a))
    case .shift:
      let value = cell(step.a)
      guard value != .missing else { return .missing }
      let moved = shifted(kind(step.a) == .date ? startOfDay(value) : value, step)
      return step.kind == .date ? Cell(calendar.zone.day(of: Instant(milliseconds: moved)).dayNumber) : moved
    case .otherwise:
      let value = cell(step.a)
      return value.isMissing(kind(step.a)) ? cell(step.b) : value
    case .conditional: return truth(step.a) == 1 ? cell(step.b) : cell(step.c)
    case .freshness:
      let time = cell(step.a)
      return Cell(number: time == .missing ? .nan : decay(age: now - time, halfLife: step.number))
    case .diminishing:
      let number = number(step.a)
      return Cell(number: number.isNaN ? .nan : 1 - powerOfTwo(-max(number, 0) / step.number))
    case .closeness:
      let (left, right) = (cell(step.a), cell(step.b))
      if left == .missing || right == .missing { return Cell(number: .nan) }
      let ranks = Int(step.index)
      return Cell(number: ranks < 2 ? 1 : 1 - Double(abs(Int32(left) - Int32(right))) / Double(ranks - 1))
    default: return step.kind.missing
    }
  }

  private func arithmetic(_ variant: UInt8, _ left: Double, _ right: Double) -> Cell {
    switch variant {
    case 0: Cell(number: finite(left + right))
    case 1: Cell(number: finite(left - right))
    case 2: Cell(number: finite(left * right))
    default: Cell(number: finite(left / right))
    }
  }

  private func startOfDay(_ day: Cell) -> Cell {
    calendar.zone.startOfDay(CivilDate(dayNumber: Int32(day))).milliseconds
  }

  /// Where a step that moves along with now is, and for how many milliseconds more it moves as it does.
  func moment(_ step: RowStep) -> (value: Int64, moves: Bool, length: Int64) {
    moments[Int(step.c)].state(at: now, clock(of: step))
  }

  /// Of a step that is a moment.
  func clock(of step: RowStep) -> RowClock {
    RowClock(span: tables.spans[Int(step.index)], isLater: step.variant == 1, calendar: calendar)
  }

  func shifted(_ time: Int64, _ step: RowStep) -> Int64 {
    let (span, instant) = (tables.spans[Int(step.index)], Instant(milliseconds: time))
    return (step.variant == 1 ? calendar.add(span, to: instant) : calendar.subtract(span, from: instant)).milliseconds
  }

  private func interpolation(_ index: Int) -> Cell {
    guard case .interpolation(let pieces) = graph.nodes[index].kind else { return .missing }
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let fixed): text += fixed
      case .value(let node):
        let value = value(of: cell(Int32(node.index)), graph[node].type)
        text += readableText(value, plan.program, calendar.zone) ?? ""
      }
    }
    return Cell(data.texts.code(for: text))
  }
}

extension Array where Element: Comparable {
  /// Of an ascending array.
  func holdsSorted(_ value: Element) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == value
  }
}
