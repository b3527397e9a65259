/// All limits of HubSpot together. One for each process, since the limits are those of the app, whichever part of the
/// program calls. A pure state machine: time is a parameter, monotonic and counted from the start of the client.
package struct RateLimiter: Sendable {
  package struct Limits: Hashable, Sendable {
    /// Requests per `interval`, until HubSpot's headers say otherwise.
    package var burst: Int
    package var interval: Duration
    /// Searches per second.
    package var search: Int
    /// Emails per `interval`.
    package var sending: Int
    /// Requests under way at a time.
    package var concurrency: Int

    package init(
      burst: Int = 100, interval: Duration = .seconds(10), search: Int = 5, sending: Int = 100, concurrency: Int = 8
    ) {
      self.burst = burst
      self.interval = interval
      self.search = search
      self.sending = sending
      self.concurrency = concurrency
    }
  }

  package enum Admission: Hashable, Sendable {
    case go
    case wait(until: Duration)
    case waitForAnAnswer
    /// The day's requests are used up; asked again then.
    case exhausted(until: Duration)
  }

  private let concurrency: Int
  private var underWay = 0
  private var burst: RollingWindow
  private var search: RollingWindow
  private var sending: RollingWindow
  private var exhaustedUntil: Duration = .zero
  /// Of the day's requests, as far as headers have said.
  package private(set) var dailyRemaining: Int?
  package private(set) var dailyLimit: Int?

  package init(_ limits: Limits) {
    concurrency = max(1, limits.concurrency)
    burst = RollingWindow(limit: limits.burst, length: limits.interval)
    search = RollingWindow(limit: limits.search, length: .seconds(1))
    sending = RollingWindow(limit: limits.sending, length: limits.interval)
  }

  package var burstLimit: Int { burst.limit }

  package mutating func admit(_ limit: LimitClass, at now: Duration) -> Admission {
    guard underWay < concurrency else { return .waitForAnAnswer }
    if limit == .burst || limit == .search, now < exhaustedUntil { return .exhausted(until: exhaustedUntil) }
    let admission: RollingWindow.Admission =
      switch limit {
      case .burst: burst.admit(at: now)
      case .search: search.admit(at: now)
      case .sending: sending.admit(at: now)
      case .unlimited: .go
      }
    switch admission {
    case .go:
      underWay += 1
      return .go
    case .wait(let until): return .wait(until: until)
    case .waitForAnAnswer: return .waitForAnAnswer
    }
  }

  /// A request that was let go ended.
  ///
  /// - Parameter isCounted: `false` where nothing reached HubSpot.
  package mutating func finished(_ limit: LimitClass, at now: Duration, isCounted: Bool = true) {
    underWay -= 1
    update(limit) { window in
      if isCounted { window.finished(at: now) } else { window.returned() }
    }
  }

  /// What the headers of an answer say.
  package mutating func learn(_ headers: RateHeaders, _ limit: LimitClass, at now: Duration) {
    if let daily = headers.daily { dailyLimit = daily }
    if let remaining = headers.dailyRemaining { dailyRemaining = remaining }
    // Answers to searches and sends carry the headers of the burst limit, if any, without being counted by it.
    guard limit == .burst else { return }
    burst.learn(limit: headers.max, length: headers.interval, remaining: headers.remaining, at: now)
  }

  /// HubSpot refused a request for its number.
  ///
  /// - Parameters:
  ///   - policy: `policyName` of the answer.
  ///   - retryAfter: as the answer says, if it does.
  package mutating func refused(_ limit: LimitClass, policy: String?, retryAfter: Duration?, at now: Duration) {
    switch policy {
    case "DAILY":
      dailyRemaining = 0
      // The day ends at midnight of the account, and more may be bought meanwhile: asked again within the hour.
      exhaustedUntil = max(exhaustedUntil, now + min(retryAfter ?? .seconds(900), .seconds(3600)))
    case "SECONDLY":
      search.block(until: now + (retryAfter ?? .seconds(1)))
    case "TEN_SECONDLY_ROLLING":
      burst.block(until: now + (retryAfter ?? burst.length))
    default:
      update(limit) { window in window.block(until: now + (retryAfter ?? window.length)) }
    }
  }

  private mutating func update(_ limit: LimitClass, _ body: (inout RollingWindow) -> Void) {
    switch limit {
    case .burst: body(&burst)
    case .search: body(&search)
    case .sending: body(&sending)
    case .unlimited: break
    }
  }
}

/// What HubSpot's headers say of the limits; absent ones are `nil`.
package struct RateHeaders: Hashable, Sendable {
  package var max: Int?
  package var remaining: Int?
  package var interval: Duration?
  package var daily: Int?
  package var dailyRemaining: Int?

  package init(
    max: Int? = nil, remaining: Int? = nil, interval: Duration? = nil, daily: Int? = nil, dailyRemaining: Int? = nil
  ) {
    self.max = max
    self.remaining = remaining
    self.interval = interval
    self.daily = daily
    self.dailyRemaining = dailyRemaining
  }

  /// - Parameter headers: by lowercase names.
  package init(_ headers: [String: String]) {
    func number(_ name: String) -> Int? { headers["x-hubspot-ratelimit-\(name)"].flatMap { Int($0) } }
    self.init(
      max: number("max"), remaining: number("remaining"),
      interval: number("interval-milliseconds").map { .milliseconds($0) }, daily: number("daily"),
      dailyRemaining: number("daily-remaining"))
  }
}
