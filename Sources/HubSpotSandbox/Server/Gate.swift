import Synchronization

/// What is drawn and counted for each request, in the order of their arrival.
final class Gate: Sendable {
  struct Counted: Hashable {
    var method: String
    var path: String
    var status: Int
  }

  private struct State {
    var limiter: RateLimiter
    var plan: FaultPlan
    var configuration: SandboxConfiguration
    var counts: [Counted: Int] = [:]
    var requests: UInt64 = 0
  }

  private let state: Mutex<State>

  init(_ configuration: SandboxConfiguration) {
    state = Mutex(
      State(
        limiter: RateLimiter(configuration.limits), plan: FaultPlan(configuration.faults, seed: configuration.seed),
        configuration: configuration))
  }

  var configuration: SandboxConfiguration { state.withLock { $0.configuration } }

  /// From now on; counts stay.
  func replace(_ configuration: SandboxConfiguration) {
    state.withLock { state in
      state.configuration = configuration
      state.limiter.replace(configuration.limits)
      state.plan = FaultPlan(configuration.faults, seed: configuration.seed)
    }
  }

  /// The number of a request, which names it and seeds what is drawn for it.
  func number() -> UInt64 {
    state.withLock { state in
      state.requests += 1
      return state.requests
    }
  }

  func draw(method: String, path: String) -> [Fault] {
    state.withLock { $0.plan.draw(method: method, path: path) }
  }

  func admit(_ exemption: Exemption, token: String, now: Int64) -> RateLimiter.Verdict {
    state.withLock { $0.limiter.admit(exemption, token: token, now: now) }
  }

  func headers(_ exemption: Exemption, token: String, isOAuth: Bool) -> [(String, String)] {
    state.withLock { $0.limiter.headers(exemption, token: token, isOAuth: isOAuth) }
  }

  var today: Int { state.withLock { $0.limiter.today } }

  func count(_ counted: Counted) { state.withLock { $0.counts[counted, default: 0] += 1 } }

  /// As control calls show it.
  var counts: [(Counted, Int)] {
    state.withLock { $0.counts }.sorted {
      ($0.key.path, $0.key.method, $0.key.status) < ($1.key.path, $1.key.method, $1.key.status)
    }
  }
}
