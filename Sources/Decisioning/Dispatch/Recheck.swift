package import BusinessTime
package import RuleEngine
import RuleSemantics

/// A message that was decided and waits to be carried out.
package struct QueuedMessage: Hashable, Sendable {
  /// Of the contact.
  package var row: Int32
  /// The name of the asset, or the template of an email.
  package var content: MessageContent
  package var isTransactional: Bool
  /// When it was first held back on its way out; `nil` where it never was.
  package var heldSince: Instant?

  package init(row: Int32, content: MessageContent, isTransactional: Bool, heldSince: Instant?) {
    self.row = row
    self.content = content
    self.isTransactional = isTransactional
    self.heldSince = heldSince
  }
}

/// A message that went out.
package struct SentMessage: Hashable, Sendable {
  package var row: Int32
  package var content: MessageContent?
  package var isTransactional: Bool
  package var at: Instant

  package init(row: Int32, content: MessageContent?, isTransactional: Bool, at: Instant) {
    self.row = row
    self.content = content
    self.isTransactional = isTransactional
    self.at = at
  }
}

package enum MessageContent: Hashable, Sendable {
  /// The name of an asset, declared or of the CRM.
  case asset(String)
  case template(String)
}

/// Asks the policies once more, right before messages are carried out: what held when they were decided may hold no
/// longer. The same consent, suppression, `never message`, `never repeat`, caps, quiet hours and send windows, upon what
/// has really gone out by now.
package struct Recheck {
  private let decider: Decider

  /// - Parameters:
  ///   - evaluation: of now, with the records as they are now.
  ///   - sent: what went out to anybody in the snapshot, as far back as the policies ask; in any order.
  package init(
    _ evaluation: Evaluation, plan: DecisionPlan, state: DecisionState, sent: [SentMessage],
    options: DecisionOptions
  ) {
    decider = Decider(evaluation: evaluation, plan: plan, state: state, options: options)
    decider.ledger = MessageLedger(sent.sorted { $0.at < $1.at }, plan.program, now: evaluation.now)
  }

  /// `act`, or what becomes of the message instead. A message that may go out counts for those asked about after it.
  package func outcome(of message: QueuedMessage) -> Outcome {
    let content = MessageLedger.Content(message.content, decider.program)
    if let outcome = decider.recipientOutcome(message.row, isTransactional: message.isTransactional) { return outcome }
    if case .asset(let name) = message.content {
      let start = decider.calendars.common.subtract(decider.program.policy.neverRepeatAsset, from: decider.now)
      if let at = decider.ledger.lastSent(content, to: message.row, after: start) {
        return .repeated(asset: name, sentAt: at)
      }
    }
    let outcome = decider.timing(
      of: message.row, isTransactional: message.isTransactional, heldSince: message.heldSince)
    if outcome == .act { decider.ledger.add(content, to: message.row, isTransactional: message.isTransactional) }
    return outcome
  }
}

extension CheckedPolicy {
  /// From when on messages that went out still count.
  package func messageMemory(at now: Instant, _ calendar: BusinessCalendar) -> Instant {
    (caps.map(\.per) + [neverRepeatAsset]).map { calendar.subtract($0, from: now) }.min() ?? now
  }
}

extension MessageLedger.Content {
  init(_ content: MessageContent, _ program: CheckedProgram) {
    switch content {
    case .asset(let name):
      self = program.asset(named: name).map { .asset($0) } ?? .outside(name)
    case .template(let name): self = .outside(name)
    }
  }
}
