/// The access token of OAuth: refreshed by the clock, before it ends, and by one caller at a time. HubSpot says that a 401
/// is no sign that a token has ended. A pure state machine.
package struct TokenState: Sendable {
  package enum Step: Hashable, Sendable {
    case use(String)
    /// The caller refreshes, and says how that went; until then the others wait.
    case refresh
    case wait
  }

  private enum State {
    case none
    case valid(token: String, until: Duration)
    case refreshing
  }

  private var state: State = .none
  /// How long before its end a token is replaced, so that none ends on the way.
  private let margin: Duration

  package init(margin: Duration = .seconds(120)) {
    self.margin = margin
  }

  package mutating func next(at now: Duration) -> Step {
    switch state {
    case .valid(let token, let until) where now < until: return .use(token)
    case .none, .valid:
      state = .refreshing
      return .refresh
    case .refreshing: return .wait
    }
  }

  /// - Parameter lifetime: as the answer says.
  package mutating func refreshed(_ token: String, lifetime: Duration, at now: Duration) {
    // A token that lives shorter than the margin is used for half its life.
    let usable = lifetime > margin * 2 ? lifetime - margin : lifetime / 2
    state = .valid(token: token, until: now + usable)
  }

  package mutating func failed() {
    state = .none
  }

  /// HubSpot refused the token; it may have been taken back.
  package mutating func refused(_ token: String) {
    if case .valid(let known, _) = state, known == token { state = .none }
  }
}
