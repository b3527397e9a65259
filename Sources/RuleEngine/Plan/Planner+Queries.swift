import BusinessTime
package import RuleSemantics

extension Planner {
  mutating func planDid(_ query: EventQuery, _ times: CheckedExpression.Times, in scope: PlanScope) -> Planned {
    let count = planEvents(query, .count(halfLife: nil), .number, in: scope)
    switch times {
    case .atLeast(let number):
      return compare(count, .greaterOrEqual, constant(.number(Double(number)), .number), in: scope)
    case .exactly(let number):
      return compare(count, .equal, constant(.number(Double(number)), .number), in: scope)
    }
  }

  mutating func planEvents(
    _ query: EventQuery, _ aggregate: CheckedExpression.EventAggregate, _ type: ValueType, in scope: PlanScope
  ) -> Planned {
    guard let owner = scope.level(of: query.owner), let entity = scope.levels[owner].entity else {
      return constant(.missing, type)
    }
    // The checker lets no half-life without a length through, nor a window since a step where there are none.
    guard let operation = operation(of: aggregate), let window = planWindow(query.window, in: scope) else {
      return constant(.missing, type)
    }
    let source = source(of: query.events, for: entity)
    if let planned = planEventsOfCandidate(query, operation, window, source, type, in: scope) { return planned }
    let innerLevel = PlanScope.Level(
      variable: .row, base: graph.add(.table(.events(source))), outer: [], source: source)
    return reduce(
      Query(
        owner: owner, link: .events(of: entity, source), filter: query.filter, value: aggregate.value,
        operation: operation, window: window, level: innerLevel, type: type),
      in: scope)
  }

  mutating func planPeople(
    _ query: PeopleQuery, _ aggregate: CheckedExpression.PeopleAggregate, _ type: ValueType, in scope: PlanScope
  ) -> Planned {
    guard let owner = scope.level(of: .subject), let entity = scope.levels[owner].entity else {
      return constant(.missing, type)
    }
    let link: Grouping.Link
    switch query.rows {
    case .accountContacts: link = .people(of: entity)
    // An account has no colleagues; the checker refuses them there.
    case .colleagues: link = entity == .contact ? .colleagues : .people(of: entity)
    case .deals:
      link = .deals(of: entity)
      readSet.readsDeals = true
    }
    let isDeals = query.rows == .deals
    let innerLevel = PlanScope.Level(
      variable: query.variable, base: graph.add(.table(isDeals ? .deals : .contacts)), outer: [],
      entity: isDeals ? nil : .contact)
    let operation: Reduction.Operation
    switch aggregate {
    case .any, .count: operation = .count(halfLife: nil)
    case .share: operation = .share
    case .sum: operation = .sum(halfLife: nil)
    case .average: operation = .average
    case .min: operation = .min
    case .max: operation = .max
    case .distinct: operation = .distinct
    }
    let isAny = aggregate == .any
    let reduced = reduce(
      Query(
        owner: owner, link: link, filter: query.filter, value: aggregate.value, operation: operation, window: Window(),
        level: innerLevel, type: isAny ? .number : type),
      in: scope)
    guard isAny else { return reduced }
    return compare(reduced, .greaterOrEqual, constant(.number(1), .number), in: scope)
  }

  // MARK: - Parts

  struct Window {
    var start: Planned?
    var startIsIncluded = false
    var end: Planned?
  }

  private struct Query {
    var owner: Int
    var link: Grouping.Link
    var filter: CheckedExpression?
    var value: CheckedExpression?
    var operation: Reduction.Operation
    var window: Window
    var level: PlanScope.Level
    var type: ValueType
  }

