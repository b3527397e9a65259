import BusinessTime
import RuleSemantics

/// One attribute of many rows, read and written a row at a time. A class, so that one value is changed in place.
final class RowColumn {
  let type: ValueType
  let kind: CellKind
  private(set) var count: Int
  /// Of the kind's own array; the others stay empty. All are empty while nothing was loaded.
  private var numbers: [Double] = []
  private var flags: [UInt8] = []
  private var codes: [Int32] = []
  private var times: [Int64] = []
  /// Of each list its members, in `members`.
  private var starts: [Int32] = []
  private var ends: [Int32] = []
  private let members: RowColumn?
  private let isAbsent: Bool

  /// - Parameter column: of the type, or absent: then every row is missing, and stays so.
  init(_ column: Column, type: ValueType, count: Int) {
    self.type = type
    self.count = count
    kind = CellKind(type)
    var isAbsent = false
    var members: RowColumn?
    switch column.plain {
    case .numbers(let values) where kind == .number: numbers = values
    case .flags(let values) where kind == .flag: flags = values
    case .dates(let values) where kind == .date: codes = values
    case .times(let values) where kind == .time: times = values
    case .choices(let values) where kind == .choice: codes = values
    case .texts(let values) where kind == .text: codes = values
    case .assets(let values) where kind == .asset: codes = values
    case .lists(let lists) where kind == .list:
      starts = Array(lists.offsets.dropLast())
      ends = Array(lists.offsets.dropFirst())
      let column = lists.members.column
      members = RowColumn(column, type: type.memberType, count: column.count)
    default: isAbsent = true
    }
    // A column of another length says nothing about these rows.
    if !isAbsent, column.count != count { isAbsent = true }
    self.members = members
    self.isAbsent = isAbsent
  }

  /// Of no rows, with a place for values of the type.
  convenience init(empty type: ValueType) {
    self.init(.missing(type, count: 0), type: type, count: 0)
  }

  /// The value of a row, of any kind but a list.
  @inline(__always)
  func cell(_ row: Int) -> Cell {
    if isAbsent { return kind.missing }
    switch kind {
    case .number: return Cell(number: numbers[row])
    case .flag: return Cell(flags[row])
    case .date: return codes[row] == Column.missingDate ? .missing : Cell(codes[row])
    case .time: return times[row]
    case .choice, .text, .asset: return codes[row] < 0 ? .missing : Cell(codes[row])
    case .list: return 0
    }
  }

  /// The members of a row's list, with those that are missing.
  func memberCells(_ row: Int) -> [Cell] {
    guard !isAbsent, let members else { return [] }
    return (starts[row]..<ends[row]).map { members.cell(Int($0)) }
  }

  // MARK: - Changes

  func set(_ value: Value, at row: Int, _ texts: inout TextPool) {
    guard !isAbsent else { return }
    if case .list = type {
      let start = Int32(members?.count ?? 0)
      if case .list(let values) = value { for value in values { members?.append(value, &texts) } }
      starts[row] = start
      ends[row] = Int32(members?.count ?? 0)
      return
    }
    set(cell(of: value, &texts), at: row)
  }

  func append(_ value: Value, _ texts: inout TextPool) {
    appendMissing(1)
    set(value, at: count - 1, &texts)
  }

  func appendMissing(_ added: Int) {
    count += added
    guard !isAbsent else { return }
    switch kind {
    case .number: numbers.append(contentsOf: repeatElement(.nan, count: added))
    case .flag: flags.append(contentsOf: repeatElement(Column.missingFlag, count: added))
    case .date: codes.append(contentsOf: repeatElement(Column.missingDate, count: added))
    case .time: times.append(contentsOf: repeatElement(Column.missingTime, count: added))
    case .choice, .text, .asset: codes.append(contentsOf: repeatElement(Column.missingCode, count: added))
    case .list:
      starts.append(contentsOf: repeatElement(0, count: added))
      ends.append(contentsOf: repeatElement(0, count: added))
    }
  }

  /// Takes over the value of a row of a column of the same type.
  func copy(_ other: RowColumn, _ source: Int, to row: Int) {
    guard !isAbsent else { return }
    guard kind == .list else { return set(other.cell(source), at: row) }
    let start = Int32(members?.count ?? 0)
    if let members {
      for cell in other.memberCells(source) {
        members.appendMissing(1)
        members.set(cell, at: members.count - 1)
      }
    }
    starts[row] = start
    ends[row] = Int32(members?.count ?? 0)
  }

  private func set(_ cell: Cell, at row: Int) {
    switch kind {
    case .number: numbers[row] = cell.number
    case .flag: flags[row] = UInt8(cell)
    case .date: codes[row] = cell == .missing ? Column.missingDate : Int32(cell)
    case .time: times[row] = cell
    case .choice, .text, .asset: codes[row] = cell == .missing ? Column.missingCode : Int32(cell)
    case .list: break
    }
  }

  private func cell(of value: Value, _ texts: inout TextPool) -> Cell {
    switch (kind, value) {
    case (.number, .number(let number)): Cell(number: number)
    case (.flag, .flag(let flag)): Cell(flag)
    case (.date, .date(let date)): Cell(date.dayNumber)
    case (.time, .time(let time)): time.milliseconds
    case (.choice, .choice(_, let position)): Cell(position)
    case (.asset, .asset(let asset)): Cell(asset.index)
    case (.text, .text(let text)): Cell(texts.code(for: text))
    default: kind.missing
    }
  }

  // MARK: - As a column again

  /// The values of some rows.
  func column(_ rows: [Int32]) -> Column {
    if isAbsent { return .absent }
    switch kind {
    case .number: return .numbers(rows.map { numbers[Int($0)] })
    case .flag: return .flags(rows.map { flags[Int($0)] })
    case .date: return .dates(rows.map { codes[Int($0)] })
    case .time: return .times(rows.map { times[Int($0)] })
    case .choice: return .choices(rows.map { codes[Int($0)] })
    case .text: return .texts(rows.map { codes[Int($0)] })
    case .asset: return .assets(rows.map { codes[Int($0)] })
    case .list:
      var offsets: [Int32] = [0]
      var order: [Int32] = []
      for row in rows {
        order.append(contentsOf: starts[Int(row)]..<ends[Int(row)])
        offsets.append(Int32(order.count))
      }
      let column = members?.column(order) ?? .absent
      return .lists(ListColumn(offsets: offsets, members: column.asMembers))
    }
  }
}
