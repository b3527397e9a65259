/// Stops asking a HubSpot that does not answer: after some failures in a row nothing is sent for a while, then one
/// request tries. A pure state machine.
package struct CircuitBreaker: Sendable {
  package enum State: Hashable, Sendable {
    case closed(failures: Int)
    /// Nothing is sent until then.
    case open(until: Duration, tries: Int)
    /// One request is under way that decides.
    case trying(tries: Int)
  }

  package private(set) var state: State = .closed(failures: 0)
  private let threshold: Int
  private let shortest: Duration
  private let longest: Duration

  /// - Parameters:
  ///   - threshold: failures in a row before it opens.
  ///   - longest: the wait doubles up to here, so that a HubSpot that is back is noticed within that time.
  package init(threshold: Int = 8, shortest: Duration = .seconds(2), longest: Duration = .seconds(15)) {
    self.threshold = threshold
    self.shortest = shortest
    self.longest = longest
  }

  /// `nil` where a request may go; otherwise when to ask again.
  package mutating func admit(at now: Duration) -> Duration? {
    switch state {
    case .closed: return nil
    case .open(let until, let tries):
      guard now >= until else { return until }
      state = .trying(tries: tries)
      return nil
    case .trying: return now + shortest
    }
  }

  /// An answer came, of whatever kind.
  package mutating func succeeded() {
    state = .closed(failures: 0)
  }

  /// No answer, or one that says HubSpot is not well.
  package mutating func failed(at now: Duration) {
    switch state {
    case .closed(let failures):
      state = failures + 1 < threshold ? .closed(failures: failures + 1) : .open(until: now + shortest, tries: 1)
    case .trying(let tries):
      state = .open(until: now + min(longest, shortest * (1 << min(tries, 10))), tries: tries + 1)
    case .open:
      // A request that left before it opened.
      break
    }
  }

  /// The request that was to decide never left.
  package mutating func undecided(at now: Duration) {
    if case .trying(let tries) = state { state = .open(until: now, tries: tries) }
  }

  package var isOpen: Bool {
    if case .closed = state { false } else { true }
  }
}
