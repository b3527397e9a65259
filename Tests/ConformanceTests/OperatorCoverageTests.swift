import RuleSemantics
import Testing

/// Every operator has a value in the reference for every type that it takes.
struct OperatorCoverageTests {
  private static let comparable = ["number", "date", "time", "ordered choice"]
  private static let equatable = comparable + ["text", "flag", "choice", "asset"]
  private static let all = equatable + ["list"]

  private static var wanted: Set<String> {
    var wanted: Set<String> = []
    func add(_ operators: [String], _ types: [String]) {
      for name in operators { for type in types { wanted.insert("\(name), \(type)") } }
    }
    add(["==", "!="], equatable + ["time and date"])
    add(["<", "<=", ">", ">="], comparable + ["time and date"])
    add(["in", "otherwise", "if"], equatable)
    add(["between"], comparable)
    add(["is known"], all)
    add(["in list"], ["text", "number", "date", "asset"])
    add(["contains", "starts with", "ends with", "matches"], ["text"])
    add(["in last", "in next"], ["date", "time"])
    add(["+", "-", "*", "/", "negate", "diminishing"], ["number"])
    add(["freshness"], ["date", "time"])
    add(["closeness"], ["ordered choice"])
    add(["before or after"], ["date", "time"])
    add(["inserted in a text"], ["number", "date", "time", "ordered choice", "flag", "text"])
    add(["count of events", "count, half life", "first of events", "last of events"], ["row"])
    add(["sum of events", "sum, half life", "average of events"], ["number"])
    add(["min of events", "max of events"], ["number"])
    add(["distinct of events"], ["text", "asset", "list"])
    add(["any of people", "count of people", "share of people"], ["row"])
    add(["sum of people", "average of people", "min of people", "max of people"], ["number"])
    add(["distinct of people"], ["choice"])
    return wanted
  }

  @Test func everyOperatorHasAValueForEveryType() {
    var shown: Set<String> = []
    for conformance in ConformanceCase.all where conformance.text(of: .diagnostics) == nil {
      guard let table = conformance.text(of: .values).map(ValueTable.init) else { continue }
      let checked = CheckedCase(
        files: conformance.files(rule: conformance.rule, table: table), assets: conformance.assetFiles)
      for definition in checked.program.definitions {
        Self.visit(definition.body) { shown.formUnion($0.operators(in: checked.program)) }
      }
    }
    #expect(Self.wanted.subtracting(shown).sorted() == [])
  }

  /// Calls `body` with every expression in a value.
  private static func visit(_ value: Any, _ body: (CheckedExpression) -> Void) {
    if let expression = value as? CheckedExpression { body(expression) }
    for child in Mirror(reflecting: value).children { visit(child.value, body) }
  }
}

extension CheckedExpression {
  /// What the expression does and to which types, such as `==, text`.
  fileprivate func operators(in program: CheckedProgram) -> [String] {
    func type(_ operand: CheckedExpression) -> String { program.typeName(operand.type) }
    switch kind {
    case .compare(let left, let sign, let right):
      return ["\(sign.rawValue), \(left.type == right.type ? type(left) : "time and date")"]
    case .isOneOf(let operand, _): return ["in, \(type(operand))"]
    case .isInList(let operand, _): return ["in list, \(type(operand))"]
    case .between(let operand, _, _): return ["between, \(type(operand))"]
    case .isKnown(let operand): return ["is known, \(type(operand))"]
    case .text(_, let test, _): return ["\(test.rawValue), text"]
    case .matches: return ["matches, text"]
    case .inLast(let operand, _): return ["in last, \(type(operand))"]
    case .inNext(let operand, _): return ["in next, \(type(operand))"]
    case .arithmetic(let left, let sign, _): return ["\(sign.rawValue), \(type(left))"]
    case .negate(let operand): return ["negate, \(type(operand))"]
    case .shift(let operand, _, later: _): return ["before or after, \(type(operand))"]
    case .otherwise(let operand, _): return ["otherwise, \(type(operand))"]
    case .conditional(_, then: let value, otherwise: _): return ["if, \(type(value))"]
    case .freshness(let operand, halfLife: _): return ["freshness, \(type(operand))"]
    case .diminishing: return ["diminishing, number"]
    case .closeness(let operand, _): return ["closeness, \(type(operand))"]
    case .events(_, let aggregate): return [program.name(of: aggregate)]
    case .people(_, let aggregate): return [program.name(of: aggregate)]
    case .interpolation(let parts):
      return parts.compactMap { part in
        if case .value(let value) = part { "inserted in a text, \(type(value))" } else { nil }
      }
    case .constant, .now, .today, .read, .assetField, .not, .and, .or, .isUnchanged, .did, .ago, .affinity, .rate,
      .candidate, .popularity:
      return []
    }
  }
}

extension CheckedProgram {
  fileprivate func typeName(_ type: ValueType) -> String {
    switch type {
    case .text: "text"
    case .number: "number"
    case .flag: "flag"
    case .date: "date"
    case .time: "time"
    case .choice(let set): self[set].isOrdered ? "ordered choice" : "choice"
    case .asset: "asset"
    case .list: "list"
    case .error: "error"
    }
  }

  fileprivate func name(of aggregate: CheckedExpression.EventAggregate) -> String {
    switch aggregate {
    case .count(halfLife: nil): "count of events, row"
    case .count: "count, half life, row"
    case .sum(_, halfLife: nil): "sum of events, number"
    case .sum: "sum, half life, number"
    case .average: "average of events, number"
    case .min(let value): "min of events, \(typeName(value.type))"
    case .max(let value): "max of events, \(typeName(value.type))"
    case .distinct(let value): "distinct of events, \(typeName(value.type))"
    case .first: "first of events, row"
    case .last: "last of events, row"
    case .points: "points"
    }
  }

  fileprivate func name(of aggregate: CheckedExpression.PeopleAggregate) -> String {
    switch aggregate {
    case .any: "any of people, row"
    case .count: "count of people, row"
    case .share: "share of people, row"
    case .sum: "sum of people, number"
    case .average: "average of people, number"
    case .min(let value): "min of people, \(typeName(value.type))"
    case .max(let value): "max of people, \(typeName(value.type))"
    case .distinct(let value): "distinct of people, \(typeName(value.type))"
    }
  }
}
