import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

// Whether a message may go out now, and what an action that goes out leaves behind.
extension Decider {
  /// The outcome of an action that would act; counts the message if it goes out.
  func outcome(
    of action: ResolvedAction, _ row: Int32, heldSince: Instant?
  ) -> Outcome {
    if case .recommendation(let assets) = action.effect { ledger.addRecommended(assets, to: row) }
    guard case .message(let content, let message) = action.effect else { return .act }
    let outcome = messageOutcome(message, content, heldSince: heldSince)
    if outcome == .act { ledger.add(content, to: row, isTransactional: message.isTransactional) }
    return outcome
  }

  private func messageOutcome(
    _ message: StateChanges.SentMessage, _ content: MessageLedger.Content, heldSince: Instant?
  ) -> Outcome {
    let contact = message.contact
    if let outcome = recipientOutcome(contact, isTransactional: message.isTransactional) { return outcome }
    guard options.appliesMessagePolicies else { return .act }
    // The template of a `send email` may be sent again.
    if let asset = message.asset {
      let start = calendars.common.subtract(program.policy.neverRepeatAsset, from: now)
      if let at = ledger.lastSent(content, to: contact, after: start) {
        return .repeated(asset: assetName(asset), sentAt: at)
      }
    }
    return timing(of: contact, isTransactional: message.isTransactional, heldSince: heldSince)
  }

  /// Why nothing may be sent to a contact, whatever it is; `nil` when something may.
  func recipientOutcome(_ contact: Int32, isTransactional: Bool) -> Outcome? {
    if Int(contact) < state.suppressed.count, state.suppressed[Int(contact)] == 1 { return .suppressed }
    guard options.appliesMessagePolicies else { return nil }
    let policy = program.policy
    // A transactional message needs no consent to marketing; any other purpose that the policy names it does need.
    for purpose in policy.consents where !(isTransactional && purpose == "marketing") {
      guard let flags = state.consents[purpose], Int(contact) < flags.count, flags[Int(contact)] == 1 else {
        return .noConsent(purpose: purpose)
      }
    }
    for (index, node) in plan.neverMessage.enumerated() {
      // Held back unless it is surely false.
      let truth = node.map { evaluation.truths($0, of: .contact)[Int(contact)] } ?? Column.missingFlag
      if truth != 0 { return .neverMessage(program.book.text(policy.neverMessage[index].range)) }
    }
    return nil
  }

  // MARK: - Effects

  func apply(
    _ action: ResolvedAction, _ rule: String, _ subject: Subject, _ row: Int32, _ changes: inout StateChanges
  ) {
    switch action.effect {
    case .nothing, .recommendation: break
    case .field(let field, let old, let new):
      changes.fields.append(
        .init(rule: rule, subject: subject, row: row, field: field, old: old, new: new))
    case .owner(let team, let address):
      turns[team] = address
      changes.sequences.owners.append(.init(rule: rule, subject: subject, row: row, owner: address))
    case .enrolment(let sequence, let isMember):
      changes.sequences.requests.append(.init(sequence: sequence, row: row, isMember: isMember, by: rule))
    case .list(let name, let isMember): changes.lists.append(.init(list: name, row: row, isMember: isMember))
    case .message(_, let message): changes.messages.append(message)
    }
    changes.recommendations += recommended(by: action, rule, row)
  }
}
