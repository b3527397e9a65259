import CMaskKernels

// Planes: a bit for each row, 64 rows to a word, in blocks that stay in the cache.

/// How many rows are worked on at a time.
enum MaskBlock {
  static let words = Int(mask_words)
  static let rows = 64 * words

  static func count(rows: Int) -> Int { (rows + MaskBlock.rows - 1) / MaskBlock.rows }
}

/// The planes of one block, one after another. The memory lives as long as the call that made it.
struct PlaneBlock {
  let base: UnsafeMutablePointer<UInt64>

  /// Calls `body` with room for planes, which are all zero.
  static func with(planes: Int, _ body: (PlaneBlock) -> Void) {
    let words = planes * MaskBlock.words
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 * words, alignment: 64)
    defer { memory.deallocate() }
    body(PlaneBlock(base: memory.initializeMemory(as: UInt64.self, repeating: 0, count: words)))
  }

  @inline(__always)
  func pointer(to plane: Int) -> UnsafeMutablePointer<UInt64> { base + plane * MaskBlock.words }

  /// - Parameter words: of whole blocks.
  func copy(_ words: [UInt64], block: Int, to plane: Int) {
    words.withUnsafeBufferPointer { words in
      guard let start = words.baseAddress else { return }
      pointer(to: plane).update(from: start + block * MaskBlock.words, count: MaskBlock.words)
    }
  }
}

/// Sets a bit of each word whose truth is yes, or unknown where that counts as yes.
func setBit(_ position: Int, of words: inout [UInt32], _ truths: [UInt8], isLenient: Bool) {
  let other: UInt8 = isLenient ? Column.missingFlag : 1
  words.withUnsafeMutableBufferPointer { words in
    truths.withUnsafeBufferPointer { truths in
      for index in 0..<min(words.count, truths.count) {
        words[index] |= (truths[index] == 1 || truths[index] == other ? 1 : 0) &<< UInt32(position)
      }
    }
  }
}

/// A bit for each flag, in whole blocks: set where it is yes, or unknown where that counts as yes.
func packed(_ flags: [UInt8], isLenient: Bool) -> [UInt64] {
  var words = [UInt64](repeating: 0, count: MaskBlock.count(rows: flags.count) * MaskBlock.words)
  let whole = flags.count / 8
  flags.withUnsafeBytes { flags in
    for eight in 0..<whole {
      // Yes is 1 and unknown 2; multiplying moves the lowest bits of eight bytes into the highest byte.
      let bytes = UInt64(littleEndian: flags.loadUnaligned(fromByteOffset: 8 * eight, as: UInt64.self))
      let lowest = (isLenient ? bytes | bytes >> 1 : bytes) & 0x0101_0101_0101_0101
      words[eight >> 3] |= ((lowest &* 0x0102_0408_1020_4080) >> 56) << UInt64(8 * (eight & 7))
    }
  }
  for row in 8 * whole..<flags.count where flags[row] == 1 || isLenient && flags[row] == Column.missingFlag {
    words[row >> 6] |= 1 << UInt64(row & 63)
  }
  return words
}
