import CMaskKernels
import Foundation
import TestSupport
import Testing

/// Each kernel says what a loop over rows says.
@Suite struct MaskKernelTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func rangesHoldWhatALoopFinds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let words = 1 + random.below(Int(mask_words))
    let limit = seed % 2 == 0 ? 256 : 12
    let codes = (0..<64 * words).map { _ in UInt32(random.below(limit)) }
    let ranges = (0..<1 + random.below(9)).map { _ in
      let low = random.below(limit)
      return mask_range(low: UInt32(low), extent: UInt32(random.below(limit - low)))
    }
    let expected = packed(codes.map { code in ranges.contains { $0.low <= code && code <= $0.low + $0.extent } })
    var planes = [[UInt64]](repeating: [UInt64](repeating: 7, count: words), count: 3)
    mask_ranges8(codes.map { UInt8($0) }, words, ranges, ranges.count, &planes[0])
    mask_ranges16(codes.map { UInt16($0) }, words, ranges, ranges.count, &planes[1])
    mask_ranges32(codes, words, ranges, ranges.count, &planes[2])
    for plane in planes { #expect(plane == expected) }
    // At the upper end of what codes can be.
    let all = [mask_range(low: 0, extent: 255)]
    mask_ranges8(codes.map { UInt8($0) }, words, all, 1, &planes[0])
    #expect(planes[0] == Array(repeating: .max, count: words))
  }

  @Test(arguments: 1...32)
  func tablesHoldWhatALoopFinds(count: Int) {
    var random = SeededGenerator(seed: UInt64(count))
    let words = 1 + random.below(Int(mask_words))
    let table = (0..<200).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    let codes = (0..<64 * words).map { _ in UInt32(random.below(table.count)) }
    var planes = [[UInt64]](repeating: [UInt64](repeating: 7, count: count * Int(mask_words)), count: 3)
    mask_table8(codes.map { UInt8($0) }, words, table, count, &planes[0])
    mask_table16(codes.map { UInt16($0) }, words, table, count, &planes[1])
    mask_table32(codes, words, table, count, &planes[2])
    for plane in 0..<count {
      let expected = packed(codes.map { table[Int($0)] >> UInt32(plane) & 1 == 1 })
      let start = plane * Int(mask_words)
      for planes in planes { #expect(Array(planes[start..<start + words]) == expected) }
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func powersAreThoseOfTheLibrary(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = random.below(70)
    let now: Int64 = 1_790_000_000_000
    let halfLife = Double(1 + random.below(3_000_000_000))
    let times = (0..<count).map { _ in now - Int64(random.below(9_000_000_000)) + 1_000_000_000 }
    let numbers = (0..<count).map { _ in random.chance(0.1) ? .nan : Double(random.below(4000)) / 100 - 5 }
    var weights = [Double](repeating: 7, count: count)
    var shares = weights
    decay_weights(times, count, now, halfLife, &weights)
    diminish(numbers, count, 3, &shares)
    for row in 0..<count {
      let weight = exp2(-Double(max(now - times[row], 0)) / halfLife)
      // Below the smallest normal number it is 0.
      #expect(abs(weights[row] - weight) <= 4 * weight.ulp + .leastNormalMagnitude)
      #expect(times[row] < now || weights[row] == 1)
      #expect(numbers[row].isNaN == shares[row].isNaN)
      if !numbers[row].isNaN { #expect(abs(shares[row] - (1 - exp2(-max(numbers[row], 0) / 3))) <= 1e-15) }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func instructionsDoWhatALoopDoes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let size = Int(mask_words)
    let rows = seed == 0 ? 64 * size : 1 + random.below(64 * size)
    let planeCount = 12
    var planes = (0..<planeCount * size).map { _ in random.next() & random.next() }
    var expectedPlanes = planes
    var instructions: [UInt32] = []
    let resultCount = 4
    var expectedCounts = [Int64](repeating: 0, count: resultCount)
    var expectedOutput = [UInt64](repeating: 0, count: resultCount * size)
    for step in 0..<12 {
      let sources = (0..<1 + random.below(5)).map { _ in
        (plane: random.below(planeCount), isInverted: random.chance(0.4))
      }
      let isInverted = random.chance(0.3)
      let result = step % 3 == 0 ? step / 3 : nil
      let target = random.below(planeCount)
      instructions.append(UInt32(result ?? target) << 2 | (result == nil ? 0 : 2) | (isInverted ? 1 : 0))
      instructions.append(UInt32(sources.count))
      for source in sources { instructions.append(UInt32(source.plane) << 1 | (source.isInverted ? 1 : 0)) }
      var words = [UInt64](repeating: 0, count: size)
      for row in 0..<64 * size {
        let isYes = sources.allSatisfy { source in
          (expectedPlanes[source.plane * size + row / 64] >> UInt64(row % 64) & 1 == 1) != source.isInverted
        }
        if isYes != isInverted { words[row / 64] |= 1 << UInt64(row % 64) }
      }
      if let result {
        for row in rows..<max(rows, 64 * size) { words[row / 64] &= ~(1 << UInt64(row % 64)) }
        expectedCounts[result] += Int64(words.reduce(0) { $0 + $1.nonzeroBitCount })
        expectedOutput.replaceSubrange(result * size..<(result + 1) * size, with: words)
      } else {
        expectedPlanes.replaceSubrange(target * size..<(target + 1) * size, with: words)
      }
    }
    var counts = [Int64](repeating: 0, count: resultCount)
    var output = [UInt64](repeating: 0, count: resultCount * size)
    mask_run(&planes, instructions, instructions.count, rows, &counts, &output, size)
    #expect(planes == expectedPlanes)
    #expect(counts == expectedCounts)
    #expect(output == expectedOutput)
  }

  private func packed(_ flags: [Bool]) -> [UInt64] {
    (0..<(flags.count + 63) / 64).map { word in
      (0..<min(64, flags.count - 64 * word)).reduce(0) { $0 | (flags[64 * word + $1] ? 1 : 0) << UInt64($1) }
    }
  }
}
