/// A column as the distinct values that occur in it and, for each row, the position of its value among them: what
/// depends on one column alone is worked out once for each value, and a row takes one to four bytes.
package struct CodedColumn: Sendable {
  /// Each distinct value once, in ascending order; position 0 is missing, whether any row misses it or not.
  package let values: Column
  package let codes: RowCodes
  /// The number of rows.
  package let count: Int

  package init(values: Column, codes: RowCodes, count: Int) {
    self.values = values
    self.codes = codes
    self.count = count
  }

  /// `nil` for a column of lists, and for one that is not loaded.
  package init?(_ column: Column) {
    guard var coder = ColumnCoder(like: column) else { return nil }
    coder.append(contentsOf: column)
    self = coder.takeColumn()
  }

  /// The value of each row.
  package var plain: Column { values.gathered(codes.indices(count: count)) }
}

/// For each row a position, in as few bytes as the positions need. Rows of position 0 follow, up to a whole number of
/// words of a mask, so that kernels need not look where the rows end.
package enum RowCodes: Sendable {
  case bytes([UInt8])
  case halves([UInt16])
  case words([UInt32])

  /// - Parameter valueCount: how many positions there are.
  init(count: Int, valueCount: Int, _ code: (Int) -> UInt32) {
    if valueCount <= 1 << 8 {
      self = .bytes(RowCodes.padded(count) { UInt8(truncatingIfNeeded: code($0)) })
    } else if valueCount <= 1 << 16 {
      self = .halves(RowCodes.padded(count) { UInt16(truncatingIfNeeded: code($0)) })
    } else {
      self = .words(RowCodes.padded(count, code))
    }
  }

  @inline(__always)
  private static func padded<Code: FixedWidthInteger>(_ count: Int, _ code: (Int) -> Code) -> [Code] {
    filled(RowCodes.paddedCount(count)) { $0 < count ? code($0) : 0 }
  }

  /// How many codes there are for so many rows.
  package static func paddedCount(_ rows: Int) -> Int { (rows + 63) / 64 * 64 }

  package subscript(row: Int) -> Int {
    switch self {
    case .bytes(let codes): Int(codes[row])
    case .halves(let codes): Int(codes[row])
    case .words(let codes): Int(codes[row])
    }
  }

  func indices(count: Int) -> [Int32] {
    switch self {
    case .bytes(let codes): filled(count) { Int32(codes[$0]) }
    case .halves(let codes): filled(count) { Int32(codes[$0]) }
    case .words(let codes): filled(count) { Int32(bitPattern: codes[$0]) }
    }
  }

  /// The codes of other rows; 0 where a row is -1.
  func gathered(_ rows: [Int32]) -> RowCodes {
    switch self {
    case .bytes(let codes): .bytes(RowCodes.padded(rows.count) { rows[$0] < 0 ? 0 : codes[Int(rows[$0])] })
    case .halves(let codes): .halves(RowCodes.padded(rows.count) { rows[$0] < 0 ? 0 : codes[Int(rows[$0])] })
    case .words(let codes): .words(RowCodes.padded(rows.count) { rows[$0] < 0 ? 0 : codes[Int(rows[$0])] })
    }
  }
}
