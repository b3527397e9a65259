import Dispatch

/// Some rows of a statement, in memory of their own, column after column.
///
/// A class: it is filled value by value, then handed on whole.
// @unchecked: a chunk belongs to one thread at a time, which hands it on by a queue.
final class RowChunk: @unchecked Sendable {
  static let capacity = 2048
  private static let columnSize = capacity + 4

  /// What the rows are, such as their places in a table.
  @exclusivity(unchecked) private(set) var rows: [Int32] = []
  /// By column and row. Columns are a little longer than the chunk, since places that are a power of two apart drive each
  /// other out of the cache.
  @exclusivity(unchecked) private var cells: [Cell]
  /// The bytes of all texts.
  @exclusivity(unchecked) private var bytes: [UInt8] = []
  private let columnCount: Int

  private struct Cell {
    enum Kind: UInt8 { case null, integer, real, text }

    var kind = Kind.null
    var length: Int32 = 0
    /// The number, its bits, or where the text starts.
    var value: Int64 = 0
  }

  init(columnCount: Int) {
    self.columnCount = columnCount
    cells = Array(repeating: Cell(), count: columnCount * RowChunk.columnSize)
    rows.reserveCapacity(RowChunk.capacity)
  }

  var isFull: Bool { rows.count == RowChunk.capacity }

  /// Takes the current row of a statement from a column on.
  func append(_ row: Int32, _ statement: RawStatement, first: Int) {
    let position = rows.count
    rows.append(row)
    for column in 0..<columnCount {
      var cell = Cell()
      switch statement.value(first + column) {
      case .null: break
      case .integer(let number): cell = Cell(kind: .integer, value: number)
      case .real(let number): cell = Cell(kind: .real, value: Int64(bitPattern: number.bitPattern))
      case .text(let text):
        cell = Cell(kind: .text, length: Int32(text.count), value: Int64(bytes.count))
        bytes.append(contentsOf: text)
      }
      cells[column * RowChunk.columnSize + position] = cell
    }
  }

  /// Calls `body` with each row and its value in a column.
  func forEach(in column: Int, _ body: (Int, StoredValue) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      for (position, row) in rows.enumerated() {
        let cell = cells[column * RowChunk.columnSize + position]
        let value: StoredValue =
          switch cell.kind {
          case .null: .null
          case .integer: .integer(cell.value)
          case .real: .real(Double(bitPattern: UInt64(bitPattern: cell.value)))
          case .text: .text(Bytes(rebasing: bytes[Int(cell.value)..<Int(cell.value) + Int(cell.length)]))
          }
        body(Int(row), value)
      }
    }
  }

  func removeAll() {
    rows.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }
}

/// Hands the rows of a statement on in chunks, so that one thread steps through the database while another finds the
/// distinct values of what came before.
final class RowChunks {
  private let queue = DispatchQueue(label: "rows")
  /// One is filled while one is taken.
  private var chunks: [RowChunk]
  private let isFree = DispatchSemaphore(value: 1)
  private let isConcurrent: Bool
  private let take: @Sendable (RowChunk) -> Void

  /// - Parameter take: is given each chunk, one after another.
  init(columnCount: Int, isConcurrent: Bool, _ take: @escaping @Sendable (RowChunk) -> Void) {
    chunks = [RowChunk(columnCount: columnCount), RowChunk(columnCount: columnCount)]
    self.isConcurrent = isConcurrent
    self.take = take
  }

  func append(_ row: Int32, _ statement: RawStatement, first: Int) {
    chunks[0].append(row, statement, first: first)
    if chunks[0].isFull { handOn() }
  }

  /// Returns when all rows are taken.
  func finish() {
    handOn()
    queue.sync {}
  }

  private func handOn() {
    let chunk = chunks[0]
    guard isConcurrent else {
      take(chunk)
      chunk.removeAll()
      return
    }
    // The other chunk is free when what was handed on before is taken.
    isFree.wait()
    queue.async { [take, isFree] in
      take(chunk)
      chunk.removeAll()
      isFree.signal()
    }
    chunks.swapAt(0, 1)
  }
}
