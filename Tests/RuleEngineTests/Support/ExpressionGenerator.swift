import BusinessTime
import RuleSemantics
import TestSupport

/// Typed expressions of every kind that is executed, over `SampleSchema`.
struct ExpressionGenerator {
  var random: SeededGenerator
  var definitions: [Definition] = []

  /// What an expression may read.
  struct Context {
    var subject: Subject
    var isPerson = false
    var isDeal = false
    var row: EventID?
    var isInteraction = false
    /// The definitions that come before.
    var definitionLimit: Int
    var trigger: CheckedRule.Occurrence?
    /// Events cannot do something.
    var allowsEvents: Bool { row == nil && !isInteraction }
  }

  typealias Expression = CheckedExpression

  mutating func condition(_ depth: Int, _ context: Context) -> Expression {
    guard depth > 0 else { return leafCondition(context) }
    switch random.below(17) {
    case 0: return .make(.not(condition(depth - 1, context)))
    case 1, 2: return .make(.and(conditions(depth, context)))
    case 3, 4: return .make(.or(conditions(depth, context)))
    case 5, 6, 7: return comparison(depth, context)
    case 8: return .make(.isKnown(value(anyType(), depth - 1, context)))
    case 9:
      let type = scalarType()
      let values = (0..<(1 + random.below(3))).map { _ in value(type, random.chance(0.8) ? 0 : depth - 1, context) }
      return .make(.isOneOf(value(type, depth - 1, context), values))
    case 10: return .make(.isInList(value(.text, depth - 1, context), value(.list(.text), depth - 1, context)))
    case 11:
      let type = random.pick([ValueType.number, .date, .time, .choice(SampleSchema.rank)])
      return .make(
        .between(value(type, depth - 1, context), value(type, depth - 1, context), value(type, depth - 1, context)))
    case 12:
      let test = random.pick(Expression.TextTest.allCases)
      return .make(.text(value(.text, depth - 1, context), test, value(.text, random.below(2), context)))
    case 13:
      let pattern = random.pick(["a", "^/pr", "gmail\\.", "[é]", "x$", "(a|b)+c"])
      return .make(
        .matches(value(.text, depth - 1, context), .init(pattern: pattern, options: random.chance(0.5) ? "i" : "")))
    case 14:
      let operand = value(random.chance(0.5) ? .date : .time, depth - 1, context)
      return .make(random.chance(0.5) ? .inLast(operand, span()) : .inNext(operand, span()))
    default: return context.allowsEvents ? did(depth, context) : leafCondition(context)
    }
  }

  private mutating func conditions(_ depth: Int, _ context: Context) -> [Expression] {
    (0..<(2 + random.below(2))).map { _ in condition(depth - 1, context) }
  }

  private mutating func comparison(_ depth: Int, _ context: Context) -> Expression {
    let type = scalarType()
    var other = type
    if type == .date, random.chance(0.3) { other = .time }
    if type == .time, random.chance(0.3) { other = .date }
    let isOrdered = type != .flag && type != .asset
    let comparisons: [Expression.Comparison] = isOrdered ? Expression.Comparison.allCases : [.equal, .notEqual]
    return .make(
      .compare(
        value(type, depth - 1, context), random.pick(comparisons),
        value(other, random.chance(0.6) ? 0 : depth - 1, context)))
  }

  private mutating func leafCondition(_ context: Context) -> Expression {
    if context.row == nil, !context.isDeal, random.chance(0.2) {
      let variable: Reference.Variable = context.isPerson ? .person : .subject
      let subject: Subject = context.isPerson ? .contact : context.subject
      let viaAccount = subject == .contact && random.chance(0.2)
      let fields = subject == .account || viaAccount ? SampleSchema.account : SampleSchema.contact
      var attribute = Reference.Attribute.field(FieldIndex(random.below(fields.fields.count)))
      let states = definitions.prefix(context.definitionLimit).filter {
        $0.hasState && $0.subject == (viaAccount ? .account : subject)
      }
      if !states.isEmpty, random.chance(0.4) { attribute = .definition(random.pick(states).id) }
      return .make(.isUnchanged(Reference(variable, viaAccount: viaAccount, attribute), span()))
    }
    return value(.flag, 0, context)
  }

