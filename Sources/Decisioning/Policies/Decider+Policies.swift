import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

// Whether a message may go out now, and what an action that goes out leaves behind.
extension Decider {
  /// The outcome of an action that would act; counts the message if it goes out.
  func outcome(
    of action: ResolvedAction, _ plan: RulePlan, _ row: Int32, heldSince: Instant?
  ) -> Outcome {
    guard case .message(let content, let message) = action.effect else { return .act }
    let outcome = messageOutcome(message, content, heldSince: heldSince)
    if outcome == .act { ledger.add(content, to: row, isTransactional: message.isTransactional) }
    return outcome
  }

  private func messageOutcome(
    _ message: StateChanges.SentMessage, _ content: MessageLedger.Content, heldSince: Instant?
  ) -> Outcome {
    let contact = message.contact
    if Int(contact) < state.suppressed.count, state.suppressed[Int(contact)] == 1 { return .suppressed }
    guard options.appliesMessagePolicies else { return .act }
    let policy = program.policy
    // A transactional message needs no consent to marketing; any other purpose that the policy names it does need.
    for purpose in policy.consents where !(message.isTransactional && purpose == "marketing") {
      guard let flags = state.consents[purpose], Int(contact) < flags.count, flags[Int(contact)] == 1 else {
        return .noConsent(purpose: purpose)
      }
    }
    for (index, node) in plan.neverMessage.enumerated() {
      // Held back unless it is surely false.
      let truth = node.map { evaluation.truths($0, of: .contact)[Int(contact)] } ?? Column.missingFlag
      if truth != 0 { return .neverMessage(program.book.text(policy.neverMessage[index].range)) }
    }
    // The template of a `send email` may be sent again.
    if let asset = message.asset {
      let start = calendars.common.subtract(policy.neverRepeatAsset, from: now)
      if let at = ledger.lastSent(content, to: contact, after: start) {
        return .repeated(asset: assetName(asset), sentAt: at)
      }
    }
    return timing(of: contact, isTransactional: message.isTransactional, heldSince: heldSince)
  }

  // MARK: - Caps and quiet hours

  private func timing(of contact: Int32, isTransactional: Bool, heldSince: Instant?) -> Outcome {
    var held: Outcome?
    var until = Instant.earliest
    func hold(_ time: Instant, _ reason: Outcome.HoldReason) {
      guard time > until else { return }
      until = time
      held = .held(until: time, reason)
    }
    if !isTransactional {
      for cap in program.policy.caps {
        guard let free = freeTime(under: cap, for: contact) else { continue }
        switch cap.rest {
        case .drop: return .dropped(.cap(limit: cap.limit, perAccount: cap.isPerAccount, per: cap.per))
        case .hold(let upTo):
          let expiry = upTo.map { calendars.common.add($0, to: heldSince ?? now) }
          if let heldSince, let expiry, expiry <= now { return .dropped(.expired(since: heldSince)) }
          hold(min(free, expiry ?? free), .cap(limit: cap.limit, perAccount: cap.isPerAccount, per: cap.per))
        }
      }
    }
    for quiet in program.policy.quiet {
      let window = DailyWindow(from: quiet.from, to: quiet.to)
      let zone = quiet.inContactTime ? zone(of: contact) : calendars.common.zone
      if window.contains(now, in: zone) { hold(window.nextEnd(after: now, in: zone), .quietHours(window)) }
    }
    return held ?? .act
  }

  /// When the cap allows one more message; `nil` when it does now.
  private func freeTime(under cap: CheckedPolicy.Cap, for contact: Int32) -> Instant? {
    let start = calendars.common.subtract(cap.per, from: now)
    let account = snapshot.accountOfContact[Int(contact)]
    let people = cap.isPerAccount && account >= 0 ? contacts(ofAccount: account) : [contact]
    let times = people.flatMap { ledger.countedTimes(of: $0, after: start) }.sorted()
    // The checker refuses a cap of none.
    guard times.count >= cap.limit, cap.limit > 0 else { return nil }
    return max(calendars.common.add(cap.per, to: times[times.count - cap.limit]), now.adding(milliseconds: 1))
  }

  /// The contact's own zone, where it is known; otherwise that of the policy.
  private func zone(of contact: Int32) -> Zone {
    guard let field = plan.zoneField,
      case .text(let identifier) = snapshot.contacts.value(field, .text, row: Int(contact), snapshot.texts),
      let zone = Zone(identifier: identifier)
    else { return calendars.common.zone }
    return zone
  }

  // MARK: - Effects

  func apply(_ action: ResolvedAction, _ plan: RulePlan, _ row: Int32, _ changes: inout StateChanges) {
    switch action.effect {
    case .nothing: break
    case .field(let field, let old, let new):
      changes.fields.append(
        .init(rule: plan.rule.name, subject: plan.rule.subject, row: row, field: field, old: old, new: new))
    case .list(let name, let isMember): changes.lists.append(.init(list: name, row: row, isMember: isMember))
    case .message(_, let message): changes.messages.append(message)
    }
  }
}
