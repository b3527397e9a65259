package import BusinessTime
package import RuleDiagnostics

/// An expression whose names are resolved and whose types agree. It cannot fail when it is evaluated: what has no
/// answer is missing (a value) or unknown (a condition, which is a missing flag).
package struct CheckedExpression: Hashable, Sendable {
  package var kind: Kind
  package var type: ValueType
  /// Whether it can be missing or, for a condition, unknown.
  package var mayBeMissing: Bool
  package var range: SourceRange

  package init(_ kind: Kind, _ type: ValueType, mayBeMissing: Bool, at range: SourceRange) {
    self.kind = kind
    self.type = type
    self.mayBeMissing = mayBeMissing
    self.range = range
  }

  package indirect enum Kind: Hashable, Sendable {
    case constant(Value)
    case now
    /// The day of `now` in the zone of the policy.
    case today
    case read(Reference)
    /// A field of the asset that the operand refers to; missing when it refers to none.
    case assetField(of: CheckedExpression, FieldIndex)
    /// The asset that a recommendation weighs.
    case candidate

    // Conditions, in Kleene's three values.
    case not(CheckedExpression)
    case and([CheckedExpression])
    case or([CheckedExpression])
    /// Operands of one type; `date` and `time` mix, and then compare as days in the zone of the policy. Text compares
    /// case-folded, choices by their position.
    case compare(CheckedExpression, Comparison, CheckedExpression)
    /// Never unknown.
    case isKnown(CheckedExpression)
    /// Like `==` with each, joined by `or`.
    case isOneOf(CheckedExpression, [CheckedExpression])
    /// Whether a list, the second operand, holds the first: `in` and `contains` of lists.
    case isInList(CheckedExpression, CheckedExpression)
    /// Inclusive.
    case between(CheckedExpression, CheckedExpression, CheckedExpression)
    case text(CheckedExpression, TextTest, CheckedExpression)
    case matches(CheckedExpression, Pattern)
    /// After `now − span` up to and including now; for a date by days.
    case inLast(CheckedExpression, TimeSpan)
    /// From now, exclusive, up to and including `now + span`; for a date by days, today included.
    case inNext(CheckedExpression, TimeSpan)
    /// Whether the value has been what it is for at least the span.
    case isUnchanged(Reference, TimeSpan)
    /// `did E …`; `no E …` and `did not E …` are its negation. Never unknown.
    case did(EventQuery, Times)

    // Values.
    case arithmetic(CheckedExpression, Arithmetic, CheckedExpression)
    case negate(CheckedExpression)
    /// `3 days ago`
    case ago(TimeSpan)
    /// `3 hours after T`; a positive direction is later.
    case shift(CheckedExpression, TimeSpan, later: Bool)
    /// The first operand, or the second where that is missing.
    case otherwise(CheckedExpression, CheckedExpression)
    /// An unknown condition takes the else.
    case conditional(CheckedExpression, then: CheckedExpression, otherwise: CheckedExpression)
    /// 2^(−age/halfLife), age measured from a time (or the start of a date) to now; a future time counts as now.
    case freshness(CheckedExpression, halfLife: TimeSpan)
    /// 1 − 2^(−x/k); negative x counts as 0.
    case diminishing(CheckedExpression, halfAt: Double)
    /// 1 − |rank difference| / (ranks − 1) of two values of one ordered set; 1 when the set has one value.
    case closeness(CheckedExpression, CheckedExpression)
    case events(EventQuery, EventAggregate)
    case people(PeopleQuery, PeopleAggregate)
    /// The decayed share of the subject's interactions that touched the list's values.
    case affinity(CheckedExpression, halfLife: TimeSpan)
    case rate(Rate)
    case popularity(Popularity)
    /// Text with values filled in; a missing value fills in nothing (the checker demands `otherwise`).
    case interpolation([TextPart])
  }

  package enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
  }

  package enum TextTest: String, Hashable, Sendable, CaseIterable {
    case contains = "contains", startsWith = "starts with", endsWith = "ends with"
  }

  package enum Arithmetic: String, Hashable, Sendable, CaseIterable {
    case add = "+", subtract = "-", multiply = "*", divide = "/"
  }

  package struct Pattern: Hashable, Sendable {
    package var pattern: String
    package var options: String

    package init(pattern: String, options: String) {
      self.pattern = pattern
      self.options = options
    }
  }

  package enum TextPart: Hashable, Sendable {
    case text(String)
    case value(CheckedExpression)
  }
}

// MARK: - References

/// What a name stands for.
package struct Reference: Hashable, Sendable {
  /// Whose attribute it is.
  package enum Variable: Hashable, Sendable {
    /// The contact or account that the declaration is about.
    case subject
    /// The person of the enclosing people collection.
    case person
    /// The deal of the enclosing deals collection.
    case deal
    /// The event of the enclosing event query.
    case row
    /// The asset that a recommendation weighs.
    case candidate
    /// The event or change that set off an `on` rule.
    case trigger
  }

  package enum Attribute: Hashable, Sendable {
    case field(FieldIndex)
    case definition(DefinitionID)
    /// `at` of an event.
    case eventTime
    /// `worth` of an event.
    case eventWorth
    /// `event.old` and `event.new` of a change.
    case oldValue
    case newValue
  }

  package var variable: Variable
  /// Whether the attribute is that of the variable's account: `account.employees` in a rule about contacts.
  package var viaAccount: Bool
  package var attribute: Attribute

  package init(_ variable: Variable, viaAccount: Bool = false, _ attribute: Attribute) {
    self.variable = variable
    self.viaAccount = viaAccount
    self.attribute = attribute
  }
}

