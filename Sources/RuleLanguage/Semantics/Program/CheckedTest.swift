package import BusinessTime
package import RuleDiagnostics

/// A `test` declaration.
package struct CheckedTest: Sendable {
  package var title: String
  /// Of the first `at`; `nil` when the test has none, which was reported.
  package var start: Instant?
  package var withPolicy: Bool
  package var steps: [Step]
  package var range: SourceRange

  package init(title: String, start: Instant?, withPolicy: Bool, steps: [Step], range: SourceRange) {
    self.title = title
    self.start = start
    self.withPolicy = withPolicy
    self.steps = steps
    self.range = range
  }

  package struct Step: Sendable {
    package var kind: Kind
    package var range: SourceRange
    /// Whose fields an expected action names.
    package var subject: Subject

    package init(_ kind: Kind, _ range: SourceRange, about subject: Subject = .contact) {
      self.kind = kind
      self.range = range
      self.subject = subject
    }
  }

  package enum Kind: Sendable {
    /// Moves the clock to an instant.
    case at(Instant)
    case wait(TimeSpan)
    case givenConsent(String)
    /// The contact given last, or its account, is in an arm of an experiment.
    case givenArm(String, ofExperiment: String, Subject)
    /// The contact given last takes an arm at the splits of a sequence that have it, or at those of one step alone.
    case givenSplit(String, ofSequence: String, step: String?)
    /// Values by attribute: fields, and definitions whose computation they replace.
    case givenRecord(Subject, values: [Given])
    case givenDeal(values: [Given])
    case givenEvent(EventID, values: [Given], ago: TimeSpan?)
    case expectNothing
    case expectAction(CheckedAction, isNegated: Bool, to: String?)
    case expectEnrolled(sequence: String, step: String?)
    /// About the first contact, or the first account of a test without contacts.
    case expectCondition(CheckedExpression, Subject)
  }

  package struct Given: Hashable, Sendable {
    package var attribute: Reference.Attribute
    package var value: Value
    package var range: SourceRange

    package init(attribute: Reference.Attribute, value: Value, range: SourceRange) {
      self.attribute = attribute
      self.value = value
      self.range = range
    }
  }
}
