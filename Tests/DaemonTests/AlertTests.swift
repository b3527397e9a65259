import ContactStore
import Daemon
import Foundation
import Service
import Synchronization
import Testing

@Suite("Alerts")
struct AlertTests {
  private struct Away: Error {}

  private final class Told: Sendable {
    let texts = Mutex<[String]>([])
    let isAway = Mutex(false)

    func take(_ text: String) throws {
      if isAway.withLock({ $0 }) { throw Away() }
      texts.withLock { $0.append(text) }
    }

    func taken() -> [String] {
      texts.withLock { texts in
        defer { texts = [] }
        return texts
      }
    }
  }

  private func loop(
    _ place: Workplace, _ context: LoopContext, _ told: Told, queue: Int = 10_000, isSynced: Bool = false,
    deviation: (@Sendable () -> Int64)? = nil
  ) -> AlertLoop {
    var settings = DaemonSettings()
    settings.alertQueue = queue
    return AlertLoop(
      context: context, store: place.store, inbox: place.inbox, settings: settings, isSynced: isSynced,
      clockDeviation: deviation
    ) { try told.take($0) }
  }

  /// What could not be told is told with the next look.
  @Test func anAlertThatCouldNotBeSentIsSentLater() async throws {
    let place = try Workplace()
    let (context, told) = (place.context, Told())
    let loop = loop(place, context, told)
    context.report(.dispatch, "HubSpot is away")
    place.clock.move(milliseconds: 61_000)
    told.isAway.withLock { $0 = true }
    _ = await loop.step()
    told.isAway.withLock { $0 = false }
    _ = await loop.step()
    _ = await loop.step()
    #expect(told.taken().count == 1)
  }

  /// Another cause is news; a number is news when it has doubled.
  @Test func aProblemIsToldAgainWhenItIsAnother() async throws {
    let place = try Workplace()
    let (context, told) = (place.context, Told())
    let loop = loop(place, context, told, queue: 2)
    func deliveries(_ count: Int) throws {
      try place.inbox.add(
        (0..<count).map { _ in Inbox.Delivery(.events, detail: "page_view", body: []) }, at: place.clock.now)
    }
    context.report(.dispatch, "one")
    try deliveries(3)
    _ = await loop.step()
    place.clock.move(milliseconds: 61_000)
    _ = await loop.step()
    #expect(Set(told.taken().map { $0.prefix(18) }) == ["abm-rules: dispatc", "abm-rules: backlog"])
    context.report(.dispatch, "two")
    try deliveries(2)
    _ = await loop.step()
    #expect(told.taken().map { $0.hasSuffix("two") } == [true])
    try deliveries(1)
    _ = await loop.step()
    #expect(told.taken().map { $0.contains("6 deliveries wait") } == [true])
  }

  /// Less than a minute is nobody's concern, and one that comes back after it was well again is told again.
  @Test func aProblemThatIsSoonOverIsNotTold() async throws {
    let place = try Workplace()
    let (context, told) = (place.context, Told())
    let loop = loop(place, context, told)
    context.report(.sync, "away")
    place.clock.move(milliseconds: 30_000)
    _ = await loop.step()
    context.report(.sync, nil)
    place.clock.move(milliseconds: 61_000)
    _ = await loop.step()
    #expect(told.taken().isEmpty)
    for _ in 0..<2 {
      context.report(.sync, "away")
      place.clock.move(milliseconds: 61_000)
      _ = await loop.step()
      context.report(.sync, nil)
      _ = await loop.step()
      #expect(told.taken().count == 2)
    }
  }

  @Test func aClockThatIsOffAndReadingThatLagsAreProblems() async throws {
    let place = try Workplace()
    let (context, told) = (place.context, Told())
    let deviation = Mutex<Int64>(0)
    let loop = loop(place, context, told, isSynced: true) { deviation.withLock { $0 } }
    _ = await loop.step()
    #expect(context.state.current.problems.isEmpty)
    deviation.withLock { $0 = -3_600_000 }
    place.clock.move(milliseconds: Int64(DaemonSettings().alertLagSeconds) * 1_000 + 1)
    _ = await loop.step()
    let problems = context.state.current.problems
    #expect(problems[.clock]?.reason.contains("3600 s behind") == true)
    #expect(problems[.lag]?.reason.hasPrefix("HubSpot was not read since") == true)
    deviation.withLock { $0 = 0 }
    context.state.update { [now = place.clock.now] in $0.lastSync = now }
    _ = await loop.step()
    #expect(context.state.current.problems.isEmpty)
  }

  /// Deliveries put aside, and actions that wait for a person.
  @Test func whatPeopleHaveToLookAtIsAProblem() async throws {
    let place = try Workplace()
    try place.add(["ann@example.com"])
    let (context, told) = (place.context, Told())
    let loop = loop(place, context, told)
    try place.inbox.add([Inbox.Delivery(.events, detail: "page_view", body: Array("x".utf8))], at: place.clock.now)
    let entry = try #require(try place.inbox.next(.events, limit: 1).first)
    try place.inbox.reject(entry, reason: "odd")
    _ = try RunService.run(place.book, place.store, at: place.clock.now)
    place.clock.move(milliseconds: 1_000)
    let body = #"[{"contact": "ann@example.com", "path": "/pricing", "id": 1}]"#
    try place.inbox.add(
      [Inbox.Delivery(.events, detail: "page_view", body: Array(body.utf8))], at: place.clock.now)
    _ = await InboxLoop(context: context, inbox: place.inbox, store: place.store, records: nil, changed: {}).step()
    _ = try RunService.run(place.book, place.store, at: place.clock.now)
    let claimed = try place.store.claimOutbox(limit: 1, now: place.clock.now)
    try place.store.finishOutbox(claimed.map(\.id), as: .failed, now: place.clock.now)
    _ = await loop.step()
    let problems = context.state.current.problems
    #expect(problems[.rejected]?.count == 1)
    #expect(problems[.undone]?.count == 1)
  }
}
