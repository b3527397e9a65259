import BusinessTime
import RuleDiagnostics
import RuleSemantics
import TextMatching

extension Planner {
  mutating func plan(_ expression: CheckedExpression, in scope: PlanScope) -> Planned {
    switch expression.kind {
    case .not, .and, .or, .compare, .isKnown, .isOneOf, .isInList, .between, .text, .matches, .inLast, .inNext,
      .isUnchanged, .did:
      planCondition(expression, in: scope)
    default:
      planValue(expression, in: scope)
    }
  }

  private mutating func planCondition(_ expression: CheckedExpression, in scope: PlanScope) -> Planned {
    switch expression.kind {
    case .not(let operand): return not(plan(operand, in: scope), in: scope)
    case .and(let operands): return and(operands.map { plan($0, in: scope) }, in: scope)
    case .or(let operands): return or(operands.map { plan($0, in: scope) }, in: scope)
    case .compare(let left, let comparison, let right):
      return compare(plan(left, in: scope), comparison, plan(right, in: scope), in: scope)
    case .isKnown(let operand):
      let operand = plan(operand, in: scope)
      if let value = constantValue(operand.node) { return constant(.flag(value != .missing), .flag) }
      return map(operand, .flag, in: scope) { .isKnown($0) }
    case .isOneOf(let operand, let values):
      return isOneOf(plan(operand, in: scope), values.map { plan($0, in: scope) }, in: scope)
    case .isInList(let operand, let list):
      let operands = [fold(plan(operand, in: scope), in: scope), fold(plan(list, in: scope), in: scope)]
      return combine(operands, .flag, in: scope) { .isInList($0[0], $0[1]) }
    case .between(let operand, let low, let high):
      let operand = plan(operand, in: scope)
      let (low, high) = (plan(low, in: scope), plan(high, in: scope))
      let notLess = compare(operand, .greaterOrEqual, low, in: scope)
      return and([notLess, compare(operand, .lessOrEqual, high, in: scope)], in: scope)
    case .text(let operand, let test, let part):
      let operands = [fold(plan(operand, in: scope), in: scope), fold(plan(part, in: scope), in: scope)]
      return combine(operands, .flag, in: scope) { .textTest($0[0], test, $0[1]) }
    case .matches(let operand, let pattern):
      return map(plan(operand, in: scope), .flag, in: scope) { .matches($0, pattern) }
    case .inLast(let operand, let span): return inLast(plan(operand, in: scope), span, in: scope)
    case .inNext(let operand, let span): return inNext(plan(operand, in: scope), span, in: scope)
    case .isUnchanged(let reference, let span):
      return planUnchanged(reference, span, in: scope)
    case .did(let query, let times): return planDid(query, times, in: scope)
    default: return planValue(expression, in: scope)
    }
  }

