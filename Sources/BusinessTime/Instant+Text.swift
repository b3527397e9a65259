extension Instant: CustomStringConvertible {
  /// 0001-01-01T00:00:00Z. Arithmetic stops here instead of overflowing.
  package static let earliest = Instant(milliseconds: -62_135_596_800_000)
  /// 9999-12-31T23:59:59.999Z. Arithmetic stops here instead of overflowing.
  package static let latest = Instant(milliseconds: 253_402_300_799_999)

  /// The instant so much later, earlier when negative; held between `earliest` and `latest`.
  package func adding(milliseconds: Int64) -> Instant {
    let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
    guard !overflow else { return milliseconds < 0 ? .earliest : .latest }
    return min(max(Instant(milliseconds: sum), .earliest), .latest)
  }

  /// Reads ISO 8601 such as `2026-03-02T09:00:00Z`, as `TimestampFormat.iso` does.
  package init?(iso text: some StringProtocol, in zone: Zone = .utc) {
    guard let instant = TimestampFormat.iso.parse(text, in: zone) else { return nil }
    self = instant
  }

  /// `2026-03-02T09:00:00Z`, with `.250` after the seconds only where there are milliseconds.
  package var description: String {
    let (date, time) = Zone.utc.civil(at: self)
    return "\(date)T\(clockText(millisecondsOfDay: time, withSeconds: true))Z"
  }

  /// `2026-03-02 09:00` as the wall clock of `zone` shows it; seconds and milliseconds only where there are any.
  package func text(in zone: Zone) -> String {
    let (date, time) = zone.civil(at: self)
    return "\(date) \(clockText(millisecondsOfDay: time, withSeconds: time % 60_000 != 0))"
  }

  /// The same to the minute, for people: `2026-03-02 09:00` whatever the seconds.
  package func minuteText(in zone: Zone) -> String {
    let (date, time) = zone.civil(at: self)
    return "\(date) \(clockText(millisecondsOfDay: time, withSeconds: false).prefix(5))"
  }
}

private func clockText(millisecondsOfDay: Int, withSeconds: Bool) -> String {
  let (seconds, milliseconds) = millisecondsOfDay.quotientAndRemainder(dividingBy: 1000)
  var text = "\(padded(seconds / 3600, to: 2)):\(padded(seconds / 60 % 60, to: 2))"
  if withSeconds { text += ":\(padded(seconds % 60, to: 2))" }
  if milliseconds != 0 { text += ".\(padded(milliseconds, to: 3))" }
  return text
}
