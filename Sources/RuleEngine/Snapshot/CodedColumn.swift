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

  /// How many codes there are, those that only fill up the last word included.
  var count: Int {
    switch self {
    case .bytes(let codes): codes.count
    case .halves(let codes): codes.count
    case .words(let codes): codes.count
    }
  }

  /// Adds codes behind the others, whose number is not filled up yet.
  ///
  /// - Parameters:
  ///   - valueCount: how many positions there are by now.
  ///   - capacity: how many codes there will be.
  mutating func append(_ added: [UInt32], valueCount: Int, capacity: Int) {
    widen(valueCount: valueCount, capacity: capacity)
    // Without a moment at which two hold the array, which would copy it.
    switch self {
    case .bytes(var codes):
      self = .bytes([])
      codes.append(contentsOf: added.lazy.map { UInt8(truncatingIfNeeded: $0) })
      self = .bytes(codes)
    case .halves(var codes):
      self = .bytes([])
      codes.append(contentsOf: added.lazy.map { UInt16(truncatingIfNeeded: $0) })
      self = .halves(codes)
    case .words(var codes):
      self = .bytes([])
      codes.append(contentsOf: added)
      self = .words(codes)
    }
  }

  private mutating func widen(valueCount: Int, capacity: Int) {
    func widened<T: FixedWidthInteger, W: FixedWidthInteger>(_ codes: [T]) -> [W] {
      var wide: [W] = []
      wide.reserveCapacity(max(capacity, codes.count))
      wide.append(contentsOf: codes.lazy.map { W(truncatingIfNeeded: $0) })
      return wide
    }
    switch self {
    case .bytes(let codes):
      if valueCount > 1 << 16 {
        self = .words(widened(codes))
      } else if valueCount > 1 << 8 {
        self = .halves(widened(codes))
      } else if codes.isEmpty {
        self = .bytes(widened(codes))
      }
    case .halves(let codes):
      if valueCount > 1 << 16 { self = .words(widened(codes)) }
    case .words: break
    }
  }

  /// What stands for each code in a table; of row `i` that of row `order[i]` where an order is given.
  func mapped(by table: [UInt32], order: [Int32]?) -> RowCodes {
    switch self {
    case .bytes(let codes): .bytes(RowCodes.mapped(codes, table, order))
    case .halves(let codes): .halves(RowCodes.mapped(codes, table, order))
    case .words(let codes): .words(RowCodes.mapped(codes, table, order))
    }
  }

  /// Row `i` taken from row `order[i]` where an order is given.
  func arranged(_ order: [Int32]?) -> RowCodes {
    func arranged<Code: FixedWidthInteger>(_ codes: [Code]) -> [Code] {
      guard let order else { return RowCodes.padded(codes.count) { codes[$0] } }
      return RowCodes.padded(order.count) { codes[Int(order[$0])] }
    }
    return switch self {
    case .bytes(let codes): .bytes(arranged(codes))
    case .halves(let codes): .halves(arranged(codes))
    case .words(let codes): .words(arranged(codes))
    }
  }

  private static func mapped<Code: FixedWidthInteger>(_ codes: [Code], _ table: [UInt32], _ order: [Int32]?) -> [Code] {
    let table = table.map { Code(truncatingIfNeeded: $0) }
    guard let order else { return padded(codes.count) { table[Int(codes[$0])] } }
    return padded(order.count) { table[Int(codes[Int(order[$0])])] }
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