  private mutating func planValue(_ expression: CheckedExpression, in scope: PlanScope) -> Planned {
    let type = expression.type
    switch expression.kind {
    case .constant(let value): return constant(value, type)
    case .now: return scalar(.now, .time)
    case .today: return scalar(.today, .date)
    case .ago(let span):
      let moment = moment(span, later: false, in: scope)
      return type == .date ? map(moment, .date, in: scope) { .day($0) } : moment
    case .read(let reference): return planRead(reference, type, in: scope, at: expression.range)
    case .assetField(of: let operand, let field):
      return map(plan(operand, in: scope), type, in: scope) { .assetField($0, field) }
    case .arithmetic(let left, let operation, let right):
      return arithmetic(plan(left, in: scope), operation, plan(right, in: scope), type, in: scope)
    case .negate(let operand):
      let operand = plan(operand, in: scope)
      if case .number(let number) = constantValue(operand.node) { return constant(.number(-number), .number) }
      return map(operand, .number, in: scope) { .negate($0) }
    case .shift(let operand, let span, later: let later):
      let operand = plan(operand, in: scope)
      return byOwnDays(span, in: scope) { planner, span in
        planner.map(operand, type, in: scope) { .shift($0, span, later: later) }
      }
    case .otherwise(let operand, let fallback):
      return combine([plan(operand, in: scope), plan(fallback, in: scope)], type, in: scope) {
        .otherwise($0[0], $0[1])
      }
    case .conditional(let condition, then: let then, otherwise: let otherwise):
      return conditional(
        plan(condition, in: scope), plan(then, in: scope), plan(otherwise, in: scope), type, in: scope)
    case .freshness(let operand, halfLife: let span):
      guard let halfLife = span.elapsedMilliseconds else {
        return constant(.missing, type)
      }
      let instant = asInstant(plan(operand, in: scope), in: scope)
      return map(instant, .number, in: scope) { .freshness($0, halfLife: halfLife) }
    case .diminishing(let operand, halfAt: let halfAt):
      return map(plan(operand, in: scope), .number, in: scope) { .diminishing($0, halfAt: halfAt) }
    case .closeness(let left, let right):
      var ranks = 1
      if case .choice(let set) = left.type { ranks = program[set].values.count }
      return combine([plan(left, in: scope), plan(right, in: scope)], .number, in: scope) {
        .closeness($0[0], $0[1], ranks: ranks)
      }
    case .events(let query, let aggregate): return planEvents(query, aggregate, type, in: scope)
    case .people(let query, let aggregate): return planPeople(query, aggregate, type, in: scope)
    case .candidate, .affinity, .rate, .popularity: return planOfCandidate(expression, in: scope)
    case .interpolation(let parts): return interpolation(parts, in: scope)
    default: return constant(.missing, type)
    }
  }

  private mutating func interpolation(_ parts: [CheckedExpression.TextPart], in scope: PlanScope) -> Planned {
    var values: [Planned] = []
    for case .value(let value) in parts { values.append(plan(value, in: scope)) }
    return combine(values, .text, in: scope) { nodes in
      var position = 0
      let pieces: [Node.TextPiece] = parts.map { part in
        switch part {
        case .text(let text): return .text(text)
        case .value:
          position += 1
          return .value(nodes[position - 1])
        }
      }
      return .interpolation(pieces)
    }
  }

  // MARK: - References

  mutating func planRead(
    _ reference: Reference, _ type: ValueType, in scope: PlanScope, at range: SourceRange
  ) -> Planned {
    // The checker lets no other variable through.
    guard let index = scope.level(of: reference.variable) else { return constant(.missing, type) }
    let level = scope.levels[index]
    let levels = scope.closure(of: LevelSet(level: index))
    if let entity = level.entity {
      return Planned(node: readRecord(reference, type, of: entity, in: scope.frame(of: levels)), levels: levels)
    }
    switch reference.variable {
    case .deal: return Planned(node: readDeal(reference, type, in: level.base), levels: levels)
    case .row: return readEvent(reference, type, level, levels)
    case .trigger: return readTrigger(reference, type, level, levels)
    case .candidate:
      guard case .field(let field) = reference.attribute else { return constant(.missing, type) }
      return Planned(node: node(.field(field), type, level.base), levels: levels)
    case .subject, .person: return constant(.missing, type)
    }
  }

  /// An attribute of a contact or account in its own table, or of the contact's account.
  private mutating func readRecord(
    _ reference: Reference, _ type: ValueType, of entity: Subject, in frame: FrameID
  ) -> NodeID {
    let viaAccount = reference.viaAccount && entity == .contact
    let source = viaAccount ? graph.add(.table(.accounts)) : frame
    let owner: Subject = viaAccount ? .account : entity
    let value: NodeID
    switch reference.attribute {
    case .field(let field):
      readSet.add(field, of: owner)
      value = node(.field(field), type, source)
    case .definition(let id) where definitionNodes.indices.contains(id.index):
      value = definitionNodes[id.index]
    case .definition, .eventTime, .eventWorth, .oldValue, .newValue:
      value = constant(.missing, type).node
    }
    guard viaAccount, graph[value].frame != .scalar else { return value }
    return node(.gather(value, .account), type, frame)
  }

