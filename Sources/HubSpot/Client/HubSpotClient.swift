package import BusinessTime
package import Logging
package import RuleDiagnostics

/// Asks HubSpot, within all its limits. One for each process: whatever part of the program calls, the limits are shared.
///
/// The actor owns the way to the network; what it does next, the state machines beside it say.
package actor HubSpotClient {
  private let settings: ClientSettings
  private let credentials: Credentials
  private let transport: any Transport
  private let time: any Timekeeper
  private let chance: @Sendable () -> Double
  private let logger: Logger
  private let metrics: ClientMetrics

  private var limiter: RateLimiter
  private var breaker = CircuitBreaker()
  private var token = TokenState()
  /// What OAuth last gave; may differ from the one the program was started with.
  private var refreshToken: String?
  /// Where a refresh token that HubSpot replaced is kept; `nil` for nowhere.
  private let tokenFile: RefreshTokenFile?
  /// Endpoints whose dated path this HubSpot does not know.
  private var legacy: Set<String> = []
  /// The `Date` of the latest answer.
  private var date: String?
  /// The account that the token leads to, once it was asked.
  var knownAccount: String?
  private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  private var nextWaiter = 0

  /// - Parameters:
  ///   - tokenFile: where a refresh token that HubSpot replaced outlives the program.
  ///   - chance: numbers from 0 to 1, to spread retries.
  package init(
    settings: ClientSettings = ClientSettings(), credentials: Credentials, tokenFile: RefreshTokenFile? = nil,
    transport: any Transport, time: any Timekeeper,
    chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
    logger: Logger = Logger(label: "hubspot"), metrics: ClientMetrics = ClientMetrics()
  ) {
    self.settings = settings
    self.credentials = credentials
    self.tokenFile = tokenFile
    self.transport = transport
    self.time = time
    self.chance = chance
    self.logger = logger
    self.metrics = metrics
    limiter = RateLimiter(settings.limits)
  }

  /// Whether HubSpot has not answered lately.
  var isResting: Bool { breaker.isOpen }

  /// What HubSpot has said of the day's requests; `nil` before it said anything.
  package var dailyRemaining: Int? { limiter.dailyRemaining }

  /// The time by HubSpot's clock, to the second, when it answered last; `nil` before it did.
  package var serverTime: Instant? {
    date.flatMap(HTTPDate.instant)
  }

  /// Makes a call, waits for limits and tries again where that is safe.
  ///
  /// - Returns: the answer; `.null` where it has no content.
  package func call(_ call: APICall) async throws(HubSpotError) -> JSONValue {
    guard settings.isSecure else {
      throw .credentials(
        reason: "`\(settings.baseURL)` is not https; a token goes over plain http to this machine only")
    }
    var attempt = 0
    var hasNewToken = false
    var isDatedUnknown = false
    while true {
      attempt += 1
      let bearer = call.form == nil ? try await bearer() : nil
      let result = try await self.attempt(call, bearer, isDatedUnknown: isDatedUnknown)
      switch result {
      case .success(let value): return value
      case .failure(.problem(let problem)):
        if problem.status == 401, let bearer, isOAuth, !hasNewToken {
          // The token may have been taken back; a new one is tried once.
          hasNewToken = true
          token.refused(bearer)
          continue
        }
        throw HubSpotError(problem)
      case .failure(.unknownPath): isDatedUnknown = true
      case .failure(.transient(let failure)):
        let decision = settings.retries.decision(
          after: failure, attempt: attempt, isRepeatable: call.isRepeatable, chance: chance())
        guard case .retry(let delay) = decision else { throw HubSpotError(failure, isRepeatable: call.isRepeatable) }
        metrics.retried(call.endpoint)
        do {
          try await time.sleep(for: delay)
        } catch {
          // Stopped while it waited: what the last attempt came to still holds.
          throw HubSpotError(failure, isRepeatable: call.isRepeatable)
        }
      }
    }
  }

  private enum AttemptError: Error {
    case transient(AttemptFailure)
    /// The answer will be the same next time.
    case problem(APIProblem)
    /// Nothing was done; the numbered path may be known.
    case unknownPath
  }

  // MARK: - One attempt

  /// - Parameter isDatedUnknown: whether the dated path was answered as unknown.
  private func attempt(
    _ call: APICall, _ bearer: String?, isDatedUnknown: Bool
  ) async throws(HubSpotError) -> Result<JSONValue, AttemptError> {
    let limit = call.endpoint.limit
    try await enter(limit)
    let paths = call.endpoint.paths(settings.version)
    let isLegacy = (isDatedUnknown || legacy.contains(call.endpoint.label)) && paths.count > 1
    let request = request(call, path: isLegacy ? paths[1] : paths[0], bearer)
    let started = time.elapsed
    let reply: IncomingReply
    do {
      reply = try await transport.send(request)
    } catch {
      return .failure(.transient(noteFailure(error, call, limit, started)))
    }
    let now = time.elapsed
    limiter.finished(limit, at: now)
    limiter.learn(RateHeaders(reply.headers), limit, at: now)
    date = reply.headers["date"] ?? date
    if let remaining = limiter.dailyRemaining { metrics.remaining(today: remaining) }
    metrics.requested(call.endpoint, status: "\(reply.status)", took: now - started)
    defer { wakeAll() }
    let body = reply.body.isEmpty ? nil : JSONValue.parse(reply.body)
    if (200..<300).contains(reply.status) {
      noteBreaker(isWell: true, at: now)
      // A record that is not there may be answered like a path that is not known; only where the other one is known,
      // it was the path.
      if isDatedUnknown { legacy.insert(call.endpoint.label) }
      guard reply.body.isEmpty || body != nil else {
        // It was done; what came of it cannot be read.
        throw .malformedReply(endpoint: call.endpoint.label, reason: "it is no JSON")
      }
      return .success(body ?? .null)
    }
    let problem = APIProblem(
      status: reply.status, body: body, correlationID: reply.headers["x-hubspot-correlation-id"])
    log(problem, call)
    if reply.status == 404, !isLegacy, paths.count > 1, problem.category == nil {
      // An unknown path rather than an unknown record: this HubSpot may have the endpoint under its numbered version only.
      noteBreaker(isWell: true, at: now)
      return .failure(.unknownPath)
    }
    return .failure(classify(problem, reply, call, at: now))
  }

  private func classify(
    _ problem: APIProblem, _ reply: IncomingReply, _ call: APICall, at now: Duration
  ) -> AttemptError {
    let retryAfter = reply.headers["retry-after"].flatMap { Double($0) }.flatMap { seconds in
      seconds >= 0 && seconds < 86_400 ? Duration.milliseconds(Int(seconds * 1000)) : nil
    }
    switch reply.status {
    case 429:
      noteBreaker(isWell: true, at: now)
      let policy = problem.policy ?? APIProblem.policy(named: problem.message)
      metrics.limited(policy: policy)
      limiter.refused(call.endpoint.limit, policy: policy, retryAfter: retryAfter, at: now)
      return .transient(.limited(policy: policy))
    case 423:
      noteBreaker(isWell: true, at: now)
      return .transient(.locked)
    case 477:
      noteBreaker(isWell: true, at: now)
      return .transient(.moving(retryAfter: retryAfter))
    case 500...:
      noteBreaker(isWell: false, at: now)
      return .transient(.unknown(reason: "HTTP status \(reply.status): \(problem.text)"))
    default:
      noteBreaker(isWell: true, at: now)
      return .problem(problem)
    }
  }

  private func noteFailure(
    _ error: TransportError, _ call: APICall, _ limit: LimitClass, _ started: Duration
  ) -> AttemptFailure {
    let now = time.elapsed
    let failure: AttemptFailure
    switch error {
    case .notSent(let reason):
      failure = .notSent(reason: reason)
      limiter.finished(limit, at: now, isCounted: false)
      metrics.requested(call.endpoint, status: "not sent", took: now - started)
    case .noAnswer(let reason):
      failure = .unknown(reason: reason)
      limiter.finished(limit, at: now)
      metrics.requested(call.endpoint, status: "no answer", took: now - started)
    }
    noteBreaker(isWell: false, at: now)
    logger.warning(
      "no reply", metadata: ["endpoint": "\(call.endpoint.label)", "reason": "\(HubSpotError(failure))"])
    wakeAll()
    return failure
  }

  private func noteBreaker(isWell: Bool, at now: Duration) {
    if isWell { breaker.succeeded() } else { breaker.failed(at: now) }
    metrics.breaker(isOpen: breaker.isOpen)
  }

  private func request(_ call: APICall, path: String, _ bearer: String?) -> OutgoingRequest {
    var url = settings.baseURL + path
    if !call.query.isEmpty {
      url += "?"
      url += call.query.map { "\($0.name)=\(Endpoint.escaped($0.value))" }.joined(separator: "&")
    }
    var request = OutgoingRequest(method: call.method, url: url, timeout: settings.timeout)
    request.headers = [("accept", "application/json"), ("user-agent", "abm-rules")]
    if let bearer { request.headers.append(("authorization", "Bearer \(bearer)")) }
    if let form = call.form {
      request.headers.append(("content-type", "application/x-www-form-urlencoded"))
      let pairs = form.map { "\(Endpoint.escaped($0.name))=\(Endpoint.escaped($0.value))" }
      request.body = Array(pairs.joined(separator: "&").utf8)
    } else if let body = call.body {
      request.headers.append(("content-type", "application/json"))
      request.body = Array(body.text.utf8)
    }
    return request
  }

  private func log(_ problem: APIProblem, _ call: APICall) {
    logger.debug(
      "refused",
      metadata: [
        "endpoint": "\(call.endpoint.label)", "status": "\(problem.status)", "category": "\(problem.category ?? "")",
        "correlation-id": "\(problem.correlationID ?? "")",
      ])
  }

  // MARK: - Waiting for limits

  /// Returns when the request may leave.
  private func enter(_ limit: LimitClass) async throws(HubSpotError) {
    let asked = time.elapsed
    while true {
      if Task.isCancelled { throw .unavailable(reason: "stopped", retryAfter: .zero) }
      let now = time.elapsed
      if let until = breaker.admit(at: now) {
        throw .unavailable(reason: "it has not answered lately", retryAfter: until - now)
      }
      let admission = limiter.admit(limit, at: now)
      if admission != .go { breaker.undecided(at: now) }
      switch admission {
      case .go:
        if now > asked { metrics.waited(now - asked) }
        return
      case .exhausted(let until): throw .limited(policy: "DAILY", retryAfter: until - now)
      case .wait(let until):
        guard until - asked <= settings.longestWait else { throw .limited(policy: nil, retryAfter: until - now) }
        do { try await time.sleep(for: until - now) } catch {
          throw .unavailable(reason: "stopped", retryAfter: .zero)
        }
      case .waitForAnAnswer: await waitForAnAnswer()
      }
    }
  }

  /// Every request under way ends, by its timeout at the latest, and then wakes those who wait.
  private func waitForAnAnswer() async {
    let id = nextWaiter
    nextWaiter += 1
    await withCheckedContinuation { waiters[id] = $0 }
  }

  private func wakeAll() {
    let waiting = waiters.sorted { $0.key < $1.key }
    waiters.removeAll()
    for (_, waiter) in waiting { waiter.resume() }
  }

  // MARK: - Tokens

  private var isOAuth: Bool {
    if case .oauth = credentials { true } else { false }
  }

  private func bearer() async throws(HubSpotError) -> String {
    switch credentials {
    case .token(let text): return text
    case .oauth(let clientID, let clientSecret, let firstRefreshToken):
      while true {
        switch token.next(at: time.elapsed) {
        case .use(let text): return text
        case .wait: await waitForAnAnswer()
        case .refresh: return try await refresh(clientID, clientSecret, first: firstRefreshToken)
        }
      }
    }
  }

  /// What HubSpot knows of the token, which goes in the body here.
  func tokenInformation() async throws(HubSpotError) -> JSONValue {
    let bearer = try await bearer()
    switch credentials {
    case .token:
      return try await call(.read(.privateToken, .members([("tokenKey", .text(bearer))])))
    case .oauth(let clientID, let clientSecret, _):
      return try await call(
        APICall(
          .post, .tokenIntrospection,
          form: [
            ("client_id", clientID), ("client_secret", clientSecret), ("token", bearer),
            ("token_type_hint", "access_token"),
          ], isRepeatable: true))
    }
  }

  private func refresh(
    _ clientID: String, _ clientSecret: String, first: String
  ) async throws(HubSpotError) -> String {
    defer { wakeAll() }
    do throws(HubSpotError) {
      let kept = tokenFile?.read(clientID: clientID, clientSecret: clientSecret, first: first)
      let known = refreshToken ?? kept ?? first
      let reply: JSONValue
      do throws(HubSpotError) {
        reply = try await ask(clientID, clientSecret, known)
      } catch {
        // Another process with these credentials may have had it replaced meanwhile.
        guard case .refused = error,
          let newer = tokenFile?.read(clientID: clientID, clientSecret: clientSecret, first: first), newer != known
        else { throw error }
        reply = try await ask(clientID, clientSecret, newer)
      }
      guard let text = reply["access_token"]?.string, !text.isEmpty else {
        throw HubSpotError.malformedReply(endpoint: "token", reason: "it has no `access_token`")
      }
      token.refreshed(text, lifetime: .seconds(reply["expires_in"]?.integer ?? 1800), at: time.elapsed)
      if let new = reply["refresh_token"]?.string, new != known {
        refreshToken = new
        keep(new, clientID, clientSecret, first)
      }
      return text
    } catch {
      token.failed()
      throw error
    }
  }

  private func ask(
    _ clientID: String, _ clientSecret: String, _ refreshToken: String
  ) async throws(HubSpotError) -> JSONValue {
    try await call(
      APICall(
        .post, .token,
        form: [
          ("grant_type", "refresh_token"), ("client_id", clientID), ("client_secret", clientSecret),
          ("refresh_token", refreshToken),
        ], isRepeatable: true))
  }

  private func keep(_ new: String, _ clientID: String, _ clientSecret: String, _ first: String) {
    guard let tokenFile else {
      logger.warning("HubSpot replaced the refresh token; put the new one where the program is started from")
      return
    }
    do {
      try tokenFile.write(new, clientID: clientID, clientSecret: clientSecret, first: first)
    } catch {
      logger.error(
        "HubSpot replaced the refresh token, and it cannot be kept; after the next start consent is needed anew",
        metadata: ["file": "\(tokenFile.path)", "reason": "\(error)"])
    }
  }
}

