extension CivilDate: CustomStringConvertible {
  /// Reads `2026-03-01`, with all its digits; `nil` for anything else, also for a day that does not exist.
  package init?(iso text: some StringProtocol) {
    var text = String(text)
    let date = text.withUTF8 { bytes -> CivilDate? in
      var scanner = DigitScanner(position: 0)
      guard let date = scanner.isoDate(bytes.span), scanner.position == bytes.count else { return nil }
      return date
    }
    guard let date else { return nil }
    self = date
  }

  /// `2026-03-01`.
  package var description: String {
    let (year, month, day) = components
    return "\(padded(year, to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
  }
}

/// The number with leading zeros up to `width` digits; the sign of a negative one comes first and is not counted.
func padded(_ number: Int, to width: Int) -> String {
  let digits = String(number.magnitude)
  let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
  return (number < 0 ? "-" : "") + zeros + digits
}
