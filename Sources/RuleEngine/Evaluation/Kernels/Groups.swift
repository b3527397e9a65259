/// Which inner rows belong to each outer row: those at `low[i]..<high[i]`, through `rows` where it is there.
struct GroupRanges {
  var low: [Int32] = []
  var high: [Int32] = []
  var rows: [Int32]? = nil
  /// An inner row of each outer row that is left out.
  var selfRows: [Int32]? = nil

  var count: Int { low.count }

  /// Keeps the rows whose time is after a limit, one for all or one each, up to and including another. The times of a
  /// group ascend.
  mutating func limit(times: [Int64], after limits: [Int64], upTo end: Int64) {
    guard let only = limits.first else { return }
    let isShared = limits.count != count
    for group in low.indices {
      let after = isShared ? only : limits[group]
      let (first, last) = (Int(low[group]), Int(high[group]))
      let start = countNotAfter(after, times, first, last)
      low[group] = Int32(start)
      high[group] = Int32(max(start, countNotAfter(end, times, first, last)))
    }
  }

  /// The first position whose time is after the limit.
  private func countNotAfter(_ limit: Int64, _ times: [Int64], _ first: Int, _ last: Int) -> Int {
    var (low, high) = (first, last)
    while low < high {
      let middle = (low + high) / 2
      let row = rows.map { Int($0[middle]) } ?? middle
      if times[row] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
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
