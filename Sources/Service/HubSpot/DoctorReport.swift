import ContactStore
package import HubSpot
package import RuleSemantics

/// How the declared fields compare with HubSpot's properties, and what of it can be made there.
package struct DoctorReport: Sendable {
  /// Something that is not as the rule book has it, each a sentence.
  package struct Finding: Hashable, Sendable {
    package var text: String
    /// What would mend it; `nil` where a person must.
    package var cure: Cure?
  }

  package enum Cure: Hashable, Sendable {
    case property(CRMObject, PropertyDefinition)
    case list(CRMObject, String)
  }

  package private(set) var findings: [Finding] = []
  /// How many properties were compared.
  package private(set) var compared = 0

  package var cures: [Cure] { findings.compactMap(\.cure) }

  package static func make(
    _ program: CheckedProgram, _ settings: HubSpotSettings, _ client: HubSpotClient
  ) async throws -> DoctorReport {
    var report = DoctorReport()
    for object in SyncPlanObjects.declared(program) {
      let known = Dictionary(try await client.properties(of: object).map { ($0.name, $0) }) { first, _ in first }
      report.compareFields(object, program, known)
      report.compareSyncs(object, program, known)
      if object == .contacts {
        for (purpose, property) in settings.consents.sorted(by: { $0.key < $1.key }) where known[property] == nil {
          report.findings.append(
            Finding(
              text: "contacts have no property `\(property)`, which says who consents to \(purpose)",
              cure: .property(.contacts, .init(name: property, type: "bool", fieldType: "booleancheckbox"))))
        }
      }
      if object == .companies, known[PropertyDefinition.keyName]?.isUnique != true {
        report.addKey(.companies, "so that companies that HubSpot does not have yet can be made, each once")
      }
    }
    let actions = ProgramAction.all(of: program)
    for (object, id) in [(CRMObject.tasks, ActionID.createTask), (.notes, .createNote)]
    where actions.contains(where: { $0.action.id == id }) {
      let properties = try await client.properties(of: object)
      if !properties.contains(where: { $0.name == PropertyDefinition.keyName && $0.isUnique }) {
        report.addKey(object, "by which a repetition is known; without it each carries a reference in its text")
      }
    }
    try await report.compareLists(program, actions, client)
    return report
  }

  /// Makes what is missing.
  ///
  /// - Returns: what was made, each a sentence.
  package func create(_ client: HubSpotClient) async throws -> [String] {
    var made: [String] = []
    for cure in cures {
      do throws(HubSpotError) {
        switch cure {
        case .property(let object, let property):
          try await client.create(property, of: object)
          made.append("made the property `\(property.name)` of \(object.rawValue)")
        case .list(let object, let name):
          try await client.createList(name, of: object)
          made.append("made the list “\(name)” of \(object.rawValue)")
        }
      } catch {
        // Whether tasks and notes take such a property differs between accounts; they do without it.
        guard case .refused(let problem) = error else { throw error }
        made.append("could not make \(cure): \(problem.text)")
      }
    }
    return made
  }

  // MARK: - Comparing

  private mutating func compareFields(
    _ object: CRMObject, _ program: CheckedProgram, _ known: [String: PropertyDefinition]
  ) {
    let record =
      switch object {
      case .companies: program.account
      case .deals: program.deal
      default: program.contact
      }
    let written = Self.writtenFields(object, program)
    for (position, field) in record.fields.enumerated() {
      let isWritten = written.contains(position)
      guard let name = field.hubspotProperty ?? (isWritten ? field.name : nil) else { continue }
      compared += 1
      let wanted = Self.definition(name, field.type, program, label: field.name)
      guard let property = known[name] else {
        findings.append(
          Finding(
            text: "\(object.rawValue) have no property `\(name)`, from which `\(field.name)` is read",
            cure: .property(object, wanted)))
        continue
      }
      compare(property, wanted, object, field, program)
      if isWritten, property.isReadOnly {
        findings.append(Finding(text: "`\(name)` of \(object.rawValue) cannot be written, and a rule sets it"))
      }
    }
  }

  private mutating func compare(
    _ property: PropertyDefinition, _ wanted: PropertyDefinition, _ object: CRMObject, _ field: FieldSchema,
    _ program: CheckedProgram
  ) {
    guard Self.fits(property.type, field.type) else {
      findings.append(
        Finding(
          text:
            "`\(property.name)` of \(object.rawValue) is of type \(property.type), and `\(field.name)` is declared as"
            + " \(Self.typeName(field.type))"))
      return
    }
    // A choice that is read from a text property has no options to compare with.
    guard property.type == "enumeration", !wanted.options.isEmpty, wanted.type == "enumeration" else { return }
    let missing = wanted.options.filter { option in
      !property.options.contains { $0.lowercased() == option.lowercased() }
    }
    let unknown = property.options.filter { option in
      !wanted.options.contains { $0.lowercased() == option.lowercased() }
    }
    if !missing.isEmpty {
      findings.append(
        Finding(
          text: "`\(property.name)` of \(object.rawValue) has no option \(Self.list(missing)), as `\(field.name)` has"))
    }
    if !unknown.isEmpty {
      findings.append(
        Finding(
          text:
            "`\(property.name)` of \(object.rawValue) has the option\(unknown.count == 1 ? "" : "s") \(Self.list(unknown)),"
            + " which count\(unknown.count == 1 ? "s" : "") as missing in `\(field.name)`"))
    }
  }

  private mutating func compareSyncs(
    _ object: CRMObject, _ program: CheckedProgram, _ known: [String: PropertyDefinition]
  ) {
    for definition in program.definitions {
      guard let sync = definition.sync, case .property = sync.target,
        object == (definition.subject == .contact ? .contacts : .companies)
      else { continue }
      compared += 1
      let wanted = Self.definition(sync.name, definition.type, program, label: definition.title ?? definition.name)
      if let property = known[sync.name] {
        if property.isReadOnly || !Self.fits(property.type, definition.type) {
          findings.append(
            Finding(
              text:
                "`\(sync.name)` of \(object.rawValue) (\(property.type)\(property.isReadOnly ? ", read-only" : "")) does"
                + " not take `\(definition.name)`"))
        }
      } else {
        findings.append(
          Finding(
            text: "\(object.rawValue) have no property `\(sync.name)`, in which `\(definition.name)` is kept",
            cure: .property(object, wanted)))
      }
    }
  }

  private mutating func compareLists(
    _ program: CheckedProgram, _ actions: [ProgramAction], _ client: HubSpotClient
  ) async throws {
    var lists: [(object: CRMObject, name: String)] = []
    func add(_ subject: Subject, _ name: String) {
      let object: CRMObject = subject == .contact ? .contacts : .companies
      if !lists.contains(where: { $0 == (object, name) }) { lists.append((object, name)) }
    }
    for action in actions { if let name = action.list { add(action.subject, name) } }
    for definition in program.definitions {
      if let sync = definition.sync, case .list = sync.target { add(definition.subject, sync.name) }
    }
    for (object, name) in lists {
      compared += 1
      switch try await client.isManualList(name, of: object) {
      case true: continue
      case false: findings.append(Finding(text: "HubSpot fills the list “\(name)” by itself; rules cannot"))
      case nil:
        findings.append(
          Finding(text: "there is no list “\(name)” of \(object.rawValue)", cure: .list(object, name)))
      }
    }
  }

  private mutating func addKey(_ object: CRMObject, _ use: String) {
    let key = PropertyDefinition(
      name: PropertyDefinition.keyName, label: "abm-rules key", type: "string", fieldType: "text", isUnique: true)
    findings.append(
      Finding(
        text: "\(object.rawValue) have no unique property `\(PropertyDefinition.keyName)`, \(use)",
        cure: .property(object, key)))
  }

  /// Positions of fields that rules set.
  private static func writtenFields(_ object: CRMObject, _ program: CheckedProgram) -> Set<Int> {
    Set(
      ProgramAction.all(of: program).compactMap { entry in
        guard object == (entry.subject == .contact ? .contacts : .companies),
          case .field(let field)? = entry.action.arguments[.field]
        else { return nil }
        return field.index
      })
  }

  // MARK: - Types

  private static func definition(
    _ name: String, _ type: ValueType, _ program: CheckedProgram, label: String
  ) -> PropertyDefinition {
    switch type {
    case .text, .asset, .error: return .init(name: name, label: label, type: "string", fieldType: "text")
    case .number: return .init(name: name, label: label, type: "number", fieldType: "number")
    case .flag:
      return .init(
        name: name, label: label, type: "bool", fieldType: "booleancheckbox", options: ["true", "false"])
    case .date: return .init(name: name, label: label, type: "date", fieldType: "date")
    case .time: return .init(name: name, label: label, type: "datetime", fieldType: "date")
    case .choice(let set):
      return .init(
        name: name, label: label, type: "enumeration", fieldType: "select", options: spellings(program[set]))
    case .list(.choice(let set)):
      return .init(
        name: name, label: label, type: "enumeration", fieldType: "checkbox", options: spellings(program[set]))
    case .list: return .init(name: name, label: label, type: "string", fieldType: "text")
    }
  }

  private static func spellings(_ set: ChoiceSet) -> [String] {
    zip(set.values, set.spellings).map { $1 ?? $0 }
  }

  private static func fits(_ property: String, _ type: ValueType) -> Bool {
    switch type {
    case .text, .asset, .error, .list: true
    case .choice: ["enumeration", "string", "bool"].contains(property)
    case .number: property == "number"
    case .flag: ["bool", "enumeration", "string"].contains(property)
    case .date: ["date", "datetime"].contains(property)
    case .time: property == "datetime"
    }
  }

  private static func typeName(_ type: ValueType) -> String {
    switch type {
    case .text, .error: "text"
    case .number: "number"
    case .flag: "flag"
    case .date: "date"
    case .time: "time"
    case .choice: "one of"
    case .asset: "asset"
    case .list: "list of"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 5 ? " and others" : "")
  }

  /// For a person.
  package func text(_ style: Style) -> String {
    if findings.isEmpty { return "HubSpot has everything as the rule book has it (\(compared) compared)" }
    var lines = findings.map { finding in
      finding.cure == nil ? style.red(finding.text) : style.yellow(finding.text)
    }
    if !cures.isEmpty {
      lines.append("`abm-rules hubspot doctor --create` makes \(Plural.count(cures.count, "missing thing")) in HubSpot")
    }
    return lines.joined(separator: "\n")
  }
}
