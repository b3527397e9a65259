/// What went wrong with one attempt at a call.
package enum AttemptFailure: Hashable, Sendable {
  /// 429; nothing was done. The limiter knows for how long.
  case limited(policy: String?)
  /// 423: another request holds the record; nothing was done.
  case locked
  /// 477, the account is being moved; nothing was done.
  case moving(retryAfter: Duration?)
  /// Nothing reached HubSpot.
  case notSent(reason: String)
  /// It may have been carried out: no answer came, or one of HubSpot's 5xx.
  case unknown(reason: String)
}

/// When a call is tried again. Pure: chance is a parameter.
package struct RetryPolicy: Hashable, Sendable {
  package enum Decision: Hashable, Sendable {
    case retry(after: Duration)
    case stop
  }

  package var attempts: Int
  package var longest: Duration

  package init(attempts: Int = 5, longest: Duration = .seconds(20)) {
    self.attempts = attempts
    self.longest = longest
  }

  /// - Parameters:
  ///   - attempt: how many were made, at least 1.
  ///   - isRepeatable: whether the call may be made again when its outcome is unknown.
  ///   - chance: from 0 to 1; spreads the retries of several callers.
  package func decision(
    after failure: AttemptFailure, attempt: Int, isRepeatable: Bool, chance: Double
  ) -> Decision {
    guard attempt < attempts else { return .stop }
    switch failure {
    case .limited: return .retry(after: .milliseconds(Int(chance * 250)))
    case .locked: return .retry(after: .seconds(2) + backoff(attempt, chance))
    case .moving(let retryAfter):
      guard let retryAfter, retryAfter <= longest else { return .stop }
      return .retry(after: retryAfter + .milliseconds(Int(chance * 1000)))
    case .notSent: return .retry(after: backoff(attempt, chance))
    case .unknown: return isRepeatable ? .retry(after: backoff(attempt, chance)) : .stop
    }
  }

  /// Half a second, doubling, of which a random half is waited.
  private func backoff(_ attempt: Int, _ chance: Double) -> Duration {
    let full = min(longest, .milliseconds(500) * (1 << min(attempt - 1, 10)))
    return full / 2 + full * (chance / 2)
  }
}
