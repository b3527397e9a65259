/// How many requests are allowed in any stretch of time of a given length.
///
/// A request takes its place from when it leaves until one window after its answer came: HubSpot counts it at some
/// instant between the two, so that however long the way is, no stretch of HubSpot's time ever holds more than `limit`
/// of ours. What that costs is one round trip for each window.
package struct RollingWindow: Sendable {
  package private(set) var limit: Int
  package private(set) var length: Duration
  private var inFlight = 0
  /// When places become free again, ascending; those before `first` are free.
  private var releases: [Duration] = []
  private var first = 0
  /// Places that another program with the same token took.
  private var foreign: [(until: Duration, count: Int)] = []
  private var blockedUntil: Duration = .zero

  package enum Admission: Hashable, Sendable {
    case go
    /// Not before then.
    case wait(until: Duration)
    /// Every place is taken by a request without an answer yet.
    case waitForAnAnswer
  }

  package init(limit: Int, length: Duration) {
    self.limit = max(1, limit)
    self.length = length
  }

  /// Takes a place where one is free.
  package mutating func admit(at now: Duration) -> Admission {
    if now < blockedUntil { return .wait(until: blockedUntil) }
    expire(at: now)
    let others = foreign.reduce(0) { $0 + $1.count }
    // Where another program takes places too, it takes more before the next answer tells.
    let reserve = foreign.isEmpty ? 0 : limit / 8
    if occupied + others + reserve < limit {
      inFlight += 1
      return .go
    }
    let release = [first < releases.count ? releases[first] : nil, foreign.map(\.until).min()].compactMap { $0 }.min()
    guard let release else { return .waitForAnAnswer }
    return .wait(until: release)
  }

  /// An answer came, or none ever will.
  package mutating func finished(at now: Duration) {
    inFlight -= 1
    releases.append(now + length)
  }

  /// Nothing reached HubSpot, so that nothing was counted.
  package mutating func returned() {
    inFlight -= 1
  }

  /// HubSpot says what the limit is, and how much of it was left.
  package mutating func learn(limit: Int?, length: Duration?, remaining: Int?, at now: Duration) {
    if let limit, limit > 0 { self.limit = limit }
    if let length, length > .zero { self.length = length }
    guard let limit, let remaining else { return }
    expire(at: now)
    // Both sides count a few requests at slightly different times; only what is clearly not ours is another's.
    let unexplained = limit - remaining - occupied - foreign.reduce(0) { $0 + $1.count }
    if unexplained > limit / 40 + 1 { foreign.append((now + self.length, unexplained)) }
  }

  /// Nothing goes for a while: HubSpot refused.
  package mutating func block(until: Duration) {
    blockedUntil = max(blockedUntil, until)
  }

  /// Places taken by our own requests.
  package var occupied: Int { inFlight + releases.count - first }

  private mutating func expire(at now: Duration) {
    while first < releases.count, releases[first] <= now { first += 1 }
    if first > 1024, first * 2 > releases.count {
      releases.removeFirst(first)
      first = 0
    }
    foreign.removeAll { $0.until <= now }
  }
}
