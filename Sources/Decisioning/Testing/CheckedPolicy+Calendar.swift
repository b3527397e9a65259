package import BusinessTime
package import RuleSemantics

extension CheckedPolicy {
  /// The business calendar that holds for everybody.
  ///
  /// - Parameter holidays: The days of each of `self.holidays`; those with a condition are left out.
  package func calendar(holidays: [Set<CivilDate>] = []) -> BusinessCalendar {
    let common = zip(self.holidays, holidays).filter { $0.0.condition == nil }.map(\.1)
    return BusinessCalendar(
      zone: Zone(identifier: zone) ?? .utc, hours: DailyWindow(from: businessFrom, to: businessTo),
      workdays: workdays, holidays: common.reduce(into: []) { $0.formUnion($1) })
  }
}
