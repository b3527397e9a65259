import RuleDiagnostics
import RuleSyntax

// Actions: each argument as the catalog declares it.
extension Checker {
  /// `nil` when it was reported, also when the arguments are wrong.
  mutating func checkAction(_ action: ActionSyntax, in scope: Scope) -> CheckedAction? {
    guard let id = action.id else { return nil }
    if scope.subject == .account, !id.descriptor.isForAccounts {
      report(.actionNotForAccounts(id.rawValue, at: action.range))
      return nil
    }
    return checkArguments(of: action, in: scope).map {
      CheckedAction(id: id, arguments: $0, range: action.range)
    }
  }

  private mutating func checkArguments(
    of action: ActionSyntax, in scope: Scope
  ) -> [ParameterID: CheckedAction.Argument]? {
    switch action.kind {
    case .sendAsset(let name, let viaOwner, let asTransactional):
      guard let asset = checkAsset(name) else { return nil }
      return [.asset: .asset(asset), .viaOwner: .flag(viaOwner), .transactional: .flag(asTransactional)]
    case .sendBest(let name, let asTransactional):
      guard let recommendation = resolveName(name, as: .recommendation) else { return nil }
      return [.recommendation: .name(recommendation), .transactional: .flag(asTransactional)]
    case .sendEmail(let template, let asTransactional):
      guard case .text = template.kind, let name = template.plainText else {
        if case .missing = template.kind { return nil }
        report(.templateWithValues(at: template.range))
        return nil
      }
      return [.template: .name(name), .transactional: .flag(asTransactional)]
    case .recommend(let name, let forApproval):
      guard let recommendation = resolveName(name, as: .recommendation) else { return nil }
      return [.recommendation: .name(recommendation), .approval: .flag(forApproval)]
    case .enroll(let name), .removeFromSequence(let name):
      return resolveName(name, as: .sequence).map { [.sequence: .name($0)] }
    case .addToList(let list), .removeFromList(let list): return [.list: .name(list.text)]
    case .set(let field, let value): return checkSetting(field, value, in: scope)
    case .advance(let field, let value): return checkAdvancing(field, value, in: scope)
    case .clear(let field): return checkField(field, in: scope).map { [.field: .field($0.index)] }
    case .assignOwner(let team): return resolveName(team, as: .team).map { [.team: .name($0)] }
    case .createTask(let task): return checkTask(task, in: scope)
    case .createNote(let text): return checkActionText(text, in: scope).map { [.text: .expression($0)] }
    case .notify(let recipient, let text):
      guard let words = checkActionText(text, in: scope) else { return nil }
      return [.recipient: .recipient(plain(recipient)), .text: .expression(words)]
    case .callWebhook(let webhook): return [.webhook: .name(webhook.text)]
    case .skipLowerRules: return [:]
    case .malformed: return nil
    }
  }

  // MARK: - Arguments

  private mutating func checkActionText(_ text: Expression, in scope: Scope) -> CheckedExpression? {
    let checked = checkExpression(text, in: scope, expecting: .text)
    return checked.type == .error ? nil : checked
  }

  private mutating func checkAsset(_ name: OutsideName) -> CheckedAction.AssetReference? {
    if let asset = assetsByName[name.text], !isQuoted(name) { return .declared(asset) }
    if isQuoted(name) { return .outside(name.text) }
    reportUnknownAsset(Name(name.text, name.range))
    return nil
  }

  /// Whether a name of the outside world is written in quotes, and so is no name of the rule book.
  private func isQuoted(_ name: OutsideName) -> Bool {
    text(name.range).first.map { !$0.isLetter && $0 != "`" } ?? false
  }

