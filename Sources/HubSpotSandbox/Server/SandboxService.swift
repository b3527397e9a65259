import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat

/// Takes a request through token, limits and faults to its route, and answers as HubSpot does.
struct SandboxService: Sendable {
  let database: SandboxDatabase
  let gate: Gate
  /// Told when webhooks may be waiting.
  let webhooksAdded: @Sendable () -> Void

  private static let bodyLimit = 20 * 1_024 * 1_024
  private static let timeoutMilliseconds: Int64 = 30_000

  func respond(_ request: Request, _ context: SandboxContext, _ route: Route) async -> Response {
    let number = gate.number()
    let correlation = Self.correlation(number)
    let configuration = gate.configuration
    var exchange = Exchange(correlation: correlation)
    let response: Response
    do {
      response = try await answer(
        request, context, route, configuration: configuration, number: number, exchange: &exchange)
    } catch let error as APIError {
      response = self.response(
        Reply(status: error.status, body: error.body(correlationID: correlation)), exchange)
    } catch {
      let failure = APIError(status: 500, category: "INTERNAL_ERROR", message: "internal error: \(error)")
      response = self.response(Reply(status: 500, body: failure.body(correlationID: correlation)), exchange)
    }
    gate.count(
      Gate.Counted(method: route.method, path: route.paths.first ?? "", status: Int(response.status.code)))
    return response
  }

  /// A call of the sandbox's own: no token, no limits, no faults, and not counted.
  func control(_ request: Request, _ context: SandboxContext, _ route: Route) async -> Response {
    let exchange = Exchange(correlation: "")
    do {
      let parameters = Dictionary(context.parameters.map { (String($0.key), String($0.value)) }) { $1 }
      let body = try await request.body.collect(upTo: Self.bodyLimit)
      let reply = try await carryOut(
        request, route, parameters, try Self.parse(body, request), gate.configuration, now: Timestamp.now, fault: nil,
        number: gate.number())
      return response(reply ?? .noContent, exchange)
    } catch let error as APIError {
      return response(Reply(status: error.status, body: error.body(correlationID: nil)), exchange)
    } catch {
      return response(Reply(status: 500, body: ["message": .text("\(error)")]), exchange)
    }
  }

  /// What headers of the reply depend on.
  private struct Exchange {
    var correlation: String
    var headers: [(String, String)] = []
  }

  private func answer(
    _ request: Request, _ context: SandboxContext, _ route: Route, configuration: SandboxConfiguration, number: UInt64,
    exchange: inout Exchange
  ) async throws -> Response {
    let parameters = Dictionary(
      context.parameters.map { (String($0.key), String($0.value).removingPercentEncoding ?? String($0.value)) }
    ) { $1 }
    if let version = parameters["version"], !Self.isKnown(version) {
      throw APIError.notFound("there is no version \(version) of this API")
    }
    let body = try await request.body.collect(upTo: Self.bodyLimit)
    let now = Timestamp.now
    let token = try await authenticate(request, route, parameters, configuration, now: now)
    let verdict = gate.admit(route.isOpen ? .all : route.exemption, token: token, now: now)
    exchange.headers = gate.headers(route.exemption, token: token, isOAuth: token.hasPrefix("access-"))
    if case .refused(let policy, let wait) = verdict { return refusal(policy, wait: wait, configuration, exchange) }

    let faults = gate.draw(method: route.method, path: request.uri.path)
    for fault in faults where fault.kind == .latency { try await pause(fault.milliseconds ?? 500) }
    let fault = faults.first { $0.kind != .latency }
    switch fault?.kind {
    case .rateLimit: return refusal(.burst, wait: 1_000, configuration, exchange)
    case .expiredToken: throw APIError.expiredToken
    case .errorBefore: return failure(fault, exchange)
    case .timeoutBefore:
      try await pause(fault?.milliseconds ?? Self.timeoutMilliseconds)
      return cut(context)
    case .dropBefore: return cut(context)
    default: break
    }

    let reply = try await carryOut(
      request, route, parameters, try Self.parse(body, request), configuration, now: now, fault: fault, number: number)
    switch fault?.kind {
    case .errorAfter: return failure(fault, exchange)
    case .timeoutAfter:
      try await pause(fault?.milliseconds ?? Self.timeoutMilliseconds)
      return cut(context)
    case .dropAfter: return cut(context)
    default: return reply.map { response($0, exchange) } ?? failure(fault, exchange)
    }
  }

