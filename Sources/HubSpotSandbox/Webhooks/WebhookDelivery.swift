import AsyncHTTPClient
import Crypto
import Foundation
import GRDB
import Logging
import NIOCore
import NIOFoundationEssentialsCompat
import NIOHTTP1
import ServiceLifecycle

/// Tells what happened: up to 100 events a call, ten calls at a time, signed, and again while they are not taken.
struct WebhookDelivery: Service {
  let database: SandboxDatabase
  let gate: Gate
  /// A word that something may be waiting.
  let signals: AsyncStream<Void>
  let logger: Logger

  private static let batch = 100
  private static let inFlight = 10
  private static let attempts = 11

  private struct Event {
    var id: Int64
    var body: String
    var attempt: Int
  }

  func run() async throws {
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        let (ticks, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        group.addTask {
          for await _ in signals { continuation.yield() }
        }
        group.addTask {
          // Retries and late events come due without a word.
          while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(100))
            continuation.yield()
          }
          continuation.finish()
        }
        for await _ in ticks {
          if Task.isCancelled { break }
          await deliverDue(client)
        }
      }
    }
    try await client.shutdown()
  }

  /// Until nothing is due.
  private func deliverDue(_ client: HTTPClient) async {
    while let target = gate.configuration.webhooks.target, !Task.isCancelled {
      let events: [Event]
      do { events = try await due() } catch {
        logger.error("webhooks cannot be read", metadata: ["reason": "\(error)"])
        return
      }
      if events.isEmpty { return }
      await withDiscardingTaskGroup { group in
        for start in stride(from: 0, to: events.count, by: Self.batch) {
          let part = Array(events[start..<min(start + Self.batch, events.count)])
          group.addTask { await deliver(part, to: target, client) }
        }
      }
    }
  }

  private func due() async throws -> [Event] {
    let now = Timestamp.now
    return try await database.queue.read { database in
      try Row.fetchAll(
        database,
        sql:
          "SELECT id, body, attempt FROM webhook WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        arguments: [now, Self.batch * Self.inFlight]
      ).map { Event(id: $0["id"], body: $0["body"], attempt: $0["attempt"]) }
    }
  }

  private func deliver(_ events: [Event], to target: String, _ client: HTTPClient) async {
    let configuration = gate.configuration
    let bodies = events.compactMap { event -> JSON? in
      guard case .members(var members) = try? JSON(parsing: event.body) else { return nil }
      members["attemptNumber"] = .integer(Int64(event.attempt))
      return .members(members)
    }
    let body = JSON.list(bodies).data
    let isTaken: Bool
    do {
      let response = try await client.execute(
        try request(target, body, secret: configuration.oauth.clientSecret),
        timeout: .milliseconds(configuration.webhooks.timeoutMilliseconds))
      _ = try? await response.body.collect(upTo: 1 << 20)
      isTaken = (200..<300).contains(response.status.code)
    } catch {
      isTaken = false
    }
    do {
      let now = Timestamp.now
      try await database.queue.write { database in
        for event in events {
          if isTaken {
            try database.execute("UPDATE webhook SET state = 'delivered' WHERE id = ?", [event.id])
          } else {
            let wait = configuration.webhooks.retryMilliseconds << min(event.attempt, 10)
            try database.execute(
              "UPDATE webhook SET attempt = attempt + 1, due_at = ?, state = ? WHERE id = ?",
              [now + wait, event.attempt + 1 >= Self.attempts ? "given up" : "waiting", event.id])
          }
        }
      }
    } catch {
      logger.error("webhooks cannot be recorded", metadata: ["reason": "\(error)"])
    }
  }

  private func request(_ target: String, _ body: Data, secret: String) throws -> HTTPClientRequest {
    var request = HTTPClientRequest(url: target)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    let timestamp = String(Timestamp.now)
    let first = SHA256.hash(data: Data(secret.utf8) + body).map { String(format: "%02x", $0) }.joined()
    request.headers.add(name: "X-HubSpot-Signature", value: first)
    request.headers.add(name: "X-HubSpot-Signature-Version", value: "v1")
    let third = HMAC<SHA256>.authenticationCode(
      for: Data("POST\(target)".utf8) + body + Data(timestamp.utf8), using: SymmetricKey(data: Data(secret.utf8)))
    request.headers.add(name: "X-HubSpot-Signature-v3", value: Data(third).base64EncodedString())
    request.headers.add(name: "X-HubSpot-Request-Timestamp", value: timestamp)
    request.body = .bytes(ByteBuffer(data: body))
    return request
  }
}
