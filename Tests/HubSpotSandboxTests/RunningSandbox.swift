import AsyncHTTPClient
import Foundation
import HubSpotSandbox
import Logging
import NIOCore
import NIOFoundationEssentialsCompat
import NIOHTTP1
import ServiceLifecycle

/// A sandbox on a free port, and calls of it.
struct RunningSandbox: Sendable {
  let address: String

  struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: JSON
  }

  /// Runs `body` against a sandbox in memory and stops it.
  static func with(
    _ configuration: SandboxConfiguration = SandboxConfiguration(),
    _ body: @Sendable (RunningSandbox) async throws -> Void
  ) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    var logger = Logger(label: "sandbox")
    logger.logLevel = .critical
    let sandbox = try Sandbox(configuration: configuration, logger: logger) { continuation.yield($0) }
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [sandbox], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      guard let port = await ports.first(where: { _ in true }) else { return }
      do {
        try await body(RunningSandbox(address: "http://127.0.0.1:\(port)"))
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  @discardableResult
  func call(
    _ method: String, _ path: String, _ body: JSON? = nil, token: String? = "token", form: String? = nil
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: address + path)
    request.method = HTTPMethod(rawValue: method)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let form {
      request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
      request.body = .bytes(ByteBuffer(string: form))
    } else if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(data: body.data))
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    let bytes = try await response.body.collect(upTo: 1 << 24)
    let text = String(buffer: bytes)
    return Answer(
      status: Int(response.status.code), headers: response.headers,
      body: text.isEmpty ? .null : try JSONDecoder().decode(JSON.self, from: Data(text.utf8)))
  }

  /// Makes a contact and returns its id.
  func contact(_ email: String, _ properties: [String: JSON] = [:]) async throws -> String {
    let answer = try await call(
      "POST", "/crm/v3/objects/contacts", ["properties": .members(properties.merging(["email": .text(email)]) { $1 })])
    return answer.body["id"]?.string ?? "none: \(answer.body)"
  }

  func count(_ what: String) async throws -> Int64? { try await call("GET", "/sandbox/state").body[what]?.int }
}
