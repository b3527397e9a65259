import HubSpot
import TestSupport

/// A HubSpot with a limit, and the client's state machines before it, on a virtual clock: events in the order of time, no
/// task ever waits.
struct LimitedWorld {
  struct Outcome {
    var done = 0
    var failed = 0
    var refused = 0
    var elapsed: Duration = .zero
    /// Answered requests of what the limit allows in that time.
    var throughput = 0.0
  }

  /// Requests of another program with the same token.
  var foreignPerSecond = 0
  /// Of requests that are answered with a 503.
  var failureShare = 0.0

  private enum Event {
    case start(batch: Int, attempt: Int)
    case arrive(batch: Int, attempt: Int)
    case answer(batch: Int, attempt: Int, status: Int, remaining: Int)
    case foreign
  }

  private var numbers: SeededGenerator
  private let limit: Int
  private var limiter: RateLimiter
  private let retries = RetryPolicy()
  private var queue: [(at: Duration, order: Int, event: Event)] = []
  private var order = 0
  /// What HubSpot counted in the last window.
  private var counted: [Duration] = []
  private var waiting: [(batch: Int, attempt: Int)] = []

  init(seed: UInt64, limit: Int, start: RateLimiter.Limits) {
    numbers = SeededGenerator(seed: seed)
    self.limit = limit
    limiter = RateLimiter(start)
  }

  mutating func carryOut(batches: Int) -> Outcome {
    var outcome = Outcome()
    // As many callers as requests may be under way; each begins its next batch when it is done with one.
    var begun = min(24, batches)
    for batch in 0..<begun { schedule(.zero, .start(batch: batch, attempt: 1)) }
    if foreignPerSecond > 0 { schedule(.zero, .foreign) }
    while let (now, event) = next() {
      if outcome.done + outcome.failed == batches { break }
      switch event {
      case .start(let batch, let attempt): start(batch, attempt, now)
      case .arrive(let batch, let attempt):
        let status = arrive(now)
        if status == 429 { outcome.refused += 1 }
        let remaining = max(0, limit - counted.count)
        schedule(now + latency(), .answer(batch: batch, attempt: attempt, status: status, remaining: remaining))
      case .answer(let batch, let attempt, let status, let remaining):
        limiter.finished(.burst, at: now)
        limiter.learn(RateHeaders(max: limit, remaining: remaining, interval: .seconds(10)), .burst, at: now)
        outcome.elapsed = now
        let isOver = status == 200 || !again(batch, attempt, status, now, &outcome)
        if status == 200 { outcome.done += 1 }
        if isOver, begun < batches {
          schedule(now, .start(batch: begun, attempt: 1))
          begun += 1
        }
        let woken = waiting
        waiting.removeAll()
        for entry in woken { start(entry.batch, entry.attempt, now) }
      case .foreign:
        counted.removeAll { $0 <= now - .seconds(10) }
        if counted.count < limit { counted.append(now) }
        schedule(now + .seconds(1) / foreignPerSecond, .foreign)
      }
    }
    outcome.throughput = Double(outcome.done) / (Double(limit) * (outcome.elapsed / .seconds(10)))
    return outcome
  }

  private mutating func start(_ batch: Int, _ attempt: Int, _ now: Duration) {
    switch limiter.admit(.burst, at: now) {
    case .go: schedule(now + latency(), .arrive(batch: batch, attempt: attempt))
    case .wait(let until), .exhausted(let until): schedule(until, .start(batch: batch, attempt: attempt))
    case .waitForAnAnswer: waiting.append((batch, attempt))
    }
  }

  private mutating func arrive(_ now: Duration) -> Int {
    counted.removeAll { $0 <= now - .seconds(10) }
    guard counted.count < limit else { return 429 }
    counted.append(now)
    return Double.random(in: 0..<1, using: &numbers) < failureShare ? 503 : 200
  }

  /// Whether it is tried again.
  private mutating func again(
    _ batch: Int, _ attempt: Int, _ status: Int, _ now: Duration, _ outcome: inout Outcome
  ) -> Bool {
    let failure: AttemptFailure =
      status == 429 ? .limited(policy: "TEN_SECONDLY_ROLLING") : .unknown(reason: "503")
    if status == 429 {
      limiter.refused(.burst, policy: "TEN_SECONDLY_ROLLING", retryAfter: nil, at: now)
    }
    switch retries.decision(
      after: failure, attempt: attempt, isRepeatable: true, chance: Double.random(in: 0..<1, using: &numbers))
    {
    case .retry(let delay):
      schedule(now + delay, .start(batch: batch, attempt: attempt + 1))
      return true
    case .stop:
      outcome.failed += 1
      return false
    }
  }

  /// One way; mostly quick, at times slow.
  private mutating func latency() -> Duration {
    let chance = Double.random(in: 0..<1, using: &numbers)
    return .milliseconds(
      Int(
        10 + 90 * chance
          + (Double.random(in: 0..<1, using: &numbers) < 0.02 ? 500 * Double.random(in: 0..<1, using: &numbers) : 0)))
  }

  // MARK: - The queue, a binary heap by time and order

  private mutating func schedule(_ at: Duration, _ event: Event) {
    order += 1
    queue.append((at, order, event))
    var child = queue.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      queue.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func next() -> (Duration, Event)? {
    guard let first = queue.first else { return nil }
    queue.swapAt(0, queue.count - 1)
    queue.removeLast()
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < queue.count && isBefore(child, smallest) {
        smallest = child
      }
      if smallest == parent { return (first.at, first.event) }
      queue.swapAt(parent, smallest)
      parent = smallest
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (queue[left].at, queue[left].order) < (queue[right].at, queue[right].order)
  }
}
