/// How a client works; the defaults suit any account.
package struct ClientSettings: Hashable, Sendable {
  package var baseURL: String
  package var version: APIVersion
  package var limits: RateLimiter.Limits
  package var retries: RetryPolicy
  /// Of one request.
  package var timeout: Duration
  /// How long a call waits for limits before it gives up, so that nothing waits for ever.
  package var longestWait: Duration

  package init(
    baseURL: String = "https://api.hubapi.com", version: APIVersion = .standard,
    limits: RateLimiter.Limits = RateLimiter.Limits(), retries: RetryPolicy = RetryPolicy(),
    timeout: Duration = .seconds(30), longestWait: Duration = .seconds(120)
  ) {
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.version = version
    self.limits = limits
    self.retries = retries
    self.timeout = timeout
    self.longestWait = longestWait
  }

  /// The token must not travel in the clear: `http` only leads to this machine itself.
  package var isSecure: Bool {
    if baseURL.hasPrefix("https://") { return true }
    return ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains { prefix in
      baseURL == prefix || baseURL.hasPrefix(prefix + ":") || baseURL.hasPrefix(prefix + "/")
    }
  }
}
