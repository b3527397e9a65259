import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// The network itself: connections are kept and reused, certificates are always verified.
package final class HTTPTransport: Transport {
  private let client: HTTPClient
  private static let largestReply = 32 << 20

  /// - Parameter connections: at most so many to one host.
  package init(connections: Int = 8) {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
    // The client has its own policy of retries; here a failure is told at once.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Closes all connections; nothing may be sent any more.
  package func close() async {
    try? await client.shutdown()
  }

  package func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingReply {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
    for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
    if let body = request.body { outgoing.body = .bytes(ByteBuffer(bytes: body)) }
    do {
      return try await answer(to: outgoing, within: request.timeout)
    } catch {
      throw TransportError(error)
    }
  }

  /// The client's own deadline ends with the head of the reply; a body that stands still must not hold anybody either.
  private func answer(to outgoing: HTTPClientRequest, within timeout: Duration) async throws -> IncomingReply {
    try await withThrowingTaskGroup(of: IncomingReply.self) { [client] group in
      group.addTask {
        let milliseconds = Int64(timeout / .milliseconds(1))
        let reply = try await client.execute(outgoing, timeout: .milliseconds(milliseconds))
        let body = try await reply.body.collect(upTo: Self.largestReply)
        var headers: [String: String] = [:]
        for header in reply.headers { headers[header.name.lowercased()] = header.value }
        return IncomingReply(status: Int(reply.status.code), headers: headers, body: Array(body.readableBytesView))
      }
      group.addTask {
        // The client knows better why nothing came, so that it may say so first.
        try await Task.sleep(for: timeout + .milliseconds(100))
        throw TransportError.noAnswer(reason: "the reply was not complete in time")
      }
      defer { group.cancelAll() }
      guard let reply = try await group.next() else { throw CancellationError() }
      return reply
    }
  }
}

extension TransportError {
  /// Only what is sure to have happened before the request left counts as not sent.
  fileprivate init(_ error: any Error) {
    let connecting: [HTTPClientError] = [
      .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .invalidURL, .emptyHost, .emptyScheme,
    ]
    switch error {
    case let error as TransportError: self = error
    case let error as HTTPClientError where connecting.contains(error): self = .notSent(reason: "\(error.description)")
    case is NIOConnectionError: self = .notSent(reason: "no connection")
    case let error as ChannelError:
      if case .connectTimeout = error {
        self = .notSent(reason: "no connection in time")
      } else {
        self = .noAnswer(reason: "\(error)")
      }
    case let error as IOError where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode):
      self = .notSent(reason: error.localizedDescription)
    case is CancellationError: self = .noAnswer(reason: "stopped")
    default: self = .noAnswer(reason: "\(error)")
    }
  }
}
