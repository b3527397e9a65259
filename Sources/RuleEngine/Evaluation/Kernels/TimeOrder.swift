/// The rows of groups by time, so that a limit that moves on passes only the rows between. No row is in two groups.
struct TimeOrder {
  /// Rows of one bucket of time stand side by side, in any order: their positions, and their groups.
  private var starts: [Int32]
  private var positions: [Int32]
  private var groups: [Int32]
  private let rows: [Int32]?
  /// The first bucket begins at `first`, and each is 2^`bits` milliseconds long.
  private let first: Int64
  private let last: Int64
  private let bits: Int64

  init(_ ranges: GroupRanges, _ times: [Int64]) {
    rows = ranges.rows
    var (first, last, count) = (Int64.max, Int64.min, 0)
    func forEachPosition(_ body: (_ group: Int, _ position: Int, _ time: Int64) -> Void) {
      for group in 0..<ranges.count {
        for position in Int(ranges.low[group])..<Int(ranges.high[group]) {
          body(group, position, times[ranges.rows.map { Int($0[position]) } ?? position])
        }
      }
    }
    forEachPosition { _, _, time in
      (first, last, count) = (min(first, time), max(last, time), count + 1)
    }
    (self.first, self.last) = (first, last)
    // About 64 rows to a bucket, were they spread evenly.
    var bits: Int64 = 1
    if count > 0 {
      while (last >> bits) - (first >> bits) > Int64(count / 64) { bits += 1 }
    }
    self.bits = bits
    let bucketCount = count > 0 ? Int((last >> bits) - (first >> bits)) + 1 : 0
    var starts = [Int32](repeating: 0, count: bucketCount + 1)
    func bucket(_ time: Int64) -> Int { Int((time >> bits) - (first >> bits)) }
    forEachPosition { _, _, time in starts[bucket(time) + 1] += 1 }
    for bucket in 0..<bucketCount { starts[bucket + 1] += starts[bucket] }
    var next = starts
    var positions = [Int32](repeating: 0, count: count)
    var groups = positions
    forEachPosition { group, position, time in
      let place = Int(next[bucket(time)])
      next[bucket(time)] += 1
      positions[place] = Int32(position)
      groups[place] = Int32(group)
    }
    (self.starts, self.positions, self.groups) = (starts, positions, groups)
  }

  /// For each group the position of its first row after a limit.
  ///
  /// - Parameters:
  ///   - edges: the same of an earlier limit.
  ///   - times: those that the order was made of.
  func moved(_ edges: [Int32], from earlier: Int64, to limit: Int64, _ times: [Int64]) -> [Int32] {
    var edges = edges
    guard !positions.isEmpty, limit >= first else { return edges }
    func bucket(_ time: Int64) -> Int { Int((min(max(time, first), last) >> bits) - (first >> bits)) }
    for place in Int(starts[bucket(earlier)])..<Int(starts[bucket(limit) + 1]) {
      let position = Int(positions[place])
      let time = times[rows.map { Int($0[position]) } ?? position]
      if time > earlier, time <= limit { edges[Int(groups[place])] += 1 }
    }
    return edges
  }
}
