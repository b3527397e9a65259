package import BusinessTime
import Glibc
package import Logging
import RuleDiagnostics

/// Writes one JSON object a line to standard error.
package struct JSONLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var logLevel = Logger.Level.info
  private let label: String
  private let now: @Sendable () -> Instant

  package init(label: String, now: @escaping @Sendable () -> Instant) {
    self.label = label
    self.now = now
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let line = Self.line(
      now(), label, event.level, event.message, metadata.merging(event.metadata ?? [:]) { $1 })
    let bytes = Array((line + "\n").utf8)
    // One call for a line, so that lines of different threads do not mix.
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  package static func line(
    _ now: Instant, _ label: String, _ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata
  ) -> String {
    let head: [(String, JSONValue)] = [
      ("time", .text(now.description)), ("level", .text(level.rawValue)), ("label", .text(label)),
      ("message", .text("\(message)")),
    ]
    return JSONValue.members(head + metadata.sorted { $0.key < $1.key }.map { ($0.key, .text("\($0.value)")) }).text
  }
}
