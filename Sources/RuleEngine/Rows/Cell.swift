import BusinessTime
import RuleSemantics

/// A value of one row in 64 bits, read by its kind: the bits of a number, 0, 1 or 2 of a flag, days, milliseconds,
/// positions and codes of texts; of a list, where its members stand in `RowEvaluator.members`.
typealias Cell = Int64

/// How a cell is read.
enum CellKind: UInt8 {
  case number, flag, date, time, choice, text, asset, list

  init(_ type: ValueType) {
    switch type {
    case .number: self = .number
    case .flag, .error: self = .flag
    case .date: self = .date
    case .time: self = .time
    case .choice: self = .choice
    case .text: self = .text
    case .asset: self = .asset
    case .list: self = .list
    }
  }

  var missing: Cell {
    switch self {
    case .number: Cell(number: .nan)
    case .flag: 2
    case .list: 0
    case .date, .time, .choice, .text, .asset: .missing
    }
  }
}

extension Cell {
  /// Of all kinds but numbers, flags and lists.
  static let missing = Int64.min

  @inline(__always)
  init(number: Double) {
    self = Int64(bitPattern: number.bitPattern)
  }

  /// Of a number.
  @inline(__always)
  var number: Double { Double(bitPattern: UInt64(bitPattern: self)) }

  /// The members of a list.
  init(list members: Range<Int>) {
    self = Int64(members.lowerBound) << 32 | Int64(members.count)
  }

  /// Of a list.
  var members: Range<Int> {
    let start = Int(self >> 32)
    return start..<start + Int(self & 0xffff_ffff)
  }

  /// A flag of Kleene's logic.
  @inline(__always)
  init(_ truth: Bool) {
    self = truth ? 1 : 0
  }

  /// As `Column.key`; `nil` when the value is missing.
  @inline(__always)
  func key(_ kind: CellKind) -> Int64? {
    switch kind {
    case .number: number.isNaN ? nil : Int64(bitPattern: (number + 0).bitPattern)
    case .flag: self == 2 ? nil : self
    case .list: nil
    case .date, .time, .choice, .text, .asset: self == .missing ? nil : self
    }
  }

  func isMissing(_ kind: CellKind) -> Bool {
    switch kind {
    case .number: number.isNaN
    case .flag: self == 2
    case .list: self & 0xffff_ffff == 0
    case .date, .time, .choice, .text, .asset: self == .missing
    }
  }
}
