/// A version of HubSpot's API: part of every path. Dated versions (`2026-09`) come every March and September and are
/// supported for 18 months.
package struct APIVersion: Hashable, Sendable, CustomStringConvertible {
  /// `YYYY-MM`.
  package let description: String

  /// `nil` unless the text is a year and a month in which HubSpot publishes, joined by `-`.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].count == 4, let year = Int(parts[0]), year >= 2026,
      parts[1] == "03" || parts[1] == "09"
    else { return nil }
    description = text
  }

  private init(unchecked text: String) { description = text }

  /// What a workspace uses that names none.
  package static let standard = APIVersion(unchecked: "2026-09")
}
