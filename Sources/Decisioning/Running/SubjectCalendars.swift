import BusinessTime
import RuleEngine
import RuleSemantics

/// The business calendar of each subject: that of the evaluation, and for contacts the holidays whose condition is true
/// for them.
struct SubjectCalendars {
  let common: BusinessCalendar
  /// For each conditional `holidays`, their days and for which contacts they hold.
  private var conditional: [(days: Set<CivilDate>, truths: [UInt8])] = []

  init(evaluation: Evaluation, plan: DecisionPlan, holidays: [Set<CivilDate>]) {
    common = evaluation.calendar
    for (index, condition) in plan.holidayConditions.enumerated() {
      guard let condition, index < holidays.count, !holidays[index].isEmpty else { continue }
      conditional.append((holidays[index], evaluation.truths(condition, of: .contact)))
    }
  }

  subscript(subject: Subject, row: Int32) -> BusinessCalendar {
    guard subject == .contact, !conditional.isEmpty else { return common }
    var calendar = common
    for (days, truths) in conditional where truths[Int(row)] == 1 { calendar.holidays.formUnion(days) }
    return calendar
  }
}
