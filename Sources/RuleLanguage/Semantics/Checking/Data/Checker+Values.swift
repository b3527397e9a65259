import RuleDiagnostics
import RuleSyntax

// Values that a rule book states: defaults of fields, the properties of declared assets, what tests give.
extension Checker {
  /// The value of a record's property; `nil` when it was reported.
  mutating func value(of property: RecordValue, as type: ValueType) -> Value? {
    if type == .error { return nil }
    guard case .list(let element) = type else {
      if type == .error { return nil }
      if property.values.count > 1 {
        report(.severalValues(for: property.name.text, at: property.range))
        return nil
      }
      return property.values.first.flatMap { checkLiteral($0, as: type, of: property.name.text) }
    }
    var members: [Value] = []
    for literal in property.values {
      guard let member = checkLiteral(literal, as: element, of: property.name.text) else { return nil }
      members.append(member)
    }
    return .list(members)
  }

  /// `missing means`, once all choices and assets are known.
  mutating func checkDefaults() {
    var defaults: [SourceRange: (modifier: SourceRange, literal: Literal)] = [:]
    func collect(_ fields: [FieldDeclaration]) {
      for field in fields {
        for modifier in field.modifiers {
          guard case .missingMeans(let literal) = modifier.kind, defaults[field.name.range] == nil else { continue }
          defaults[field.name.range] = (modifier.range, literal)
        }
      }
    }
    for declaration in declarations {
      switch declaration {
      case .record(let record): collect(record.fields)
      case .event(let event): collect(event.fields)
      default: continue
      }
    }
    if defaults.isEmpty { return }
    program.contact = withDefaults(program.contact, defaults)
    program.account = withDefaults(program.account, defaults)
    program.deal = withDefaults(program.deal, defaults)
    program.asset = withDefaults(program.asset, defaults)
    for index in program.events.indices {
      program.events[index].record = withDefaults(program.events[index].record, defaults)
    }
  }

  private mutating func withDefaults(
    _ schema: RecordSchema, _ defaults: [SourceRange: (modifier: SourceRange, literal: Literal)]
  ) -> RecordSchema {
    var schema = schema
    for index in schema.fields.indices {
      let field = schema.fields[index]
      guard let (modifier, literal) = defaults[field.range] else { continue }
      if field.isKey {
        report(.defaultOfKey(field.name, at: modifier))
      } else if case .list(let element) = field.type {
        schema.fields[index].missingMeans = checkLiteral(literal, as: element, of: field.name).map { .list([$0]) }
      } else {
        schema.fields[index].missingMeans = checkLiteral(literal, as: field.type, of: field.name)
      }
    }
    return schema
  }
}
