// Reductions of the rows of each group. Rows are taken in their order, so that sums are the same on every run.

struct Decay {
  var times: [Int64]
  var now: Int64
  var halfLife: Double

  @inline(__always)
  func weight(_ row: Int) -> Double { decay(age: now - times[row], halfLife: halfLife) }
}

func countRows(_ groups: GroupRanges, _ filter: [UInt8]?) -> [Double] {
  if filter == nil, groups.selfRows == nil {
    return map2(groups.low, groups.high, count: groups.count) { Double($1 - $0) }
  }
  return groups.map { group in
    var count = 0
    groups.forEachRow(group, filter) { _ in count += 1 }
    return Double(count)
  }
}

func decayedCount(
  _ groups: GroupRanges, _ filter: [UInt8]?, _ times: [Int64], now: Int64, halfLife: Double
) -> [Double] {
  let decay = Decay(times: times, now: now, halfLife: halfLife)
  return groups.map { group in
    var sum = 0.0
    groups.forEachRow(group, filter) { sum += decay.weight($0) }
    return sum
  }
}

/// As `decayedCount`, with weights that are known.
func sumWeights(_ groups: GroupRanges, _ filter: [UInt8]?, _ weights: [Double]) -> [Double] {
  weights.withUnsafeBufferPointer { weights in
    groups.map { group in
      var sum = 0.0
      groups.forEachRow(group, filter) { sum += weights[$0] }
      return sum
    }
  }
}

/// As `sumRows`, with weights that are known.
func sumRows(_ groups: GroupRanges, _ filter: [UInt8]?, _ values: [Double], weights: [Double]) -> [Double] {
  weights.withUnsafeBufferPointer { weights in
    values.withUnsafeBufferPointer { values in
      groups.map { group in
        var sum = 0.0
        groups.forEachRow(group, filter) { row in
          if !values[row].isNaN { sum += weights[row] * values[row] }
        }
        return finite(sum)
      }
    }
  }
}

/// Missing values are left out; 0 when none is left.
func sumRows(_ groups: GroupRanges, _ filter: [UInt8]?, _ values: [Double], decay: Decay?) -> [Double] {
  groups.map { group in
    var sum = 0.0
    groups.forEachRow(group, filter) { row in
      if !values[row].isNaN { sum += decay.map { $0.weight(row) * values[row] } ?? values[row] }
    }
    return finite(sum)
  }
}

/// Missing when there is no value.
func averageRows(_ groups: GroupRanges, _ filter: [UInt8]?, _ values: [Double]) -> [Double] {
  groups.map { group in
    var sum = 0.0
    var count = 0
    groups.forEachRow(group, filter) { row in
      if !values[row].isNaN {
        sum += values[row]
        count += 1
      }
    }
    return count == 0 ? .nan : finite(sum / Double(count))
  }
}

func extremes<T: Comparable>(
  _ groups: GroupRanges, _ filter: [UInt8]?, _ values: [T], isMax: Bool, missing: T, isMissing: (T) -> Bool
) -> [T] {
  groups.map { group in
    var best = missing
    groups.forEachRow(group, filter) { row in
      let value = values[row]
      if isMissing(value) { return }
      if isMissing(best) || (isMax ? value > best : value < best) { best = value }
    }
    return best
  }
}

/// How many different values, members of lists each for itself; texts are folded already.
func distinctRows(_ groups: GroupRanges, _ filter: [UInt8]?, _ values: Column) -> [Double] {
  let members: Column? = if case .lists(let lists) = values { lists.members.column } else { nil }
  return filled(groups.count, threads: groups.threads) { range, result in
    var keys: [Int64] = []
    for group in range {
      keys.removeAll(keepingCapacity: true)
      groups.forEachRow(group, filter) { row in
        if case .lists(let lists) = values, let members {
          for member in lists.range(row) {
            if let key = members.key(member) { keys.append(key) }
          }
        } else if let key = values.key(row) {
          keys.append(key)
        }
      }
      keys.sort()
      var count = 0
      for position in keys.indices where position == 0 || keys[position] != keys[position - 1] { count += 1 }
      (result + (group - range.lowerBound)).initialize(to: Double(count))
    }
  }
}

func firstTime(_ groups: GroupRanges, _ filter: [UInt8]?, _ times: [Int64]) -> [Int64] {
  groups.map { group in
    var first = Column.missingTime
    groups.forEachRow(group, filter) { row in
      if first == Column.missingTime { first = times[row] }
    }
    return first
  }
}

func lastTime(_ groups: GroupRanges, _ filter: [UInt8]?, _ times: [Int64]) -> [Int64] {
  groups.map { group in
    var last = Column.missingTime
    groups.forEachRow(group, filter) { last = times[$0] }
    return last
  }
}

/// Of all rows, the share that passes the filter; missing when there are none.
func shareOfRows(_ groups: GroupRanges, _ filter: [UInt8]?) -> [Double] {
  map2(countRows(groups, filter), countRows(groups, nil), count: groups.count) { part, all in
    all == 0 ? .nan : part / all
  }
}

/// Rows that count after the last one that did, each 1 or its decayed weight.
func spacedCount(
  _ groups: GroupRanges, _ filter: [UInt8]?, _ times: [Int64], _ decay: Decay?,
  isNext: (_ last: Int64, _ next: Int64) -> Bool
) -> [Double] {
  groups.map { group in
    var sum = 0.0
    var last: Int64?
    groups.forEachRow(group, filter) { row in
      if let last, !isNext(last, times[row]) { return }
      last = times[row]
      sum += decay?.weight(row) ?? 1
    }
    return sum
  }
}
