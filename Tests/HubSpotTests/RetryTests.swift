import HubSpot
import Testing

@Suite("Retries, the breaker, tokens")
struct RetryTests {
  @Test func whatIsNotKnownIsRepeatedOnlyWhereThatIsSafe() {
    let policy = RetryPolicy()
    let unknown = AttemptFailure.unknown(reason: "no answer")
    #expect(policy.decision(after: unknown, attempt: 1, isRepeatable: false, chance: 0.5) == .stop)
    #expect(
      policy.decision(after: unknown, attempt: 1, isRepeatable: true, chance: 0) == .retry(after: .milliseconds(250)))
    #expect(
      policy.decision(after: unknown, attempt: 1, isRepeatable: true, chance: 1) == .retry(after: .milliseconds(500)))
  }

  @Test(arguments: [
    AttemptFailure.limited(policy: "SECONDLY"), .locked, .notSent(reason: "no connection"),
    .moving(retryAfter: .seconds(3)),
  ])
  func whatDidNothingIsRepeated(failure: AttemptFailure) {
    guard
      case .retry(let delay) = RetryPolicy().decision(after: failure, attempt: 1, isRepeatable: false, chance: 0.5)
    else {
      Issue.record("\(failure) is not repeated")
      return
    }
    if failure == .locked { #expect(delay >= .seconds(2)) }
    if case .moving = failure { #expect(delay >= .seconds(3)) }
  }

  @Test func attemptsAndWaitsHaveALimit() {
    let policy = RetryPolicy(attempts: 3, longest: .seconds(1))
    let failure = AttemptFailure.notSent(reason: "")
    #expect(policy.decision(after: failure, attempt: 3, isRepeatable: true, chance: 0) == .stop)
    #expect(policy.decision(after: failure, attempt: 2, isRepeatable: true, chance: 1) == .retry(after: .seconds(1)))
    #expect(
      policy.decision(after: .moving(retryAfter: .seconds(600)), attempt: 1, isRepeatable: true, chance: 0) == .stop)
  }

  @Test func theBreakerOpensTriesAndCloses() {
    var breaker = CircuitBreaker(threshold: 2, shortest: .seconds(2), longest: .seconds(8))
    #expect(breaker.admit(at: .zero) == nil)
    breaker.failed(at: .zero)
    #expect(breaker.admit(at: .zero) == nil)
    breaker.failed(at: .zero)
    #expect(breaker.admit(at: .seconds(1)) == .seconds(2))
    // One tries, the others wait.
    #expect(breaker.admit(at: .seconds(2)) == nil)
    #expect(breaker.admit(at: .seconds(2)) == .seconds(4))
    breaker.failed(at: .seconds(3))
    #expect(breaker.admit(at: .seconds(6)) == .seconds(7))
    #expect(breaker.admit(at: .seconds(7)) == nil)
    breaker.succeeded()
    #expect(breaker.admit(at: .seconds(7)) == nil)
    #expect(!breaker.isOpen)
  }

  @Test func theBreakerNeverWaitsLongerThanItsLongest() {
    var breaker = CircuitBreaker(threshold: 1, shortest: .seconds(2), longest: .seconds(15))
    var now = Duration.zero
    breaker.failed(at: now)
    for _ in 0..<20 {
      guard let until = breaker.admit(at: now) else {
        breaker.failed(at: now)
        continue
      }
      #expect(until - now <= .seconds(15))
      now = until
    }
  }

  @Test func aTokenIsRefreshedBeforeItEndsByOneCaller() {
    var token = TokenState(margin: .seconds(120))
    #expect(token.next(at: .zero) == .refresh)
    #expect(token.next(at: .zero) == .wait)
    token.refreshed("a", lifetime: .seconds(1800), at: .zero)
    #expect(token.next(at: .seconds(1679)) == .use("a"))
    #expect(token.next(at: .seconds(1680)) == .refresh)
    #expect(token.next(at: .seconds(1680)) == .wait)
    token.failed()
    #expect(token.next(at: .seconds(1681)) == .refresh)
    token.refreshed("b", lifetime: .seconds(60), at: .seconds(1681))
    #expect(token.next(at: .seconds(1710)) == .use("b"))
    #expect(token.next(at: .seconds(1711)) == .refresh)
  }

  @Test func aTokenThatWasRefusedIsNotUsedAgain() {
    var token = TokenState()
    _ = token.next(at: .zero)
    token.refreshed("a", lifetime: .seconds(1800), at: .zero)
    token.refused("another")
    #expect(token.next(at: .seconds(1)) == .use("a"))
    token.refused("a")
    #expect(token.next(at: .seconds(1)) == .refresh)
  }
}
