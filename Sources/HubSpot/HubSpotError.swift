/// Why HubSpot could not be asked, or did not do what it was asked. `description` says what to do about it.
package enum HubSpotError: Error, Hashable, Sendable {
  /// The token is not accepted.
  case unauthorized(APIProblem)
  /// The token may not do this.
  case forbidden(APIProblem)
  case notFound(APIProblem)
  /// Something of that key is there already.
  case conflict(APIProblem)
  /// Any other answer that will be the same next time.
  case refused(APIProblem)
  /// A limit was reached, nothing was done.
  case limited(policy: String?, retryAfter: Duration)
  /// Nothing was done: no connection, or HubSpot has not answered for a while.
  case unavailable(reason: String, retryAfter: Duration)
  /// The request left, and nobody knows whether it was carried out.
  case unknownOutcome(reason: String)
  /// An answer that cannot be understood.
  case malformedReply(endpoint: String, reason: String)
  /// The token is missing or wrong before anything was asked.
  case credentials(reason: String)
}

extension HubSpotError {
  /// When to ask again, where HubSpot or the way to it said so.
  package var retryAfter: Duration? {
    switch self {
    case .limited(_, let retryAfter), .unavailable(_, let retryAfter): retryAfter
    default: nil
    }
  }
}

extension HubSpotError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unauthorized(let problem):
      "HubSpot does not accept the token; check the variable that `hubspot: token:` names (\(problem.text))"
    case .forbidden(let problem):
      problem.requiredScopes.isEmpty
        ? "the token may not do this: \(problem.text)"
        : "the token lacks \(problem.requiredScopes.joined(separator: ", ")); add the scopes in HubSpot"
          + " (\(problem.text))"
    case .notFound(let problem), .conflict(let problem), .refused(let problem): "HubSpot: \(problem.text)"
    case .limited(let policy, let retryAfter):
      "HubSpot's limit\(policy.map { " \($0)" } ?? "") is reached; again in \(HubSpotError.seconds(retryAfter)) s"
    case .unavailable(let reason, let retryAfter):
      "HubSpot cannot be reached: \(reason); again in \(HubSpotError.seconds(retryAfter)) s"
    case .unknownOutcome(let reason): "it is not known whether HubSpot did it: \(reason)"
    case .malformedReply(let endpoint, let reason): "HubSpot's answer to `\(endpoint)` makes no sense: \(reason)"
    case .credentials(let reason): reason
    }
  }

  private static func seconds(_ duration: Duration) -> Int64 {
    max(0, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))
  }
}
