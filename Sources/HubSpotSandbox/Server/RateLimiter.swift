/// Counts requests as HubSpot does: in a rolling window for each token, in a day for the account, and searches in a
/// second for the account.
struct RateLimiter {
  enum Policy: String {
    case burst = "TEN_SECONDLY_ROLLING"
    case daily = "DAILY"
    case search = "SECONDLY"

    var message: String {
      switch self {
      case .burst: "You have reached your ten_secondly_rolling limit."
      case .daily: "You have reached your daily limit."
      case .search: "You have reached your secondly limit."
      }
    }
  }

  enum Verdict {
    case admitted
    case refused(Policy, retryMilliseconds: Int64)
  }

  private var limits: SandboxConfiguration.Limits
  private var windows: [String: Window] = [:]
  private var searches = Window()
  private var day: Int64 = 0
  private(set) var today = 0

  init(_ limits: SandboxConfiguration.Limits) { self.limits = limits }

  mutating func replace(_ limits: SandboxConfiguration.Limits) { self.limits = limits }

  mutating func admit(_ exemption: Exemption, token: String, now: Int64) -> Verdict {
    if exemption == .all { return .admitted }
    if now / 86_400_000 != day { (day, today) = (now / 86_400_000, 0) }
    guard today < limits.daily else {
      return .refused(.daily, retryMilliseconds: 86_400_000 - now % 86_400_000)
    }
    if exemption == .search {
      if let wait = searches.wait(limit: limits.searchesPerSecond, within: 1_000, now: now) {
        return .refused(.search, retryMilliseconds: wait)
      }
    } else if exemption == .none {
      if let wait = windows[token, default: Window()].wait(
        limit: limits.burst, within: limits.windowMilliseconds, now: now)
      {
        return .refused(.burst, retryMilliseconds: wait)
      }
    }
    today += 1
    return .admitted
  }

  /// The headers of a reply; a search has none.
  func headers(_ exemption: Exemption, token: String, isOAuth: Bool) -> [(String, String)] {
    guard exemption != .search else { return [] }
    let used = windows[token]?.count ?? 0
    var headers = [
      ("X-HubSpot-RateLimit-Max", "\(limits.burst)"),
      ("X-HubSpot-RateLimit-Remaining", "\(max(0, limits.burst - used))"),
      ("X-HubSpot-RateLimit-Interval-Milliseconds", "\(limits.windowMilliseconds)"),
    ]
    if !isOAuth {
      headers += [
        ("X-HubSpot-RateLimit-Daily", "\(limits.daily)"),
        ("X-HubSpot-RateLimit-Daily-Remaining", "\(max(0, limits.daily - today))"),
      ]
    }
    return headers
  }

  private struct Window {
    private var times: [Int64] = []
    var count: Int { times.count }

    /// Counts one more, or says how long to wait.
    mutating func wait(limit: Int, within span: Int64, now: Int64) -> Int64? {
      times.removeAll { $0 <= now - span }
      guard times.count < limit else { return (times.first ?? now) + span - now }
      times.append(now)
      return nil
    }
  }
}

/// Which of the limits a call does not count against.
enum Exemption: Sendable {
  case none
  /// Counts against the searches of a second and the day.
  case search
  /// Counts against the day only.
  case burst
  case all
}
