/// Which days are off for some people, beyond those that are for everybody.
package struct OwnDays: Hashable, Sendable {
  /// Positions in `CheckedPolicy.holidays`, ascending.
  package var holidays: [Int]
  /// A position in `CheckedPolicy.weekends`; `nil` for the days of everybody.
  package var weekend: Int?

  package init(holidays: [Int], weekend: Int?) {
    self.holidays = holidays
    self.weekend = weekend
  }
}

extension CheckedPolicy {
  /// Up to so many kinds of holidays may hold for one person together; of more, the first that holds counts.
  private static let combined = 5

  /// Positions of the holidays that hold for some people alone.
  package var conditionalHolidays: [Int] { holidays.indices.filter { holidays[$0].condition != nil } }

  /// Whether several of them are added up for one person.
  package var combinesHolidays: Bool { conditionalHolidays.count <= CheckedPolicy.combined }

  /// All that may hold for somebody; the first is that of everybody. Empty lists of conditions leave one.
  package var ownDays: [OwnDays] {
    let conditional = conditionalHolidays
    let holidays: [[Int]] =
      combinesHolidays
      ? (0..<1 << conditional.count).map { set in
        conditional.enumerated().filter { set & 1 << $0.offset != 0 }.map(\.element)
      } : [[]] + conditional.map { [$0] }
    let weekends = [nil] + weekends.indices.map(Optional.some)
    return weekends.flatMap { weekend in holidays.map { OwnDays(holidays: $0, weekend: weekend) } }
  }
}
