import Benchmark
import CMaskKernels
import RuleEngine

// The kernels, each over one block of 2,048 rows, and beside each the best that plain Swift does: what is in C is there
// for the difference. `scripts/microbenchmarks` runs them.

private let words = Int(mask_words)
private let rows = 64 * words

private func numbers(_ count: Int, below limit: UInt64) -> [UInt32] {
  var state: UInt64 = 7
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32((state >> 33) % limit)
  }
}

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock], scalingFactor: .kilo, maxDuration: .seconds(1), maxIterations: 1_000)

  let codes = numbers(rows, below: 200)
  let (bytes, halves) = (codes.map { UInt8($0) }, codes.map { UInt16($0) })
  let table = numbers(256, below: 1 << 31)
  let range = [mask_range(low: 20, extent: 30)]
  let planes = numbers(2 * 32 * words, below: 1 << 31).map { UInt64($0) &* 0x9e37_79b9_7f4a_7c15 }

  Benchmark("range of bytes, C") { benchmark in
    var plane = [UInt64](repeating: 0, count: words)
    for _ in benchmark.scaledIterations { mask_ranges8(bytes, words, range, 1, &plane) }
    blackHole(plane)
  }
  Benchmark("range of bytes, Swift") { benchmark in
    var plane = [UInt64](repeating: 0, count: words)
    for _ in benchmark.scaledIterations { swiftRange(bytes, low: 20, extent: 30, &plane) }
    blackHole(plane)
  }
  Benchmark("range of halves, C") { benchmark in
    var plane = [UInt64](repeating: 0, count: words)
    for _ in benchmark.scaledIterations { mask_ranges16(halves, words, range, 1, &plane) }
    blackHole(plane)
  }
  Benchmark("range of words, C") { benchmark in
    var plane = [UInt64](repeating: 0, count: words)
    for _ in benchmark.scaledIterations { mask_ranges32(codes, words, range, 1, &plane) }
    blackHole(plane)
  }
  Benchmark("table of 32 planes, C") { benchmark in
    var planes = [UInt64](repeating: 0, count: 32 * words)
    for _ in benchmark.scaledIterations { mask_table8(bytes, words, table, 32, &planes) }
    blackHole(planes)
  }
  Benchmark("table of 32 planes, Swift") { benchmark in
    var planes = [UInt64](repeating: 0, count: 32 * words)
    for _ in benchmark.scaledIterations { swiftTable(bytes, table, &planes) }
    blackHole(planes)
  }
  Benchmark("64 times and of 4 planes, counted, C") { benchmark in
    var planes = planes
    var counts: [Int64] = [0]
    let instructions = [UInt32](repeatElement([2, 4, 2, 5, 8, 11], count: 64).joined())
    for _ in benchmark.scaledIterations {
      mask_run(&planes, instructions, instructions.count, rows, &counts, nil, 0)
    }
    blackHole(counts)
  }
  Benchmark("64 times and of 4 planes, counted, Swift") { benchmark in
    var count = 0
    for _ in benchmark.scaledIterations {
      for _ in 0..<64 { count &+= swiftAnd(planes, [(1, 0), (2, .max), (4, 0), (5, .max)]) }
    }
    blackHole(count)
  }
  Benchmark("coding of numbers, 1,000 rows") { benchmark in
    let values = numbers(1000, below: 900).map { Double($0) }
    for _ in benchmark.scaledIterations { blackHole(CodedColumn(.numbers(values))) }
  }
  Benchmark("codes of texts, 1,000 rows") { benchmark in
    let texts = numbers(1000, below: 1 << 30).map { "person\($0)@example.com" }
    for _ in benchmark.scaledIterations {
      var pool = TextPool()
      for text in texts { blackHole(pool.code(for: text)) }
    }
  }
}

// MARK: - Plain Swift

/// A flag for each row, which the compiler does for several at once; then the flags of eight rows are collected by a
/// multiplication.
private func swiftRange(_ codes: [UInt8], low: UInt8, extent: UInt8, _ plane: inout [UInt64]) {
  codes.withUnsafeBufferPointer { codes in
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 64) { flags in
      for word in 0..<words {
        for row in 0..<64 { flags[row] = codes[64 * word + row] &- low <= extent ? 1 : 0 }
        var bits: UInt64 = 0
        for eight in 0..<8 {
          let bytes = flags.load(fromByteOffset: 8 * eight, as: UInt64.self)
          bits |= ((bytes &* 0x0102_0408_1020_4080) >> 56) << UInt64(8 * eight)
        }
        plane[word] = bits
      }
    }
  }
}

/// The numbers of 64 rows, turned over by exchanging ever smaller squares of bits.
private func swiftTable(_ codes: [UInt8], _ table: [UInt32], _ planes: inout [UInt64]) {
  codes.withUnsafeBufferPointer { codes in
    table.withUnsafeBufferPointer { table in
      planes.withUnsafeMutableBufferPointer { planes in
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 32) { square in
          for word in 0..<words {
            for row in 0..<32 {
              let (low, high) = (codes[64 * word + row], codes[64 * word + 32 + row])
              square[row] = UInt64(table[Int(low)]) | UInt64(table[Int(high)]) << 32
            }
            var distance = 16
            var mask: UInt64 = 0x0000_ffff_0000_ffff
            while distance > 0 {
              for start in stride(from: 0, to: 32, by: 2 * distance) {
                for row in start..<start + distance {
                  let change = ((square[row] >> UInt64(distance)) ^ square[row + distance]) & mask
                  square[row] ^= change << UInt64(distance)
                  square[row + distance] ^= change
                }
              }
              distance /= 2
              mask ^= mask << UInt64(distance)
            }
            for plane in 0..<32 { planes[plane * words + word] = square[plane] }
          }
        }
      }
    }
  }
}

private func swiftAnd(_ planes: [UInt64], _ sources: [(plane: Int, mask: UInt64)]) -> Int {
  planes.withUnsafeBytes { planes in
    var count = 0
    for offset in stride(from: 0, to: 8 * words, by: 64) {
      var bits = SIMD8<UInt64>(repeating: .max)
      for source in sources {
        bits &=
          planes.loadUnaligned(fromByteOffset: 8 * words * source.plane + offset, as: SIMD8<UInt64>.self)
          ^ SIMD8(repeating: source.mask)
      }
      for lane in 0..<8 { count += bits[lane].nonzeroBitCount }
    }
    return count
  }
}
