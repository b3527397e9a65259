import BusinessTime
import RuleEngine
import RuleDiagnostics
import RuleSemantics

// Filling in the arguments of an action for one candidate.
extension Decider {
  /// All actions of a rule.
  func resolveAll(_ plan: RulePlan, _ candidate: Candidate, _ batch: OccurrenceBatch?) -> [ResolvedAction] {
    plan.rule.actions.indices.map { resolve(plan, $0, candidate, batch) }
  }

  func resolve(
    _ plan: RulePlan, _ index: Int, _ candidate: Candidate, _ batch: OccurrenceBatch?
  ) -> ResolvedAction {
    let place = Place(
      subject: plan.rule.subject, row: candidate.row, batch: batch, position: candidate.position,
      nodes: plan.arguments[index], rule: plan.rule.name, isUpkeep: plan.rule.frequency.repetition == .upkeep)
    return resolve(plan.rule.actions[index], index, place)
  }

  func resolve(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    switch action.id {
    case .sendAsset, .sendEmail: return resolveMessage(action, index, place)
    case .set, .clear, .advance: return resolveField(action, index, place)
    case .addToList, .removeFromList: return resolveList(action, index, place)
    case .createTask, .createNote, .notify, .callWebhook: return resolveRequest(action, index, place)
    case .sendBest: return resolveBest(action, index, place)
    case .recommend: return resolveRecommendation(action, index, place)
    case .assignOwner: return resolveOwner(action, index, place)
    case .enroll, .removeFromSequence: return resolveEnrolment(action, index, place)
    case .skipLowerRules:
      // No action of its own.
      return ResolvedAction(id: action.id, index: index, outcome: .already)
    }
  }

  /// Whom an action is about, and where its expressions are evaluated.
  struct Place {
    var subject: Subject
    var row: Int32
    var batch: OccurrenceBatch?
    var position: Int?
    var nodes: [ParameterID: NodeID]
    var rule: String
    var isUpkeep: Bool
  }

  func value(_ parameter: ParameterID, _ place: Place) -> Value {
    guard let node = place.nodes[parameter] else { return .missing }
    if let batch = place.batch, let position = place.position { return batch.value(node, at: position, evaluation) }
    return evaluation.value(node, row: Int(place.row))
  }

  func text(_ parameter: ParameterID, _ place: Place) -> String {
    if case .text(let text) = value(parameter, place) { text } else { "" }
  }

  // MARK: - Messages

  private func resolveMessage(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    var resolved = ResolvedAction(id: action.id, index: index)
    let isTransactional = action.flag(.transactional)
    var words = ActionWords(isWanted: options.describesActions)
    words.ask("kind", .text("send_email"))
    words.ask("to", .text(key(of: place.subject, row: place.row)))
    var sent = StateChanges.SentMessage(rule: place.rule, contact: place.row, isTransactional: isTransactional)
    let content: MessageLedger.Content
    if case .asset(let reference) = action.arguments[.asset] {
      sent.asset = reference
      words.argument(.asset, .text(assetName(reference)))
      words.ask("asset", .text(assetName(reference)))
      switch reference {
      case .declared(let asset):
        content = .asset(asset)
        words.ask("title", program[asset].title.map(JSONValue.text))
        words.ask("url", assetAddress(asset))
      case .outside(let name): content = .outside(name)
      }
    } else {
      let template = action.name(.template) ?? ""
      sent.template = template
      content = .outside(template)
      words.argument(.template, .text(template))
      words.ask("template", .text(template))
    }
    if action.flag(.viaOwner) {
      words.argument(.viaOwner, .flag(true))
      if let owner = owner(place) {
        words.ask("from", .text(owner))
      } else {
        resolved.outcome = .noRecipient
      }
    }
    if isTransactional {
      words.argument(.transactional, .flag(true))
      words.ask("transactional", .flag(true))
    }
    resolved.take(words)
    resolved.effect = .message(content, sent)
    return resolved
  }

  func assetAddress(_ asset: AssetID) -> JSONValue? {
    guard let field = program.asset.index(of: "url") else { return nil }
    let value = program[asset].value(of: field)
    return value == .missing ? nil : json(value)
  }

  func assetName(_ reference: CheckedAction.AssetReference) -> String {
    switch reference {
    case .declared(let asset): program[asset].name
    case .outside(let name): name
    }
  }

  // MARK: - Fields

  private func resolveField(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    var resolved = ResolvedAction(id: action.id, index: index)
    guard case .field(let field) = action.arguments[.field] else {
      resolved.outcome = .noValue
      return resolved
    }
    let schema = program.record(of: place.subject)[field]
    let target = Claims.Target.field(place.subject, place.row, field)
    let stored = table(of: place.subject).value(field, schema.type, row: Int(place.row), snapshot.texts)
    let claim = claims[target]
    let current = claim.flatMap { $0.rule == place.rule ? $0.value : nil } ?? stored
    // Emptying a field whose missing value means something leaves it at that.
    let emptied = schema.missingMeans ?? .missing
    let new = action.id == .clear ? emptied : value(.value, place)
    resolved.target = schema.name
    if action.id != .clear, new == .missing {
      resolved.outcome = .noValue
    } else {
      // Where `advance` finds the field further on it decides nothing.
      let isFurther = action.id == .advance && current != new && !isAdvance(from: current, to: new)
      if !isFurther { resolved.claim = (target, new) }
      if let claim, claim.rule != place.rule {
        resolved.outcome = claim.value == new ? .already : .overridden(by: claim.rule)
      } else if current == new || isFurther {
        resolved.outcome = .already
      }
      resolved.effect = .field(field, old: current, new: new)
    }
    // The usual state of upkeep, of which nobody is told.
    if !options.describesActions || place.isUpkeep && resolved.outcome == .already { return resolved }
    resolved.arguments.append(.init(.field, .text(schema.name)))
    if action.id != .clear { resolved.arguments.append(.init(.value, json(new))) }
    resolved.request = updateRequest(
      place.subject, place.row, schema.hubspotProperty ?? schema.name, action.id == .clear ? .null : spelled(new))
    return resolved
  }