  private mutating func readDeal(_ reference: Reference, _ type: ValueType, in frame: FrameID) -> NodeID {
    guard case .field(let field) = reference.attribute else { return constant(.missing, type).node }
    if reference.viaAccount {
      readSet.add(field, of: .account)
      let value = node(.field(field), type, graph.add(.table(.accounts)))
      return node(.gather(value, .account), type, frame)
    }
    readSet.dealFields.insert(field)
    return node(.field(field), type, frame)
  }

  private mutating func readEvent(
    _ reference: Reference, _ type: ValueType, _ level: PlanScope.Level, _ levels: LevelSet
  ) -> Planned {
    switch (reference.attribute, level.source) {
    case (.field(let field), .type(let event)):
      readSet.eventFields[event, default: []].insert(field)
      return Planned(node: node(.field(field), type, level.base), levels: levels)
    case (.field(let field), .everybody(let event)):
      readSet.addEverybodys(event, [field])
      return Planned(node: node(.field(field), type, level.base), levels: levels)
    case (.eventTime, _): return Planned(node: node(.eventTime, .time, level.base), levels: levels)
    case (.eventWorth, .type(let event)), (.eventWorth, .everybody(let event)):
      return constant(program[event].worth.map(Value.number) ?? .missing, .number)
    case (.eventWorth, _): return Planned(node: node(.eventWorth, .number, level.base), levels: levels)
    default: return constant(.missing, type)
    }
  }

  private mutating func readTrigger(
    _ reference: Reference, _ type: ValueType, _ level: PlanScope.Level, _ levels: LevelSet
  ) -> Planned {
    switch (reference.attribute, level.trigger) {
    case (.field(let field), .event(.type(let event))):
      readSet.eventFields[event, default: []].insert(field)
      let value = node(.field(field), type, graph.add(.table(.events(.type(event)))))
      return Planned(node: node(.gather(value, .inner), type, level.base), levels: levels)
    case (.eventTime, _): return Planned(node: node(.triggerTime, .time, level.base), levels: levels)
    case (.eventWorth, .event(.type(let event))):
      return constant(program[event].worth.map(Value.number) ?? .missing, .number)
    case (.eventWorth, _): return Planned(node: node(.triggerWorth, .number, level.base), levels: levels)
    case (.oldValue, _): return Planned(node: node(.triggerOld, type, level.base), levels: levels)
    case (.newValue, _): return Planned(node: node(.triggerNew, type, level.base), levels: levels)
    default: return constant(.missing, type)
    }
  }

  private mutating func planUnchanged(
    _ reference: Reference, _ span: TimeSpan, in scope: PlanScope
  ) -> Planned {
    // The checker lets nothing through of which no history is kept.
    guard let index = scope.level(of: reference.variable), let entity = scope.levels[index].entity else {
      return constant(.missing, .flag)
    }
    let levels = scope.closure(of: LevelSet(level: index))
    let frame = scope.frame(of: levels)
    let viaAccount = reference.viaAccount && entity == .contact
    let source = viaAccount ? graph.add(.table(.accounts)) : frame
    let value: NodeID
    switch reference.attribute {
    case .field(let field):
      let owner: Subject = viaAccount ? .account : entity
      readSet.add(field, of: owner)
      readSet.addChange(of: field, of: owner)
      let type = program.record(of: owner)[field].type
      value = node(.fieldIsUnchanged(field, node(.field(field), type, source), span), .flag, source)
    case .definition(let id) where definitionNodes.indices.contains(id.index) && program[id].isState:
      value = node(.definitionIsUnchanged(id, definitionNodes[id.index], span), .flag, source)
    case .definition, .eventTime, .eventWorth, .oldValue, .newValue:
      return constant(.missing, .flag)
    }
    return Planned(node: viaAccount ? node(.gather(value, .account), .flag, frame) : value, levels: levels)
  }
}

extension Definition {
  /// Whether what it was after the last run is kept.
  package var isState: Bool {
    switch body {
    case .journey, .segment: true
    case .define, .factorScore, .pointsScore, .malformed: false
    }
  }
}
