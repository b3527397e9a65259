package import BusinessTime
package import RuleDiagnostics

/// All `policy` declarations together, with the defaults that hold where they are silent.
package struct CheckedPolicy: Sendable {
  /// A known IANA identifier; UTC unless declared.
  package var zone: String
  package var businessFrom: ClockTime
  package var businessTo: ClockTime
  package var workdays: Set<Weekday>
  package var holidays: [Holidays]
  /// Days off in the week for those contacts for whom a condition is true; they work on all other days.
  package var weekends: [Weekend]
  package var caps: [Cap]
  package var quiet: [Quiet]
  /// Messages go out while each of them is open.
  package var sendWindows: [SendWindow]
  /// A message is held back unless each is false.
  package var neverMessage: [CheckedExpression]
  /// 90 days unless declared.
  package var neverRepeatAsset: TimeSpan
  /// The purposes of which each needs a consent; `marketing` unless declared.
  package var consents: [String]
  /// 500 contacts unless declared.
  package var approveOver: Amount
  /// 14 days unless declared.
  package var approvalsExpireAfter: TimeSpan
  /// 10 % unless declared, when that is more than 100 people.
  package var haltOver: Amount
  package var evaluateEvery: TimeSpan?
  package var isDeclared: Bool

  package init(
    zone: String, businessFrom: ClockTime, businessTo: ClockTime, workdays: Set<Weekday>, holidays: [Holidays],
    weekends: [Weekend], caps: [Cap], quiet: [Quiet], sendWindows: [SendWindow], neverMessage: [CheckedExpression],
    neverRepeatAsset: TimeSpan, consents: [String], approveOver: Amount, approvalsExpireAfter: TimeSpan,
    haltOver: Amount, evaluateEvery: TimeSpan?, isDeclared: Bool
  ) {
    self.zone = zone
    self.businessFrom = businessFrom
    self.businessTo = businessTo
    self.workdays = workdays
    self.holidays = holidays
    self.weekends = weekends
    self.caps = caps
    self.quiet = quiet
    self.sendWindows = sendWindows
    self.neverMessage = neverMessage
    self.neverRepeatAsset = neverRepeatAsset
    self.consents = consents
    self.approveOver = approveOver
    self.approvalsExpireAfter = approvalsExpireAfter
    self.haltOver = haltOver
    self.evaluateEvery = evaluateEvery
    self.isDeclared = isDeclared
  }

  package struct Holidays: Sendable {
    /// Relative to the rule book's folder.
    package var path: String
    package var condition: CheckedExpression?
    package var range: SourceRange

    package init(path: String, condition: CheckedExpression?, range: SourceRange) {
      self.path = path
      self.condition = condition
      self.range = range
    }
  }

  package struct Cap: Sendable {
    package enum Rest: Hashable, Sendable {
      case hold(upTo: TimeSpan?)
      case drop
    }

    package var limit: Int
    package var isPerAccount: Bool
    package var per: TimeSpan
    package var rest: Rest
    package var range: SourceRange

    package init(limit: Int, isPerAccount: Bool, per: TimeSpan, rest: Rest, range: SourceRange) {
      self.limit = limit
      self.isPerAccount = isPerAccount
      self.per = per
      self.rest = rest
      self.range = range
    }
  }

  package struct Quiet: Sendable {
    package var from: ClockTime
    package var to: ClockTime
    package var inContactTime: Bool
    /// Over how long what waited for the end leaves, so that it is no burst.
    package var release: TimeSpan?
    package var range: SourceRange

    package init(from: ClockTime, to: ClockTime, inContactTime: Bool, release: TimeSpan?, range: SourceRange) {
      self.from = from
      self.to = to
      self.inContactTime = inContactTime
      self.release = release
      self.range = range
    }
  }

  package struct SendWindow: Sendable {
    package var days: Set<Weekday>
    package var hours: DailyWindow
    package var inContactTime: Bool
    /// As that of quiet hours, from the opening on.
    package var release: TimeSpan?
    package var range: SourceRange

    package init(
      days: Set<Weekday>, hours: DailyWindow, inContactTime: Bool, release: TimeSpan?, range: SourceRange
    ) {
      self.days = days
      self.hours = hours
      self.inContactTime = inContactTime
      self.release = release
      self.range = range
    }
  }

  package struct Weekend: Sendable {
    package var days: Set<Weekday>
    package var condition: CheckedExpression
    package var range: SourceRange

    package init(days: Set<Weekday>, condition: CheckedExpression, range: SourceRange) {
      self.days = days
      self.condition = condition
      self.range = range
    }
  }

  package enum Amount: Hashable, Sendable {
    case contacts(Int)
    case share(Double)
    /// The default of `halt`: a share, when that is more than a number of people.
    case shareAbove(Double, Int)
  }
}

extension CheckedPolicy {
  /// What holds where no policy says anything.
  package static let undeclared = CheckedPolicy(
    zone: "UTC", businessFrom: .nine, businessTo: .five,
    workdays: [.monday, .tuesday, .wednesday, .thursday, .friday], holidays: [], weekends: [], caps: [], quiet: [],
    sendWindows: [], neverMessage: [], neverRepeatAsset: TimeSpan(90, .days), consents: ["marketing"],
    approveOver: .contacts(500), approvalsExpireAfter: TimeSpan(14, .days), haltOver: .shareAbove(0.1, 100),
    evaluateEvery: nil, isDeclared: false)
}
