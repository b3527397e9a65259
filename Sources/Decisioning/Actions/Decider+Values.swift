import BusinessTime
package import RuleDiagnostics
import RuleEngine
package import RuleSemantics

extension Decider {
  /// As reports show it: choices and assets by their names, days and times in ISO 8601.
  func json(_ value: Value) -> JSONValue { program.json(value) }

  /// As the source spells it: choices in the spelling that the field declares.
  func spelled(_ value: Value) -> JSONValue {
    if case .choice(let set, let position) = value, let spelling = program[set].spellings[position] {
      return .text(spelling)
    }
    return json(value)
  }
}

extension CheckedProgram {
  /// As reports show it: choices and assets by their names, days and times in ISO 8601.
  package func json(_ value: Value) -> JSONValue {
    switch value {
    case .missing: .null
    case .text(let text): .text(text)
    case .number(let number): .number(number)
    case .flag(let flag): .flag(flag)
    case .date(let date): .text(date.description)
    case .time(let time): .text(time.description)
    case .choice(let set, let position): .text(self[set].values[position])
    case .asset(let asset): .text(self[asset].name)
    case .list(let values): .list(values.map(json))
    }
  }
}

extension RecordTable {
  /// The value of a field of one record.
  func value(_ field: FieldIndex, _ type: ValueType, row: Int, _ texts: TextPool) -> Value {
    columns.indices.contains(field.index) ? columns[field.index].value(at: row, type, texts) : .missing
  }
}
