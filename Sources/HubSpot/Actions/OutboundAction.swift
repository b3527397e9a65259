package import BusinessTime
package import RuleDiagnostics
package import RuleSemantics

/// An action that is to be carried out, as the executor takes it.
package struct OutboundAction: Sendable {
  /// Of the entry in the outbox.
  package var id: Int64
  /// Unique for good; the same however often it is tried.
  package var idempotencyKey: String
  package var action: ActionID
  package var subject: Subject
  /// The key of the contact or account: an email address, a domain.
  package var key: String
  /// HubSpot's id of the contact or company; `nil` where it is not known.
  package var hubspotID: String?
  /// What was decided, as the outbox holds it.
  package var request: JSONValue
  /// When the first attempt was made of which nobody knows the outcome.
  package var doubtfulSince: Instant?
  /// What HubSpot calls what was handed over, where its last word is awaited.
  package var remote: String?
  package var attempts: Int
  package var decidedAt: Instant

  package init(
    id: Int64, idempotencyKey: String, action: ActionID, subject: Subject, key: String, hubspotID: String?,
    request: JSONValue, doubtfulSince: Instant? = nil, remote: String? = nil, attempts: Int = 1,
    decidedAt: Instant
  ) {
    self.id = id
    self.idempotencyKey = idempotencyKey
    self.action = action
    self.subject = subject
    self.key = key
    self.hubspotID = hubspotID
    self.request = request
    self.doubtfulSince = doubtfulSince
    self.remote = remote
    self.attempts = attempts
    self.decidedAt = decidedAt
  }

  package var object: CRMObject { subject == .contact ? .contacts : .companies }

  /// A short name of the action that fits into a text: made from the key, so that it is the same for each attempt.
  package var reference: String { Reference.text(of: idempotencyKey) }
}

/// What became of one attempt at an action.
package enum ActionResult: Hashable, Sendable {
  /// - Parameter note: what HubSpot said of it.
  case done(note: String?, remote: String?)
  /// HubSpot will not do it; a result like another.
  case refused(String)
  /// It cannot be done as it is, until a person mends the cause.
  case failed(String)
  /// Nothing was done; later again.
  case again(String, after: Duration)
  /// It may have been done; found out before anything is done again.
  case unknown(String)
  /// It cannot be found out whether it was done.
  case parked(String)
  /// Handed over; asked again later what became of it.
  case waiting(remote: String, after: Duration)

  package static var done: ActionResult { .done(note: nil, remote: nil) }

  /// What is said of a row of a batch that nothing was done about.
  init(_ problem: APIProblem) {
    self =
      problem.isPassing
      ? .again("HubSpot: \(problem.text)", after: .seconds(5)) : .failed("HubSpot: \(problem.text)")
  }

  /// What an error says of an action that was asked for with it.
  init(_ error: HubSpotError) {
    switch error {
    case .unauthorized: self = .again(error.description, after: .seconds(60))
    case .forbidden, .conflict, .refused, .credentials: self = .failed(error.description)
    case .notFound: self = .failed(error.description)
    case .limited(_, let retryAfter), .unavailable(_, let retryAfter):
      self = .again(error.description, after: retryAfter)
    case .unknownOutcome, .malformedReply: self = .unknown(error.description)
    }
  }
}
