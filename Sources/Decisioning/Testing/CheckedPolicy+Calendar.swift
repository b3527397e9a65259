package import BusinessTime
package import RuleSemantics

extension CheckedPolicy {
  /// The business calendar that holds for everybody, with those of people for whom other days are off.
  ///
  /// - Parameter holidays: The days of each of `self.holidays`.
  package func calendar(holidays: [Set<CivilDate>] = []) -> BusinessCalendar {
    let common = zip(self.holidays, holidays).filter { $0.0.condition == nil }.map(\.1)
    var calendar = BusinessCalendar(
      zone: Zone(identifier: zone) ?? .utc, hours: DailyWindow(from: businessFrom, to: businessTo),
      workdays: workdays, holidays: common.reduce(into: []) { $0.formUnion($1) })
    // As the plan of the rule book counts them.
    calendar.own = ownDays.dropFirst().map { own in
      var other = calendar
      for index in own.holidays where index < holidays.count { other.holidays.formUnion(holidays[index]) }
      if let weekend = own.weekend { other.workdays = Set(Weekday.allCases).subtracting(weekends[weekend].days) }
      return other
    }
    return calendar
  }
}
