/// When business is done: the policy's zone, its business hours on the days it works, and its holidays. The only place
/// where spans of a rule are added to instants.
package struct BusinessCalendar: Hashable, Sendable {
  package var zone: Zone
  /// On each business day, from its first to its second time; through midnight when the second is not later.
  package var hours: DailyWindow
  package var workdays: Set<Weekday>
  /// Days without business, whatever their weekday.
  package var holidays: Set<CivilDate>
  /// For some people other days are off: the calendars by which spans with an `own` count.
  package var own: [BusinessCalendar] = []

  package static let mondayToFriday: Set<Weekday> = [.monday, .tuesday, .wednesday, .thursday, .friday]

  /// Monday to Friday, 09:00 to 17:00, in UTC, unless said otherwise.
  package init(
    zone: Zone = .utc,
    hours: DailyWindow = DailyWindow(from: .nine, to: .five),
    workdays: Set<Weekday> = BusinessCalendar.mondayToFriday,
    holidays: Set<CivilDate> = []
  ) {
    self.zone = zone
    self.hours = hours
    self.workdays = workdays
    self.holidays = holidays
  }

  /// The calendar by which a span counts.
  func calendar(of span: TimeSpan) -> BusinessCalendar? {
    span.own > 0 && Int(span.own) <= own.count ? own[Int(span.own) - 1] : nil
  }

  package func isBusinessDay(_ date: CivilDate) -> Bool {
    workdays.contains(date.weekday) && !holidays.contains(date)
  }

  /// The first business day after `date`; `CivilDate.latest` when there is none.
  package func nextBusinessDay(after date: CivilDate) -> CivilDate {
    adding(businessDays: 1, to: date)
  }

  /// The last business day before `date`; `CivilDate.earliest` when there is none.
  package func previousBusinessDay(before date: CivilDate) -> CivilDate {
    adding(businessDays: -1, to: date)
  }

  /// The `count`th business day after `date`, before it when negative, and `date` itself for none: what WORKDAY gives
  /// in a spreadsheet. Two business days after a Saturday are the Tuesday. Held between `CivilDate.earliest` and
  /// `CivilDate.latest`.
  package func adding(businessDays count: Int, to date: CivilDate) -> CivilDate {
    let step = count < 0 ? -1 : 1
    let limit: CivilDate = count < 0 ? .earliest : .latest
    guard !workdays.isEmpty else { return count == 0 ? date : limit }
    var remaining = count.magnitude
    var date = date
    while remaining > 0, date != limit {
      date = date.adding(days: step)
      if isBusinessDay(date) { remaining -= 1 }
    }
    return date
  }

  /// The first instant of the day in the calendar's zone.
  package func startOfDay(_ date: CivilDate) -> Instant {
    zone.startOfDay(date)
  }

  /// Whether business is done at `instant`.
  package func isOpen(at instant: Instant) -> Bool {
    opening(at: instant) != nil
  }

  /// When the hours began that run at `instant`; `nil` while no business is done.
  package func opening(at instant: Instant) -> Instant? {
    let today = zone.day(of: instant)
    for date in [today.adding(days: -1), today] {
      if let hours = openHours(on: date), hours.contains(instant) { return hours.lowerBound }
    }
    return nil
  }

  /// The business hours that begin on `date`; `nil` when it is no business day.
  package func openHours(on date: CivilDate) -> Range<Instant>? {
    isBusinessDay(date) ? hours.occurrence(on: date, in: zone) : nil
  }

  /// `instant` itself while business is done, otherwise the next opening; `Instant.latest` when there is none.
  package func nextOpening(from instant: Instant) -> Instant {
    guard !workdays.isEmpty else { return .latest }
    if isOpen(at: instant) { return instant }
    var date = zone.day(of: instant)
    while date < .latest {
      if let hours = openHours(on: date), hours.lowerBound > instant { return hours.lowerBound }
      date = date.adding(days: 1)
    }
    return .latest
  }
}
