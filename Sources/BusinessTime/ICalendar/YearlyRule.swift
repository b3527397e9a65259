/// A recurrence rule of a calendar file, of the kind that holidays have: RFC 5545, FREQ=YEARLY with months, days of the
/// month and weekdays.
struct YearlyRule {
  private var interval = 1
  private var count: Int?
  private var until: ICalendarMoment?
  private var months: [Int] = []
  /// 1 to 31 from the start of the month, -1 to -31 from its end.
  private var monthDays: [Int] = []
  private var weekdays: [(ordinal: Int?, weekday: Weekday)] = []

  /// Reads `FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO`; `zone` is for an UNTIL in UTC.
  init(_ text: String, in zone: Zone) throws(HolidayProblem.Reason) {
    var seen: Set<String> = []
    for part in text.uppercased().split(separator: ";", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, seen.insert(String(sides[0])).inserted,
        try read(name: sides[0], value: String(sides[1]), in: zone)
      else { throw .malformedRulePart(String(part)) }
    }
    guard seen.contains("FREQ") else { throw .malformedRulePart(text) }
    guard count == nil || until == nil else { throw .countAndUntil }
  }

  /// Whether the value is one that the part can have.
  private mutating func read(
    name: Substring, value: String, in zone: Zone
  ) throws(HolidayProblem.Reason) -> Bool {
    switch name {
    case "FREQ":
      guard value == "YEARLY" else { throw .unsupportedFrequency(value) }
    case "INTERVAL":
      guard let number = YearlyRule.number(value, in: 1...9999) else { return false }
      interval = number
    case "COUNT":
      guard let number = YearlyRule.number(value, in: 1...999_999) else { return false }
      count = number
    case "UNTIL":
      until = ICalendarMoment(value, in: zone)
      return until != nil
    case "BYMONTH":
      months = YearlyRule.list(value) { YearlyRule.number($0, in: 1...12) }.sorted()
      return !months.isEmpty
    case "BYMONTHDAY":
      monthDays = YearlyRule.list(value) { YearlyRule.signedNumber($0, upTo: 31) }
      return !monthDays.isEmpty
    case "BYDAY":
      weekdays = YearlyRule.list(value, YearlyRule.weekday)
      return !weekdays.isEmpty
    case "WKST":
      // The first day of the week matters only to rules that count weeks.
      return YearlyRule.weekdayCodes[value] != nil
    default:
      throw .unsupportedRulePart(String(name))
    }
    return true
  }

  /// The days on which the event begins, from `start` to `last`, ascending; those before 1999 are only counted. The
  /// start itself is one of them only if the rule says so.
  func dates(from start: ICalendarMoment, through last: CivilDate) -> [CivilDate] {
    var dates: [CivilDate] = []
    let firstKept = Holidays.years.lowerBound - 1
    var year = start.date.year
    if count == nil, year < firstKept { year += (firstKept - year) / interval * interval }
    var counted = 0
    while year <= last.year {
      for date in occurrences(in: year, start: start) where date >= start.date {
        let moment = ICalendarMoment(date: date, millisecondsOfDay: start.millisecondsOfDay)
        if let until, isOver(moment, after: until) { return dates }
        counted += 1
        if let count, counted > count { return dates }
        if year >= firstKept { dates.append(date) }
      }
      year += interval
    }
    return dates
  }

  /// A last day without a time includes the whole day.
  private func isOver(_ moment: ICalendarMoment, after until: ICalendarMoment) -> Bool {
    until.millisecondsOfDay == nil ? moment.date > until.date : moment > until
  }

  private func occurrences(in year: Int, start: ICalendarMoment) -> [CivilDate] {
    let allMonths = months.isEmpty ? Array(1...12) : months
    guard monthDays.isEmpty else {
      let days = Set(allMonths.flatMap { month in monthDays.compactMap { day($0, of: month, year) } })
      return weekdays.isEmpty ? days.sorted() : days.intersection(weekdayDates(in: year)).sorted()
    }
    guard weekdays.isEmpty else { return Set(weekdayDates(in: year)).sorted() }
    // Nothing is said about the day: it is the start's.
    let ownMonths = months.isEmpty ? [start.date.month] : months
    return ownMonths.compactMap { CivilDate(year: year, month: $0, day: start.date.day) }
  }

  private func day(_ day: Int, of month: Int, _ year: Int) -> CivilDate? {
    let day = day > 0 ? day : CivilDate.daysIn(month: month, year: year) + 1 + day
    return CivilDate(year: year, month: month, day: day)
  }

  /// Ordinals count within each month that the rule names, within the year if it names none.
  private func weekdayDates(in year: Int) -> [CivilDate] {
    let periods = months.isEmpty ? [(1, 12)] : months.map { ($0, $0) }
    return periods.flatMap { firstMonth, lastMonth in
      guard let first = CivilDate(year: year, month: firstMonth, day: 1), let last = day(-1, of: lastMonth, year) else {
        return [CivilDate]()
      }
      return weekdays.flatMap { ordinal, weekday in
        let offset = (weekday.rawValue - first.weekday.rawValue + 7) % 7
        let days = stride(from: Int(first.dayNumber) + offset, through: Int(last.dayNumber), by: 7)
          .map { CivilDate(dayNumber: Int32($0)) }
        guard let ordinal else { return days }
        let index = ordinal > 0 ? ordinal - 1 : days.count + ordinal
        return days.indices.contains(index) ? [days[index]] : []
      }
    }
  }

  private static let weekdayCodes: [String: Weekday] = [
    "MO": .monday, "TU": .tuesday, "WE": .wednesday, "TH": .thursday, "FR": .friday, "SA": .saturday, "SU": .sunday,
  ]

  /// `MO`, `1MO`, `+1MO` or `-1MO`.
  private static func weekday(_ text: String) -> (ordinal: Int?, weekday: Weekday)? {
    guard let weekday = weekdayCodes[String(text.suffix(2))] else { return nil }
    let sign = text.dropLast(2)
    if sign.isEmpty { return (nil, weekday) }
    return signedNumber(String(sign), upTo: 53).map { ($0, weekday) }
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text) else { return nil }
    return range.contains(number) ? number : nil
  }

  /// A number with or without its sign, not 0.
  private static func signedNumber(_ text: String, upTo limit: Int) -> Int? {
    guard let number = Int(text), number != 0, number.magnitude <= limit else { return nil }
    return number
  }

  /// The values between commas; empty when one of them is none.
  private static func list<Value>(_ text: String, _ read: (String) -> Value?) -> [Value] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { read(String($0)) }
    return values.count == parts.count ? values : []
  }
}
