/// A length of time as a rule states it. `1 day` is a calendar day, `24 hours` is elapsed time: they are different
/// spans, and equal only where no clock changes.
package struct TimeSpan: Hashable, Sendable {
  package enum Unit: String, Hashable, Sendable, CaseIterable {
    case minutes, hours, days, weeks, months
    case businessHours, businessDays

    /// Whether it passes only while business is done, or on days of business.
    package var isBusiness: Bool { self == .businessDays || self == .businessHours }

    /// Whether days of the calendar are counted, so that there are no parts of it.
    package var isCounted: Bool {
      switch self {
      case .days, .weeks, .months, .businessDays: true
      case .minutes, .hours, .businessHours: false
      }
    }
  }

  /// Not negative. Whole for days, weeks, months and business days; the checker refuses anything else.
  package var amount: Double
  package var unit: Unit
  /// Of business time, by which days off it counts: 0 for those of everybody, otherwise a position among
  /// `BusinessCalendar.own`, from 1.
  package var own: UInt16

  package init(_ amount: Double, _ unit: Unit, own: UInt16 = 0) {
    self.amount = amount
    self.unit = unit
    self.own = own
  }

  /// The length in milliseconds when a day is 24 hours, as half-lives count; `nil` for business time and months, which
  /// have none.
  package var elapsedMilliseconds: Double? {
    switch unit {
    case .minutes: amount * 60_000
    case .hours: amount * 3_600_000
    case .days: amount * 86_400_000
    case .weeks: amount * 604_800_000
    case .months, .businessHours, .businessDays: nil
    }
  }
}
