/// Draws which faults meet a request: the same seed and the same order of requests, the same faults.
struct FaultPlan {
  private(set) var faults: [Fault]
  private var generator: SeededGenerator
  /// How often each struck.
  private(set) var strikes: [Int]

  init(_ faults: [Fault], seed: UInt64) {
    self.faults = faults
    generator = SeededGenerator(seed: seed)
    strikes = Array(repeating: 0, count: faults.count)
  }

  /// Latencies and one other at most.
  mutating func draw(method: String, path: String) -> [Fault] {
    var drawn: [Fault] = []
    var hasFailure = false
    for (index, fault) in faults.enumerated() where fault.fits(method: method, path: path) {
      // Drawn before `times` is looked at, so that a fault that is over leaves the others as they were.
      let strikes = generator.share() < fault.rate
      guard strikes, fault.times.map({ self.strikes[index] < $0 }) ?? true else { continue }
      if fault.kind != .latency {
        if hasFailure { continue }
        hasFailure = true
      }
      self.strikes[index] += 1
      drawn.append(fault)
    }
    return drawn
  }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// From 0 up to, but without, 1.
  mutating func share() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
