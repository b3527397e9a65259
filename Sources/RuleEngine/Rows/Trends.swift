/// What a number is going to be while time goes on, as far as is known, and made of what: leaves hold what was found in
/// the events once, so that asking about another moment reads none.
struct Trends {
  enum Operation: UInt8 {
    /// `x` until `until`; then what `b` is, or between `y` and `z`, until `lasting`; or anything where these are
    /// no numbers.
    case fixed
    /// `x` halved each `y` milliseconds until `until`; then between 0 and `z` until `lasting`.
    case decaying
    /// How fresh a moment `x` is, with half-life `y`, until `until`; then between 0 and 1, or missing.
    case fresh
    case add, subtract, multiply, divide
    case negate
    case diminishing
    /// Times `x`.
    case scale
    /// Held between `x` and `y`, missing as 0.
    case clamp
    /// The first, or the second where the first is missing.
    case otherwise
    /// The lesser, the greater, or something between them; of one that is missing the other.
    case least, greatest, between
    /// The first until `until`, or the second if `x` is 0; then either.
    case either

    /// By the number of an arithmetic operation.
    init(arithmetic variant: UInt8) {
      self =
        switch variant {
        case 0: .add
        case 1: .subtract
        case 2: .multiply
        default: .divide
        }
    }
  }

  struct Trend {
    var operation: Operation
    var a: Int32 = -1
    var b: Int32 = -1
    var x = 0.0
    var y = 0.0
    var z = 0.0
    var until = Int64.max
    /// From here on nothing is known of a leaf.
    var lasting = Int64.max
  }

  /// All values of a number in a stretch of time lie between these, if it has one.
  struct Bounds {
    var low: Double
    var high: Double
    var mayBeMissing: Bool
    var mayBeKnown: Bool

    /// Of a number that is known to the bit, or known to be missing.
    @inline(__always)
    init(exactly number: Double) {
      self = number.isNaN ? .missing : Bounds(low: number, high: number, mayBeMissing: false)
    }

    @inline(__always)
    init(low: Double, high: Double, mayBeMissing: Bool, mayBeKnown: Bool = true) {
      (self.low, self.high, self.mayBeMissing, self.mayBeKnown) = (low, high, mayBeMissing, mayBeKnown)
    }

    var negated: Bounds {
      mayBeKnown ? Bounds(low: -high, high: -low, mayBeMissing: mayBeMissing) : .missing
    }

    func scaled(by factor: Double) -> Bounds {
      guard mayBeKnown else { return .missing }
      let ends = (low * factor, high * factor)
      return Bounds(low: min(ends.0, ends.1), high: max(ends.0, ends.1), mayBeMissing: mayBeMissing).checked()
    }

    /// The first, or the second where the first is missing.
    func otherwise(_ second: @autoclosure () -> Bounds) -> Bounds {
      guard mayBeMissing else { return self }
      let second = second()
      guard mayBeKnown else { return second }
      return Bounds(low: min(low, second.low), high: max(high, second.high), mayBeMissing: second.mayBeMissing)
    }

    static let anything = Bounds(low: -.infinity, high: .infinity, mayBeMissing: true)
    static let missing = Bounds(low: 0, high: 0, mayBeMissing: true, mayBeKnown: false)

    /// Wider by what rounding may have done where it does not keep the order of numbers, as that of sums and products
    /// does.
    func widened(_ share: Double, _ amount: Double = 0) -> Bounds {
      var bounds = self
      bounds.low -= abs(low) * share + amount
      bounds.high += abs(high) * share + amount
      return bounds.checked()
    }

    /// What overflows is missing.
    func checked() -> Bounds {
      var bounds = self
      if low.isNaN { bounds.low = -.infinity }
      if high.isNaN { bounds.high = .infinity }
      if !bounds.low.isFinite || !bounds.high.isFinite { bounds.mayBeMissing = true }
      return bounds
    }

    func union(_ other: Bounds) -> Bounds {
      guard mayBeKnown else {
        var other = other
        other.mayBeMissing = true
        return other
      }
      guard other.mayBeKnown else {
        var bounds = self
        bounds.mayBeMissing = true
        return bounds
      }
      return Bounds(
        low: min(low, other.low), high: max(high, other.high), mayBeMissing: mayBeMissing || other.mayBeMissing)
    }
  }

  private(set) var trends: [Trend] = []

  /// By how much a decayed sum, which is rounded at each step, may be off.
  static let rounding = 1e-11
  /// Below it numbers lose digits, and what is left of a decayed sum is no share of it.
  static let tiny = 1e-300

  mutating func removeAll() { trends.removeAll(keepingCapacity: true) }

  /// Whether it is made of others, so that it is worth while to remember its bounds.
  func isCompound(_ id: Int32) -> Bool { trends[Int(id)].a >= 0 }

  mutating func add(_ trend: Trend) -> Int32 {
    trends.append(trend)
    return Int32(trends.count - 1)
  }

  /// A number that stays what it is until an instant, and then is between two others, or anything.
  mutating func fixed(
    _ number: Double, until: Int64, then range: ClosedRange<Double>? = nil, lasting: Int64 = .max
  ) -> Int32 {
    add(
      Trend(
        operation: .fixed, x: number, y: range?.lowerBound ?? .nan, z: range?.upperBound ?? .nan, until: until,
        lasting: lasting))
  }

