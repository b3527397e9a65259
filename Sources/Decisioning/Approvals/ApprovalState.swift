package import BusinessTime
package import RuleSemantics

/// What was asked of people and what they said, as far as no run has taken it up.
package struct ApprovalState: Hashable, Sendable {
  /// By rule: the question whether it may act on so many.
  package var questions: [String: Question]
  /// Single actions that wait for a person, were answered, or whose time is over; in the order in which they were asked.
  package var items: [Item]

  package init(questions: [String: Question] = [:], items: [Item] = []) {
    self.questions = questions
    self.items = items
  }

  package var isEmpty: Bool { questions.isEmpty && items.isEmpty }

  package struct Answer: Hashable, Sendable {
    package var isApproval: Bool
    package var by: String
    package var at: Instant
    package var note: String?

    package init(isApproval: Bool, by: String, at: Instant, note: String? = nil) {
      self.isApproval = isApproval
      self.by = by
      self.at = at
      self.note = note
    }
  }

  package struct Question: Hashable, Sendable {
    /// Of the rule when it asked: an answer to one text says nothing of another.
    package var fingerprint: String
    /// What it would have acted upon, under the name of the rule.
    package var occurrences: Set<RuleOccurrence>
    package var askedAt: Instant
    package var expiresAt: Instant
    package var answer: Answer?

    package init(
      fingerprint: String, occurrences: Set<RuleOccurrence>, askedAt: Instant, expiresAt: Instant,
      answer: Answer? = nil
    ) {
      self.fingerprint = fingerprint
      self.occurrences = occurrences
      self.askedAt = askedAt
      self.expiresAt = expiresAt
      self.answer = answer
    }
  }

  package struct Item: Hashable, Sendable {
    /// The idempotency key under which it was asked: it stays, though the rule be renamed.
    package var key: String
    /// As it will be carried out.
    package var action: DecidedAction
    package var expiresAt: Instant
    package var answer: Answer?
    /// Those that it recommends.
    package var assets: Set<AssetID>

    /// - Parameter key: `nil` for that of the action.
    package init(
      action: DecidedAction, expiresAt: Instant, answer: Answer? = nil, key: String? = nil,
      assets: some Sequence<AssetID>
    ) {
      self.key = key ?? action.idempotencyKey
      self.action = action
      self.expiresAt = expiresAt
      self.answer = answer
      self.assets = Set(assets)
    }
  }
}

/// What a run asks of people, and which of their answers it takes up.
package struct ApprovalChanges: Hashable, Sendable {
  /// New questions, and those that are about others than before; each takes the place of the rule's open one.
  package var asked: [Asked] = []
  package var askedItems: [ApprovalState.Item] = []
  package var settled: [Settled] = []
  package var settledItems: [SettledItem] = []

  package init() {}

  package var isEmpty: Bool { self == ApprovalChanges() }

  package enum Result: String, Hashable, Sendable, CaseIterable {
    /// The rule acted.
    case used
    case rejected
    case expired
    /// The rule acts on few enough by now, or asks something else; or whom it is about has left the sequence.
    case moot
  }

  package struct Asked: Hashable, Sendable {
    package var rule: String
    package var fingerprint: String
    package var reason: Outcome.ApprovalReason
    /// In the order of keys and occurrences.
    package var occurrences: [RuleOccurrence]
    package var at: Instant
    package var expiresAt: Instant

    package init(
      rule: String, fingerprint: String, reason: Outcome.ApprovalReason, occurrences: [RuleOccurrence], at: Instant,
      expiresAt: Instant
    ) {
      self.rule = rule
      self.fingerprint = fingerprint
      self.reason = reason
      self.occurrences = occurrences
      self.at = at
      self.expiresAt = expiresAt
    }
  }

  package struct Settled: Hashable, Sendable {
    package var rule: String
    package var result: Result

    package init(rule: String, result: Result) {
      self.rule = rule
      self.result = result
    }
  }

  package struct SettledItem: Hashable, Sendable {
    /// `ApprovalState.Item.key`.
    package var idempotencyKey: String
    package var result: Result

    package init(idempotencyKey: String, result: Result) {
      self.idempotencyKey = idempotencyKey
      self.result = result
    }
  }
}

extension ApprovalState {
  /// What a run asked and took up becomes what the next run finds. An open question that is asked anew keeps its time.
  package mutating func apply(_ changes: ApprovalChanges) {
    for settled in changes.settled { questions[settled.rule] = nil }
    for asked in changes.asked {
      let open = questions[asked.rule].flatMap { $0.answer == nil && $0.fingerprint == asked.fingerprint ? $0 : nil }
      questions[asked.rule] = Question(
        fingerprint: asked.fingerprint, occurrences: Set(asked.occurrences), askedAt: open?.askedAt ?? asked.at,
        expiresAt: open?.expiresAt ?? asked.expiresAt)
    }
    let done = Set(changes.settledItems.map(\.idempotencyKey))
    items.removeAll { done.contains($0.key) }
    items += changes.askedItems
  }

  /// Questions stay with a rule that is renamed.
  mutating func rename(_ former: String, to rule: String) {
    for index in items.indices where items[index].action.rule == former { items[index].action.rule = rule }
    guard var question = questions.removeValue(forKey: former) else { return }
    question.occurrences = Set(question.occurrences.map { $0.named(rule) })
    questions[rule] = question
  }
}
