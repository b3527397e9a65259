import Foundation
import Testing

/// The tour in `docs/tour-hubspot.md` is what happens: its `sh` blocks are run as one script, on ports that are free, and
/// at the end print what its `text` block shows.
@Suite("Tour with HubSpot")
struct HubSpotTourTests {
  @Test func aPageViewBecomesATask() throws {
    let program = try Program()
    defer { program.remove() }
    let page = try String(
      contentsOf: Program.repository.appending(path: "docs/tour-hubspot.md"), encoding: .utf8)
    var script = blocks("sh", of: page).joined(separator: "\n")
    let ports = try freePorts()
    script = script.replacing("8070", with: ports[0]).replacing("8071", with: ports[1])
    // Whatever happens, nothing of it outlives the test.
    let outcome = try program.shell("trap 'kill $(jobs -p) 2>/dev/null' EXIT\n\(script)")
    let shown = try #require(blocks("text", of: page).first)
    #expect(outcome.output.hasSuffix(shown + "\n"), "\(outcome.text)\n\((try? program.read("shop/daemon.log")) ?? "")")
  }

  private func blocks(_ kind: String, of page: String) -> [String] {
    page.components(separatedBy: "```\(kind)\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
  }

  /// Two that nobody has at the moment.
  private func freePorts() throws -> [String] {
    try (0..<2).map { _ in
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
          bind(descriptor, raw, length) == 0 && getsockname(descriptor, raw, &length) == 0
        }
      }
      try #require(isBound)
      return String(UInt16(bigEndian: address.sin_port))
    }
  }
}
