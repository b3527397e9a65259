/// A request as it goes over the wire.
package struct OutgoingRequest: Sendable {
  package var method: APICall.Method
  /// Of the whole, with scheme and host.
  package var url: String
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]?
  package var timeout: Duration

  package init(
    method: APICall.Method, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    timeout: Duration = .seconds(30)
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
  }
}

package struct IncomingReply: Sendable {
  package var status: Int
  /// By lowercase name.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Why there is no reply. The difference decides whether asking again could do something twice.
package enum TransportError: Error, Hashable, Sendable {
  /// No connection came about: nothing was asked.
  case notSent(reason: String)
  /// The request left, and what became of it is not known.
  case noAnswer(reason: String)
}

/// The edge to the network.
package protocol Transport: Sendable {
  func send(_ request: OutgoingRequest) async throws(TransportError) -> IncomingReply
}