  // MARK: - Queries

  private mutating func did(_ depth: Int, _ context: Context) -> Expression {
    let times: Expression.Times = random.chance(0.7) ? .atLeast(1 + random.below(3)) : .exactly(random.below(3))
    return .make(.did(query(depth, context).query, times))
  }

  private mutating func query(_ depth: Int, _ context: Context) -> (query: EventQuery, inner: Context) {
    var inner = context
    let events: EventQuery.Events
    if random.chance(0.2) {
      events = .interactions
      inner.isInteraction = true
      inner.row = nil
    } else {
      let type = random.pick([SampleSchema.pageView, SampleSchema.download, SampleSchema.surge])
      events = .type(type)
      inner.row = type
      inner.isInteraction = false
    }
    inner.isDeal = context.isDeal
    let owner: Reference.Variable = context.isPerson && random.chance(0.8) ? .person : .subject
    let window: EventQuery.Window? =
      switch random.below(7) {
      case 0: .since(value(random.chance(0.5) ? .time : .date, depth - 1, context))
      case 1: .fromTo(span(), span())
      case 2, 3, 4: .within(span())
      default: nil
      }
    let filter = random.chance(0.6) ? condition(min(depth - 1, 2), inner) : nil
    return (
      EventQuery(owner: owner, events: events, filter: filter, window: window, range: SampleSchema.range), inner
    )
  }

  private mutating func people(_ depth: Int, _ context: Context) -> (query: PeopleQuery, inner: Context) {
    var inner = context
    let rows: PeopleQuery.Rows =
      random.pick(context.subject == .contact ? [.accountContacts, .colleagues, .deals] : [.accountContacts, .deals])
    inner.isDeal = rows == .deals
    inner.isPerson = rows != .deals
    let filter = random.chance(0.7) ? condition(min(depth - 1, 2), inner) : nil
    return (PeopleQuery(rows: rows, filter: filter, range: SampleSchema.range), inner)
  }

  private mutating func eventValue(_ type: ValueType, _ depth: Int, _ context: Context) -> Expression {
    let (query, inner) = query(depth, context)
    let aggregate: Expression.EventAggregate
    if type == .number {
      switch random.below(8) {
      case 0, 1: aggregate = .count(halfLife: halfLife())
      case 2: aggregate = .sum(value(.number, depth - 1, inner), halfLife: halfLife())
      case 3: aggregate = .average(value(.number, depth - 1, inner))
      case 4: aggregate = .min(value(.number, depth - 1, inner))
      case 5: aggregate = .max(value(.number, depth - 1, inner))
      case 6: aggregate = .distinct(value(distinctType(), depth - 1, inner))
      default:
        aggregate = .points(
          atMostOncePer: random.chance(0.7)
            ? random.pick([TimeSpan(1, .days), TimeSpan(1, .weeks), TimeSpan(1, .months), TimeSpan(5, .hours)]) : nil,
          halfLife: halfLife())
      }
    } else if type == .time, random.chance(0.7) {
      aggregate = random.chance(0.5) ? .first : .last
    } else {
      let operand = value(type, depth - 1, inner)
      aggregate = random.chance(0.5) ? .min(operand) : .max(operand)
    }
    return .make(.events(query, aggregate), type)
  }

  private mutating func peopleValue(_ type: ValueType, _ depth: Int, _ context: Context) -> Expression {
    let (query, inner) = people(depth, context)
    let aggregate: Expression.PeopleAggregate
    switch type {
    case .flag: aggregate = .any
    case .number:
      switch random.below(7) {
      case 0: aggregate = .count
      case 1: aggregate = .share
      case 2: aggregate = .sum(value(.number, depth - 1, inner))
      case 3: aggregate = .average(value(.number, depth - 1, inner))
      case 4: aggregate = .min(value(.number, depth - 1, inner))
      case 5: aggregate = .max(value(.number, depth - 1, inner))
      default: aggregate = .distinct(value(distinctType(), depth - 1, inner))
      }
    default:
      let operand = value(type, depth - 1, inner)
      aggregate = random.chance(0.5) ? .min(operand) : .max(operand)
    }
    return .make(.people(query, aggregate), type)
  }

