/// How long something took.
package struct Stopwatch: Sendable {
  package private(set) var seconds = 0.0

  package init() {}

  package mutating func measure<R>(_ body: () throws -> R) rethrows -> R {
    let start = ContinuousClock.now
    defer {
      let (whole, attoseconds) = (ContinuousClock.now - start).components
      seconds = Double(whole) + Double(attoseconds) / 1e18
    }
    return try body()
  }
}