  /// `nil` where a part was done and the rest was not.
  private func carryOut(
    _ request: Request, _ route: Route, _ parameters: [String: String], _ body: JSON,
    _ configuration: SandboxConfiguration, now: Int64, fault: Fault?, number: UInt64
  ) async throws -> Reply? {
    var query: [String: [String]] = [:]
    for (key, value) in request.uri.queryParameters { query[String(key), default: []].append(String(value)) }
    let (path, queries) = (request.uri.path, query)
    let reply = try await database.queue.write { database -> Reply? in
      var call = Call(
        method: route.method, path: path, parameters: parameters, query: queries, body: body, database: database,
        configuration: configuration, now: now, version: parameters["version"], fault: fault,
        generator: SeededGenerator(seed: configuration.seed &+ number), catalog: PropertyCatalog(database))
      do { return try route.handle(&call) } catch is HalfDone { return nil }
    }
    if route.method != "GET" { webhooksAdded() }
    return reply
  }

  private func authenticate(
    _ request: Request, _ route: Route, _ parameters: [String: String], _ configuration: SandboxConfiguration,
    now: Int64
  ) async throws -> String {
    guard !route.isOpen else { return "" }
    guard let header = request.headers[.authorization], header.hasPrefix("Bearer "), header.count > 7 else {
      throw APIError.unauthenticated
    }
    let token = String(header.dropFirst(7))
    if token.hasPrefix("access-") {
      let expiry = try await database.queue.read { database in
        try Int64.fetchOne(database, sql: "SELECT expires_at FROM token WHERE access = ?", arguments: [token])
      }
      guard let expiry else { throw APIError.unauthenticated }
      guard expiry > now else { throw APIError.expiredToken }
    } else if !configuration.tokens.isEmpty, configuration.tokens[token] == nil {
      throw APIError.unauthenticated
    }
    if let scope = route.scope {
      let needed = try Scopes.needed(scope, parameters)
      guard Scopes.of(token, configuration).contains(needed) || !Scopes.all.contains(needed) else {
        throw APIError.missingScopes(needed)
      }
    }
    return token
  }

  private static func parse(_ body: ByteBuffer, _ request: Request) throws -> JSON {
    let text = String(buffer: body)
    guard !text.isEmpty else { return .null }
    if request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true {
      var members: [String: JSON] = [:]
      for pair in text.split(separator: "&") {
        let parts = pair.split(separator: "=", maxSplits: 1).map {
          $0.replacing("+", with: " ").removingPercentEncoding ?? String($0)
        }
        if parts.count == 2 { members[parts[0]] = .text(parts[1]) }
      }
      return .members(members)
    }
    do { return try JSON(parsing: text) } catch { throw APIError.validation("Invalid input JSON: \(error)") }
  }

  // MARK: Answers

  private func response(_ reply: Reply, _ exchange: Exchange) -> Response {
    var headers = HTTPFields()
    if let name = HTTPField.Name("X-HubSpot-Correlation-Id") { headers[name] = exchange.correlation }
    for (key, value) in exchange.headers {
      if let name = HTTPField.Name(key) { headers[name] = value }
    }
    guard let body = reply.body else {
      return Response(status: .init(code: reply.status), headers: headers)
    }
    headers[.contentType] = "application/json;charset=utf-8"
    return Response(
      status: .init(code: reply.status), headers: headers, body: .init(byteBuffer: ByteBuffer(data: body.data)))
  }

  private func refusal(
    _ policy: RateLimiter.Policy, wait: Int64, _ configuration: SandboxConfiguration, _ exchange: Exchange
  ) -> Response {
    var exchange = exchange
    if configuration.limits.sendsRetryAfter { exchange.headers.append(("Retry-After", "\((wait + 999) / 1_000)")) }
    return response(
      Reply(
        status: 429,
        body: [
          "status": "error", "message": .text(policy.message), "errorType": "RATE_LIMIT",
          "correlationId": .text(exchange.correlation), "policyName": .text(policy.rawValue),
          "requestId": .text(exchange.correlation),
        ]), exchange)
  }

  private func failure(_ fault: Fault?, _ exchange: Exchange) -> Response {
    let error = APIError(status: fault?.status ?? 503, category: "INTERNAL_ERROR", message: "internal error")
    return response(Reply(status: error.status, body: error.body(correlationID: exchange.correlation)), exchange)
  }

  /// Whoever waits for the answer gets none.
  private func cut(_ context: SandboxContext) -> Response {
    context.channel.close(promise: nil)
    return Response(status: .init(code: 599))
  }

  private func pause(_ milliseconds: Int64) async throws {
    try await Task.sleep(for: .milliseconds(milliseconds))
  }

  private static func correlation(_ number: UInt64) -> String {
    var generator = SeededGenerator(seed: number)
    let digits = [generator.next(), generator.next()].map { String($0, radix: 16) }
      .map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
    let cuts = [0, 8, 12, 16, 20, 32]
    return zip(cuts, cuts.dropFirst()).map { from, to in
      String(digits.dropFirst(from).prefix(to - from))
    }.joined(separator: "-")
  }

  private static func isKnown(_ version: String) -> Bool { ["2026-03", "2026-09"].contains(version) }
}
