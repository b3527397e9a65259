import RuleDiagnostics
import RuleSyntax

/// What a name turned out to be.
enum Resolution {
  case value(CheckedExpression.Kind, ValueType, mayBeMissing: Bool)
  /// Declared, but its declaration was reported: nothing more is said about it.
  case silent
  case unknown
}

/// Whose attributes a name can be.
enum Attributes {
  case subject(Subject, Reference.Variable, viaAccount: Bool)
  case deal
  case candidate
  /// Of the event of a query, or of the one that set off a rule.
  case event(EventQuery.Events, Reference.Variable)
  /// `event.old` and `event.new` of a change have this type.
  /// Of a field or definition that changed; one with a default had a value before, too.
  case change(ValueType, oldMayBeMissing: Bool)
}

extension Checker {
  func attributes(of scope: Scope) -> Attributes {
    switch scope.names {
    case .subject: .subject(scope.subject, .subject, viaAccount: false)
    case .person: .subject(.contact, .person, viaAccount: false)
    case .deal: .deal
    case .candidate: .candidate
    case .row(let events): .event(events, .row)
    case .trigger: triggerAttributes(of: scope) ?? .subject(scope.subject, .subject, viaAccount: false)
    }
  }

  func triggerAttributes(of scope: Scope) -> Attributes? {
    switch scope.trigger {
    case .event(let events): .event(events, .trigger)
    case .changed(let reference, _):
      .change(type(of: reference, in: scope.subject), oldMayBeMissing: defaultIsMissing(reference, in: scope.subject))
    case nil: nil
    }
  }

  mutating func resolve(_ name: Name, in attributes: Attributes) -> Resolution {
    switch attributes {
    case .subject(let subject, let variable, let viaAccount):
      return resolve(name, of: subject, variable, viaAccount: viaAccount)
    case .deal:
      return resolve(name, of: .deal, variable: .deal)
    case .candidate:
      return resolve(name, of: .asset, variable: .candidate)
    case .event(let events, let variable):
      return resolve(name, of: events, variable)
    case .change(let type, let oldMayBeMissing):
      switch name.text {
      case "at": return .value(.read(Reference(.trigger, .eventTime)), .time, mayBeMissing: false)
      case "old": return .value(.read(Reference(.trigger, .oldValue)), type, mayBeMissing: oldMayBeMissing)
      case "new": return .value(.read(Reference(.trigger, .newValue)), type, mayBeMissing: false)
      default: return .unknown
      }
    }
  }

  private mutating func resolve(
    _ name: Name, of subject: Subject, _ variable: Reference.Variable, viaAccount: Bool
  ) -> Resolution {
    let kind: RecordDeclaration.Kind = subject == .contact ? .contact : .account
    if let index = names.fields[kind]?[name.text] {
      let field = program.record(of: subject)[index]
      guard field.type != .error else { return .silent }
      return .value(
        .read(Reference(variable, viaAccount: viaAccount, .field(index))), field.type,
        mayBeMissing: viaAccount || field.mayBeMissing)
    }
    if let index = names.definitions[.init(subject: subject, name: name.text)] {
      guard let definition = definition(at: index, usedAt: name.range) else { return .silent }
      return .value(
        .read(Reference(variable, viaAccount: viaAccount, .definition(definition.id))), definition.type,
        mayBeMissing: viaAccount || definition.mayBeMissing)
    }
    let isSilent =
      names.twins.contains(.init(subject: subject, name: name.text))
      || isMalformed(name.text, "define", "score", "journey", "segment") || names.unreadableRecords.contains(kind)
    return isSilent ? .silent : .unknown
  }

  private func resolve(_ name: Name, of kind: RecordDeclaration.Kind, variable: Reference.Variable) -> Resolution {
    guard let index = names.fields[kind]?[name.text] else {
      return names.unreadableRecords.contains(kind) ? .silent : .unknown
    }
    let field = schema(of: kind)[index]
    guard field.type != .error else { return .silent }
    return .value(.read(Reference(variable, .field(index))), field.type, mayBeMissing: field.mayBeMissing)
  }

  private func resolve(
    _ name: Name, of events: EventQuery.Events, _ variable: Reference.Variable
  ) -> Resolution {
    if name.text == "at" { return .value(.read(Reference(variable, .eventTime)), .time, mayBeMissing: false) }
    switch events {
    case .interactions:
      guard name.text == "worth" else { return .unknown }
      return .value(.read(Reference(variable, .eventWorth)), .number, mayBeMissing: false)
    case .type(let event):
      if name.text == "worth", program[event].worth != nil {
        return .value(.read(Reference(variable, .eventWorth)), .number, mayBeMissing: false)
      }
      guard let index = names.eventFields[event.index][name.text] else { return .unknown }
      let field = program[event].record[index]
      guard field.type != .error else { return .silent }
      return .value(.read(Reference(variable, .field(index))), field.type, mayBeMissing: field.mayBeMissing)
    }
  }

  /// The type of what a reference to an attribute of the subject or its account reads.
  private func type(of reference: Reference, in subject: Subject) -> ValueType {
    switch reference.attribute {
    case .field(let index): program.record(of: reference.viaAccount ? .account : subject)[index].type
    case .definition(let id): program[id].type
    case .eventTime: .time
    case .eventWorth: .number
    case .oldValue, .newValue: .error
    }
  }

  private func defaultIsMissing(_ reference: Reference, in subject: Subject) -> Bool {
    guard case .field(let index) = reference.attribute else { return true }
    return program.record(of: reference.viaAccount ? .account : subject)[index].mayBeMissing
  }

  // MARK: - Names that are used by name alone

  /// A declared event, `message` or `interaction`; reports an unknown one.
  mutating func resolveEvent(_ name: Name) -> EventQuery.Events? {
    if let id = names.events[name.text] { return .type(id) }
    if name.text == "interaction" {
      if program.events.contains(where: { $0.worth != nil }) { return .interactions }
      report(.noInteractions(at: name.range))
      return nil
    }
    guard !isMalformed(name.text, "event") else { return nil }
    let known = program.events.map(\.name) + ["interaction"]
    let isField = names.fields[.contact]?[name.text] != nil || names.fields[.account]?[name.text] != nil
    report(
      .unknownEvent(name.text, at: name.range, suggestion: nearestName(to: name.text, among: known), isField: isField))
    return nil
  }

  /// What a bare name means as an attribute of the subject: a field or a definition. Reports an unknown one;
  /// `nil` also when its declaration was reported.
  mutating func resolveAttribute(
    _ name: Name, of subject: Subject
  ) -> (attribute: Reference.Attribute, type: ValueType)? {
    switch resolve(name, of: subject, .subject, viaAccount: false) {
    case .value(.read(let reference), let type, _): return (reference.attribute, type)
    case .value, .silent: return nil
    case .unknown:
      reportUnknownField(name, in: .subject(subject, .subject, viaAccount: false))
      return nil
    }
  }

  /// The name, when something of that kind is declared; else it is reported.
  mutating func resolveName(_ name: Name, as kind: DeclaredKind) -> String? {
    if names.named[kind]?[name.text] != nil { return name.text }
    guard !isMalformed(name.text, kind.rawValue) else { return nil }
    let suggestion = nearestName(to: name.text, among: names.namesInOrder[kind] ?? [])
    report(.unknownDeclaration(kind.rawValue, name.text, at: name.range, suggestion: suggestion))
    return nil
  }
}

extension FieldSchema {
  /// Whether a record can be without it: all but keys and fields with a default.
  var mayBeMissing: Bool { !isKey && missingMeans == nil }
}
