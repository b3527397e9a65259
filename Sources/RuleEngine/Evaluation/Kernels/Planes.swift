// Kernels over planes: a bit for each row, 64 rows to a word, in blocks that stay in the cache.

/// How many rows are worked on at a time.
enum MaskBlock {
  static let words = 32
  static let rows = 64 * words
  static let bytes = 8 * words

  static func count(rows: Int) -> Int { (rows + MaskBlock.rows - 1) / MaskBlock.rows }
}

/// A plane, or its opposite.
struct PlaneSource: Hashable, Comparable, Sendable {
  var plane: Int
  var isInverted = false

  static prefix func ! (source: PlaneSource) -> PlaneSource {
    PlaneSource(plane: source.plane, isInverted: !source.isInverted)
  }

  static func < (left: PlaneSource, right: PlaneSource) -> Bool {
    (left.plane, left.isInverted ? 1 : 0) < (right.plane, right.isInverted ? 1 : 0)
  }

  @inline(__always) var mask: UInt64 { isInverted ? .max : 0 }
}

/// The planes of one block, one after another. The memory lives as long as the call that made it.
struct PlaneBlock {
  let base: UnsafeMutableRawPointer

  /// Calls `body` with room for planes, which are all zero.
  static func with<R>(planes: Int, _ body: (PlaneBlock) -> R) -> R {
    let words = max(planes, 1) * MaskBlock.words
    let base = UnsafeMutableRawPointer.allocate(byteCount: 8 * words, alignment: 64)
    defer { base.deallocate() }
    base.initializeMemory(as: UInt64.self, repeating: 0, count: words)
    return body(PlaneBlock(base: base))
  }

  @inline(__always)
  func set(_ plane: Int, word: Int, _ bits: UInt64) {
    base.storeBytes(of: bits, toByteOffset: plane * MaskBlock.bytes + 8 * word, as: UInt64.self)
  }

  /// The target becomes yes where all sources are yes.
  @inline(__always)
  func setAll(_ target: Int, of sources: UnsafeBufferPointer<PlaneSource>) {
    for offset in stride(from: 0, to: MaskBlock.bytes, by: MemoryLayout<SIMD8<UInt64>>.size) {
      var result = SIMD8<UInt64>(repeating: .max)
      for source in sources {
        let bits = base.load(fromByteOffset: source.plane * MaskBlock.bytes + offset, as: SIMD8<UInt64>.self)
        result &= bits ^ SIMD8(repeating: source.mask)
      }
      base.storeBytes(of: result, toByteOffset: target * MaskBlock.bytes + offset, as: SIMD8<UInt64>.self)
    }
  }

  /// Copies a plane to a whole block of words, and returns how many rows of it are yes; rows beyond the given number
  /// are no.
  @inline(__always)
  func copy(_ source: PlaneSource, rows: Int, to output: UnsafeMutablePointer<UInt64>) -> Int {
    let start = source.plane * MaskBlock.bytes
    var count = 0
    for word in 0..<MaskBlock.words {
      var bits = base.load(fromByteOffset: start + 8 * word, as: UInt64.self) ^ source.mask
      let left = rows - 64 * word
      if left < 64 { bits &= left > 0 ? (1 << UInt64(left)) - 1 : 0 }
      (output + word).initialize(to: bits)
      count += bits.nonzeroBitCount
    }
    return count
  }

  /// Sets up to 32 planes: a row is yes in the plane at position `p` where bit `p` is set in what the table has for the
  /// row's code. Rows beyond those given are no.
  ///
  /// - Parameter codes: of the rows of this block, each a position in the table.
  @inline(__always)
  func fill<Code: FixedWidthInteger & UnsignedInteger>(
    _ planes: UnsafeBufferPointer<Int>, _ codes: UnsafeBufferPointer<Code>, _ table: UnsafeBufferPointer<UInt32>
  ) {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 64) { buffer in
      guard let square = buffer.baseAddress else { return }
      for word in 0..<MaskBlock.words {
        let first = 64 * word
        for row in 0..<32 {
          var pair: UInt64 = 0
          if first + 64 <= codes.count {
            pair = UInt64(table[Int(codes[first + row])]) | UInt64(table[Int(codes[first + 32 + row])]) << 32
          } else {
            if first + row < codes.count { pair = UInt64(table[Int(codes[first + row])]) }
            if first + 32 + row < codes.count { pair |= UInt64(table[Int(codes[first + 32 + row])]) << 32 }
          }
          square.storeBytes(of: pair, toByteOffset: 8 * row, as: UInt64.self)
        }
        transposeHalves(square)
        for position in 0..<planes.count {
          set(planes[position], word: word, square.load(fromByteOffset: 8 * position, as: UInt64.self))
        }
      }
    }
  }
}

/// Of 32 words: bit `c` of half `h` of word `r` becomes bit `r` of half `h` of word `c`.
@inline(__always)
func transposeHalves(_ words: UnsafeMutableRawPointer) {
  exchange(words, distance: 16, mask: 0x0000_ffff_0000_ffff, as: SIMD4<UInt64>.self)
  exchange(words, distance: 8, mask: 0x00ff_00ff_00ff_00ff, as: SIMD4<UInt64>.self)
  exchange(words, distance: 4, mask: 0x0f0f_0f0f_0f0f_0f0f, as: SIMD4<UInt64>.self)
  exchange(words, distance: 2, mask: 0x3333_3333_3333_3333, as: SIMD2<UInt64>.self)
  for row in stride(from: 0, to: 32, by: 2) {
    let high = words.load(fromByteOffset: 8 * row, as: UInt64.self)
    let low = words.load(fromByteOffset: 8 * row + 8, as: UInt64.self)
    let change = ((high >> 1) ^ low) & 0x5555_5555_5555_5555
    words.storeBytes(of: high ^ (change << 1), toByteOffset: 8 * row, as: UInt64.self)
    words.storeBytes(of: low ^ change, toByteOffset: 8 * row + 8, as: UInt64.self)
  }
}

/// Exchanges the upper bits of each group of `2 × distance` bits with the lower bits of the word `distance` further on.
@inline(__always)
private func exchange<Vector: SIMD>(
  _ words: UnsafeMutableRawPointer, distance: Int, mask: UInt64, as type: Vector.Type
) where Vector.Scalar == UInt64 {
  let shift = Vector(repeating: UInt64(distance))
  let mask = Vector(repeating: mask)
  for start in stride(from: 0, to: 32, by: 2 * distance) {
    for row in stride(from: start, to: start + distance, by: Vector.scalarCount) {
      let upper = words.load(fromByteOffset: 8 * row, as: type)
      let lower = words.load(fromByteOffset: 8 * (row + distance), as: type)
      let change = ((upper &>> shift) ^ lower) & mask
      words.storeBytes(of: upper ^ (change &<< shift), toByteOffset: 8 * row, as: type)
      words.storeBytes(of: lower ^ change, toByteOffset: 8 * (row + distance), as: type)
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