/// Names a define, score, journey or segment: its position in `CheckedProgram.definitions`.
package struct DefinitionID: Hashable, Sendable {
  package let index: Int

  package init(_ index: Int) {
    self.index = index
  }
}

// MARK: - Events

/// Which events of a subject count.
package struct EventQuery: Hashable, Sendable {
  package enum Events: Hashable, Sendable {
    case type(EventID)
    /// All types with a worth that contacts have (for an account: its people's and its own).
    case interactions
  }

  /// A window is the time after its start up to and including its end, which is now unless it says otherwise. Events
  /// after now never count.
  package indirect enum Window: Hashable, Sendable {
    case within(TimeSpan)
    /// After an instant; from the start of a date.
    case since(CheckedExpression)
    /// Since the enrolment entered a step of the sequence at hand.
    case sinceStep(String)
    /// What a `did` without a window means in a goal or exit.
    case sinceEnrolment
    case fromTo(TimeSpan, TimeSpan)
  }

  /// `.subject` or `.person`: whose events. A contact's `E for account` events are its account's.
  package var owner: Reference.Variable
  package var events: Events
  /// About `.row`.
  package var filter: CheckedExpression?
  package var window: Window?
  package var range: SourceRange

  package init(
    owner: Reference.Variable, events: Events, filter: CheckedExpression?, window: Window?, range: SourceRange
  ) {
    self.owner = owner
    self.events = events
    self.filter = filter
    self.window = window
    self.range = range
  }
}

extension CheckedExpression {
  package enum Times: Hashable, Sendable {
    case atLeast(Int)
    case exactly(Int)
  }

  /// Values are expressions about `.row`. Sums run in the order of time, then id.
  package enum EventAggregate: Hashable, Sendable {
    /// With a half-life each event counts 2^(−age/halfLife).
    case count(halfLife: TimeSpan?)
    /// Missing values are left out; 0 when none is left.
    case sum(CheckedExpression, halfLife: TimeSpan?)
    /// Missing when there is no value.
    case average(CheckedExpression)
    case min(CheckedExpression)
    case max(CheckedExpression)
    /// How many different values; lists count their members, text compares case-folded.
    case distinct(CheckedExpression)
    /// The instant of the first or last event; missing when there is none.
    case first
    case last
    /// The base of `per E`: events count, at most one per span where given. For days, weeks: the first event of each
    /// calendar day or week in the zone of the policy; otherwise the first event, then the first at least a span later.
    case points(atMostOncePer: TimeSpan?, halfLife: TimeSpan?)
  }

  /// `rate(outcome within D after exposure, prior n)`: per candidate asset, over history up to the start of today. The
  /// filters read nothing but the event.
  package struct Rate: Hashable, Sendable {
    package var outcome: EventID
    package var outcomeFilter: CheckedExpression?
    package var within: TimeSpan
    package var exposure: EventID
    package var exposureFilter: CheckedExpression?
    package var prior: Double

    package init(
      outcome: EventID, outcomeFilter: CheckedExpression?, within: TimeSpan, exposure: EventID,
      exposureFilter: CheckedExpression?, prior: Double
    ) {
      self.outcome = outcome
      self.outcomeFilter = outcomeFilter
      self.within = within
      self.exposure = exposure
      self.exposureFilter = exposureFilter
      self.prior = prior
    }
  }

  /// `popularity(E within D)`: how often events of anybody were about the candidate asset, as a share of how often they
  /// were about the asset with the most. The filter reads nothing but the event.
  package struct Popularity: Hashable, Sendable {
    package var event: EventID
    package var filter: CheckedExpression?
    /// `nil`, `.within` or `.fromTo`.
    package var window: EventQuery.Window?
    /// Each event counts 2^(−age/halfLife); then there is no window.
    package var halfLife: TimeSpan?

    package init(event: EventID, filter: CheckedExpression?, window: EventQuery.Window?, halfLife: TimeSpan?) {
      self.event = event
      self.filter = filter
      self.window = window
      self.halfLife = halfLife
    }
  }
}

// MARK: - People and deals

/// A collection of people or deals; only rows for which the filter is true count.
package struct PeopleQuery: Hashable, Sendable {
  package enum Rows: Hashable, Sendable {
    /// The people of the subject account, or of the subject contact's account (the contact included).
    case accountContacts
    /// The other people of the subject contact's account.
    case colleagues
    /// The deals of the subject account, or of the subject contact's account.
    case deals
  }

  package var rows: Rows
  /// About `.person` or `.deal`.
  package var filter: CheckedExpression?
  package var range: SourceRange

  package init(rows: Rows, filter: CheckedExpression?, range: SourceRange) {
    self.rows = rows
    self.filter = filter
    self.range = range
  }
}

extension CheckedExpression {
  /// Values are expressions about `.person` or `.deal`. Sums run in the order of keys.
  package enum PeopleAggregate: Hashable, Sendable {
    case any
    case count
    /// Of all rows, the share for which the filter is true; missing when there are none.
    case share
    case sum(CheckedExpression)
    case average(CheckedExpression)
    case min(CheckedExpression)
    case max(CheckedExpression)
    case distinct(CheckedExpression)
  }
}
