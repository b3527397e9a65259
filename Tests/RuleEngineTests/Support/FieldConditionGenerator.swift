import BusinessTime
import RuleSemantics
import TestSupport

/// Conditions over the fields of contacts alone, which SQL can state too.
struct FieldConditionGenerator {
  var random: SeededGenerator

  typealias Expression = CheckedExpression

  static let types: [ValueType] = [
    .text, .number, .number, .flag, .date, .choice(SampleSchema.persona), .choice(SampleSchema.rank),
  ]
  /// Letters of which both sides know the small form.
  static let texts = ["", "a", "A", "Acme", "acme", "ACME Ltd", "x_y", "100%", "me"]

  mutating func condition(_ depth: Int) -> Expression {
    guard depth > 0 else { return value(.flag, 0) }
    switch random.below(12) {
    case 0: return .make(.not(condition(depth - 1)))
    case 1, 2: return .make(.and((0..<(2 + random.below(2))).map { _ in condition(depth - 1) }))
    case 3, 4: return .make(.or((0..<(2 + random.below(2))).map { _ in condition(depth - 1) }))
    case 5: return .make(.isKnown(value(random.pick(FieldConditionGenerator.types), depth - 1)))
    case 6:
      let type = random.pick(FieldConditionGenerator.types)
      let values = (0..<(1 + random.below(4))).map { _ in value(type, random.chance(0.7) ? 0 : 1) }
      return .make(.isOneOf(value(type, depth - 1), values))
    case 7:
      let type = random.pick([ValueType.number, .date, .choice(SampleSchema.rank)])
      return .make(.between(value(type, depth - 1), value(type, 0), value(type, 0)))
    case 8:
      return .make(.text(value(.text, depth - 1), random.pick(Expression.TextTest.allCases), value(.text, 0)))
    default:
      let type = random.pick(FieldConditionGenerator.types)
      let comparisons: [Expression.Comparison] =
        type == .flag || type == .choice(SampleSchema.persona) ? [.equal, .notEqual] : Expression.Comparison.allCases
      return .make(.compare(value(type, depth - 1), random.pick(comparisons), value(type, random.below(2))))
    }
  }

  mutating func value(_ type: ValueType, _ depth: Int) -> Expression {
    guard depth > 0 else { return leaf(type) }
    switch random.below(7) {
    case 0: return .make(.otherwise(value(type, depth - 1), value(type, depth - 1)), type)
    case 1:
      return .make(
        .conditional(condition(depth - 1), then: value(type, depth - 1), otherwise: value(type, depth - 1)), type)
    case 2, 3:
      guard type == .number else { return leaf(type) }
      if random.chance(0.2) { return .make(.negate(value(type, depth - 1)), type) }
      let operation = random.pick(Expression.Arithmetic.allCases)
      return .make(.arithmetic(value(type, depth - 1), operation, value(type, depth - 1)), type)
    default: return leaf(type)
    }
  }

  private mutating func leaf(_ type: ValueType) -> Expression {
    let fields = SampleSchema.contact.fields.indices.filter { SampleSchema.contact.fields[$0].type == type }
    if !fields.isEmpty, random.chance(0.7) {
      return .make(.read(Reference(.subject, .field(FieldIndex(random.pick(fields))))), type)
    }
    return .make(.constant(constant(type)), type)
  }

  mutating func constant(_ type: ValueType) -> Value {
    switch type {
    case .text: .text(random.pick(FieldConditionGenerator.texts))
    case .number: .number(random.pick([-2, -1, 0, 0.5, 1, 2, 3, 10]))
    case .flag: .flag(random.chance(0.5))
    case .date: .date(CivilDate(dayNumber: Int32(20_000 + random.below(4))))
    case .choice(let set): .choice(set, random.below(SampleSchema.choiceSets[set.index].values.count))
    case .time, .asset, .list, .error: .missing
    }
  }
}
