/// How a source writes points in time. A format reads only what is certain in it and gives `nil` for everything else,
/// so that a wrong choice shows as rejected rows instead of wrong dates. Surrounding blanks are the caller's to trim.
package enum TimestampFormat: String, Hashable, Sendable, CaseIterable {
  /// `2026-03-02`, `2026-03-02T09:00`, `2026-03-02 09:00:30.25`, then `Z`, `UTC`, `+01:00`, `+0100`, `+01` or nothing,
  /// also after a blank.
  case iso
  /// Month first: `3/2/2026`, `03/02/2026 9:00`, `3/2/2026, 9:00:30 PM`.
  case us
  /// Day first: `2/3/2026`, `2.3.2026`, `02-03-2026 09:00:30`.
  case european
  /// Seconds since 1970, with or without a fraction: `1772442000`, `1772442000.25`.
  case unixSeconds
  /// Milliseconds since 1970: `1772442000000`.
  case unixMilliseconds

  /// The instant that `bytes` (UTF-8) name; `nil` when they are not exactly of this format, name a day or time that
  /// does not exist, or lie outside the years 1 to 9999. What carries no offset is read on the wall clock of `zone`; a
  /// date alone is the first instant of its day there.
  package func parse(_ bytes: Span<UInt8>, in zone: Zone) -> Instant? {
    switch self {
    case .iso: parseISO(bytes, in: zone)
    case .us: parseSlashed(bytes, monthFirst: true, in: zone)
    case .european: parseSlashed(bytes, monthFirst: false, in: zone)
    case .unixSeconds: parseUnix(bytes, milliseconds: false)
    case .unixMilliseconds: parseUnix(bytes, milliseconds: true)
    }
  }

  /// As `parse(_:in:)` on bytes.
  package func parse(_ text: some StringProtocol, in zone: Zone) -> Instant? {
    var text = String(text)
    return text.withUTF8 { parse($0.span, in: zone) }
  }
}

private func parseISO(_ bytes: Span<UInt8>, in zone: Zone) -> Instant? {
  var scanner = DigitScanner(position: 0)
  guard let date = scanner.isoDate(bytes) else { return nil }
  if scanner.isAtEnd(bytes) { return zone.startOfDay(date) }
  guard
    scanner.skip(UInt8(ascii: "T"), bytes) || scanner.skip(UInt8(ascii: " "), bytes)
      || scanner.skip(UInt8(ascii: "t"), bytes),
    let hour = scanner.number(bytes, digits: 2...2), hour < 24,
    let time = scanner.minutesAndSeconds(bytes)
  else { return nil }
  let millisecondsOfDay = hour * 3_600_000 + time
  if scanner.isAtEnd(bytes) { return zone.instant(date, millisecondsOfDay: millisecondsOfDay) }
  guard let offset = scanner.offsetMilliseconds(bytes), scanner.isAtEnd(bytes) else { return nil }
  return inRange(Int64(date.dayNumber) * millisecondsPerDay + Int64(millisecondsOfDay - offset))
}

private func parseSlashed(_ bytes: Span<UInt8>, monthFirst: Bool, in zone: Zone) -> Instant? {
  var scanner = DigitScanner(position: 0)
  guard let first = scanner.number(bytes, digits: 1...2), let separator = scanner.peek(bytes),
    separator == UInt8(ascii: "/")
      || (!monthFirst && (separator == UInt8(ascii: ".") || separator == UInt8(ascii: "-"))),
    scanner.skip(separator, bytes),
    let second = scanner.number(bytes, digits: 1...2), scanner.skip(separator, bytes),
    let year = scanner.number(bytes, digits: 4...4),
    let date = CivilDate(year: year, month: monthFirst ? first : second, day: monthFirst ? second : first)
  else { return nil }
  if scanner.isAtEnd(bytes) { return zone.startOfDay(date) }
  _ = scanner.skip(UInt8(ascii: ","), bytes)
  guard scanner.skip(UInt8(ascii: " "), bytes), var hour = scanner.number(bytes, digits: 1...2), hour < 24,
    let time = scanner.minutesAndSeconds(bytes)
  else { return nil }
  if !scanner.isAtEnd(bytes) {
    guard monthFirst, let hourOfDay = scanner.hourOfDay(clockHour: hour, bytes), scanner.isAtEnd(bytes) else {
      return nil
    }
    hour = hourOfDay
  }
  return zone.instant(date, millisecondsOfDay: hour * 3_600_000 + time)
}

private func parseUnix(_ bytes: Span<UInt8>, milliseconds: Bool) -> Instant? {
  var scanner = DigitScanner(position: 0)
  let isNegative = scanner.skip(UInt8(ascii: "-"), bytes)
  guard let whole = scanner.number(bytes, digits: 1...15) else { return nil }
  var value = milliseconds ? whole : whole * 1000
  if !milliseconds, scanner.skip(UInt8(ascii: "."), bytes) {
    guard let fraction = scanner.fractionMilliseconds(bytes) else { return nil }
    value += fraction
  }
  guard scanner.isAtEnd(bytes) else { return nil }
  return inRange(Int64(isNegative ? -value : value))
}

private func inRange(_ milliseconds: Int64) -> Instant? {
  let instant = Instant(milliseconds: milliseconds)
  return instant < .earliest || instant > .latest ? nil : instant
}

extension DigitScanner {
  /// `:mm`, then `:ss` and a fraction where there are any, in milliseconds. No leap second: it names no instant here.
  fileprivate mutating func minutesAndSeconds(_ bytes: Span<UInt8>) -> Int? {
    guard skip(UInt8(ascii: ":"), bytes), let minute = number(bytes, digits: 2...2), minute < 60
    else { return nil }
    var time = minute * 60_000
    guard skip(UInt8(ascii: ":"), bytes) else { return time }
    guard let second = number(bytes, digits: 2...2), second < 60 else { return nil }
    time += second * 1000
    if skip(UInt8(ascii: "."), bytes) || skip(UInt8(ascii: ","), bytes) {
      guard let fraction = fractionMilliseconds(bytes) else { return nil }
      time += fraction
    }
    return time
  }

  /// `Z`, `UTC`, `+01:00`, `+0100` or `+01`, also after a blank, in milliseconds east of UTC.
  fileprivate mutating func offsetMilliseconds(_ bytes: Span<UInt8>) -> Int? {
    _ = skip(UInt8(ascii: " "), bytes)
    if skip(letters: "Z", bytes) || skip(letters: "UTC", bytes) { return 0 }
    let isWest = skip(UInt8(ascii: "-"), bytes)
    guard isWest || skip(UInt8(ascii: "+"), bytes), let hours = fixedNumber(bytes, digits: 2), hours <= 18 else {
      return nil
    }
    var minutes = 0
    if !isAtEnd(bytes) {
      _ = skip(UInt8(ascii: ":"), bytes)
      guard let stated = fixedNumber(bytes, digits: 2), stated < 60 else { return nil }
      minutes = stated
    }
    let offset = (hours * 60 + minutes) * 60_000
    return isWest ? -offset : offset
  }

  /// The hour of a 24-hour day from `9` and a following `AM` or `PM`, also after a blank; 12 AM is midnight.
  fileprivate mutating func hourOfDay(clockHour: Int, _ bytes: Span<UInt8>) -> Int? {
    _ = skip(UInt8(ascii: " "), bytes)
    guard (1...12).contains(clockHour) else { return nil }
    if skip(letters: "AM", bytes) { return clockHour % 12 }
    if skip(letters: "PM", bytes) { return clockHour % 12 + 12 }
    return nil
  }
}
