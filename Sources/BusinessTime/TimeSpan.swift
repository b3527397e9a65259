/// A length of time as a rule states it. `1 day` is a calendar day, `24 hours` is elapsed time: they are different
/// spans, and equal only where no clock changes.
package struct TimeSpan: Hashable, Sendable {
  package enum Unit: String, Hashable, Sendable, CaseIterable {
    case minutes, hours, days, weeks
    case businessHours, businessDays
  }

  /// Not negative. Whole for days, weeks and business days; the checker refuses anything else.
  package var amount: Double
  package var unit: Unit

  package init(_ amount: Double, _ unit: Unit) {
    self.amount = amount
    self.unit = unit
  }

  /// The length in milliseconds when a day is 24 hours, as half-lives count; `nil` for business time.
  package var elapsedMilliseconds: Double? {
    switch unit {
    case .minutes: amount * 60_000
    case .hours: amount * 3_600_000
    case .days: amount * 86_400_000
    case .weeks: amount * 604_800_000
    case .businessHours, .businessDays: nil
    }
  }
}
