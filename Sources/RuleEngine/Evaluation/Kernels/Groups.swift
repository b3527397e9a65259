/// Which inner rows belong to each outer row: those at `low[i]..<high[i]`, through `rows` where it is there.
struct GroupRanges {
  var low: [Int32] = []
  var high: [Int32] = []
  var rows: [Int32]? = nil
  /// An inner row of each outer row that is left out.
  var selfRows: [Int32]? = nil
  /// How many share the groups between them.
  var threads = 1

  var count: Int { low.count }

  /// A value for each group.
  @inline(__always)
  func map<T>(_ value: (Int) -> T) -> [T] {
    filled(count, threads: threads) { groups, result in
      for group in groups { (result + (group - groups.lowerBound)).initialize(to: value(group)) }
    }
  }

  /// Keeps the rows whose time is after a limit, one for all or one each, up to and including another. The times of a
  /// group ascend.
  mutating func limit(times: [Int64], after limits: [Int64], upTo end: Int64) {
    guard let only = limits.first else { return }
    let isShared = limits.count != count
    let starts = map { group in firstPosition(after: isShared ? only : limits[group], of: group, times) }
    high = map { group in max(starts[group], firstPosition(after: end, of: group, times)) }
    low = starts
  }

  /// For each group the position of its first row whose time is after a limit, or its end; the times of a group ascend.
  func edges(times: [Int64], after limit: Int64) -> [Int32] {
    map { firstPosition(after: limit, of: $0, times) }
  }

  /// How many rows all groups have together.
  var rowCount: Int {
    var count = 0
    for group in low.indices { count += Int(high[group]) - Int(low[group]) }
    return count
  }

  private func firstPosition(after limit: Int64, of group: Int, _ times: [Int64]) -> Int32 {
    var (low, high) = (Int(low[group]), Int(high[group]))
    // Most often all of a group is before the limit, which is now.
    if low < high, time(at: high - 1, times) <= limit { return Int32(high) }
    while low < high {
      let middle = (low + high) / 2
      if time(at: middle, times) <= limit { low = middle + 1 } else { high = middle }
    }
    return Int32(low)
  }

  @inline(__always)
  private func time(at position: Int, _ times: [Int64]) -> Int64 {
    times[rows.map { Int($0[position]) } ?? position]
  }

  /// Calls `body` with the inner rows of a group that pass the filter, in their order.
  @inline(__always)
  func forEachRow(_ group: Int, _ filter: [UInt8]?, _ body: (Int) -> Void) {
    let skipped = selfRows.map { Int($0[group]) } ?? -1
    for position in Int(low[group])..<Int(high[group]) {
      let row = rows.map { Int($0[position]) } ?? position
      if row == skipped { continue }
      if let filter, filter[row] != 1 { continue }
      body(row)
    }
  }
}

/// The ranges of a table sorted by owner.
func contiguousRanges(of owners: [Int32], ownerCount: Int) -> LinkRows {
  var starts = Array(repeating: 0 as Int32, count: ownerCount)
  var ends = starts
  var position = 0
  while position < owners.count {
    let owner = owners[position]
    let start = position
    while position < owners.count, owners[position] == owner { position += 1 }
    guard owner >= 0, Int(owner) < ownerCount else { continue }
    starts[Int(owner)] = Int32(start)
    ends[Int(owner)] = Int32(position)
  }
  return LinkRows(starts: starts, ends: ends, rows: nil)
}

/// The rows of each owner, in their order or in that of `precedes`.
func groupByOwner(
  _ owners: [Int32], ownerCount: Int, precedes: ((Int, Int) -> Bool)? = nil
) -> LinkRows {
  var ends = Array(repeating: 0 as Int32, count: ownerCount)
  for owner in owners where owner >= 0 && Int(owner) < ownerCount { ends[Int(owner)] += 1 }
  var starts = ends
  var total: Int32 = 0
  for owner in 0..<ownerCount {
    starts[owner] = total
    total += ends[owner]
    ends[owner] = starts[owner]
  }
  var rows = Array(repeating: 0 as Int32, count: Int(total))
  for (row, owner) in owners.enumerated() where owner >= 0 && Int(owner) < ownerCount {
    rows[Int(ends[Int(owner)])] = Int32(row)
    ends[Int(owner)] += 1
  }
  if let precedes {
    for owner in 0..<ownerCount where ends[owner] - starts[owner] > 1 {
      rows[Int(starts[owner])..<Int(ends[owner])].sort { precedes(Int($0), Int($1)) }
    }
  }
  return LinkRows(starts: starts, ends: ends, rows: rows)
}

/// Each of some outer rows with each of its inner rows.
func expand(_ groups: GroupRanges, _ outerRows: Range<Int>) -> FrameRows {
  var frame = FrameRows(starts: [0], outer: [], inner: [])
  frame.starts.reserveCapacity(outerRows.count + 1)
  for group in outerRows {
    groups.forEachRow(group, nil) { row in
      frame.outer.append(Int32(group))
      frame.inner.append(Int32(row))
    }
    frame.starts.append(Int32(frame.inner.count))
  }
  return frame
}
