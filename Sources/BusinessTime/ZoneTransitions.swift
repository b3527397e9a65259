import Foundation

/// The offsets of one zone over time, taken once from Foundation's copy of the IANA data and then searched as plain
/// numbers. A class, so that a zone is copied as one pointer; it never changes.
final class ZoneTransitions: Sendable {
  let identifier: String
  /// When the offset changes, in milliseconds since 1970, ascending.
  let instants: [Int64]
  /// In milliseconds east of UTC; one more than `instants`: entry `i` holds before transition `i`.
  let offsets: [Int64]
  /// For each transition, the first reading of the wall clock, as if it were UTC, that belongs to the offset after it.
  /// Both rules for awkward nights are in this number: what is skipped or repeated still reads with the offset before,
  /// so that a time in a gap moves forward by the gap's length and a repeated one is the first.
  let localStarts: [Int64]

  init(identifier: String, instants: [Int64], offsets: [Int64]) {
    precondition(offsets.count == instants.count + 1, "a zone needs an offset before and after each transition")
    self.identifier = identifier
    self.instants = instants
    self.offsets = offsets
    localStarts = instants.indices.map { instants[$0] + max(offsets[$0], offsets[$0 + 1]) }
  }

  /// The years for which transitions are read. Before and after, the first and the last offset hold.
  static let coveredSeconds = -3_786_912_000.0...7_258_118_400.0  // 1850-01-01 to 2200-01-01

  /// `nil` when no zone has exactly this identifier.
  static func load(identifier: String) -> ZoneTransitions? {
    guard isPlausible(identifier), let zone = TimeZone(identifier: identifier), zone.identifier == identifier else {
      return nil
    }
    var instants: [Int64] = []
    var moment = Date(timeIntervalSince1970: coveredSeconds.lowerBound)
    var offsets = [Int64(zone.secondsFromGMT(for: moment)) * 1000]
    while let next = zone.nextDaylightSavingTimeTransition(after: moment), next > moment,
      next.timeIntervalSince1970 < coveredSeconds.upperBound
    {
      moment = next
      let offset = Int64(zone.secondsFromGMT(for: next)) * 1000
      // Some entries only rename the zone or trade standard for summer time at the same offset.
      guard offset != offsets.last else { continue }
      instants.append(Int64((next.timeIntervalSince1970 * 1000).rounded()))
      offsets.append(offset)
    }
    return ZoneTransitions(identifier: identifier, instants: instants, offsets: offsets)
  }

  static func knownIdentifiers() -> [String] {
    (TimeZone.knownTimeZoneIdentifiers.filter(isPlausible) + ["UTC"]).sorted()
  }

  /// Foundation also takes what is no IANA zone: `GMT+3`, `SystemV/EST5`, text after a NUL, and abbreviations. Those
  /// three letters are refused although IANA still lists a few such as `EST`: they say nothing of summer time, or mean
  /// several zones.
  private static func isPlausible(_ identifier: String) -> Bool {
    if ["GMT", "CET", "EET", "MET", "WET"].contains(identifier) { return true }
    let isAbbreviation = identifier.utf8.count == 3 && identifier.utf8.allSatisfy { (65...90).contains($0) }
    let isSpelledAsIANADoes = identifier.utf8.allSatisfy { byte in
      (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte)
        || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: "-")
    }
    return isSpelledAsIANADoes && !isAbbreviation && !identifier.hasPrefix("GMT")
      && !identifier.hasPrefix("SystemV/") && identifier != "Etc/Unknown"
  }
}