  /// Where the number is from now until an instant, both included.
  func bounds(_ id: Int32, _ now: Int64, _ end: Int64) -> Bounds {
    let trend = trends[Int(id)]
    switch trend.operation {
    case .fixed: return fixedBounds(trend, now, end)
    case .decaying:
      let low = trend.x * decay(age: end - now, halfLife: trend.y)
      if end < trend.until {
        return Bounds(low: low, high: trend.x, mayBeMissing: false).widened(Trends.rounding, Trends.tiny)
      }
      if end >= trend.lasting { return Bounds(low: 0, high: .infinity, mayBeMissing: true) }
      return Bounds(low: 0, high: max(trend.x, trend.z), mayBeMissing: false).widened(Trends.rounding)
    case .fresh:
      let time = Int64(trend.x)
      if end >= trend.until { return Bounds(low: 0, high: 1, mayBeMissing: true) }
      var bounds = Bounds(
        low: decay(age: end - time, halfLife: trend.y), high: decay(age: now - time, halfLife: trend.y),
        mayBeMissing: false)
      // What lies ahead is as fresh as can be.
      if end > time { bounds.low *= 1 - Trends.rounding }
      if now > time { bounds.high = min(1, bounds.high * (1 + Trends.rounding)) }
      return bounds
    case .otherwise:
      return bounds(trend.a, now, end).otherwise(bounds(trend.b, now, end))
    case .either:
      if end < trend.until { return bounds(trend.x == 0 ? trend.b : trend.a, now, end) }
      return bounds(trend.a, now, end).union(bounds(trend.b, now, end))
    case .negate:
      return bounds(trend.a, now, end).negated
    case .scale: return bounds(trend.a, now, end).scaled(by: trend.x)
    case .least, .greatest, .between:
      return Trends.extreme(trend.operation, bounds(trend.a, now, end), bounds(trend.b, now, end))
    case .clamp: return Trends.clamped(bounds(trend.a, now, end), trend.x, trend.y)
    case .diminishing: return Trends.diminished(bounds(trend.a, now, end), trend.x)
    case .add, .subtract, .multiply, .divide:
      return Trends.combined(trend.operation, bounds(trend.a, now, end), bounds(trend.b, now, end))
    }
  }

  private func fixedBounds(_ trend: Trend, _ now: Int64, _ end: Int64) -> Bounds {
    if end < trend.until {
      return trend.x.isNaN ? .missing : Bounds(low: trend.x, high: trend.x, mayBeMissing: false)
    }
    guard !trend.y.isNaN, end < trend.lasting else { return .anything }
    if trend.b >= 0 { return Bounds(exactly: trend.x).union(bounds(trend.b, now, end)) }
    let later = Bounds(low: trend.y, high: trend.z, mayBeMissing: false)
    return later.union(trend.x.isNaN ? .missing : Bounds(low: trend.x, high: trend.x, mayBeMissing: false))
  }

  /// Held between two numbers, missing as 0.
  static func clamped(_ operand: Bounds, _ x: Double, _ y: Double) -> Bounds {
    guard operand.mayBeKnown else { return Bounds(low: 0, high: 0, mayBeMissing: false) }
    var bounds = Bounds(
      low: min(max(operand.low, x), y), high: min(max(operand.high, x), y), mayBeMissing: false)
    if operand.mayBeMissing {
      bounds.low = min(bounds.low, 0)
      bounds.high = max(bounds.high, 0)
    }
    return bounds
  }

  static func diminished(_ operand: Bounds, _ halfAt: Double) -> Bounds {
    guard operand.mayBeKnown else { return .missing }
    func value(_ number: Double) -> Double { 1 - powerOfTwo(-max(number, 0) / halfAt) }
    var bounds = Bounds(low: value(operand.low), high: value(operand.high), mayBeMissing: operand.mayBeMissing)
    if operand.low == operand.high { return bounds }
    bounds = bounds.widened(1e-15, 2.3e-16)
    bounds.low = max(bounds.low, 0)
    bounds.high = min(bounds.high, 1)
    return bounds
  }

  static func extreme(_ operation: Operation, _ left: Bounds, _ right: Bounds) -> Bounds {
    guard left.mayBeKnown else { return right }
    guard right.mayBeKnown else { return left }
    var low = operation == .greatest ? max(left.low, right.low) : min(left.low, right.low)
    var high = operation == .least ? min(left.high, right.high) : max(left.high, right.high)
    if left.mayBeMissing { (low, high) = (min(low, right.low), max(high, right.high)) }
    if right.mayBeMissing { (low, high) = (min(low, left.low), max(high, left.high)) }
    let bounds = Bounds(low: low, high: high, mayBeMissing: left.mayBeMissing && right.mayBeMissing)
    // An average is rounded.
    return operation == .between ? bounds.widened(Trends.rounding) : bounds
  }

  static func combined(_ operation: Operation, _ left: Bounds, _ right: Bounds) -> Bounds {
    guard left.mayBeKnown, right.mayBeKnown else { return .missing }
    let mayBeMissing = left.mayBeMissing || right.mayBeMissing
    func bounds(_ low: Double, _ high: Double) -> Bounds {
      Bounds(low: low, high: high, mayBeMissing: mayBeMissing).checked()
    }
    func corners(_ combine: (Double, Double) -> Double) -> Bounds {
      let corners = [
        combine(left.low, right.low), combine(left.low, right.high), combine(left.high, right.low),
        combine(left.high, right.high),
      ]
      guard !corners.contains(where: \.isNaN), let low = corners.min(), let high = corners.max() else {
        return .anything
      }
      return bounds(low, high)
    }
    switch operation {
    case .add: return bounds(left.low + right.low, left.high + right.high)
    case .subtract: return bounds(left.low - right.high, left.high - right.low)
    case .divide:
      guard right.low > 0 || right.high < 0 else { return .anything }
      return corners { $0 / $1 }
    default: return corners { $0 * $1 }
    }
  }
}
