import BusinessTime
import RuleEngine
import RuleSemantics

/// The business calendar of each subject: that of the evaluation, and for contacts the holidays and the weekend whose
/// condition is true for them.
struct SubjectCalendars {
  let common: BusinessCalendar
  /// For each conditional `holidays`, their days and for which contacts they hold.
  private var holidays: [(days: Set<CivilDate>, truths: [UInt8])] = []
  /// For each `weekend`, the days off and for which contacts they hold.
  private var weekends: [(days: Set<Weekday>, truths: [UInt8])] = []

  init(evaluation: Evaluation, plan: DecisionPlan, holidays: [Set<CivilDate>]) {
    common = evaluation.calendar
    for (index, condition) in plan.holidayConditions.enumerated() {
      guard let condition, index < holidays.count, !holidays[index].isEmpty else { continue }
      self.holidays.append((holidays[index], evaluation.truths(condition, of: .contact)))
    }
    for (weekend, condition) in zip(plan.program.policy.weekends, plan.weekendConditions) {
      guard let condition else { continue }
      weekends.append((weekend.days, evaluation.truths(condition, of: .contact)))
    }
  }

  /// Whether all subjects live by the common calendar.
  func areCommon(for subject: Subject) -> Bool { subject == .account || holidays.isEmpty && weekends.isEmpty }

  /// Of several weekends that hold for a contact, the one declared first counts.
  subscript(subject: Subject, row: Int32) -> BusinessCalendar {
    guard !areCommon(for: subject) else { return common }
    var calendar = common
    for (days, truths) in holidays where truths[Int(row)] == 1 { calendar.holidays.formUnion(days) }
    if let weekend = weekends.first(where: { $0.truths[Int(row)] == 1 }) {
      calendar.workdays = Set(Weekday.allCases).subtracting(weekend.days)
    }
    return calendar
  }
}
