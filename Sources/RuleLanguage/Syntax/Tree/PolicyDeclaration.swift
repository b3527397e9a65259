package import RuleDiagnostics

package struct PolicyDeclaration: Sendable {
  package var items: [Item]
  package var range: SourceRange

  package init(items: [Item], range: SourceRange) {
    self.items = items
    self.range = range
  }

  package struct Item: Sendable {
    package var kind: Kind
    package var range: SourceRange

    package init(_ kind: Kind, _ range: SourceRange) {
      self.kind = kind
      self.range = range
    }

    package enum Kind: Sendable {
      case timezone(PlainText)
      case businessHours(from: TimeLiteral, to: TimeLiteral, days: [Name])
      case holidays(PlainText, when: Expression?)
      case cap(Cap)
      case quiet(from: TimeLiteral, to: TimeLiteral, inContactTime: Bool, release: Expression.Duration?)
      case sendWindow(SequenceDeclaration.SendWindow, release: Expression.Duration?)
      case weekend(days: [Name], when: Expression)
      case neverMessage(Expression)
      case neverRepeatAsset(Expression.Duration)
      case requireConsent(OutsideName)
      case approve(Amount)
      case approvalsExpire(Expression.Duration)
      case halt(Amount)
      case evaluate(Expression.Duration)
    }
  }

  /// `at most 2 messages per contact per 7 days, hold the rest up to 3 days`
  package struct Cap: Sendable {
    package var limit: NumberLiteral
    package var isPerAccount: Bool
    package var per: Expression.Duration
    package var rest: Rest

    package init(limit: NumberLiteral, isPerAccount: Bool, per: Expression.Duration, rest: Rest) {
      self.limit = limit
      self.isPerAccount = isPerAccount
      self.per = per
      self.rest = rest
    }

    package enum Rest: Sendable {
      case hold(upTo: Expression.Duration?)
      case drop
    }
  }

  package enum Amount: Sendable {
    case contacts(NumberLiteral)
    /// 0.1 for `10% of contacts`.
    case shareOfContacts(NumberLiteral)
  }
}

package struct ExperimentDeclaration: Sendable {
  package var name: Name
  package var formerName: Name?
  package var rule: Name
  package var title: PlainText?
  package var arms: [Arm]
  package var measures: [Measure]
  package var range: SourceRange

  package init(
    name: Name, formerName: Name?, rule: Name, title: PlainText?, arms: [Arm], measures: [Measure], range: SourceRange
  ) {
    self.name = name
    self.formerName = formerName
    self.rule = rule
    self.title = title
    self.arms = arms
    self.measures = measures
    self.range = range
  }

  package struct Measure: Sendable {
    package var value: Expression
    package var isAfterwards: Bool
    package var range: SourceRange

    package init(value: Expression, isAfterwards: Bool, range: SourceRange) {
      self.value = value
      self.isAfterwards = isAfterwards
      self.range = range
    }
  }
}

package struct TestDeclaration: Sendable {
  package var title: PlainText
  package var statements: [Statement]
  package var range: SourceRange

  package init(title: PlainText, statements: [Statement], range: SourceRange) {
    self.title = title
    self.statements = statements
    self.range = range
  }

  package struct Statement: Sendable {
    package var kind: Kind
    package var range: SourceRange

    package init(_ kind: Kind, _ range: SourceRange) {
      self.kind = kind
      self.range = range
    }

    package enum Kind: Sendable {
      /// The instant is an expression of kind dateTime.
      case at(Expression)
      case withPolicy
      case givenConsent(OutsideName)
      /// `given arm short of roi_subject`, `given arm mail of nurture at step offer`
      case givenArm(Name, of: Name, atStep: Name?)
      /// `given contact { … }`, `given page_view { … } 2 days ago`
      case given(Name, values: [RecordValue], ago: Expression.Duration?)
      case wait(Expression.Duration)
      case expectNothing
      case expectAction(ActionSyntax, isNegated: Bool, to: PlainText?)
      case expectEnrolled(in: Name, atStep: Name?)
      case expectCondition(Expression)
    }
  }
}
