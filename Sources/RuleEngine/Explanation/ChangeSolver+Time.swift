import BusinessTime
import RuleSemantics

extension ChangeSolver {
  // MARK: - Events

  func moreEvents(_ count: Int, _ query: EventQuery, _ condition: CheckedExpression) -> Solution {
    switch query.window {
    // What happens now is in no window that ended in the past.
    case .fromTo: return .impossible(condition.range)
    case .sinceStep, .sinceEnrolment: return .impossible(condition.range)
    case .since(let start):
      switch question.value(start) {
      case .missing: return .impossible(start.range)
      case .time(let time) where time >= question.evaluation.now: return .impossible(start.range)
      default: break
      }
    case .within, nil: break
    }
    if let filter = query.filter, case .constant(let value) = filter.kind, value != .flag(true) {
      return .impossible(filter.range)
    }
    return one(condition, .moreEvents(count), in: condition, cost: Double(count))
  }

  func solveDid(
    _ query: EventQuery, _ times: CheckedExpression.Times, _ condition: CheckedExpression, wanted: Bool
  ) -> Solution {
    let events = question.events(query, as: condition)
    let count = events.count
    switch (times, wanted) {
    case (.atLeast(let number), true): return moreEvents(number - count, query, condition)
    case (.atLeast(let number), false): return fewerEvents(count - number + 1, events, query, condition)
    case (.exactly(let number), true):
      return number > count
        ? moreEvents(number - count, query, condition) : fewerEvents(count - number, events, query, condition)
    case (.exactly, false): return moreEvents(1, query, condition)
    }
  }

  /// Events do not unhappen, but leave a window.
  private func fewerEvents(
    _ count: Int, _ events: [EventSummary.Event], _ query: EventQuery, _ condition: CheckedExpression
  ) -> Solution {
    guard case .within(let span) = query.window, count > 0, count <= events.count else {
      return .impossible(condition.range)
    }
    let leaving = events[count - 1].time
    return wait(until: question.evaluation.calendar.add(span, to: leaving), condition)
  }

  /// `count(E …) >= 3`, which more events or fewer meet; `nil` for anything else.
  func solveCount(
    _ left: CheckedExpression, _ comparison: CheckedExpression.Comparison, _ right: CheckedExpression,
    _ condition: CheckedExpression
  ) -> Solution? {
    guard case .number(let bound) = question.value(right), !isChangeable(right), bound.magnitude < 1e6 else {
      return nil
    }
    switch left.kind {
    case .events(let query, .count(halfLife: nil)):
      let events = question.events(query, as: left)
      guard let wanted = ChangeSolver.nearestCount(events.count, comparison, bound) else {
        return .impossible(condition.range)
      }
      return wanted > events.count
        ? moreEvents(wanted - events.count, query, condition)
        : fewerEvents(events.count - wanted, events, query, condition)
    case .people(let query, .count):
      let people = question.people(query, as: left)
      guard let wanted = ChangeSolver.nearestCount(people.count, comparison, bound) else {
        return .impossible(condition.range)
      }
      let difference = wanted - people.count
      return one(
        left, difference > 0 ? .morePeople(difference) : .fewerPeople(-difference), in: condition,
        cost: 1.5 * Double(abs(difference)))
    default: return nil
    }
  }

  /// The count nearest to the present one for which a comparison holds; `nil` when there is none.
  static func nearestCount(
    _ count: Int, _ comparison: CheckedExpression.Comparison, _ bound: Double
  ) -> Int? {
    let (below, above) = (Int(bound.rounded(.down)), Int(bound.rounded(.up)))
    return [below - 1, below, above, above + 1].filter { $0 >= 0 && comparison.holds(Double($0), bound) }
      .min { abs($0 - count) < abs($1 - count) }
  }

  // MARK: - Time

  /// `last(E) < 30 days ago`, `renewal <= today`: true once time has passed. `nil` when waiting does not help.
  func solveByWaiting(
    _ fixed: CheckedExpression, _ comparison: CheckedExpression.Comparison, _ moving: CheckedExpression,
    _ condition: CheckedExpression
  ) -> Solution? {
    guard comparison == .less || comparison == .lessOrEqual, fixed.isMoving == false,
      let passed = instantReached(by: moving, question.value(fixed), strictly: comparison == .less),
      passed > question.evaluation.now
    else { return nil }
    return wait(until: passed, condition)
  }

