extension ClockTime: CustomStringConvertible {
  /// Reads `09:00`, with all its digits; `nil` for anything else.
  package init?(iso text: some StringProtocol) {
    var text = String(text)
    let time = text.withUTF8 { bytes -> ClockTime? in
      var scanner = DigitScanner(position: 0)
      let span = bytes.span
      guard let hour = scanner.number(span, digits: 2...2), scanner.skip(UInt8(ascii: ":"), span),
        let minute = scanner.number(span, digits: 2...2), scanner.position == bytes.count
      else { return nil }
      return ClockTime(hour: hour, minute: minute)
    }
    guard let time else { return nil }
    self = time
  }

  /// `09:00`.
  package var description: String { "\(padded(hour, to: 2)):\(padded(minute, to: 2))" }

  package var millisecondsOfDay: Int { minutes * 60_000 }
}
