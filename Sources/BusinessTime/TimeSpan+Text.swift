extension TimeSpan: CustomStringConvertible {
  /// As a rule states it: `2 business days`, `1 day`, `1.5 hours`.
  package var description: String {
    let number = Int(exactly: amount).map(String.init) ?? "\(amount)"
    return "\(number) \(amount == 1 ? unit.singular : unit.plural)"
  }
}

extension TimeSpan.Unit {
  /// As in `1 business day`.
  package var singular: String {
    switch self {
    case .minutes: "minute"
    case .hours: "hour"
    case .days: "day"
    case .weeks: "week"
    case .months: "month"
    case .businessHours: "business hour"
    case .businessDays: "business day"
    }
  }

  /// As in `2 business days`.
  package var plural: String { singular + "s" }
}
