import RuleDiagnostics
import RuleSyntax

// Contacts, accounts, deals, the schema of assets, and events: fields, their types and modifiers.
extension Checker {
  mutating func declareRecords() {
    var first: [RecordDeclaration.Kind: RecordDeclaration] = [:]
    for case .record(let record) in declarations {
      if let earlier = first[record.kind] {
        report(.duplicateRecord(record.kind.rawValue, at: record.keywordRange, first: earlier.keywordRange))
        first[record.kind]?.fields.addMissing(record.fields)
      } else {
        first[record.kind] = record
      }
      fieldDeclarations[record.kind] = first[record.kind]?.fields
    }
    for kind in RecordDeclaration.Kind.allCases {
      guard let record = first[kind] else { continue }
      let schema = RecordSchema(fields: checkFields(record.fields, of: .record(kind)), range: record.keywordRange)
      checkKey(of: record, schema)
      switch kind {
      case .contact: program.contact = schema
      case .account: program.account = schema
      case .deal: program.deal = schema
      case .asset: program.asset = schema
      }
    }
  }

  mutating func declareEvents() {
    program.events = [.message]
    var events: [EventDeclaration] = []
    for case .event(let event) in declarations {
      if ReservedNames.events.contains(event.name.text) {
        report(.reservedName(event.name.text, at: event.name.range))
      } else if let index = events.firstIndex(where: { $0.name.text.lowercased() == event.name.text.lowercased() }) {
        let first = events[index].name.range
        report(.duplicateDeclaration("event", event.name.text, at: event.name.range, first: first))
        events[index].fields.addMissing(event.fields)
      } else {
        events.append(event)
      }
    }
    for event in events {
      let fields = checkFields(event.fields, of: .event)
      program.events.append(
        EventSchema(
          name: event.name.text, isForAccount: event.isForAccount,
          record: RecordSchema(fields: fields, range: event.name.range), worth: event.worth?.value,
          range: event.name.range))
    }
  }

  /// Whose fields are declared.
  private enum Owner: Equatable {
    case record(RecordDeclaration.Kind)
    case event

    var kind: RecordDeclaration.Kind? {
      if case .record(let kind) = self { return kind }
      return nil
    }

    var reserved: Set<String> {
      switch self {
      case .record(.asset): ReservedNames.assetFields
      case .record: ReservedNames.fields
      case .event: ReservedNames.eventFields
      }
    }

    /// Whether a field tells the records apart.
    var hasKey: Bool {
      switch self {
      case .record(.asset), .event: false
      case .record: true
      }
    }
  }

  private mutating func checkFields(_ fields: [FieldDeclaration], of owner: Owner) -> [FieldSchema] {
    var schemas: [FieldSchema] = []
    var names = DeclaredNames()
    var properties: [String: (field: String, range: SourceRange)] = [:]
    for field in fields {
      if owner.reserved.contains(field.name.text) {
        report(.reservedName(field.name.text, at: field.name.range))
      } else if let first = names.add(field.name) {
        report(.duplicateField(field.name.text, at: field.name.range, first: first))
      } else {
        let schema = checkField(field, of: owner)
        schemas.append(schema)
        if let property = schema.hubspotProperty {
          if let other = properties[property] {
            report(
              .sharedSource(
                property, of: field.name.text, at: field.name.range, other: other.field, otherRange: other.range))
          }
          properties[property] = (field.name.text, field.name.range)
        }
      }
    }
    return schemas
  }

