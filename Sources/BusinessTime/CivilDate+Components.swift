extension CivilDate {
  /// 0001-01-01, the first day that has a text form. Arithmetic stops here instead of overflowing.
  package static let earliest = CivilDate(dayNumber: -719_162)
  /// 9999-12-31, the last day that has a text form. Arithmetic stops here instead of overflowing.
  package static let latest = CivilDate(dayNumber: 2_932_896)

  /// The day as people write it; `month` is 1 to 12, `day` 1 to 31.
  package var components: (year: Int, month: Int, day: Int) {
    // Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years start in March.
    let shifted = Int(dayNumber) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  package var year: Int { components.year }
  /// Counts the months of all years: two days of one month have the same.
  package var monthNumber: Int {
    let (year, month, _) = components
    return year * 12 + month - 1
  }
  package var month: Int { components.month }
  package var day: Int { components.day }

  /// The day so many days later, earlier when negative; held between `earliest` and `latest`.
  package func adding(days: Int) -> CivilDate {
    let (sum, overflow) = Int(dayNumber).addingReportingOverflow(days)
    guard !overflow else { return days < 0 ? .earliest : .latest }
    return CivilDate(clampingDayNumber: sum)
  }

  /// The same day so many months later, earlier when negative; the month's last day where it has no such day, so that
  /// 31 January and one month are 28 or 29 February. Held between `earliest` and `latest`.
  package func adding(months: Int) -> CivilDate {
    let (year, month, day) = components
    let (monthIndex, overflow) = (year * 12 + month - 1).addingReportingOverflow(months)
    guard !overflow, monthIndex < 10_000 * 12, monthIndex >= 12 else { return months < 0 ? .earliest : .latest }
    let (newYear, newMonth) = (monthIndex / 12, monthIndex % 12 + 1)
    let newDay = min(day, CivilDate.daysIn(month: newMonth, year: newYear))
    return CivilDate(year: newYear, month: newMonth, day: newDay) ?? self
  }

  /// The whole days from `earlier` to this day; negative when this day is before it.
  package func days(since earlier: CivilDate) -> Int {
    Int(dayNumber) - Int(earlier.dayNumber)
  }

  init(clampingDayNumber dayNumber: Int) {
    let range = Int(CivilDate.earliest.dayNumber)...Int(CivilDate.latest.dayNumber)
    self.init(dayNumber: Int32(min(max(dayNumber, range.lowerBound), range.upperBound)))
  }
}
