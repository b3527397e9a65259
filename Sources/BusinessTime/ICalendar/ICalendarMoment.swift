/// A date of a calendar file, or a date and time on the wall clock.
struct ICalendarMoment: Comparable {
  var date: CivilDate
  /// `nil` for a date alone.
  var millisecondsOfDay: Int?

  /// Reads `20260301`, `20260301T090000` and `20260301T080000Z`; the last is turned into `zone`'s wall clock.
  init?(_ text: some StringProtocol, in zone: Zone) {
    var text = String(text)
    let moment = text.withUTF8 { ICalendarMoment($0.span, in: zone) }
    guard let moment else { return nil }
    self = moment
  }

  private init?(_ bytes: Span<UInt8>, in zone: Zone) {
    var scanner = DigitScanner(position: 0)
    guard let year = scanner.fixedNumber(bytes, digits: 4), let month = scanner.fixedNumber(bytes, digits: 2),
      let day = scanner.fixedNumber(bytes, digits: 2), let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    self.date = date
    guard !scanner.isAtEnd(bytes) else { return }
    guard scanner.skip(UInt8(ascii: "T"), bytes), let hour = scanner.fixedNumber(bytes, digits: 2), hour < 24,
      let minute = scanner.fixedNumber(bytes, digits: 2), minute < 60,
      let second = scanner.fixedNumber(bytes, digits: 2), second < 60
    else { return nil }
    let time = (hour * 3600 + minute * 60 + second) * 1000
    millisecondsOfDay = time
    if scanner.skip(UInt8(ascii: "Z"), bytes) {
      let civil = zone.civil(at: Zone.utc.instant(date, millisecondsOfDay: time))
      self.date = civil.date
      millisecondsOfDay = civil.millisecondsOfDay
    }
    guard scanner.isAtEnd(bytes) else { return nil }
  }

  init(date: CivilDate, millisecondsOfDay: Int?) {
    self.date = date
    self.millisecondsOfDay = millisecondsOfDay
  }

  static func < (left: ICalendarMoment, right: ICalendarMoment) -> Bool {
    (left.date, left.millisecondsOfDay ?? 0) < (right.date, right.millisecondsOfDay ?? 0)
  }

  /// The last day that something touches which starts at `start` and ends here, this moment not included.
  func lastDay(from start: ICalendarMoment) -> CivilDate {
    let isAtMidnight = (millisecondsOfDay ?? 0) == 0
    return max(start.date, isAtMidnight ? date.adding(days: -1) : date)
  }

  /// The moment on the wall clock after a duration such as `P1D`, `P2W` or `P1DT12H`; `nil` when that is none.
  func adding(duration text: String) -> ICalendarMoment? {
    guard let milliseconds = ICalendarMoment.milliseconds(ofDuration: text) else { return nil }
    let (days, time) = Int64((millisecondsOfDay ?? 0) + milliseconds).dividedRoundingDown(by: millisecondsPerDay)
    return ICalendarMoment(date: date.adding(days: Int(days)), millisecondsOfDay: Int(time))
  }

  private static func milliseconds(ofDuration text: String) -> Int? {
    var rest = text.uppercased()[...]
    if rest.first == "+" { rest.removeFirst() }
    guard rest.popFirst() == "P" else { return nil }
    var units: [Character: Int] = ["W": 604_800_000, "D": 86_400_000]
    var total = 0
    var isTimed = false
    var parts = 0
    while let next = rest.first {
      if next == "T" && !isTimed {
        isTimed = true
        units = ["H": 3_600_000, "M": 60_000, "S": 1000]
        rest.removeFirst()
        guard !rest.isEmpty else { return nil }
        continue
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard (1...6).contains(digits.count), let number = Int(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      // Each unit once; RFC 5545 also fixes their order, which changes nothing in the sum.
      guard let letter = rest.popFirst(), let unit = units.removeValue(forKey: letter) else { return nil }
      total += number * unit
      parts += 1
    }
    return parts > 0 ? total : nil
  }
}
