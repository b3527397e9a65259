extension ActionID {
  package var descriptor: ActionDescriptor {
    switch self {
    case .sendAsset:
      ActionDescriptor(
        summary: "Sends an asset to the contact by email.", form: "send asset A [via owner] [as transactional]",
        example: "send asset roi_guide",
        parameters: [
          .init(.asset, .asset, help: "a declared asset, or an asset of the CRM in quotes"),
          .init(.viaOwner, .flag, isRequired: false, help: "in the name of the contact's owner"),
          .init(.transactional, .flag, isRequired: false, help: "exempt from marketing consent and caps"),
        ], isMessage: true, isForAccounts: false)
    case .sendBest:
      ActionDescriptor(
        summary: "Sends the best asset that a recommendation finds for the contact.",
        form: "send best of R [as transactional]", example: "send best of next_best",
        parameters: [
          .init(.recommendation, .name, help: "a recommendation"),
          .init(.transactional, .flag, isRequired: false, help: "exempt from marketing consent and caps"),
        ], isMessage: true, isForAccounts: false)
    case .sendEmail:
      ActionDescriptor(
        summary: "Sends an email made from a template of the CRM.", form: "send email \"template\" [as transactional]",
        example: "send email \"Welcome\"",
        parameters: [
          .init(.template, .text, help: "the template's name"),
          .init(.transactional, .flag, isRequired: false, help: "exempt from marketing consent and caps"),
        ], isMessage: true, isForAccounts: false)
    case .recommend:
      ActionDescriptor(
        summary: "Puts a recommendation on record for the contact.", form: "recommend R [for approval]",
        example: "recommend next_best for approval",
        parameters: [
          .init(.recommendation, .name, help: "a recommendation"),
          .init(.approval, .flag, isRequired: false, help: "a person approves it first"),
        ], isForAccounts: false)
    case .enroll:
      ActionDescriptor(
        summary: "Enrolls the contact in a sequence.", form: "enroll in S", example: "enroll in finance_nurture",
        parameters: [.init(.sequence, .name, help: "a sequence")], isForAccounts: false)
    case .removeFromSequence:
      ActionDescriptor(
        summary: "Takes the contact out of a sequence.", form: "remove from sequence S",
        example: "remove from sequence finance_nurture",
        parameters: [.init(.sequence, .name, help: "a sequence")], isForAccounts: false)
    case .set:
      ActionDescriptor(
        summary: "Sets a field.", form: "set F to v", example: "set persona to cfo",
        parameters: [
          .init(.field, .field, help: "a field of the subject"),
          .init(.value, .value, help: "a value of the field's type"),
        ], isUpkeep: true)
    case .clear:
      ActionDescriptor(
        summary: "Empties a field.", form: "clear F", example: "clear persona",
        parameters: [.init(.field, .field, help: "a field of the subject")], isUpkeep: true)
    case .advance:
      ActionDescriptor(
        summary: "Raises an ordered field; never lowers it.", form: "advance F to v",
        example: "advance lifecycle to mql",
        parameters: [
          .init(.field, .field, help: "an ordered field of the subject"),
          .init(.value, .value, help: "a value of the field"),
        ], isUpkeep: true)
    case .addToList:
      ActionDescriptor(
        summary: "Adds the subject to a list of the CRM.", form: "add to list L", example: "add to list \"Warm\"",
        parameters: [.init(.list, .name, help: "a list of the CRM")], isUpkeep: true)
    case .removeFromList:
      ActionDescriptor(
        summary: "Takes the subject off a list of the CRM.", form: "remove from list L",
        example: "remove from list \"Warm\"", parameters: [.init(.list, .name, help: "a list of the CRM")],
        isUpkeep: true)
    case .assignOwner:
      ActionDescriptor(
        summary: "Gives the subject an owner from a team, in turn.", form: "assign owner from T",
        example: "assign owner from sdr", parameters: [.init(.team, .name, help: "a team")])
    case .createTask:
      ActionDescriptor(
        summary: "Creates a task for a person.",
        form: "create task \"…\" for owner|\"email\" [otherwise \"email\"] [due in D] [with priority high|medium|low]",
        example: "create task \"Call {first_name otherwise email}\" for owner due in 2 business days",
        parameters: [
          .init(.text, .text, help: "what is to be done"),
          .init(.recipient, .recipient, help: "who does it"),
          .init(.due, .span, isRequired: false, help: "when it is due, from now"),
          .init(.priority, .name, isRequired: false, help: "high, medium or low"),
        ])
    case .createNote:
      ActionDescriptor(
        summary: "Writes a note on the subject's record.", form: "create note \"…\"",
        example: "create note \"Read the ROI guide\"", parameters: [.init(.text, .text, help: "what the note says")])
    case .notify:
      ActionDescriptor(
        summary: "Tells a person or a channel.", form: "notify owner|\"channel\" \"…\"",
        example: "notify \"sales-managers\" \"{email} still waits\"",
        parameters: [
          .init(.recipient, .recipient, help: "the owner, or a channel"),
          .init(.text, .text, help: "what they are told"),
        ])
    case .callWebhook:
      ActionDescriptor(
        summary: "Calls a webhook of the workspace.", form: "call webhook W", example: "call webhook \"crm-audit\"",
        parameters: [.init(.webhook, .name, help: "a webhook")])
    case .skipLowerRules:
      ActionDescriptor(
        summary: "Keeps rules of lower priority from acting on the subject while the condition is true.",
        form: "skip lower rules", example: "skip lower rules", parameters: [])
    }
  }
}
