package import BusinessTime

/// What becomes of an action of a rule whose condition is true and whose turn it is.
package enum Outcome: Hashable, Sendable {
  case act
  /// Decided anew at the earliest at the instant, conditions included.
  case held(until: Instant, HoldReason)
  case dropped(DropReason)
  case needsApproval(ApprovalReason)
  /// A person said no.
  case rejected(by: String, at: Instant, note: String?)
  /// Nobody said yes in time.
  case approvalExpired(at: Instant)
  /// A higher rule sets the same field, or list membership, differently.
  case overridden(by: String)
  /// The contact or account is no longer there.
  case gone
  /// Nothing may be sent to the contact.
  case suppressed
  case noConsent(purpose: String)
  /// A `never message when` of the policy is true or unknown; its text.
  case neverMessage(String)
  /// The contact got the asset not long ago.
  case repeated(asset: String, sentAt: Instant)
  /// It is for an owner that the record has not.
  case noRecipient
  /// The value to set is missing.
  case noValue
  /// A recommendation finds no asset for the contact.
  case noCandidate(NoCandidate)
  /// It would change nothing.
  case already
  /// `at most N contacts per account` is reached.
  case accountLimit(Int, per: TimeSpan)
  /// The contact was in the sequence before, and the sequence says how often.
  case enrolledBefore(at: Instant)
  /// The run was halted before its first action.
  case halted
  /// It was decided some time ago, and would not be decided now.
  case lapsed(Lapse)

  /// Why a recommendation finds nothing: what became of the assets.
  package struct NoCandidate: Hashable, Sendable {
    package var recommendation: String
    package var assets: Int
    /// Excluded by the condition behind `from asset where`.
    package var gated: Int
    /// Sent or recommended not long ago.
    package var leftOut: Int
    package var belowThreshold: Int
    /// 0…1.
    package var threshold: Double

    package init(
      recommendation: String, assets: Int, gated: Int, leftOut: Int, belowThreshold: Int, threshold: Double
    ) {
      self.recommendation = recommendation
      self.assets = assets
      self.gated = gated
      self.leftOut = leftOut
      self.belowThreshold = belowThreshold
      self.threshold = threshold
    }
  }

  package enum HoldReason: Hashable, Sendable {
    case quietHours(DailyWindow)
    /// Messages go out only between these hours, on the days that the policy says.
    case sendWindow(DailyWindow)
    /// It waited for quiet hours to end or a send window to open, and its turn in the release has not come.
    case release(over: TimeSpan)
    case cap(limit: Int, perAccount: Bool, per: TimeSpan)
    /// Another message of the rule is held, and they go together.
    case together
    /// Its rule or sequence was switched off after it was decided.
    case paused
  }

  /// Why an action that was decided some time ago is not carried out any more.
  package enum Lapse: Hashable, Sendable {
    /// The rule or sequence is no longer in the rule book.
    case withoutRule
    /// The condition of the rule is not true any more.
    case condition
    /// What set the rule off is no longer on record.
    case occurrence
    /// The contact left the sequence, or would leave it now.
    case left(Enrolment.Ending)
    case age(decidedAt: Instant, limit: TimeSpan)
  }

  package enum DropReason: Hashable, Sendable {
    case cap(limit: Int, perAccount: Bool, per: TimeSpan)
    /// It was held as long as the policy allows.
    case expired(since: Instant)
  }

  package enum ApprovalReason: Hashable, Sendable {
    /// The rule is new and would message people who were there before it.
    case firstDeployment(people: Int)
    case actsOnMany(subjects: Int, limit: Int)
    /// `recommend … for approval`: this action alone is asked about.
    case recommendation
    /// A person was asked in an earlier run and has not answered.
    case asked
  }
}

extension Outcome {
  /// Whether a person is asked about this action alone.
  package var isQuestion: Bool { self == .needsApproval(.recommendation) }
}
