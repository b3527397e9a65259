import RuleSemantics

/// The values of one thing (a field, a score) for which a condition is true.
struct ValueSet: Hashable {
  enum Known: Hashable {
    /// Choices and flags, by position; the number of all values there are.
    case positions(Set<Int>, count: Int)
    /// Numbers, dates (by day) and times (by millisecond): disjoint intervals in ascending order.
    case intervals([Interval])
    /// Texts, in lower case: these, or all but these.
    case texts(Set<String>, areExcluded: Bool)
  }

  struct Interval: Hashable {
    var low: Double
    var includesLow: Bool
    var high: Double
    var includesHigh: Bool

    static let all = Interval(low: -.infinity, includesLow: true, high: .infinity, includesHigh: true)

    var isEmpty: Bool { low > high || (low == high && !(includesLow && includesHigh)) }
  }

  var known: Known
  /// Whether the condition is true of a missing value: `is unknown`.
  var includesMissing: Bool

  var isEmpty: Bool { !includesMissing && known.isEmpty }

  /// Whether every known value is in the set.
  func covers(_ domain: Known) -> Bool {
    domain.intersection(known.complement)?.isEmpty == true
  }

  func intersection(_ other: ValueSet) -> ValueSet? {
    known.intersection(other.known).map {
      ValueSet(known: $0, includesMissing: includesMissing && other.includesMissing)
    }
  }

  func union(_ other: ValueSet) -> ValueSet? {
    known.complement.intersection(other.known.complement).map {
      ValueSet(known: $0.complement, includesMissing: includesMissing || other.includesMissing)
    }
  }

  func isSubset(of other: ValueSet) -> Bool {
    if includesMissing && !other.includesMissing { return false }
    return known.intersection(other.known.complement)?.isEmpty == true
  }
}

extension ValueSet.Known {
  var isEmpty: Bool {
    switch self {
    case .positions(let positions, _): positions.isEmpty
    case .intervals(let intervals): intervals.isEmpty
    case .texts(let texts, let areExcluded): !areExcluded && texts.isEmpty
    }
  }

  var complement: ValueSet.Known {
    switch self {
    case .positions(let positions, let count):
      return .positions(Set(0..<count).subtracting(positions), count: count)
    case .texts(let texts, let areExcluded):
      return .texts(texts, areExcluded: !areExcluded)
    case .intervals(let intervals):
      var gaps: [ValueSet.Interval] = []
      var rest = ValueSet.Interval.all
      for interval in intervals {
        gaps.append(
          .init(
            low: rest.low, includesLow: rest.includesLow, high: interval.low, includesHigh: !interval.includesLow))
        rest.low = interval.high
        rest.includesLow = !interval.includesHigh
      }
      gaps.append(rest)
      return .intervals(gaps.filter { !$0.isEmpty && !($0.low == $0.high && $0.low.isInfinite) })
    }
  }

  /// `nil` when the two are about different types.
  func intersection(_ other: ValueSet.Known) -> ValueSet.Known? {
    switch (self, other) {
    case (.positions(let left, let count), .positions(let right, let otherCount)) where count == otherCount:
      return .positions(left.intersection(right), count: count)
    case (.intervals(let left), .intervals(let right)):
      var result: [ValueSet.Interval] = []
      for first in left {
        for second in right {
          let common = first.intersection(second)
          if !common.isEmpty { result.append(common) }
        }
      }
      return .intervals(result.sorted { $0.low < $1.low })
    case (.texts(let left, let leftExcluded), .texts(let right, let rightExcluded)):
      switch (leftExcluded, rightExcluded) {
      case (false, false): return .texts(left.intersection(right), areExcluded: false)
      case (false, true): return .texts(left.subtracting(right), areExcluded: false)
      case (true, false): return .texts(right.subtracting(left), areExcluded: false)
      case (true, true): return .texts(left.union(right), areExcluded: true)
      }
    default:
      return nil
    }
  }
}

extension ValueSet.Interval {
  func intersection(_ other: ValueSet.Interval) -> ValueSet.Interval {
    var result = self
    if other.low > low {
      result.low = other.low
      result.includesLow = other.includesLow
    } else if other.low == low {
      result.includesLow = includesLow && other.includesLow
    }
    if other.high < high {
      result.high = other.high
      result.includesHigh = other.includesHigh
    } else if other.high == high {
      result.includesHigh = includesHigh && other.includesHigh
    }
    return result
  }
}
