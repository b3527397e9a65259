import BusinessTime
import RuleDiagnostics
import RuleSyntax

// What happened: `did`, `no E`, and the numbers and instants over events.
extension Checker {
  mutating func checkDid(
    _ query: Expression.EventQuery, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    guard scope.allowsEvents else {
      // In a `where` about events the parser has reported it.
      if scope.names == .deal { report(.nestedCollection(text(query.event.range), at: range, isEvent: true)) }
      return unknownCondition(at: range)
    }
    let times = checkTimes(query.times)
    let events = resolveEvent(query.event)
    let window: EventQuery.Window?
    if query.window == nil, let start = scope.sequence?.start {
      window = start
    } else {
      window = checkWindow(query.window, in: scope)
    }
    let filter = events.flatMap { events in query.filter.map { checkFilter($0, of: events, in: scope) } }
    guard let events, let times else { return unknownCondition(at: range) }
    let checked = EventQuery(
      owner: scope.person ? .person : .subject, events: events, filter: filter, window: window, range: query.range)
    return condition(.did(checked, times), mayBeMissing: false, at: range)
  }

  private mutating func checkTimes(_ times: Expression.EventQuery.Times?) -> CheckedExpression.Times? {
    switch times {
    case nil: .atLeast(1)
    case .atLeast(let number): checkWholeNumber(number, atLeast: 1, of: "at least").map { .atLeast($0) }
    case .exactly(let number): checkWholeNumber(number, atLeast: 0, of: "exactly").map { .exactly($0) }
    }
  }

  /// A `where` about events: bare names are the event's.
  mutating func checkFilter(
    _ filter: Expression, of events: EventQuery.Events, in scope: Scope
  ) -> CheckedExpression {
    checkCondition(filter, in: scope.rows(of: events))
  }

  mutating func checkWindow(_ window: Expression.Window?, in scope: Scope) -> EventQuery.Window? {
    switch window {
    case nil: return nil
    case .within(let duration): return checkSpan(duration).map { .within($0) }
    case .since(let moment):
      let checked = checkMoment(moment, in: scope)
      return checked.type == .error ? nil : .since(checked)
    case .sinceStep(let step):
      guard let sequence = scope.sequence else {
        report(.stepOutsideSequence(step.text, at: step.range))
        return nil
      }
      guard sequence.steps.contains(step.text) else {
        report(
          .unknownStep(step.text, at: step.range, suggestion: nearestName(to: step.text, among: sequence.steps)))
        return nil
      }
      return .sinceStep(step.text)
    case .fromTo(let from, let to):
      guard let early = checkSpan(from), let late = checkSpan(to) else { return nil }
      if let first = early.elapsedMilliseconds, let second = late.elapsedMilliseconds, first <= second {
        report(
          .reversedBounds(
            text(from.range), text(to.range), at: from.range.union(to.range), swap: (from.range, to.range)))
        return nil
      }
      return .fromTo(early, late)
    }
  }

  // MARK: - Numbers and instants

  mutating func checkAggregate(
    _ aggregate: Expression.Aggregate, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    switch aggregate.rows.source {
    case .event(let name): checkEventAggregate(aggregate, of: name, in: scope, at: range)
    case .people(let people, let peopleRange):
      checkPeopleAggregate(aggregate, of: people, peopleRange, in: scope, at: range)
    }
  }

  private mutating func checkEventAggregate(
    _ aggregate: Expression.Aggregate, of name: Name, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    guard scope.allowsEvents else {
      report(.nestedCollection(name.text, at: range, isEvent: true))
      return failed(at: range)
    }
    if aggregate.function == .popularity { return checkPopularity(aggregate, of: name, in: scope, at: range) }
    let rows = aggregate.rows
    guard let events = resolveEvent(name) else { return failed(at: range) }
    let filter = rows.filter.map { checkFilter($0, of: events, in: scope) }
    let window = checkWindow(rows.window, in: scope)
    guard isAllowedHalfLife(rows, of: aggregate.function) else { return failed(at: range) }
    var halfLife: TimeSpan?
    if let duration = rows.halfLife {
      halfLife = checkSpan(duration, allowsUneven: false)
      if halfLife == nil { return failed(at: range) }
    }
    let query = EventQuery(
      owner: scope.person ? .person : .subject, events: events, filter: filter, window: window, range: rows.range)
    func result(_ aggregate: CheckedExpression.EventAggregate, _ type: ValueType, mayBeMissing: Bool = false)
      -> CheckedExpression
    {
      CheckedExpression(.events(query, aggregate), type, mayBeMissing: mayBeMissing, at: range)
    }
    switch aggregate.function {
    case .count: return result(.count(halfLife: halfLife), .number)
    case .first: return result(.first, .time, mayBeMissing: true)
    case .last: return result(.last, .time, mayBeMissing: true)
    case .any, .share, .popularity:
      report(
        .wrongCollection(
          aggregate.function.rawValue, of: text(rows.range), at: range,
          repair: aggregate.function == .any ? "did \(text(rows.range))" : nil, ofEvents: true))
      return failed(at: range)
    case .sum, .average, .min, .max, .distinct:
      guard let value = checkAggregated(aggregate, in: scope.rows(of: events)) else { return failed(at: range) }
      switch aggregate.function {
      case .sum: return result(.sum(value, halfLife: halfLife), .number)
      case .average: return result(.average(value), .number, mayBeMissing: true)
      case .min: return result(.min(value), value.type, mayBeMissing: true)
      case .max: return result(.max(value), value.type, mayBeMissing: true)
      default: return result(.distinct(value), .number)
      }
    }
  }

  /// The value before `of`, of a type that the function takes; `nil` when it was reported.
  mutating func checkAggregated(_ aggregate: Expression.Aggregate, in scope: Scope) -> CheckedExpression? {
    guard let value = aggregate.value else { return nil }
    switch aggregate.function {
    case .sum, .average:
      let checked = checkExpression(value, in: scope, expecting: .number)
      return checked.type == .error ? nil : checked
    case .min, .max:
      let checked = checkOperand(value, in: scope, context: .number)
      guard checked.type != .error else { return nil }
      let reports = diagnostics.count
      checkOrder(of: checked, value.range, aggregate.function.rawValue)
      return diagnostics.count == reports ? checked : nil
    case .distinct, .count, .any, .share, .first, .last, .popularity:
      let checked = checkOperand(value, in: scope, context: nil)
      return checked.type == .error ? nil : checked
    }
  }

  /// `half life D` goes with `count`, `sum` and `popularity` of events, instead of a window.
  mutating func isAllowedHalfLife(
    _ rows: Expression.Rows, of function: Expression.Aggregate.Function
  ) -> Bool {
    guard let halfLife = rows.halfLife else { return true }
    if function != .count && function != .sum && function != .popularity {
      report(.misplacedHalfLife(at: halfLife.range, beside: function.rawValue))
      return false
    }
    if rows.window != nil {
      report(.misplacedHalfLife(at: halfLife.range, beside: nil))
      return false
    }
    return true
  }
}

extension Scope {
  /// The scope of a `where` or `of` about events.
  func rows(of events: EventQuery.Events) -> Scope {
    var scope = self
    scope.names = .row(events)
    scope.allowsEvents = false
    scope.allowsPeople = false
    return scope
  }

  /// The scope of a `where` or `of` about people or deals.
  func rows(of people: PeopleQuery.Rows) -> Scope {
    var scope = self
    scope.allowsPeople = false
    switch people {
    case .accountContacts, .colleagues:
      scope.names = .person
      scope.person = true
    case .deals:
      scope.names = .deal
      scope.allowsEvents = false
    }
    return scope
  }
}
