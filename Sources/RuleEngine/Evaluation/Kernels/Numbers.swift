import CMaskKernels
import RuleSemantics

func arithmetic(
  _ left: [Double], _ operation: CheckedExpression.Arithmetic, _ right: [Double], count: Int
) -> [Double] {
  switch operation {
  case .add: map2(left, right, count: count) { finite($0 + $1) }
  case .subtract: map2(left, right, count: count) { finite($0 - $1) }
  case .multiply: map2(left, right, count: count) { finite($0 * $1) }
  case .divide: map2(left, right, count: count) { finite($0 / $1) }
  }
}

/// The number, or missing when it is infinite.
@inline(__always)
func finite(_ number: Double) -> Double {
  number.isFinite ? number : .nan
}

/// 2^x for x up to 0, to the last bit or two; 0 below the smallest normal number. Made of sums and products alone, in
/// one order, so that it is the same on every machine, which the C library's is not.
@inline(__always)
func powerOfTwo(_ exponent: Double) -> Double {
  guard exponent >= -1022 else { return 0 }
  // Adding and subtracting 1.5 × 2^52 rounds to a whole number.
  let whole = (exponent + 6_755_399_441_055_744) - 6_755_399_441_055_744
  // The Taylor series of e^x for |x| up to ln 2 / 2, whose next term is below half a bit.
  let x = (exponent - whole) * 0.693_147_180_559_945_309_4
  var sum = 1 / 6_227_020_800.0
  sum = sum * x + 1 / 479_001_600.0
  sum = sum * x + 1 / 39_916_800.0
  sum = sum * x + 1 / 3_628_800.0
  sum = sum * x + 1 / 362_880.0
  sum = sum * x + 1 / 40_320.0
  sum = sum * x + 1 / 5_040.0
  sum = sum * x + 1 / 720.0
  sum = sum * x + 1 / 120.0
  sum = sum * x + 1 / 24.0
  sum = sum * x + 1 / 6.0
  sum = sum * x + 0.5
  sum = sum * x + 1
  sum = sum * x + 1
  return sum * Double(bitPattern: UInt64(Int64(whole) + 1023) << 52)
}

/// 2^(−age/halfLife), where what lies ahead counts as now.
@inline(__always)
func decay(age: Int64, halfLife: Double) -> Double {
  age <= 0 ? 1 : powerOfTwo(-Double(age) / halfLife)
}

/// 2^(−age/halfLife) for each of many times, where what lies ahead counts as now; as `decay` to the bit.
func decays(_ times: [Int64], now: Int64, halfLife: Double, threads: Int) -> [Double] {
  times.withUnsafeBufferPointer { times in
    // Nobody writes it meanwhile.
    nonisolated(unsafe) let start = times.baseAddress
    return filled(times.count, threads: threads) { rows, result in
      if let start { decay_weights(start + rows.lowerBound, rows.count, now, halfLife, result) }
    }
  }
}

func freshness(_ times: [Int64], now: Int64, halfLife: Double, threads: Int) -> [Double] {
  let weights = decays(times, now: now, halfLife: halfLife, threads: threads)
  return map2(times, weights, count: times.count) { time, weight in time == Column.missingTime ? .nan : weight }
}

/// 1 − 2^(−number/halfAt), where what is below 0 counts as 0.
func diminishing(_ numbers: [Double], halfAt: Double, threads: Int) -> [Double] {
  numbers.withUnsafeBufferPointer { numbers in
    // Nobody writes it meanwhile.
    nonisolated(unsafe) let start = numbers.baseAddress
    return filled(numbers.count, threads: threads) { rows, result in
      if let start { diminish(start + rows.lowerBound, rows.count, halfAt, result) }
    }
  }
}

func closeness(_ left: [Int32], _ right: [Int32], ranks: Int, count: Int) -> [Double] {
  map2(left, right, count: count) { left, right in
    if left < 0 || right < 0 { return .nan }
    return ranks < 2 ? 1 : 1 - Double(abs(left - right)) / Double(ranks - 1)
  }
}

/// 100 × Σ weight × factor; each factor is held between 0 and 1, a missing one is 0.
func factorScore(_ terms: [(weight: Double, values: [Double])], count: Int) -> [Double] {
  var total = Array(repeating: 0.0, count: count)
  for (weight, values) in terms {
    total = map2(total, values, count: count) { total, value in
      total + weight * (value.isNaN ? 0 : min(max(value, 0), 1))
    }
  }
  return map1(total) { 100 * $0 }
}

/// The points of all lines in their order, then limited.
func pointsScore(_ lines: [[Double]], limit: ClosedRange<Double>?, count: Int) -> [Double] {
  var total = Array(repeating: 0.0, count: count)
  for line in lines { total = map2(total, line, count: count) { $0 + $1 } }
  guard let limit else { return map1(total) { finite($0) } }
  return map1(total) { min(max($0, limit.lowerBound), limit.upperBound) }
}

/// The new stages: the last stage whose condition is true, where that is further on or moving back is allowed.
func journey(conditions: [[UInt8]?], movesBack: [UInt8]?, previous: [Int32]?, count: Int) -> [Int32] {
  var raw = Array(repeating: Column.missingCode, count: count)
  for (stage, condition) in conditions.enumerated() {
    guard let condition else {
      raw = Array(repeating: Int32(stage), count: count)
      continue
    }
    raw = map2(raw, condition, count: count) { raw, truth in truth == 1 ? Int32(stage) : raw }
  }
  guard let previous else { return raw }
  return (0..<count).map { row in
    if previous[row] < 0 || raw[row] > previous[row] { return raw[row] }
    return raw[row] >= 0 && movesBack?[row] == 1 ? raw[row] : previous[row]
  }
}

/// The new membership: kept until `until` is true, entered when the condition is true and `until` is not.
func segment(condition: [UInt8], until: [UInt8]?, previous: [UInt8]?) -> [UInt8] {
  guard let until else { return map1(condition) { $0 == 1 ? 1 : 0 } }
  let entered = map2(condition, until, count: condition.count) { $0 == 1 && $1 != 1 ? 1 : 0 as UInt8 }
  guard let previous else { return entered }
  let kept = map2(previous, until, count: previous.count) { $0 == 1 && $1 != 1 ? 1 : 0 as UInt8 }
  return map2(entered, kept, count: entered.count) { $0 | $1 }
}
