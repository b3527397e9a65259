import Foundation
import Glibc
import HubSpot
import Testing

@Suite("The way to the network")
struct TransportTests {
  /// A server that answers one request with `reply`, and then says nothing more until it is closed.
  private final class Server {
    let port: UInt16
    private let listener: Int32

    init(_ reply: String) throws {
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let descriptor = listener
      let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          bind(descriptor, generic, length) == 0 && listen(descriptor, 1) == 0
            && getsockname(descriptor, generic, &length) == 0
        }
      }
      try #require(bound)
      port = UInt16(bigEndian: address.sin_port)
      Thread.detachNewThread {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = read(client, &request, request.count)
        let bytes = Array(reply.utf8)
        _ = write(client, bytes, bytes.count)
        // Until the other side has had enough.
        while read(client, &request, request.count) > 0 {}
        Glibc.close(client)
      }
    }

    deinit { Glibc.close(listener) }
  }

  private func reply(to text: String) async throws -> IncomingReply {
    let server = try Server(text)
    defer { withExtendedLifetime(server) {} }
    let transport = HTTPTransport(connections: 1)
    do {
      let reply = try await transport.send(
        OutgoingRequest(method: .get, url: "http://127.0.0.1:\(server.port)/", timeout: .milliseconds(300)))
      await transport.close()
      return reply
    } catch {
      await transport.close()
      throw error
    }
  }

  @Test func aReplyIsReadAsAWhole() async throws {
    let reply = try await reply(to: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: A\r\n\r\n{}")
    #expect(reply.status == 200)
    #expect(reply.headers["x-kind"] == "A")
    #expect(reply.body == Array("{}".utf8))
  }

  /// The first is not answered at all; of the second only a part comes.
  @Test(.timeLimit(.minutes(1)), arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
  func aReplyThatStandsStillEndsInTime(text: String) async throws {
    await #expect {
      _ = try await reply(to: text)
    } throws: { error in
      if case .noAnswer? = error as? TransportError { true } else { false }
    }
  }
}
