import RuleDiagnostics
import RuleSyntax

// People and deals: `any(contacts where …)`, `sum(amount of deals)`.
extension Checker {
  mutating func checkPeopleAggregate(
    _ aggregate: Expression.Aggregate, of people: Expression.Rows.People, _ peopleRange: SourceRange, in scope: Scope,
    at range: SourceRange
  ) -> CheckedExpression {
    guard scope.allowsPeople else {
      report(.nestedCollection(people.rawValue, at: range, isEvent: false))
      return failed(at: range)
    }
    guard let rows = checkPeople(people, in: scope, at: peopleRange) else { return failed(at: range) }
    let inner = scope.rows(of: rows)
    let filter = aggregate.rows.filter.map { checkCondition($0, in: inner) }
    if let window = aggregate.rows.window {
      report(.misplacedWindow(people.rawValue, at: self.range(of: window) ?? peopleRange))
      return failed(at: range)
    }
    if let halfLife = aggregate.rows.halfLife {
      report(.misplacedHalfLife(at: halfLife.range, beside: people.rawValue))
      return failed(at: range)
    }
    let query = PeopleQuery(rows: rows, filter: filter, range: aggregate.rows.range)
    func result(_ aggregate: CheckedExpression.PeopleAggregate, _ type: ValueType, mayBeMissing: Bool = false)
      -> CheckedExpression
    {
      CheckedExpression(.people(query, aggregate), type, mayBeMissing: mayBeMissing, at: range)
    }
    switch aggregate.function {
    case .any: return result(.any, .flag)
    case .count: return result(.count, .number)
    case .share: return result(.share, .number, mayBeMissing: true)
    case .first, .last, .popularity:
      report(
        .wrongCollection(
          aggregate.function.rawValue, of: people.rawValue, at: range, repair: nil, ofEvents: false))
      return failed(at: range)
    case .sum, .average, .min, .max, .distinct:
      guard let value = checkAggregated(aggregate, in: inner) else { return failed(at: range) }
      switch aggregate.function {
      case .sum: return result(.sum(value), .number)
      case .average: return result(.average(value), .number, mayBeMissing: true)
      case .min: return result(.min(value), value.type, mayBeMissing: true)
      case .max: return result(.max(value), value.type, mayBeMissing: true)
      default: return result(.distinct(value), .number)
      }
    }
  }

  /// Which rows the words mean for the subject; reports those that it does not have.
  private mutating func checkPeople(
    _ people: Expression.Rows.People, in scope: Scope, at range: SourceRange
  ) -> PeopleQuery.Rows? {
    if people == .deals || people == .accountDeals, program.deal.range == nil {
      if !names.unreadableRecords.contains(.deal) { report(.undeclaredRecord("deal", at: range)) }
      return nil
    }
    switch (people, scope.subject) {
    case (.contacts, .account), (.accountContacts, _): return .accountContacts
    case (.colleagues, .contact): return .colleagues
    case (.deals, .account), (.accountDeals, _): return .deals
    case (.contacts, .contact), (.deals, .contact):
      report(.misplacedPeople(people.rawValue, subject: "contact", at: range, repair: "account.\(people.rawValue)"))
    case (.colleagues, .account):
      report(.misplacedPeople(people.rawValue, subject: "account", at: range, repair: "contacts"))
    }
    return nil
  }

  private func range(of window: Expression.Window) -> SourceRange? {
    switch window {
    case .within(let duration): duration.range
    case .since(let moment): moment.range
    case .sinceStep(let name): name.range
    case .fromTo(let from, let to): from.range.union(to.range)
    }
  }
}