  func updateRequest(_ subject: Subject, _ row: Int32, _ property: String, _ value: JSONValue) -> JSONValue {
    .members([
      ("kind", .text("update_record")), ("object", .text(subject.rawValue)),
      ("key", .text(key(of: subject, row: row))), ("properties", .record([.init(property, value)])),
    ])
  }

  /// A value never goes back; a missing one is below all others.
  func isAdvance(from current: Value, to new: Value) -> Bool {
    guard let rank = new.rank else { return false }
    return current.rank.map { $0 < rank } ?? true
  }

  // MARK: - Lists

  private func resolveList(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    let name = ListName(place.subject, action.name(.list) ?? "")
    let isMember = action.id == .addToList
    let target = Claims.Target.list(name, place.row)
    let claim = claims[target]
    let outcome: Outcome
    if let claim, claim.rule != place.rule {
      outcome = claim.value == .flag(isMember) ? .already : .overridden(by: claim.rule)
    } else {
      let current = claim.map { $0.value == .flag(true) } ?? isOnList(name, place.row)
      outcome = current == isMember ? .already : .act
    }
    if place.isUpkeep, outcome == .already {
      return ResolvedAction(
        id: action.id, index: index, outcome: outcome, claim: (target, .flag(isMember)))
    }
    var resolved = listAction(name, row: place.row, isMember: isMember, index: index)
    resolved.outcome = outcome
    return resolved
  }

  func listAction(_ name: ListName, row: Int32, isMember: Bool, index: Int) -> ResolvedAction {
    ResolvedAction(
      id: isMember ? .addToList : .removeFromList, index: index, arguments: [.init(.list, .text(name.name))],
      request: .members([
        ("kind", .text(isMember ? "add_to_list" : "remove_from_list")), ("list", .text(name.name)),
        ("object", .text(name.subject.rawValue)), ("key", .text(key(of: name.subject, row: row))),
      ]), effect: .list(name, isMember: isMember), target: name.name,
      claim: (.list(name, row), .flag(isMember)))
  }

  func isOnList(_ name: ListName, _ row: Int32) -> Bool {
    guard let members = state.lists[name], Int(row) < members.count else { return false }
    return members[Int(row)] == 1
  }

  // MARK: - What is only asked of the CRM

  private func resolveRequest(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    var resolved = ResolvedAction(id: action.id, index: index)
    var words = ActionWords(isWanted: options.describesActions)
    words.ask("kind", .text(action.id.requestKind))
    if words.isWanted, action.arguments[.text] != nil {
      let text = JSONValue.text(text(.text, place))
      words.argument(.text, text)
      words.ask("text", text)
    }
    if case .recipient(let recipient) = action.arguments[.recipient] {
      if let address = address(of: recipient, place) {
        words.argument(.recipient, .text(address))
        words.ask("recipient", .text(address))
      } else {
        resolved.outcome = .noRecipient
      }
    }
    if words.isWanted, case .span(let span) = action.arguments[.due] {
      let due = calendars[place.subject, place.row].add(span, to: now)
      words.argument(.due, .text(due.description))
      words.ask("due", .text(due.description))
    }
    for parameter in [ParameterID.priority, .webhook] {
      guard let name = action.name(parameter) else { continue }
      words.argument(parameter, .text(name))
      words.ask(parameter.rawValue, .text(name))
    }
    words.ask("object", .text(place.subject.rawValue))
    words.ask("key", .text(key(of: place.subject, row: place.row)))
    resolved.take(words)
    return resolved
  }

  func address(of recipient: CheckedAction.Recipient, _ place: Place) -> String? {
    switch recipient {
    case .owner(let fallback): owner(place) ?? fallback
    case .address(let address): address
    }
  }

  /// Also one that was assigned in this run, so that the task of the same rule goes to them.
  func owner(_ place: Place) -> String? {
    if let assigned, assigned.subject == place.subject, assigned.row == place.row { return assigned.owner }
    if case .text(let owner) = claims[.owner(place.subject, place.row)]?.value { return owner }
    let owners = table(of: place.subject).owners
    guard Int(place.row) < owners.count, owners[Int(place.row)] >= 0 else { return nil }
    return snapshot.texts.text(owners[Int(place.row)])
  }
}

extension CheckedAction {
  /// The field that it sets, clears or advances.
  var fieldIndex: FieldIndex? {
    if case .field(let field) = arguments[.field] { field } else { nil }
  }

  func flag(_ parameter: ParameterID) -> Bool {
    if case .flag(let flag) = arguments[parameter] { flag } else { false }
  }

  func name(_ parameter: ParameterID) -> String? {
    if case .name(let name) = arguments[parameter] { name } else { nil }
  }
}

extension ActionID {
  /// How a request names what it asks for, where the action alone says it.
  var requestKind: String {
    rawValue.map { $0 == " " ? "_" : String($0) }.joined()
  }
}
