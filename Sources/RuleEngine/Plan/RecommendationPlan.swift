import BusinessTime
package import RuleSemantics

/// A recommendation resolved once: what decides who its candidates are and how much each is worth.
package struct RecommendationPlan: Sendable {
  /// A part of the condition behind `from asset where`; an `and` is taken apart.
  package struct Gate: Sendable {
    package var condition: CheckedExpression
    var node: NodeID
    var dependency: Dependency
  }

  /// What the answer differs with.
  enum Dependency: Hashable, Sendable {
    case candidate, contact, both
  }

  package let recommendation: CheckedRecommendation
  /// In the order of the text.
  package let gates: [Gate]
  /// For each factor its value: for the candidates of one contact, or for all of them alike.
  let factors: [NodeID]
  /// The candidates of one contact.
  let frame: FrameID
}

extension Planner {
  mutating func planRecommendations() {
    for index in program.recommendations.indices { planRecommendation(index) }
  }

  private mutating func planRecommendation(_ index: Int) {
    let recommendation = program.recommendations[index]
    let scope = scope(ofCandidatesOf: index)
    let conditions = recommendation.gate.map(\.conjuncts) ?? []
    let gates = conditions.map { condition in
      let planned = plan(condition, in: scope)
      let dependency: RecommendationPlan.Dependency =
        planned.levels == LevelSet(level: 0) ? .contact : planned.levels == pairLevels ? .both : .candidate
      return RecommendationPlan.Gate(condition: condition, node: planned.node, dependency: dependency)
    }
    let factors = recommendation.factors.map { lift(plan($0.value, in: scope), to: pairLevels, in: scope) }
    recommendations.append(
      RecommendationPlan(
        recommendation: recommendation, gates: gates, factors: factors, frame: scope.frame(of: pairLevels)))
  }

  private var pairLevels: LevelSet { [LevelSet(level: 0), LevelSet(level: 1)] }

  /// The contact, and the asset that is weighed for it.
  private mutating func scope(ofCandidatesOf index: Int) -> PlanScope {
    var scope = scope(of: .contact)
    let grouping = Grouping(outer: scope.frame(of: LevelSet(level: 0)), path: [], link: .candidates(of: index))
    scope.levels.append(
      PlanScope.Level(
        variable: .candidate, base: graph.add(.table(.assets)), composite: graph.add(.pairs(grouping)),
        outer: LevelSet(level: 0)))
    return scope
  }

  // MARK: - Values of candidates

  mutating func planOfCandidate(_ expression: CheckedExpression, in scope: PlanScope) -> Planned {
    guard let index = scope.level(of: .candidate) else { return constant(.missing, expression.type) }
    let level = scope.levels[index]
    let levels = LevelSet(level: index)
    switch expression.kind {
    case .candidate: return Planned(node: node(.candidate, .asset, level.base), levels: levels)
    case .affinity(let topics, halfLife: let span):
      guard case .read(let reference) = topics.kind, case .field(let field) = reference.attribute,
        let halfLife = span.elapsedMilliseconds
      else { return constant(.missing, expression.type) }
      readTopics(field)
      let all = levels.union(level.outer)
      return Planned(
        node: node(.affinity(field, halfLife: halfLife), .number, scope.frame(of: all)), levels: all)
    case .rate(let rate):
      let planned = Rate(
        outcome: rate.outcome, outcomeFilter: planEverybodys(rate.outcome, rate.outcomeFilter), within: rate.within,
        exposure: rate.exposure, exposureFilter: planEverybodys(rate.exposure, rate.exposureFilter), prior: rate.prior)
      readSet.addEverybodys(rate.exposure, program[rate.exposure].record.assetFields)
      return Planned(node: node(.rate(planned), .number, level.base), levels: levels)
    case .popularity(let popularity):
      var planned = Popularity(
        event: popularity.event, filter: planEverybodys(popularity.event, popularity.filter),
        halfLife: popularity.halfLife.flatMap(\.elapsedMilliseconds))
      readSet.addEverybodys(popularity.event, program[popularity.event].record.assetFields)
      switch popularity.window {
      case .within(let span): planned.start = scalar(.moment(span, later: false), .time).node
      case .fromTo(let start, let end):
        planned.start = scalar(.moment(start, later: false), .time).node
        planned.end = scalar(.moment(end, later: false), .time).node
      case nil, .since, .sinceStep, .sinceEnrolment: break
      }
      return Planned(node: node(.popularity(planned), .number, level.base), levels: levels)
    default: return constant(.missing, expression.type)
    }
  }