  // MARK: - Values

  mutating func value(_ type: ValueType, _ depth: Int, _ context: Context) -> Expression {
    guard depth > 0 else { return leaf(type, context) }
    switch random.below(10) {
    case 0: return .make(.otherwise(value(type, depth - 1, context), value(type, depth - 1, context)), type)
    case 1:
      return .make(
        .conditional(
          condition(depth - 1, context), then: value(type, depth - 1, context),
          otherwise: value(type, depth - 1, context)), type)
    case 2, 3:
      guard context.allowsEvents, type.isReducible else { return leaf(type, context) }
      return eventValue(type, depth, context)
    case 4:
      guard context.allowsEvents, !context.isPerson, !context.isDeal, type.isReducible || type == .flag else {
        return leaf(type, context)
      }
      return peopleValue(type, depth, context)
    case 5, 6: return computed(type, depth, context)
    default: return leaf(type, context)
    }
  }

  private mutating func computed(_ type: ValueType, _ depth: Int, _ context: Context) -> Expression {
    switch type {
    case .number:
      switch random.below(6) {
      case 0, 1:
        return .make(
          .arithmetic(
            value(.number, depth - 1, context), random.pick(Expression.Arithmetic.allCases),
            value(.number, depth - 1, context)), .number)
      case 2: return .make(.negate(value(.number, depth - 1, context)), .number)
      case 3:
        let operand = value(random.chance(0.5) ? .time : .date, depth - 1, context)
        return .make(.freshness(operand, halfLife: TimeSpan(7, .days)), .number)
      case 4: return .make(.diminishing(value(.number, depth - 1, context), halfAt: 2), .number)
      default:
        let rank = ValueType.choice(SampleSchema.rank)
        return .make(.closeness(value(rank, depth - 1, context), value(rank, depth - 1, context)), .number)
      }
    case .time:
      if random.chance(0.3) { return .make(.ago(span()), .time) }
      return .make(.shift(value(.time, depth - 1, context), span(), later: random.chance(0.5)), .time)
    case .flag: return condition(depth - 1, context)
    case .text where random.chance(0.3):
      return .make(.interpolation([.text("x "), .value(value(.text, depth - 1, context)), .text("!")]), .text)
    case .date where random.chance(0.3): return .make(.today, .date)
    default:
      if let field = SampleSchema.asset.fields.firstIndex(where: { $0.type == type }) {
        return .make(.assetField(of: value(.asset, depth - 1, context), FieldIndex(field)), type)
      }
      return leaf(type, context)
    }
  }

  private mutating func leaf(_ type: ValueType, _ context: Context) -> Expression {
    var references = references(type, context)
    if type == .time { references.append(.make(.now, .time)) }
    if !references.isEmpty, random.chance(0.75) { return random.pick(references) }
    return constant(type)
  }

  private mutating func constant(_ type: ValueType) -> Expression {
    let value: Value
    switch type {
    case .text: value = .text(random.pick(WorldGenerator.texts + ["nowhere"]))
    case .number: value = .number(random.pick([-1, 0, 0.25, 0.5, 1, 2, 3, 5, 70]))
    case .flag, .error: value = .flag(random.chance(0.5))
    case .date: value = .date(CivilDate(dayNumber: Int32(20_535 + random.below(14))))
    case .time:
      value = .time(Instant(milliseconds: WorldGenerator.base.milliseconds - Int64(random.below(10)) * 43_200_000))
    case .choice(let set): value = .choice(set, random.below(SampleSchema.choiceSets[set.index].values.count))
    case .asset: value = .asset(AssetID(random.below(3)))
    case .list(.text): value = .list([.text(random.pick(WorldGenerator.texts)), .text("roi")])
    case .list: value = .missing
    }
    return .make(.constant(value), type)
  }