  private mutating func checkTask(
    _ task: ActionSyntax.Task, in scope: Scope
  ) -> [ParameterID: CheckedAction.Argument]? {
    let words = checkActionText(task.text, in: scope)
    var arguments: [ParameterID: CheckedAction.Argument] = [:]
    var isComplete = true
    switch task.assignee {
    case .owner: arguments[.recipient] = .recipient(.owner(fallback: task.fallback?.text))
    case .address(let address):
      arguments[.recipient] = .recipient(.address(address.text))
      isComplete = checkAddress(address)
      if let fallback = task.fallback { report(.fallbackOfAddress(at: fallback.range)) }
    }
    if let fallback = task.fallback { isComplete = checkAddress(fallback) && isComplete }
    if let due = task.due {
      guard let span = checkSpan(due) else { return nil }
      arguments[.due] = .span(span)
    }
    if let priority = task.priority { arguments[.priority] = .name(priority.rawValue) }
    guard let words, isComplete else { return nil }
    arguments[.text] = .expression(words)
    return arguments
  }

  private mutating func checkAddress(_ address: PlainText) -> Bool {
    // A value in braces was reported by the parser.
    if isMailAddress(address.text) || address.text.contains("{") { return true }
    report(.invalidAddress(address.text, at: address.range))
    return false
  }

  private func plain(_ recipient: ActionSyntax.Recipient) -> CheckedAction.Recipient {
    switch recipient {
    case .owner: .owner(fallback: nil)
    case .address(let text): .address(text.text)
    }
  }

  // MARK: - Fields

  private mutating func checkSetting(
    _ field: Expression, _ value: Expression, in scope: Scope
  ) -> [ParameterID: CheckedAction.Argument]? {
    guard let (index, type) = checkField(field, in: scope) else { return nil }
    let checked = checkExpression(value, in: scope, expecting: type)
    guard checked.type != .error else { return nil }
    return [.field: .field(index), .value: .expression(checked)]
  }

  private mutating func checkAdvancing(
    _ field: Expression, _ value: Expression, in scope: Scope
  ) -> [ParameterID: CheckedAction.Argument]? {
    guard let (index, type) = checkField(field, in: scope) else { return nil }
    guard case .choice(let id) = type, program[id].isOrdered else {
      let declaration = program.record(of: scope.subject)[index].range
      report(.advanceWithoutOrder(text(field.range), phrase(type), at: field.range, declaration: declaration))
      return nil
    }
    let checked = checkExpression(value, in: scope, expecting: type)
    guard checked.type != .error else { return nil }
    return [.field: .field(index), .value: .expression(checked)]
  }

  /// A field of the subject that a rule may write; reports what cannot be written.
  private mutating func checkField(
    _ path: Expression, in scope: Scope
  ) -> (index: FieldIndex, type: ValueType)? {
    let checked = checkOperand(path, in: scope, context: nil)
    guard checked.type != .error else { return nil }
    guard case .read(let reference) = checked.kind, reference.variable == .subject else {
      report(.notAField(text(path.range), at: path.range))
      return nil
    }
    guard !reference.viaAccount else {
      report(.fieldOfAccount(text(path.range), at: path.range))
      return nil
    }
    switch reference.attribute {
    case .field(let index):
      let field = program.record(of: scope.subject)[index]
      guard !field.isKey else {
        report(.keyWritten(field.name, at: path.range, declaration: field.range))
        return nil
      }
      return (index, field.type)
    case .definition(let id):
      report(.computedFieldWritten(text(path.range), at: path.range, declaration: program[id].nameRange))
      return nil
    case .eventTime, .eventWorth, .oldValue, .newValue:
      report(.notAField(text(path.range), at: path.range))
      return nil
    }
  }
}

extension ActionSyntax {
  /// Which action of the catalog it is; `nil` when it could not be read.
  var id: ActionID? {
    switch kind {
    case .sendAsset: .sendAsset
    case .sendBest: .sendBest
    case .sendEmail: .sendEmail
    case .recommend: .recommend
    case .enroll: .enroll
    case .removeFromSequence: .removeFromSequence
    case .addToList: .addToList
    case .removeFromList: .removeFromList
    case .set: .set
    case .advance: .advance
    case .clear: .clear
    case .assignOwner: .assignOwner
    case .createTask: .createTask
    case .createNote: .createNote
    case .notify: .notify
    case .callWebhook: .callWebhook
    case .skipLowerRules: .skipLowerRules
    case .malformed: nil
    }
  }
}
