import BusinessTime
import RuleSemantics

/// Conditions over the fields of contacts as SQL, whose three values are Kleene's. Choices and dates are numbers,
/// flags 0 and 1, a missing value NULL.
enum SQLCondition {
  static func text(_ expression: CheckedExpression) -> String? {
    switch expression.kind {
    case .constant(let value): return literal(value)
    case .read(let reference):
      guard reference.variable == .subject, case .field(let field) = reference.attribute else { return nil }
      return SampleSchema.contact[field].name
    case .not(let operand): return text(operand).map { "(NOT \($0))" }
    case .and(let operands): return joined(operands, " AND ")
    case .or(let operands): return joined(operands, " OR ")
    case .compare(let left, let comparison, let right):
      guard let first = compared(left), let second = compared(right) else { return nil }
      return "(\(first) \(comparison == .equal ? "=" : comparison.rawValue) \(second))"
    case .isKnown(let operand): return text(operand).map { "(\($0) IS NOT NULL)" }
    case .isOneOf(let operand, let values):
      let members = values.compactMap(compared)
      guard let operand = compared(operand), members.count == values.count else { return nil }
      return "(\(operand) IN (\(members.joined(separator: ", "))))"
    case .between(let operand, let low, let high):
      guard let operand = compared(operand), let low = compared(low), let high = compared(high) else { return nil }
      return "(\(operand) BETWEEN \(low) AND \(high))"
    case .text(let operand, let test, let part):
      guard let operand = compared(operand), let part = compared(part) else { return nil }
      switch test {
      case .contains: return "(instr(\(operand), \(part)) > 0)"
      case .startsWith: return "(substr(\(operand), 1, length(\(part))) = \(part))"
      case .endsWith:
        return "(length(\(operand)) >= length(\(part)) AND "
          + "substr(\(operand), length(\(operand)) - length(\(part)) + 1) = \(part))"
      }
    case .arithmetic(let left, let operation, let right):
      guard let left = text(left), let right = text(right) else { return nil }
      return "(\(left) \(operation.rawValue) \(right))"
    case .negate(let operand): return text(operand).map { "(- \($0))" }
    case .otherwise(let operand, let fallback):
      guard let operand = text(operand), let fallback = text(fallback) else { return nil }
      return "coalesce(\(operand), \(fallback))"
    case .conditional(let condition, then: let then, otherwise: let otherwise):
      guard let condition = text(condition), let then = text(then), let otherwise = text(otherwise) else { return nil }
      return "(CASE WHEN \(condition) THEN \(then) ELSE \(otherwise) END)"
    default: return nil
    }
  }

  private static func joined(_ operands: [CheckedExpression], _ separator: String) -> String? {
    let texts = operands.compactMap(text)
    return texts.count == operands.count ? "(" + texts.joined(separator: separator) + ")" : nil
  }

  /// As it is compared: texts without regard to case.
  private static func compared(_ expression: CheckedExpression) -> String? {
    expression.type == .text ? text(expression).map { "lower(\($0))" } : text(expression)
  }

  static func literal(_ value: Value) -> String? {
    switch value {
    case .missing: "NULL"
    case .text(let text): "'\(text.replacing("'", with: "''"))'"
    case .number(let number): "\(number)"
    case .flag(let flag): flag ? "1" : "0"
    case .date(let date): "\(date.dayNumber)"
    case .choice(_, let position): "\(position)"
    case .time, .asset, .list: nil
    }
  }
}