  private mutating func checkField(_ field: FieldDeclaration, of owner: Owner) -> FieldSchema {
    var schema = FieldSchema(
      name: field.name.text, type: valueType(field.type, of: field.name, in: owner.kind), isKey: false,
      hubspotProperty: nil, column: nil, missingSpellings: [], missingMeans: nil, range: field.name.range)
    var seen: [String: SourceRange] = [:]
    for modifier in field.modifiers {
      if let first = seen[modifier.kind.words] {
        report(.duplicateModifier(modifier.kind.words, of: field.name.text, at: modifier.range, first: first))
        continue
      }
      seen[modifier.kind.words] = modifier.range
      switch modifier.kind {
      case .key:
        if owner.hasKey {
          schema.isKey = true
        } else {
          report(.misplacedKey(field.name.text, ofEvent: owner == .event, at: modifier.range))
        }
      case .fromHubSpot(let property): schema.hubspotProperty = property.text
      case .fromColumn(let column): schema.column = column.text
      case .missingWhen(let spellings): schema.missingSpellings = spellings.map(\.text)
      case .missingMeans: break
      }
    }
    return schema
  }

  private mutating func checkKey(of record: RecordDeclaration, _ schema: RecordSchema) {
    let keys = schema.fields.filter(\.isKey)
    if let key = keys.first {
      if key.type != .text && key.type != .error { report(.keyNotText(key.name, at: key.range)) }
      for other in keys.dropFirst() {
        report(.severalKeys(other.name, of: record.kind.rawValue, at: other.range, first: key.range))
      }
    } else if record.kind == .contact || record.kind == .account, !record.fields.contains(where: \.isMisread) {
      report(.missingKey(record.kind.rawValue, at: record.keywordRange))
    }
  }

  private mutating func valueType(
    _ type: TypeSyntax, of field: Name, in record: RecordDeclaration.Kind?
  ) -> ValueType {
    switch type.kind {
    case .text: return .text
    case .number: return .number
    case .flag: return .flag
    case .date: return .date
    case .time: return .time
    case .asset: return .asset
    case .choices(let choices, let isOrdered):
      return .choice(choicesByName[field.range] ?? declareChoices(choices, isOrdered: isOrdered, of: field))
    case .oneOf(let source):
      return choices(of: source, in: record, for: field).map { .choice($0) } ?? .error
    case .listOfValues(let source):
      return choices(of: source, in: record, for: field).map { .list(.choice($0)) } ?? .error
    case .listOf(let element):
      switch element.kind {
      case .listOf, .listOfValues:
        report(.nestedList(at: type.range))
        return .error
      default:
        let inner = valueType(element, of: field, in: record)
        return inner == .error ? .error : .list(inner)
      }
    case .malformed: return .error
    }
  }
}

extension FieldDeclaration {
  /// Whether its type was not understood: it may be a modifier of the field before it, misspelled.
  fileprivate var isMisread: Bool {
    if case .malformed = type.kind { return true }
    return false
  }
}

extension [FieldDeclaration] {
  /// Takes over what only a second declaration has, which was reported, so that uses of its fields are not reported too.
  fileprivate mutating func addMissing(_ fields: [FieldDeclaration]) {
    var names = Set(map { $0.name.text.lowercased() })
    for field in fields where names.insert(field.name.text.lowercased()).inserted { append(field) }
  }
}

extension FieldDeclaration.Modifier.Kind {
  /// As the modifier is written, without what it names.
  var words: String {
    switch self {
    case .key: "key"
    case .fromHubSpot: "from hubspot"
    case .fromColumn: "from column"
    case .missingWhen: "missing when"
    case .missingMeans: "missing means"
    }
  }
}

extension EventSchema {
  /// The built-in event of what was sent.
  static let message = EventSchema(
    name: messageName, isForAccount: false,
    record: RecordSchema(
      fields: zip(messageFields, [ValueType.asset, .text, .text, .flag]).map { name, type in
        FieldSchema(
          name: name, type: type, isKey: false, hubspotProperty: nil, column: nil, missingSpellings: [],
          missingMeans: nil, range: .nowhere)
      }, range: nil),
    worth: nil, range: .nowhere)
}

extension SourceRange {
  /// Where built-in things and those of a database stand; nothing points at it.
  static let nowhere = SourceRange(file: FileID(0), start: 0, end: 0)
}