  private mutating func reduce(_ query: Query, in scope: PlanScope) -> Planned {
    // The parser refuses what is nested half as deep.
    guard scope.levels.count < LevelSet.limit else { return constant(.missing, query.type) }
    let outside = outerLevels(of: query, in: scope)
    let owner = LevelSet(level: query.owner)
    let start = query.window.start
    let outer = scope.closure(of: outside.union(owner).union(start?.levels ?? []))
    let frame = scope.frame(of: outer)
    let grouping = Grouping(outer: frame, path: scope.path(to: query.owner, in: outer), link: query.link)

    var inner = scope
    var level = query.level
    if !outside.isEmpty {
      level.outer = outer
      level.composite = graph.add(.pairs(grouping))
    }
    inner.levels.append(level)
    let top = LevelSet(level: scope.levels.count)
    let rows = outside.isEmpty ? top : top.union(outer)
    let filter = query.filter.map { plan($0, in: inner) }.flatMap { operand -> NodeID? in
      constantValue(operand.node) == .flag(true) ? nil : lift(operand, to: rows, in: inner)
    }
    let value = query.value.map { value in
      let planned = plan(value, in: inner)
      return lift(query.operation == .distinct ? fold(planned, in: inner) : planned, to: rows, in: inner)
    }
    let kind = Node.Kind.reduce(
      Reduction(
        operation: query.operation, grouping: grouping, onPairs: !outside.isEmpty, filter: filter, value: value,
        start: start.map { lift($0, to: outer, in: scope) }, startIsIncluded: query.window.startIsIncluded,
        end: query.window.end?.node))
    return Planned(node: node(kind, query.type, frame), levels: outer)
  }

  /// The levels outside the query that its filter and value read.
  private func outerLevels(of query: Query, in scope: PlanScope) -> LevelSet {
    var variables = query.filter?.freeVariables ?? []
    if let value = query.value { variables.formUnion(value.freeVariables) }
    variables.remove(VariableSet(query.level.variable))
    return scope.levelSet(of: variables)
  }

  private mutating func source(of events: EventQuery.Events, for entity: Subject) -> EventSource {
    switch events {
    case .type(let event):
      readSet.addEvent(event)
      return .type(event)
    case .interactions:
      for event in program.interactions(of: entity) { readSet.addEvent(event) }
      return .interactions(of: entity)
    }
  }

  /// `nil` when it needs an enrolment.
  private mutating func planWindow(_ window: EventQuery.Window?, in scope: PlanScope) -> Window? {
    switch window {
    case nil: return Window()
    case .within(let span): return Window(start: moment(span, later: false, in: scope))
    case .fromTo(let start, let end):
      return Window(
        start: scalar(.moment(start, later: false), .time), end: scalar(.moment(end, later: false), .time))
    case .since(let start):
      let planned = plan(start, in: scope)
      let isDay = graph[planned.node].type == .date
      return Window(start: asInstant(planned, in: scope), startIsIncluded: isDay)
    case .sinceEnrolment: return enrolmentTime(.triggerTime, in: scope).map { Window(start: $0) }
    case .sinceStep(let step): return enrolmentTime(.stepTime(step), in: scope).map { Window(start: $0) }
    }
  }

  private mutating func enrolmentTime(_ kind: Node.Kind, in scope: PlanScope) -> Planned? {
    guard let index = scope.level(of: .trigger), scope.levels[index].trigger == .enrolment else { return nil }
    let levels = scope.closure(of: LevelSet(level: index))
    return Planned(node: node(kind, .time, scope.levels[index].base), levels: levels)
  }

  /// `nil` when its half-life has no length.
  private func operation(of aggregate: CheckedExpression.EventAggregate) -> Reduction.Operation? {
    func milliseconds(_ span: TimeSpan?) -> Double?? {
      guard let span else { return .some(nil) }
      return span.elapsedMilliseconds.map(Optional.some)
    }
    switch aggregate {
    case .count(halfLife: let span): return milliseconds(span).map { .count(halfLife: $0) }
    case .sum(_, halfLife: let span): return milliseconds(span).map { .sum(halfLife: $0) }
    case .average: return .average
    case .min: return .min
    case .max: return .max
    case .distinct: return .distinct
    case .first: return .first
    case .last: return .last
    case .points(atMostOncePer: let once, halfLife: let span):
      return milliseconds(span).map { .points(atMostOncePer: once, halfLife: $0) }
    }
  }
}

extension CheckedProgram {
  /// The types of events that are interactions of contacts, or of accounts: their people's and their own.
  package func interactions(of subject: Subject) -> [EventID] {
    events.indices.filter { index in
      events[index].worth != nil && (subject == .account || !events[index].isForAccount)
    }.map(EventID.init)
  }
}