  private func references(_ type: ValueType, _ context: Context) -> [Expression] {
    var found: [Expression] = []
    func add(_ schema: RecordSchema, _ variable: Reference.Variable, viaAccount: Bool = false, weight: Int = 1) {
      for (index, field) in schema.fields.enumerated() where field.type == type {
        let reference = Reference(variable, viaAccount: viaAccount, .field(FieldIndex(index)))
        for _ in 0..<weight { found.append(.make(.read(reference), type)) }
      }
    }
    func add(_ subject: Subject, _ variable: Reference.Variable) {
      add(subject == .contact ? SampleSchema.contact : SampleSchema.account, variable)
      if subject == .contact { add(SampleSchema.account, variable, viaAccount: true) }
      for definition in definitions.prefix(context.definitionLimit) where definition.type == type {
        if definition.subject == subject {
          found.append(.make(.read(Reference(variable, .definition(definition.id))), type))
        }
        if subject == .contact, definition.subject == .account {
          found.append(.make(.read(Reference(variable, viaAccount: true, .definition(definition.id))), type))
        }
      }
    }
    add(context.subject, .subject)
    if context.isPerson { add(.contact, .person) }
    if context.isDeal { add(SampleSchema.deal, .deal, weight: 3) }
    if let row = context.row {
      add(SampleSchema.events[row.index].record, .row, weight: 5)
    }
    if context.row != nil || context.isInteraction {
      if type == .time { found.append(.make(.read(Reference(.row, .eventTime)), type)) }
      if type == .number { found.append(.make(.read(Reference(.row, .eventWorth)), type)) }
    }
    switch context.trigger {
    case .event(.type(let event)):
      add(SampleSchema.events[event.index].record, .trigger, weight: 3)
      if type == .time { found.append(.make(.read(Reference(.trigger, .eventTime)), type)) }
    case .event(.interactions):
      if type == .time { found.append(.make(.read(Reference(.trigger, .eventTime)), type)) }
      if type == .number { found.append(.make(.read(Reference(.trigger, .eventWorth)), type)) }
    case .changed:
      if type == .time { found.append(.make(.read(Reference(.trigger, .eventTime)), type)) }
      if type == .choice(SampleSchema.rank) {
        found.append(.make(.read(Reference(.trigger, .oldValue)), type))
        found.append(.make(.read(Reference(.trigger, .newValue)), type))
      }
    case nil: break
    }
    return found
  }

  // MARK: - Small things

  private mutating func anyType() -> ValueType { random.chance(0.15) ? .list(.text) : scalarType() }

  private mutating func scalarType() -> ValueType {
    random.pick([
      .text, .number, .number, .number, .flag, .date, .time, .choice(SampleSchema.persona),
      .choice(SampleSchema.rank), .choice(SampleSchema.rank), .asset,
    ])
  }

  private mutating func distinctType() -> ValueType {
    random.pick([.text, .number, .list(.text), .choice(SampleSchema.persona), .asset, .date, .flag])
  }

  mutating func span() -> TimeSpan {
    random.pick([
      TimeSpan(0, .days), TimeSpan(1, .days), TimeSpan(2, .days), TimeSpan(7, .days), TimeSpan(14, .days),
      TimeSpan(24, .hours), TimeSpan(36, .hours), TimeSpan(1, .weeks), TimeSpan(90, .minutes),
      TimeSpan(2, .businessDays), TimeSpan(5, .businessHours), TimeSpan(1, .months),
    ])
  }

  private mutating func halfLife() -> TimeSpan? { random.chance(0.4) ? TimeSpan(3, .days) : nil }
}

extension ValueType {
  /// Whether events and people have a least and greatest value of it, or a number.
  var isReducible: Bool {
    switch self {
    case .number, .date, .time, .choice(SampleSchema.rank): true
    case .text, .flag, .asset, .choice, .list, .error: false
    }
  }
}
