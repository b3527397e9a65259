/// Every action there is.
package enum ActionID: String, Hashable, Sendable, CaseIterable {
  case sendAsset = "send asset"
  case sendBest = "send best of"
  case sendEmail = "send email"
  case recommend = "recommend"
  case enroll = "enroll in"
  case removeFromSequence = "remove from sequence"
  case set = "set"
  case clear = "clear"
  case advance = "advance"
  case addToList = "add to list"
  case removeFromList = "remove from list"
  case assignOwner = "assign owner from"
  case createTask = "create task"
  case createNote = "create note"
  case notify = "notify"
  case callWebhook = "call webhook"
  case skipLowerRules = "skip lower rules"

  /// Whether somebody gets to see it. All others keep something in the CRM as it is here, however late.
  package var reachesPeople: Bool {
    switch self {
    case .sendAsset, .sendBest, .sendEmail, .recommend, .createTask, .createNote, .notify, .callWebhook: true
    case .enroll, .removeFromSequence, .set, .clear, .advance, .addToList, .removeFromList, .assignOwner,
      .skipLowerRules:
      false
    }
  }
}

/// The parameters of actions; the raw value is the key of `arguments` in JSON.
package enum ParameterID: String, Hashable, Sendable, CaseIterable {
  case asset, assets, recommendation, template, viaOwner = "via_owner", transactional, approval
  case sequence, field, value, list, team, text, recipient, due, priority, webhook
}

/// What checker, completion, hover, reference and executor know of an action.
package struct ActionDescriptor: Sendable {
  package struct Parameter: Sendable {
    package enum Kind: Hashable, Sendable {
      case text, value, field, asset, name, recipient, span, flag
    }

    package var id: ParameterID
    package var kind: Kind
    package var isRequired: Bool
    package var help: String

    package init(_ id: ParameterID, _ kind: Kind, isRequired: Bool = true, help: String) {
      self.id = id
      self.kind = kind
      self.isRequired = isRequired
      self.help = help
    }
  }

  package var summary: String
  /// The form as the reference shows it.
  package var form: String
  package var example: String
  package var parameters: [Parameter]
  /// A message: consent, caps and quiet hours govern it.
  package var isMessage: Bool
  /// `set`, `clear`, `advance`, list membership: acts whenever it would change something.
  package var isUpkeep: Bool
  package var isForAccounts: Bool

  package init(
    summary: String, form: String, example: String, parameters: [Parameter], isMessage: Bool = false,
    isUpkeep: Bool = false, isForAccounts: Bool = true
  ) {
    self.summary = summary
    self.form = form
    self.example = example
    self.parameters = parameters
    self.isMessage = isMessage
    self.isUpkeep = isUpkeep
    self.isForAccounts = isForAccounts
  }
}
