import HubSpot
package import RuleSemantics

/// The scopes that a rule book needs: for what it reads, and for what its actions write.
package struct RequiredScopes: Sendable {
  /// What each is needed for, for a person; by the scope.
  package private(set) var reasons: [String: [String]] = [:]

  package init(_ program: CheckedProgram, _ settings: HubSpotSettings) {
    for object in SyncPlanObjects.declared(program) {
      need(object.readScope, "reading \(object.rawValue)")
      need(object.schemaReadScope, "comparing the fields of \(object.rawValue)")
    }
    need("crm.objects.owners.read", "knowing who owns a record")
    for (event, source) in settings.events { need(source.object.readScope, "the event `\(event)`") }
    if settings.events.values.contains(where: { $0.object == .emails }) {
      need("sales-email-read", "reading emails")
    }
    for action in ProgramAction.all(of: program) { need(action.action, action.subject, action.place) }
    for definition in program.definitions {
      switch definition.sync?.target {
      case .property: need(Self.object(definition.subject).writeScope, "keeping `\(definition.name)` in HubSpot")
      case .list:
        need("crm.lists.read", "keeping `\(definition.name)` in HubSpot")
        need("crm.lists.write", "keeping `\(definition.name)` in HubSpot")
      case nil: continue
      }
    }
  }

  /// In the order of their names.
  package var names: [String] { reasons.keys.sorted() }

  /// Those that a token lacks, with what they are needed for.
  package func missing(from granted: Set<String>) -> [(scope: String, reasons: [String])] {
    names.filter { !granted.contains($0) }.map { ($0, reasons[$0] ?? []) }
  }

  private mutating func need(_ action: CheckedAction, _ subject: Subject, _ reason: String) {
    switch action.id {
    case .set, .clear, .advance, .assignOwner: need(Self.object(subject).writeScope, reason)
    case .addToList, .removeFromList:
      need("crm.lists.read", reason)
      need("crm.lists.write", reason)
    case .sendAsset, .sendBest, .sendEmail:
      var isTransactional = false
      if case .flag(true)? = action.arguments[.transactional] { isTransactional = true }
      need(isTransactional ? "transactional-email" : "marketing-email", reason)
    case .createTask, .createNote: need("crm.objects.contacts.write", reason)
    case .notify:
      if case .recipient(.address(let address))? = action.arguments[.recipient], !address.contains("@") { return }
      need("crm.objects.contacts.write", reason)
    case .callWebhook, .recommend, .enroll, .removeFromSequence, .skipLowerRules: break
    }
  }

  private mutating func need(_ scope: String, _ reason: String) {
    if reasons[scope]?.contains(reason) != true { reasons[scope, default: []].append(reason) }
  }

  private static func object(_ subject: Subject) -> CRMObject { subject == .contact ? .contacts : .companies }
}

/// The kinds of records that a rule book declares.
enum SyncPlanObjects {
  static func declared(_ program: CheckedProgram) -> [CRMObject] {
    var objects: [CRMObject] = [.contacts]
    if program.account.range != nil { objects.append(.companies) }
    if program.deal.range != nil { objects.append(.deals) }
    return objects
  }
}