  /// When a moment that moves with the time comes to a value; later than it when `strictly`.
  private func instantReached(by moving: CheckedExpression, _ value: Value, strictly: Bool) -> Instant? {
    let calendar = question.evaluation.calendar
    let isByDay: Bool
    let target: Instant
    switch value {
    case .date(let date):
      isByDay = true
      target = calendar.startOfDay(strictly ? date.adding(days: 1) : date)
    case .time(let time):
      isByDay = moving.type == .date
      let day = calendar.zone.day(of: time)
      target = isByDay ? calendar.startOfDay(strictly ? day.adding(days: 1) : day) : time
    default: return nil
    }
    let step: Int64 = strictly && !isByDay ? 1 : 0
    switch moving.kind {
    case .now, .today: return target.adding(milliseconds: step)
    case .ago(let span): return calendar.add(span, to: target).adding(milliseconds: step)
    default: return nil
    }
  }

  func solveInLast(
    _ operand: CheckedExpression, _ span: TimeSpan, _ condition: CheckedExpression, wanted: Bool
  ) -> Solution {
    let moment = { (kind: CheckedExpression.Kind) in
      CheckedExpression(kind, .time, mayBeMissing: false, at: condition.range)
    }
    let parts = [
      comparison(operand, .greater, moment(.ago(span)), condition),
      comparison(operand, .lessOrEqual, moment(.now), condition),
    ]
    let kind = CheckedExpression.Kind.and(parts)
    return solve(CheckedExpression(kind, .flag, mayBeMissing: true, at: condition.range), wanted: wanted)
  }

  func solveInNext(
    _ operand: CheckedExpression, _ span: TimeSpan, _ condition: CheckedExpression, wanted: Bool
  ) -> Solution {
    let calendar = question.evaluation.calendar
    let now = question.evaluation.now
    let instant: Instant
    switch question.value(operand) {
    case .time(let time): instant = time
    case .date(let date): instant = calendar.startOfDay(date)
    default:
      guard isChangeable(operand) else { return .impossible(condition.range) }
      return one(operand, .holds(wanted), in: condition, cost: 1.8)
    }
    if wanted, instant > now { return wait(until: calendar.subtract(span, from: instant), condition) }
    if !wanted {
      let passed = operand.type == .date ? calendar.startOfDay(calendar.zone.day(of: instant).adding(days: 1)) : instant
      return wait(until: passed, condition)
    }
    guard isChangeable(operand) else { return .impossible(condition.range) }
    return one(operand, .holds(wanted), in: condition, cost: 1.5)
  }

  func solveUnchanged(
    _ reference: Reference, _ span: TimeSpan, _ condition: CheckedExpression, wanted: Bool
  ) -> Solution {
    guard let record = question.record(of: reference) else { return .impossible(condition.range) }
    guard wanted else { return one(condition, .changes, in: condition, cost: 1.2) }
    let evaluation = question.evaluation
    var changedAt = Column.missingTime
    switch reference.attribute {
    case .field(let field): changedAt = evaluation.table(record.subject).changedAt[field]?[record.row] ?? changedAt
    case .definition(let id): changedAt = evaluation.changedAt(id, row: record.row)
    case .eventTime, .eventWorth, .oldValue, .newValue: break
    }
    guard changedAt != Column.missingTime else { return .impossible(condition.range) }
    return wait(until: evaluation.calendar.add(span, to: Instant(milliseconds: changedAt)), condition)
  }
}

extension CheckedExpression {
  /// Whether its value is another one with every moment.
  var isMoving: Bool {
    switch kind {
    case .now, .today, .ago: true
    default: false
    }
  }
}

extension Evaluation {
  /// When a journey or segment took its value: now, when it takes it in this evaluation; `missingTime` for never.
  func changedAt(_ id: DefinitionID, row: Int) -> Int64 {
    let isChanged: Bool
    switch (value(of: id, row: row), snapshot.previous.stages[id], snapshot.previous.members[id]) {
    case (.choice(_, let stage), .some(let stages), _): isChanged = stages[row] != Int32(stage)
    case (.flag(let member), _, .some(let members)): isChanged = (members[row] == 1) != member
    default: isChanged = false
    }
    return isChanged ? now.milliseconds : snapshot.previous.changedAt[id]?[row] ?? Column.missingTime
  }
}
