import BusinessTime
import RuleDiagnostics

extension Lexer {
  /// A number, percentage, date or time of day; the longest of them.
  mutating func lexNumber() {
    let start = offset
    let first = digits(from: start)
    if lexDate(from: start, first: first) { return }
    if byte(at: first) == UInt8(ascii: ":"), first - start <= 2, Lexer.isDigit(byte(at: first + 1)) {
      return lexClockTime(from: start, hours: first)
    }
    offset = start
    while offset < bytes.count, Lexer.isDigit(bytes[offset]) || bytes[offset] == UInt8(ascii: "_") { offset += 1 }
    if byte(at: offset) == UInt8(ascii: "."), Lexer.isDigit(byte(at: offset + 1)) { offset = digits(from: offset + 1) }
    if byte(at: offset) == UInt8(ascii: "%") {
      offset += 1
      push(.percent, from: start)
      return
    }
    let end = offset
    push(.number, from: start)
    if Lexer.isNameByte(byte(at: end)) { lexSuffix(of: start) }
  }

  private func digits(from start: Int) -> Int {
    var end = start
    while end < bytes.count, Lexer.isDigit(bytes[end]) { end += 1 }
    return end
  }

  /// Letters right after a number: a unit is understood (`3days`), anything else is left out.
  private mutating func lexSuffix(of start: Int) {
    let end = offset
    while offset < bytes.count, Lexer.isNameByte(bytes[offset]) { offset += 1 }
    let suffix = file.text(range(end, offset))
    let number = file.text(range(start, end))
    let (unit, word): (Lexeme?, String?) =
      switch suffix.lowercased() {
      case "min", "mins", "minute", "minutes": (.minutes, "minutes")
      case "h", "hr", "hrs", "hour", "hours": (.hours, "hours")
      case "d", "day", "days": (.days, "days")
      case "w", "wk", "wks", "week", "weeks": (.weeks, "weeks")
      case "mo", "mos", "month", "months": (.months, "months")
      default: (nil, nil)
      }
    push(unit == nil ? .unknown : .name, from: end, unit)
    report(.malformedNumber(number + suffix, at: range(start, offset), suggestion: word.map { "\(number) \($0)" }))
  }

  // MARK: - Dates

  /// `2026-03-01`, and the ways to write a date that are not ours: `2026-1-15`, `15/01/2026`, `01.02.2026`.
  private mutating func lexDate(from start: Int, first: Int) -> Bool {
    let separator = byte(at: first)
    guard separator == UInt8(ascii: "-") || separator == UInt8(ascii: "/") || separator == UInt8(ascii: ".") else {
      return false
    }
    let second = digits(from: first + 1)
    guard second > first + 1, byte(at: second) == separator else { return false }
    let third = digits(from: second + 1)
    guard third > second + 1 else { return false }
    let lengths = (first - start, second - first - 1, third - second - 1)
    if separator != UInt8(ascii: "-") {
      let hasYear = (lengths.0 <= 2 && lengths.2 == 4) || (lengths.0 == 4 && lengths.2 <= 2)
      guard hasYear, lengths.1 <= 2 else { return false }
    }
    offset = third
    let followed = byte(at: third)
    if separator == UInt8(ascii: "-"), lengths == (4, 2, 2), !Lexer.isNameByte(followed) {
      push(.date, from: start)
      if CivilDate(iso: bytes[start..<third]) == nil {
        report(.impossibleDate(file.text(range(start, third)), at: range(start, third)))
      }
      return true
    }
    let timeOfDay = lexTimeAfterT()
    let place = range(start, offset)
    let suggestion = isoDate(from: start, first, second, third).map { $0 + timeOfDay }
    push(.date, from: start)
    report(.malformedDate(file.text(place), at: place, suggestion: suggestion))
    return true
  }

  /// Takes what follows a date without a blank, such as `T09:00:00Z`, and returns ` 09:00`, or nothing.
  private mutating func lexTimeAfterT() -> String {
    let start = offset
    guard Lexer.isNameByte(byte(at: start)) else { return "" }
    while offset < bytes.count,
      Lexer.isNameByte(bytes[offset]) || (bytes[offset] == UInt8(ascii: ":") && Lexer.isDigit(byte(at: offset + 1)))
    {
      offset += 1
    }
    let written = Array(bytes[start..<offset])
    guard written.count >= 6, written[0] | 0x20 == UInt8(ascii: "t"), written[3] == UInt8(ascii: ":"),
      ClockTime(digits: written[1..<6]) != nil
    else { return "" }
    return " " + String(decoding: written[1..<6], as: UTF8.self)
  }

  /// The date as the language writes it, when there is only one way to read it.
  private func isoDate(from start: Int, _ first: Int, _ second: Int, _ third: Int) -> String? {
    let parts = [start..<first, first + 1..<second, second + 1..<third].map { part -> Int in
      part.count > 4 ? 0 : bytes[part].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }
    let (year, month, day): (Int, Int, Int)
    if first - start == 4 {
      (year, month, day) = (parts[0], parts[1], parts[2])
    } else if third - second - 1 == 4, parts[0] > 12, parts[1] <= 12 {
      (year, month, day) = (parts[2], parts[1], parts[0])
    } else if third - second - 1 == 4, parts[1] > 12, parts[0] <= 12 {
      (year, month, day) = (parts[2], parts[0], parts[1])
    } else {
      return nil
    }
    guard CivilDate(year: year, month: month, day: day) != nil else { return nil }
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  // MARK: - Times of day

  private mutating func lexClockTime(from start: Int, hours: Int) {
    offset = digits(from: hours + 1)
    let minutesEnd = offset
    while byte(at: offset) == UInt8(ascii: ":"), Lexer.isDigit(byte(at: offset + 1)) {
      offset = digits(from: offset + 1)
    }
    while offset < bytes.count, Lexer.isNameByte(bytes[offset]) { offset += 1 }
    push(.clockTime, from: start)
    let place = range(start, offset)
    guard ClockTime(digits: bytes[start..<minutesEnd]) != nil else {
      return report(.malformedTime(file.text(place), at: place, suggestion: nil))
    }
    if offset > minutesEnd {
      let suggestion = bytes[minutesEnd] == UInt8(ascii: ":") ? file.text(range(start, minutesEnd)) : nil
      report(.malformedTime(file.text(place), at: place, suggestion: suggestion))
    }
  }
}

extension CivilDate {
  /// `2026-03-01`, ten bytes; `nil` for any other form and for days that do not exist.
  init?(iso bytes: ArraySlice<UInt8>) {
    let start = bytes.startIndex
    let hyphen = UInt8(ascii: "-")
    guard bytes.count == 10, bytes[start + 4] == hyphen, bytes[start + 7] == hyphen else { return nil }
    func number(_ range: Range<Int>) -> Int {
      bytes[start + range.lowerBound..<start + range.upperBound].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }
    self.init(year: number(0..<4), month: number(5..<7), day: number(8..<10))
  }
}

extension ClockTime {
  /// `9:00` or `09:00`; `nil` for any other form and for times that no clock shows.
  init?(digits bytes: ArraySlice<UInt8>) {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes.endIndex - colon == 3, bytes.count >= 4,
      bytes.allSatisfy({ Lexer.isDigit($0) || $0 == UInt8(ascii: ":") })
    else { return nil }
    func number(_ part: ArraySlice<UInt8>) -> Int { part.reduce(0) { $0 * 10 + Int($1 &- 0x30) } }
    self.init(hour: number(bytes[bytes.startIndex..<colon]), minute: number(bytes[(colon + 1)...]))
  }
}
