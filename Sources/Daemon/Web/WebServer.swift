import BusinessTime
import ContactStore
import Foundation
import HTTPTypes
package import HubSpot
package import Hummingbird
import Logging
package import Service

/// What the daemon answers: deliveries, health, metrics.
package struct WebServer: Sendable {
  let context: LoopContext
  let settings: DaemonSettings
  let writer: InboxWriter
  /// `nil` where webhooks are not set up.
  let signature: WebhookSignature?
  /// `nil` where no program sends events.
  let eventsToken: String?
  /// What the machine's clock shows more than the time that is decided by, in milliseconds.
  let clockDeviation: (@Sendable () -> Int64)?
  let onListening: @Sendable (Int) -> Void

  package init(
    context: LoopContext, settings: DaemonSettings, writer: InboxWriter, signature: WebhookSignature?,
    eventsToken: String?, clockDeviation: (@Sendable () -> Int64)? = nil,
    onListening: @escaping @Sendable (Int) -> Void
  ) {
    self.context = context
    self.settings = settings
    self.writer = writer
    self.signature = signature
    self.eventsToken = eventsToken
    self.clockDeviation = clockDeviation
    self.onListening = onListening
  }

  private static let bodyLimit = 4 << 20

  func application() -> some ApplicationProtocol {
    let onListening = onListening
    return Application(
      router: router(),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: nil),
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
      logger: context.logger)
  }

  package func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.post(RouterPath(DaemonSettings.webhookPath)) { request, _ in await receive(request) }
    router.post("/events/:type") { request, context in
      await receive(request, event: context.parameters.get("type") ?? "")
    }
    router.get("/health") { _, _ in Self.text("ok\n") }
    router.get("/ready") { _, _ in ready() }
    router.get("/metrics") { _, _ in
      Self.text(MetricsText.text(of: context.state.current, now: context.now()) + context.metrics.prometheusText)
    }
    return router
  }

  // MARK: - Deliveries

  private func receive(_ request: Request) async -> Response {
    guard let signature else { return Self.text("webhooks are not set up\n", .notFound) }
    guard let body = try? await request.body.collect(upTo: Self.bodyLimit) else {
      return Self.text("the body is too large\n", .contentTooLarge)
    }
    let bytes = Array(buffer: body)
    let delivery = WebhookSignature.Delivery(
      method: request.method.rawValue, uri: settings.publicURL, body: bytes,
      signatureV3: request.headers[.signatureV3], timestamp: request.headers[.timestamp],
      signature: request.headers[.signature], version: request.headers[.signatureVersion])
    let verdict = verdict(of: delivery, by: signature)
    guard verdict == .genuine else {
      context.logger.warning("a delivery was refused", metadata: ["verdict": "\(verdict)"])
      return Self.text("the signature is \(verdict)\n", .unauthorized)
    }
    return await take(Inbox.Delivery(.hubspot, body: bytes))
  }

  /// A machine's clock that was set a moment ago may be the right one or the wrong one: what is recent by it or by the time
  /// that is decided by is taken.
  private func verdict(
    of delivery: WebhookSignature.Delivery, by signature: WebhookSignature
  ) -> WebhookSignature.Verdict {
    let now = context.now().milliseconds
    let verdict = signature.verify(delivery, now: now)
    guard verdict == .stale || verdict == .early, let deviation = clockDeviation?(), deviation != 0 else {
      return verdict
    }
    return signature.verify(delivery, now: now + deviation)
  }

  private func receive(_ request: Request, event: String) async -> Response {
    guard let eventsToken else { return Self.text("events are not set up\n", .notFound) }
    guard Self.isEqual(request.headers[.authorization] ?? "", "Bearer \(eventsToken)") else {
      return Self.text("the token is missing or wrong\n", .unauthorized)
    }
    guard let body = try? await request.body.collect(upTo: Self.bodyLimit) else {
      return Self.text("the body is too large\n", .contentTooLarge)
    }
    let bytes = Array(buffer: body)
    do throws(PostedEvents.Refused) {
      // Looked at here, so that whoever sends nonsense is told, and again when it is worked in.
      _ = try PostedEvents.parse(bytes, named: event, book: context.state.book, receivedAt: context.now())
    } catch {
      return Self.text(error.description + "\n", .badRequest)
    }
    return await take(Inbox.Delivery(.events, detail: event, body: bytes))
  }

  private func take(_ delivery: Inbox.Delivery) async -> Response {
    do {
      try await writer.add(delivery)
      context.state.update { $0.deliveries += 1 }
      return Self.text("", .ok)
    } catch {
      // Whoever sent it tries again.
      context.logger.error("a delivery could not be kept", metadata: ["reason": "\(error)"])
      return Self.text("it could not be kept\n", .serviceUnavailable)
    }
  }

  /// In a time that does not tell how much of it is right.
  private static func isEqual(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  // MARK: - Health

  private func ready() -> Response {
    let facts = context.state.current
    var lines = facts.problems.sorted { $0.key.rawValue < $1.key.rawValue }.map { part, problem in
      "\(part.rawValue): \(problem.reason) (since \(problem.since))"
    }
    // All else does not keep the daemon from taking things in and deciding: what HubSpot has to be asked about waits.
    let isReady = facts.lastRun != nil && facts.problems[.evaluation] == nil
    if facts.lastRun == nil { lines.append("evaluation: not yet finished once") }
    lines.insert(isReady ? "ready" : "not ready", at: 0)
    return Self.text(lines.joined(separator: "\n") + "\n", isReady ? .ok : .serviceUnavailable)
  }

  private static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}

extension HTTPField.Name {
  fileprivate static let signatureV3 = named("X-HubSpot-Signature-v3")
  fileprivate static let timestamp = named("X-HubSpot-Request-Timestamp")
  fileprivate static let signature = named("X-HubSpot-Signature")
  fileprivate static let signatureVersion = named("X-HubSpot-Signature-Version")

  private static func named(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("`\(name)` is the name of a header") }
    return field
  }
}