  /// A filter about the events of everybody; `nil` when there is none.
  private mutating func planEverybodys(_ event: EventID, _ filter: CheckedExpression?) -> NodeID? {
    readSet.addEverybodys(event, [])
    guard let filter else { return nil }
    let source = EventSource.everybody(event)
    let level = PlanScope.Level(
      variable: .row, base: graph.add(.table(.events(source))), outer: [], source: source)
    return plan(filter, in: PlanScope(subject: .contact, levels: [level])).node
  }

  /// What interactions touch: the assets that they name, and a field of their own with the name of the assets' field.
  private mutating func readTopics(_ field: FieldIndex) {
    let name = program.asset[field].name
    for event in program.interactions(of: .contact) {
      readSet.addEvent(event)
      let record = program[event].record
      readSet.eventFields[event]?.formUnion(record.assetFields)
      if let own = record.index(of: name) { readSet.eventFields[event]?.insert(own) }
    }
  }

  // MARK: - Events about the candidate

  /// `did content_download where asset == candidate`: the events are gone through once for all candidates; `nil` when
  /// the query asks something else of the candidate, or nothing.
  mutating func planEventsOfCandidate(
    _ query: EventQuery, _ operation: Reduction.Operation, _ window: Window, _ source: EventSource, _ type: ValueType,
    in scope: PlanScope
  ) -> Planned? {
    guard scope.levels.count == 2, let index = scope.level(of: .candidate), query.owner == .subject,
      let filter = query.filter
    else { return nil }
    switch operation {
    case .count, .first, .last: break
    case .sum, .average, .min, .max, .distinct, .points, .share: return nil
    }
    var conditions = filter.conjuncts
    guard let position = conditions.firstIndex(where: { $0.assetThatIsCandidate != nil }),
      let asset = conditions.remove(at: position).assetThatIsCandidate
    else { return nil }
    // What else it asks may read the event alone; a window may begin at a moment of the contact's.
    let levels = LevelSet(level: 0)
    guard conditions.allSatisfy({ $0.freeVariables == VariableSet(.row) || $0.freeVariables == [] }),
      window.start.map({ levels.isSuperset(of: $0.levels) }) ?? true
    else { return nil }
    let rows = PlanScope(
      subject: .contact,
      levels: [PlanScope.Level(variable: .row, base: graph.add(.table(.events(source))), outer: [], source: source)])
    let rest = and(conditions.map { plan($0, in: rows) }, in: rows)
    let grouping = Grouping(outer: scope.frame(of: levels), path: [], link: .events(of: .contact, source))
    let events = CandidateEvents(
      reduction: Reduction(
        operation: operation, grouping: grouping, onPairs: false,
        filter: constantValue(rest.node) == .flag(true) ? nil : rest.node, value: nil, start: window.start?.node,
        startIsIncluded: window.startIsIncluded, end: window.end?.node),
      asset: plan(asset, in: rows).node)
    let all = LevelSet(level: index).union(levels)
    return Planned(node: node(.candidateEvents(events), type, scope.frame(of: all)), levels: all)
  }
}

extension CheckedExpression {
  /// The operands of an `and`, nested ones included; of anything else the expression itself.
  fileprivate var conjuncts: [CheckedExpression] {
    if case .and(let operands) = kind { return operands.flatMap(\.conjuncts) }
    return [self]
  }

  /// Of `asset == candidate` what stands for the event's asset.
  fileprivate var assetThatIsCandidate: CheckedExpression? {
    guard case .compare(let left, .equal, let right) = kind else { return nil }
    switch (left.kind, right.kind) {
    case (.candidate, _) where right.freeVariables == VariableSet(.row): return right
    case (_, .candidate) where left.freeVariables == VariableSet(.row): return left
    default: return nil
    }
  }
}

extension RecordSchema {
  /// The fields that name an asset.
  package var assetFields: [FieldIndex] {
    fields.indices.filter { fields[$0].type == .asset }.map(FieldIndex.init)
  }
}
