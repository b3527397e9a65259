package import BusinessTime

/// Reading the texts of properties.
package enum PropertyValue {
  /// HubSpot writes instants in ISO 8601, and in some answers as milliseconds since 1970. `nil` for anything else.
  package static func instant(_ text: String?) -> Instant? {
    guard let text, !text.isEmpty else { return nil }
    if let milliseconds = Int64(text) { return Instant(milliseconds: milliseconds) }
    return Instant(iso: text)
  }

  /// An instant in ISO 8601, whichever way it was written; other texts as they stand.
  package static func isoText(_ text: String) -> String {
    guard text.count > 9, let milliseconds = Int64(text) else { return text }
    return Instant(milliseconds: milliseconds).description
  }
}
