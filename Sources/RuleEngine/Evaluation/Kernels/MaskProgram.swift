import Dispatch

/// Conditions about the rows of one table as operations on planes. Each condition has two planes, where it is yes and
/// where it may be yes (yes or unknown): of both, `and` and `or` are bit by bit, and `not` exchanges and inverts them.
struct MaskProgram: Sendable {
  /// Up to 32 planes about one column, read from a table by the row's code.
  struct Group: Sendable {
    var codes: RowCodes
    /// For each distinct value a bit for each plane.
    var table: [UInt32]
    var planes: [Int]

    /// - Parameters:
    ///   - truths: for each distinct value 0 no, 1 yes, 2 unknown.
    ///   - isLenient: whether unknown counts as yes.
    mutating func add(_ plane: Int, _ truths: [UInt8], isLenient: Bool) {
      setBit(planes.count, of: &table, truths, isLenient: isLenient)
      planes.append(plane)
    }
  }

  /// A plane that is yes where all sources are.
  struct Junction: Sendable {
    var target: Int
    var sources: [PlaneSource]
  }

  let rowCount: Int
  /// Plane 0 is no everywhere.
  var planeCount = 1
  var groups: [Group] = []
  /// Planes that are known already, in whole blocks.
  var given: [(plane: Int, words: [UInt64])] = []
  /// Sources stand before what is made of them.
  var junctions: [Junction] = []
  var results: [PlaneSource] = []

  /// The result planes, in whole blocks one after another, and how many rows of each are yes.
  func run(threads: Int) -> (words: [UInt64], counts: [Int]) {
    let blocks = MaskBlock.count(rows: rowCount)
    let threads = max(1, min(threads, blocks))
    var counts = [Int](repeating: 0, count: threads * results.count)
    let size = results.count * blocks * MaskBlock.words
    let words = [UInt64](unsafeUninitializedCapacity: size) { output, initialized in
      initialized = size
      guard size > 0, let base = output.baseAddress else { return }
      counts.withUnsafeMutableBufferPointer { counts in
        // Each thread writes its own blocks and its own counts.
        nonisolated(unsafe) let base = base
        // As above.
        nonisolated(unsafe) let counts = counts
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          let own = UnsafeMutableBufferPointer(
            rebasing: counts[thread * results.count..<(thread + 1) * results.count])
          run(blocks: thread * blocks / threads..<(thread + 1) * blocks / threads, of: blocks, base, own)
        }
      }
    }
    let totals = results.indices.map { result in
      stride(from: result, to: counts.count, by: results.count).reduce(0) { $0 + counts[$1] }
    }
    return (words, totals)
  }

  private func run(
    blocks: Range<Int>, of blockCount: Int, _ output: UnsafeMutablePointer<UInt64>,
    _ counts: UnsafeMutableBufferPointer<Int>
  ) {
    PlaneBlock.with(planes: planeCount) { planes in
      for block in blocks {
        let rows = block * MaskBlock.rows..<min((block + 1) * MaskBlock.rows, rowCount)
        for group in groups { fill(planes, group, rows) }
        for (plane, words) in given {
          for word in 0..<MaskBlock.words { planes.set(plane, word: word, words[block * MaskBlock.words + word]) }
        }
        for junction in junctions {
          junction.sources.withUnsafeBufferPointer { planes.setAll(junction.target, of: $0) }
        }
        for (index, result) in results.enumerated() {
          let start = (index * blockCount + block) * MaskBlock.words
          counts[index] += planes.copy(result, rows: rows.count, to: output + start)
        }
      }
    }
  }

  private func fill(_ planes: PlaneBlock, _ group: Group, _ rows: Range<Int>) {
    group.table.withUnsafeBufferPointer { table in
      group.planes.withUnsafeBufferPointer { targets in
        switch group.codes {
        case .narrow(let codes):
          codes.withUnsafeBufferPointer { planes.fill(targets, UnsafeBufferPointer(rebasing: $0[rows]), table) }
        case .wide(let codes):
          codes.withUnsafeBufferPointer { planes.fill(targets, UnsafeBufferPointer(rebasing: $0[rows]), table) }
        }
      }
    }
  }
}