extension HubSpotError {
  init(_ problem: APIProblem) {
    switch problem.status {
    case 401: self = .unauthorized(problem)
    case 403: self = .forbidden(problem)
    case 404: self = .notFound(problem)
    case 409: self = .conflict(problem)
    default: self = .refused(problem)
    }
  }

  /// - Parameter isRepeatable: then it does not matter whether it was done.
  init(_ failure: AttemptFailure, isRepeatable: Bool = false) {
    switch failure {
    case .limited(let policy): self = .limited(policy: policy, retryAfter: .seconds(10))
    case .locked: self = .unavailable(reason: "the record is locked", retryAfter: .seconds(5))
    case .moving(let retryAfter):
      self = .unavailable(reason: "the account is being moved", retryAfter: retryAfter ?? .seconds(600))
    case .notSent(let reason): self = .unavailable(reason: reason, retryAfter: .seconds(5))
    case .unknown(let reason):
      self =
        isRepeatable ? .unavailable(reason: reason, retryAfter: .seconds(5)) : .unknownOutcome(reason: reason)
    }
  }
}

extension APIProblem {
  /// The policy of a 429 that names it in words only.
  static func policy(named message: String) -> String? {
    if message.contains("daily") { return "DAILY" }
    if message.contains("ten_secondly") || message.contains("TEN_SECONDLY") { return "TEN_SECONDLY_ROLLING" }
    return message.contains("secondly") ? "SECONDLY" : nil
  }
}
