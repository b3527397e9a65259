/// A day of the week, numbered as ISO 8601 does.
package enum Weekday: Int, Hashable, Sendable, CaseIterable {
  case monday = 1
  case tuesday, wednesday, thursday, friday, saturday, sunday
}

extension CivilDate {
  package var weekday: Weekday {
    // 1970-01-01 was a Thursday. The remainder is made positive before it is used, so that it always names a day.
    let sinceMonday = ((Int(dayNumber) + 3) % 7 + 7) % 7
    return Weekday(rawValue: sinceMonday + 1) ?? .monday
  }
}
