/// Days without business, as calendar files (iCalendar, RFC 5545) list them.
package enum Holidays {
  /// Yearly events are followed through these years; days outside them are left out.
  package static let years = 2000...2100

  /// Every day that an event of the file touches, and what could not be read. Read are whole-day and timed events with
  /// their end or duration, yearly rules, added, excluded and changed dates, and cancellations; `zone` decides on which
  /// day a time given in UTC falls, any other time counts as it is written. Whatever else would move a holiday is a
  /// problem, never left out in silence. An event with a problem gives only the days that are certain.
  package static func parse(_ text: String, in zone: Zone = .utc) -> (
    dates: Set<CivilDate>, problems: [HolidayProblem]
  ) {
    var reader = ICalendarReader(zone: zone)
    for line in unfoldedLines(of: text) { reader.read(line) }
    reader.finish()
    let dates = expand(reader.events)
    return (dates, reader.problems.sorted { $0.line < $1.line })
  }

  private static func expand(_ events: [ICalendarEvent]) -> Set<CivilDate> {
    guard let first = CivilDate(year: years.lowerBound, month: 1, day: 1),
      let last = CivilDate(year: years.upperBound, month: 12, day: 31)
    else { return [] }
    // An event that names an occurrence of another one takes its place.
    var replaced: [String: Set<CivilDate>] = [:]
    for event in events {
      guard let identifier = event.identifier, let occurrence = event.replacedOccurrence else { continue }
      replaced[identifier, default: []].insert(occurrence)
    }
    var dates: Set<CivilDate> = []
    for event in events where !event.isCancelled {
      guard let start = event.start else { continue }
      var begins = event.rule?.dates(from: start, through: last) ?? [start.date]
      begins += event.addedDates
      var excluded = event.excludedDates
      if event.replacedOccurrence == nil, let identifier = event.identifier {
        excluded.formUnion(replaced[identifier] ?? [])
      }
      for begin in begins where !excluded.contains(begin) {
        var day = max(begin, first)
        let end = min(begin.adding(days: event.dayCount - 1), last)
        while day <= end {
          dates.insert(day)
          day = day.adding(days: 1)
        }
      }
    }
    return dates
  }
}
