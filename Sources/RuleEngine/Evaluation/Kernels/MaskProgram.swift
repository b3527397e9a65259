import CMaskKernels
import Dispatch
import Synchronization

/// Conditions about the rows of one table as operations on planes, which hold a bit for each row. Each condition has two
/// planes, where it is yes and where it may be yes (yes or unknown): of both, `and` and `or` are bit by bit, and `not`
/// exchanges and inverts them.
struct MaskProgram: Sendable {
  /// The tests of one column.
  struct ColumnTests: Sendable {
    let codes: RowCodes
    var tables: [Table] = []
    fileprivate private(set) var ranges: [mask_range] = []
    /// For each plane which of the ranges make it.
    fileprivate private(set) var tests: [(plane: Int, ranges: Range<Int>)] = []

    init(codes: RowCodes) {
      self.codes = codes
    }

    mutating func add(_ ranges: [mask_range], plane: Int) {
      tests.append((plane, self.ranges.count..<self.ranges.count + ranges.count))
      self.ranges += ranges
    }
  }

  /// Neighboring planes that are read from a table by the row's code.
  struct Table: Sendable {
    /// For each distinct value, from `start` on, a bit for each plane.
    var numbers: [UInt32]
    var start: Int
    var firstPlane: Int
    var planeCount: Int
  }

  let rowCount: Int
  let resultCount: Int
  /// Plane 0 is no everywhere.
  private(set) var planeCount = 1
  var columns: [ColumnTests] = []
  /// Planes that are known already, in whole blocks.
  var given: [(plane: Int, words: [UInt64])] = []
  /// As `mask_run` takes them.
  private var instructions: [UInt32] = []

  init(rowCount: Int, resultCount: Int) {
    self.rowCount = rowCount
    self.resultCount = resultCount
  }

  mutating func addPlane() -> Int { addPlanes(1) }

  /// Neighbors; the first of them.
  mutating func addPlanes(_ count: Int) -> Int {
    planeCount += count
    return planeCount - count
  }

  /// The plane is yes where all sources are.
  mutating func addInstruction(plane: Int, of sources: [PlaneSource]) {
    add(head: UInt32(plane) << 2, sources)
  }

  /// The result is yes where all sources are, or where that is not so.
  mutating func addResult(_ result: Int, isInverted: Bool, of sources: [PlaneSource]) {
    add(head: UInt32(result) << 2 | 2 | (isInverted ? 1 : 0), sources)
  }

  private mutating func add(head: UInt32, _ sources: [PlaneSource]) {
    instructions.append(head)
    instructions.append(UInt32(sources.count))
    for source in sources { instructions.append(source.code) }
  }

  // MARK: - Running

  /// So many blocks are taken at once by a thread that has nothing to do.
  private static let blocksAtOnce = 4

  /// How many rows of each result are yes, and unless only that is asked for the planes of the results, in whole
  /// blocks one after another.
  func run(threads: Int, keepsRows: Bool) -> (words: [UInt64], counts: [Int]) {
    let blocks = MaskBlock.count(rows: rowCount)
    let portions = (blocks + MaskProgram.blocksAtOnce - 1) / MaskProgram.blocksAtOnce
    let threads = max(1, min(threads, portions))
    var counts = [Int64](repeating: 0, count: threads * resultCount)
    let size = keepsRows ? resultCount * blocks * MaskBlock.words : 0
    let words = [UInt64](unsafeUninitializedCapacity: size) { output, initialized in
      initialized = size
      counts.withUnsafeMutableBufferPointer { counts in
        // Each thread writes the words of its own blocks and its own counts.
        nonisolated(unsafe) let output = size > 0 ? output.baseAddress : nil
        // As above.
        nonisolated(unsafe) let counts = counts
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          guard let own = counts.baseAddress.map({ $0 + thread * resultCount }) else { return }
          PlaneBlock.with(planes: planeCount) { planes in
            while true {
              let portion = next.add(1, ordering: .relaxed).oldValue
              guard portion < portions else { break }
              let first = portion * MaskProgram.blocksAtOnce
              for block in first..<min(first + MaskProgram.blocksAtOnce, blocks) {
                run(block, of: blocks, planes, output, own)
              }
            }
          }
        }
      }
    }
    let totals = (0..<resultCount).map { result in
      (0..<threads).reduce(0) { $0 + Int(counts[$1 * resultCount + result]) }
    }
    return (words, totals)
  }

  private func run(
    _ block: Int, of blockCount: Int, _ planes: PlaneBlock, _ output: UnsafeMutablePointer<UInt64>?,
    _ counts: UnsafeMutablePointer<Int64>
  ) {
    let rows = min(MaskBlock.rows, rowCount - block * MaskBlock.rows)
    for column in columns { planes.fill(column, block: block, words: (rows + 63) / 64) }
    for (plane, words) in given { planes.copy(words, block: block, to: plane) }
    instructions.withUnsafeBufferPointer { instructions in
      mask_run(
        planes.base, instructions.baseAddress, instructions.count, rows, counts,
        output.map { $0 + block * MaskBlock.words }, blockCount * MaskBlock.words)
    }
  }
}

extension PlaneBlock {
  @inline(__always)
  fileprivate func fill(_ column: MaskProgram.ColumnTests, block: Int, words: Int) {
    switch column.codes {
    case .bytes(let codes): fill(column, codes, block, words, mask_ranges8, mask_table8)
    case .halves(let codes): fill(column, codes, block, words, mask_ranges16, mask_table16)
    case .words(let codes): fill(column, codes, block, words, mask_ranges32, mask_table32)
    }
  }

  @inline(__always)
  private func fill<Code>(
    _ column: MaskProgram.ColumnTests, _ codes: [Code], _ block: Int, _ words: Int,
    _ makeRanges: (UnsafePointer<Code>?, Int, UnsafePointer<mask_range>?, Int, UnsafeMutablePointer<UInt64>?) -> Void,
    _ makeTable: (UnsafePointer<Code>?, Int, UnsafePointer<UInt32>?, Int, UnsafeMutablePointer<UInt64>?) -> Void
  ) {
    codes.withUnsafeBufferPointer { codes in
      let codes = codes.baseAddress.map { $0 + block * MaskBlock.rows }
      column.ranges.withUnsafeBufferPointer { ranges in
        for (plane, own) in column.tests {
          makeRanges(codes, words, ranges.baseAddress.map { $0 + own.lowerBound }, own.count, pointer(to: plane))
        }
      }
      for table in column.tables {
        table.numbers.withUnsafeBufferPointer {
          makeTable(
            codes, words, $0.baseAddress.map { $0 + table.start }, table.planeCount, pointer(to: table.firstPlane))
        }
      }
    }
  }
}
