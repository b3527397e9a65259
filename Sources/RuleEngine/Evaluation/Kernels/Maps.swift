import RuleSemantics

// Kernels over whole arrays. An array of one element stands for a value that is the same in every row.

@inline(__always)
func map2<A, B, R>(_ left: [A], _ right: [B], count: Int, _ transform: (A, B) -> R) -> [R] {
  left.withUnsafeBufferPointer { left in
    right.withUnsafeBufferPointer { right in
      Array(unsafeUninitializedCapacity: count) { result, initialized in
        initialized = count
        if left.count == count, right.count == count {
          for row in 0..<count { result.initializeElement(at: row, to: transform(left[row], right[row])) }
        } else if left.count == count {
          let constant = right[0]
          for row in 0..<count { result.initializeElement(at: row, to: transform(left[row], constant)) }
        } else if right.count == count {
          let constant = left[0]
          for row in 0..<count { result.initializeElement(at: row, to: transform(constant, right[row])) }
        } else {
          for row in 0..<count { result.initializeElement(at: row, to: transform(left[0], right[0])) }
        }
      }
    }
  }
}

@inline(__always)
func map1<A, R>(_ values: [A], _ transform: (A) -> R) -> [R] {
  values.withUnsafeBufferPointer { values in
    Array(unsafeUninitializedCapacity: values.count) { result, initialized in
      initialized = values.count
      for row in 0..<values.count { result.initializeElement(at: row, to: transform(values[row])) }
    }
  }
}

extension UnsafeMutableBufferPointer {
  @inline(__always)
  func initializeElement(at index: Int, to value: Element) {
    guard let baseAddress else { return }
    (baseAddress + index).initialize(to: value)
  }
}

/// The values at the rows of an index; `missing` where it is -1.
@inline(__always)
func gather<T>(_ values: [T], _ index: [Int32], missing: T) -> [T] {
  values.withUnsafeBufferPointer { values in
    map1(index) { row in
      row >= 0 && Int(row) < values.count ? values[Int(row)] : missing
    }
  }
}

// MARK: - Three values: 0 no, 1 yes, 2 unknown

func kleeneNot(_ operand: [UInt8]) -> [UInt8] {
  map1(operand) { min($0 ^ 1, 2) }
}

/// No where one is no, yes where both are yes.
func kleeneAnd(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
  map2(left, right, count: left.count) { left, right in
    left == 0 || right == 0 ? 0 : min(left | right, 2)
  }
}

/// Yes where one is yes, no where both are no.
func kleeneOr(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
  map2(left, right, count: left.count) { left, right in
    left == 1 || right == 1 ? 1 : left | right
  }
}

// MARK: - Comparisons

func compareNumbers(
  _ left: [Double], _ comparison: CheckedExpression.Comparison, _ right: [Double], count: Int
) -> [UInt8] {
  @inline(__always)
  func compare(_ holds: (Double, Double) -> Bool) -> [UInt8] {
    map2(left, right, count: count) { left, right in
      // NaN is the only number that does not equal itself.
      (left == left) && (right == right) ? (holds(left, right) ? 1 : 0) : 2
    }
  }
  switch comparison {
  case .equal: return compare { $0 == $1 }
  case .notEqual: return compare { $0 != $1 }
  case .less: return compare { $0 < $1 }
  case .lessOrEqual: return compare { $0 <= $1 }
  case .greater: return compare { $0 > $1 }
  case .greaterOrEqual: return compare { $0 >= $1 }
  }
}

func compareCells<T: Comparable>(
  _ left: [T], _ comparison: CheckedExpression.Comparison, _ right: [T], missing: T, count: Int
) -> [UInt8] {
  @inline(__always)
  func compare(_ holds: (T, T) -> Bool) -> [UInt8] {
    map2(left, right, count: count) { left, right in
      left == missing || right == missing ? 2 : holds(left, right) ? 1 : 0
    }
  }
  switch comparison {
  case .equal: return compare { $0 == $1 }
  case .notEqual: return compare { $0 != $1 }
  case .less: return compare { $0 < $1 }
  case .lessOrEqual: return compare { $0 <= $1 }
  case .greater: return compare { $0 > $1 }
  case .greaterOrEqual: return compare { $0 >= $1 }
  }
}

func isOneOfCodes(_ codes: [Int32], _ members: [Int32], missing: Int32) -> [UInt8] {
  if members.allSatisfy({ (0..<64).contains($0) }) {
    let mask = members.reduce(0 as UInt64) { $0 | (1 << UInt64($1)) }
    return map1(codes) { code in
      code == missing ? 2 : code >= 0 && code < 64 ? UInt8(truncatingIfNeeded: (mask >> UInt64(code)) & 1) : 0
    }
  }
  return isOneOf(codes, members) { $0 == missing }
}

@inline(__always)
func isOneOf<T: Comparable>(_ values: [T], _ members: [T], isMissing: (T) -> Bool) -> [UInt8] {
  let sorted = members.sorted()
  return map1(values) { value in
    if isMissing(value) { return Column.missingFlag }
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == value ? 1 : 0
  }
}

/// Whether each row's list holds the row's value; unknown where one is missing.
func isIn(_ values: Column, _ lists: ListColumn, count: Int) -> [UInt8] {
  switch (values, lists.members) {
  case (.numbers(let values), .numbers(let members)):
    isIn(values, lists.offsets, members, count: count) { $0.isNaN }
  case (.dates(let values), .dates(let members)):
    isIn(values, lists.offsets, members, count: count) { $0 == Column.missingDate }
  case (.choices(let values), .choices(let members)), (.texts(let values), .texts(let members)),
    (.assets(let values), .assets(let members)):
    isIn(values, lists.offsets, members, count: count) { $0 < 0 }
  default: Array(repeating: Column.missingFlag, count: count)
  }
}

@inline(__always)
private func isIn<T: Equatable>(
  _ values: [T], _ offsets: [Int32], _ members: [T], count: Int, isMissing: (T) -> Bool
) -> [UInt8] {
  let (hasOneValue, hasOneList) = (values.count != count, offsets.count != count + 1)
  return members.withUnsafeBufferPointer { members in
    (0..<count).map { row in
      let (value, list) = (values[hasOneValue ? 0 : row], hasOneList ? 0 : row)
      let (start, end) = (Int(offsets[list]), Int(offsets[list + 1]))
      if start == end || isMissing(value) { return Column.missingFlag }
      for position in start..<end where members[position] == value { return 1 }
      return 0
    }
  }
}
