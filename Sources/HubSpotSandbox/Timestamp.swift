import Foundation

/// Times as HubSpot writes and takes them; inside they are milliseconds since 1970.
enum Timestamp {
  static var now: Int64 { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) }

  /// `2026-03-02T09:00:00.000Z`.
  static func text(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// ISO 8601 with `Z`, with or without fractions of a second, or milliseconds since 1970.
  static func parse(_ text: String) -> Int64? {
    if let milliseconds = Int64(text) { return milliseconds }
    let date =
      (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
      ?? (try? Date(text, strategy: .iso8601))
    return date.map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
  }

  /// `YYYY-MM-DD`, or milliseconds that are midnight UTC.
  static func parseDate(_ text: String) -> String? {
    if let milliseconds = Int64(text) {
      guard milliseconds % 86_400_000 == 0 else { return nil }
      return String(self.text(milliseconds).prefix(10))
    }
    guard text.utf8.count == 10, let start = parse(text + "T00:00:00Z"), self.text(start).hasPrefix(text) else {
      return nil
    }
    return text
  }
}
