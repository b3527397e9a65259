import HubSpot
import Testing

@Suite("Rate limits")
struct RateLimiterTests {
  @Test func aPlaceIsFreeOneWindowAfterTheAnswer() {
    var window = RollingWindow(limit: 2, length: .seconds(10))
    #expect(window.admit(at: .seconds(0)) == .go)
    #expect(window.admit(at: .seconds(0)) == .go)
    #expect(window.admit(at: .seconds(1)) == .waitForAnAnswer)
    window.finished(at: .seconds(2))
    #expect(window.admit(at: .seconds(2)) == .wait(until: .seconds(12)))
    #expect(window.admit(at: .seconds(12)) == .go)
    #expect(window.admit(at: .seconds(12)) == .waitForAnAnswer)
  }

  @Test func whatNeverLeftTakesNoPlace() {
    var window = RollingWindow(limit: 1, length: .seconds(10))
    #expect(window.admit(at: .zero) == .go)
    window.returned()
    #expect(window.admit(at: .zero) == .go)
  }

  @Test func headersRaiseAndLowerTheLimit() {
    var limiter = RateLimiter(.init(burst: 1, concurrency: 200))
    #expect(limiter.admit(.burst, at: .zero) == .go)
    limiter.finished(.burst, at: .zero)
    limiter.learn(RateHeaders(max: 190, remaining: 189, interval: .seconds(10)), .burst, at: .zero)
    #expect(limiter.burstLimit == 190)
    for _ in 0..<189 { #expect(limiter.admit(.burst, at: .zero) == .go) }
  }

  @Test func requestsOfAnotherProgramTakePlaces() {
    var limiter = RateLimiter(.init(burst: 100, concurrency: 100))
    #expect(limiter.admit(.burst, at: .zero) == .go)
    limiter.finished(.burst, at: .zero)
    limiter.learn(RateHeaders(max: 100, remaining: 39, interval: .seconds(10)), .burst, at: .zero)
    // 39 are left, of which an eighth of the limit is kept for the other program.
    var count = 0
    while limiter.admit(.burst, at: .seconds(1)) == .go {
      count += 1
      limiter.finished(.burst, at: .seconds(1))
    }
    #expect(count == 27)
    #expect(limiter.admit(.burst, at: .seconds(10)) == .go)
  }

  @Test func searchesHaveTheirOwnWindow() {
    var limiter = RateLimiter(.init(burst: 1, search: 2, concurrency: 100))
    #expect(limiter.admit(.burst, at: .zero) == .go)
    #expect(limiter.admit(.search, at: .zero) == .go)
    #expect(limiter.admit(.search, at: .zero) == .go)
    limiter.finished(.search, at: .zero)
    #expect(limiter.admit(.search, at: .zero) == .wait(until: .seconds(1)))
  }

  @Test func aDayThatIsUsedUpStopsAllButSends() {
    var limiter = RateLimiter(.init(concurrency: 100))
    limiter.refused(.burst, policy: "DAILY", retryAfter: nil, at: .zero)
    #expect(limiter.admit(.burst, at: .seconds(899)) == .exhausted(until: .seconds(900)))
    #expect(limiter.admit(.sending, at: .seconds(899)) == .go)
    #expect(limiter.admit(.burst, at: .seconds(900)) == .go)
  }

  @Test func moreThanTheConcurrencyWaits() {
    var limiter = RateLimiter(.init(concurrency: 1))
    #expect(limiter.admit(.burst, at: .zero) == .go)
    #expect(limiter.admit(.unlimited, at: .zero) == .waitForAnAnswer)
    limiter.finished(.burst, at: .zero)
    #expect(limiter.admit(.unlimited, at: .zero) == .go)
  }

  @Test func headersAreRead() {
    let headers = RateHeaders([
      "x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "12",
      "x-hubspot-ratelimit-interval-milliseconds": "10000", "x-hubspot-ratelimit-daily": "625000",
      "x-hubspot-ratelimit-daily-remaining": "600000",
    ])
    #expect(
      headers
        == RateHeaders(max: 190, remaining: 12, interval: .seconds(10), daily: 625_000, dailyRemaining: 600_000))
    #expect(RateHeaders([:]) == RateHeaders())
  }

  /// 100,000 updates in batches of 100, through a HubSpot that allows 190 requests in any ten seconds of its own clock
  /// and answers after anything from 20 ms to 1.2 s: none is refused, and nearly the whole limit is used.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func aHundredThousandUpdatesNeverMeetTheLimit(seed: UInt64) {
    var world = LimitedWorld(seed: seed, limit: 190, start: RateLimiter.Limits(burst: 100, concurrency: 24))
    // 1,000 batches last five windows only; twice as many show the rate.
    let outcome = world.carryOut(batches: 2_000)
    #expect(outcome.refused == 0)
    #expect(outcome.done == 2_000)
    #expect(outcome.throughput > 0.95, "\(outcome.throughput) of the limit")
  }

  /// Another program uses half of the limit, unannounced: some refusals, all made good.
  @Test func anotherProgramIsGivenItsShare() {
    var world = LimitedWorld(seed: 7, limit: 190, start: RateLimiter.Limits(burst: 100, concurrency: 24))
    world.foreignPerSecond = 9
    let outcome = world.carryOut(batches: 1_500)
    #expect(outcome.done == 1_500)
    #expect(outcome.failed == 0)
    #expect(Double(outcome.refused) < 0.03 * 1_500, "\(outcome.refused) refused")
  }

  /// One request in ten fails: with retries all but a very few succeed.
  @Test func retriesMakeUpForAHubSpotThatIsNotWell() {
    var world = LimitedWorld(seed: 11, limit: 190, start: RateLimiter.Limits(burst: 190, concurrency: 24))
    world.failureShare = 0.1
    let outcome = world.carryOut(batches: 2_000)
    #expect(Double(outcome.done) / 2_000 > 0.999, "\(outcome.done) of 2,000")
    #expect(outcome.refused == 0)
  }
}
