package import RuleDiagnostics

/// `rule NAME { … }`, or the one-line form, which has no head.
package struct RuleDeclaration: Sendable {
  package var head: Head?
  package var trigger: Trigger?
  package var condition: Expression?
  package var actions: [ActionSyntax]
  package var frequency: [FrequencyClause]
  package var priority: NumberLiteral?
  package var range: SourceRange

  package init(
    head: Head?, trigger: Trigger?, condition: Expression?, actions: [ActionSyntax], frequency: [FrequencyClause],
    priority: NumberLiteral?, range: SourceRange
  ) {
    self.head = head
    self.trigger = trigger
    self.condition = condition
    self.actions = actions
    self.frequency = frequency
    self.priority = priority
    self.range = range
  }
}

/// `on demo_request where … wait …`
package struct Trigger: Sendable {
  package var occurrence: Occurrence
  package var filter: Expression?
  package var wait: Wait?
  package var range: SourceRange

  package init(occurrence: Occurrence, filter: Expression?, wait: Wait?, range: SourceRange) {
    self.occurrence = occurrence
    self.filter = filter
    self.wait = wait
    self.range = range
  }

  package enum Occurrence: Sendable {
    case event(Name)
    /// `lifecycle changed [to mql]`; the value is a literal.
    case changed(Expression, to: Literal?)
  }

  package enum Wait: Sendable {
    case duration(Expression.Duration)
    /// `wait until 3 hours after event.ends`
    case until(Expression)
  }
}

/// How often a rule or sequence acts.
package struct FrequencyClause: Sendable {
  package var kind: Kind
  package var range: SourceRange

  package init(kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  package enum Kind: Sendable {
    case once
    case onceEvery(Expression.Duration)
    case everyTime
    case fromNowOn
    case existingToo
    case paused
    /// `at most 1 contact per account per 30 days, highest engagement first`
    case perAccount(PerAccount)
  }

  package struct PerAccount: Sendable {
    package var limit: NumberLiteral
    package var per: Expression.Duration
    package var highestFirst: Bool
    package var rank: Expression

    package init(limit: NumberLiteral, per: Expression.Duration, highestFirst: Bool, rank: Expression) {
      self.limit = limit
      self.per = per
      self.highestFirst = highestFirst
      self.rank = rank
    }
  }
}

/// One action as written. The catalog in RuleSemantics says what each means.
package struct ActionSyntax: Sendable {
  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  package enum Kind: Sendable {
    case sendAsset(OutsideName, viaOwner: Bool, asTransactional: Bool)
    case sendBest(of: Name, asTransactional: Bool)
    case sendEmail(Expression, asTransactional: Bool)
    case recommend(Name, forApproval: Bool)
    case enroll(Name)
    case removeFromSequence(Name)
    case addToList(OutsideName)
    case removeFromList(OutsideName)
    /// The field is a path.
    case set(Expression, to: Expression)
    case advance(Expression, to: Expression)
    case clear(Expression)
    case assignOwner(from: Name)
    case createTask(Task)
    case createNote(Expression)
    case notify(Recipient, Expression)
    case callWebhook(OutsideName)
    case skipLowerRules
    /// An action that could not be read; it was reported.
    case malformed
  }

  package struct Task: Sendable {
    package var text: Expression
    package var assignee: Recipient
    package var fallback: PlainText?
    package var due: Expression.Duration?
    package var priority: Priority?

    package init(
      text: Expression, assignee: Recipient, fallback: PlainText?, due: Expression.Duration?, priority: Priority?
    ) {
      self.text = text
      self.assignee = assignee
      self.fallback = fallback
      self.due = due
      self.priority = priority
    }

    package enum Priority: String, Hashable, Sendable, CaseIterable { case high, medium, low }
  }

  package enum Recipient: Sendable {
    case owner(SourceRange)
    case address(PlainText)
  }
}
