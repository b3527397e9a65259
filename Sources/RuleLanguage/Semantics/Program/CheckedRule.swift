package import BusinessTime
package import RuleDiagnostics

package struct CheckedRule: Sendable {
  /// The declared name, or `unnamed:` and a fingerprint of the rule's tokens.
  package var name: String
  package var isNamed: Bool
  package var formerName: String?
  package var title: String?
  package var subject: Subject
  package var trigger: Trigger?
  package var condition: CheckedExpression?
  /// Without `skip lower rules`.
  package var actions: [CheckedAction]
  package var skipsLowerRules: Bool
  package var frequency: Frequency
  package var priority: Double
  package var range: SourceRange

  package init(
    name: String, isNamed: Bool, formerName: String?, title: String?, subject: Subject, trigger: Trigger?,
    condition: CheckedExpression?, actions: [CheckedAction], skipsLowerRules: Bool, frequency: Frequency,
    priority: Double, range: SourceRange
  ) {
    self.name = name
    self.isNamed = isNamed
    self.formerName = formerName
    self.title = title
    self.subject = subject
    self.trigger = trigger
    self.condition = condition
    self.actions = actions
    self.skipsLowerRules = skipsLowerRules
    self.frequency = frequency
    self.priority = priority
    self.range = range
  }

  /// Whether all that it does is upkeep, which by default acts whenever it would change something.
  package var isUpkeep: Bool {
    !actions.isEmpty && actions.allSatisfy { $0.id.descriptor.isUpkeep }
  }

  package struct Trigger: Sendable {
    package var occurrence: Occurrence
    /// About `.trigger`.
    package var filter: CheckedExpression?
    package var wait: Wait?
    package var range: SourceRange

    package init(occurrence: Occurrence, filter: CheckedExpression?, wait: Wait?, range: SourceRange) {
      self.occurrence = occurrence
      self.filter = filter
      self.wait = wait
      self.range = range
    }
  }

  package enum Occurrence: Hashable, Sendable {
    case event(EventQuery.Events)
    /// A field, journey or segment of the subject or its account changed, to any value but missing or to the one given.
    case changed(Reference, to: Value?)
  }

  package enum Wait: Sendable {
    case duration(TimeSpan)
    /// An instant, about `.trigger`; an occurrence for which it is missing is skipped, and recorded.
    case until(CheckedExpression)
  }

  package struct Frequency: Sendable {
    package enum Repetition: Hashable, Sendable {
      case once
      case onceEvery(TimeSpan)
      case everyTime
      /// Acts whenever it would change something.
      case upkeep
    }

    package var repetition: Repetition
    package var isFromNowOn: Bool
    package var includesExisting: Bool
    package var isPaused: Bool
    package var perAccount: PerAccount?

    package init(
      repetition: Repetition, isFromNowOn: Bool = false, includesExisting: Bool = false, isPaused: Bool = false,
      perAccount: PerAccount? = nil
    ) {
      self.repetition = repetition
      self.isFromNowOn = isFromNowOn
      self.includesExisting = includesExisting
      self.isPaused = isPaused
      self.perAccount = perAccount
    }
  }

  /// `at most 1 contact per account per 30 days, highest engagement first`; ties go by key.
  package struct PerAccount: Sendable {
    package var limit: Int
    package var per: TimeSpan
    package var highestFirst: Bool
    package var rank: CheckedExpression

    package init(limit: Int, per: TimeSpan, highestFirst: Bool, rank: CheckedExpression) {
      self.limit = limit
      self.per = per
      self.highestFirst = highestFirst
      self.rank = rank
    }
  }
}

/// An action whose arguments are those of its descriptor in the catalog.
package struct CheckedAction: Sendable {
  package var id: ActionID
  package var arguments: [ParameterID: Argument]
  package var range: SourceRange

  package init(id: ActionID, arguments: [ParameterID: Argument], range: SourceRange) {
    self.id = id
    self.arguments = arguments
    self.range = range
  }

  package enum Argument: Sendable {
    /// A text, or the new value of a field.
    case expression(CheckedExpression)
    /// A field of the subject.
    case field(FieldIndex)
    case asset(AssetReference)
    /// A list, sequence, recommendation, team, webhook, template.
    case name(String)
    case recipient(Recipient)
    case span(TimeSpan)
    case flag(Bool)
  }

  package enum AssetReference: Hashable, Sendable {
    case declared(AssetID)
    /// An asset of the CRM, named in quotes.
    case outside(String)
  }

  package enum Recipient: Hashable, Sendable {
    /// Of the subject, and who is asked when it has none; without a fallback such an action is not carried out.
    case owner(fallback: String?)
    case address(String)
  }
}
