import BusinessTime
import RuleSemantics

// Business time in what is asked of a contact counts by the contact's own days off.
extension Planner {
  /// A span from now, earlier or later.
  mutating func moment(_ span: TimeSpan, later: Bool, in scope: PlanScope) -> Planned {
    byOwnDays(span, in: scope) { planner, span in planner.scalar(.moment(span, later: later), .time) }
  }

  /// Makes one node for each kind of days off that may hold for the subject, and chooses among them.
  mutating func byOwnDays(
    _ span: TimeSpan, in scope: PlanScope, _ make: (inout Planner, TimeSpan) -> Planned
  ) -> Planned {
    guard span.unit.isBusiness, scope.subject == .contact, !isPlanningDays else { return make(&self, span) }
    let all = program.policy.ownDays
    guard all.count > 1 else { return make(&self, span) }
    // Whether somebody has holidays is asked by the days of everybody.
    isPlanningDays = true
    let holidays = program.policy.conditionalHolidays.map { index in
      (index: index, truth: program.policy.holidays[index].condition.map { plan($0, in: scope) })
    }
    let weekends = program.policy.weekends.map { plan($0.condition, in: scope) }
    isPlanningDays = false
    func made(_ own: OwnDays, _ planner: inout Planner) -> Planned {
      var span = span
      span.own = UInt16(clamping: all.firstIndex(of: own) ?? 0)
      return make(&planner, span)
    }
    func choose(_ position: Int, _ own: OwnDays, _ planner: inout Planner) -> Planned {
      guard position < holidays.count, let truth = holidays[position].truth else { return made(own, &planner) }
      var with = own
      with.holidays.append(holidays[position].index)
      let next = planner.program.policy.combinesHolidays ? position + 1 : holidays.count
      let then = choose(next, with, &planner)
      let otherwise = choose(position + 1, own, &planner)
      return planner.conditional(truth, then, otherwise, planner.graph[then.node].type, in: scope)
    }
    // Of several weekends that hold, the one declared first counts.
    var chosen = choose(0, OwnDays(holidays: [], weekend: nil), &self)
    for (index, truth) in weekends.enumerated().reversed() {
      let then = choose(0, OwnDays(holidays: [], weekend: index), &self)
      chosen = conditional(truth, then, chosen, graph[then.node].type, in: scope)
    }
    return chosen
  }
}
