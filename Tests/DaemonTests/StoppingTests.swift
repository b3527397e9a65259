import BusinessTime
import ContactStore
import Daemon
import Foundation
import Logging
import Service
import ServiceLifecycle
import Synchronization
import Testing

/// What is under way when the daemon is told to stop is finished; nothing else is begun.
@Suite("Stopping", .timeLimit(.minutes(2)))
struct StoppingTests {
  /// Stands at a place until it is let go on.
  private final class Gate: Sendable {
    private let reached = AsyncStream<Void>.makeStream()
    private let opened = AsyncStream<Void>.makeStream()

    func pass() async {
      reached.continuation.yield()
      for await _ in opened.stream { break }
    }

    func untilReached() async { for await _ in reached.stream { break } }
    func open() { opened.continuation.yield() }
  }

  /// Claims what is due, and settles it when the gate opens.
  private struct GatedDispatch: OutboxDispatch {
    let place: Workplace
    let gate: Gate

    func dispatchDue(book: RuleBook) async throws -> DispatchOutcome {
      let claimed = try place.store.claimOutbox(limit: 10, now: place.clock.now)
      if claimed.isEmpty { return DispatchOutcome(done: 0) }
      await gate.pass()
      try place.store.finishOutbox(claimed.map(\.id), as: .done, now: place.clock.now)
      return DispatchOutcome(done: claimed.count)
    }
  }

  private func daemon(_ place: Workplace, _ parts: Daemon.Parts) -> Daemon {
    Daemon(
      place.configuration, book: place.book, store: place.store, inbox: place.inbox, parts: parts,
      now: { [clock = place.clock] in clock.now }, logger: place.context.logger)
  }

  private func group(_ daemon: Daemon, _ place: Workplace) throws -> ServiceGroup {
    ServiceGroup(
      configuration: ServiceGroupConfiguration(services: try daemon.services(), logger: place.context.logger))
  }

  /// Events as other programs send them, one for each contact.
  private func happen(_ place: Workplace, _ contacts: [String]) throws {
    let bodies = contacts.map { #"[{"contact": "\#($0)", "path": "/pricing", "id": "\#($0)"}]"# }
    try place.inbox.add(
      bodies.map { Inbox.Delivery(.events, detail: "page_view", body: Array($0.utf8)) }, at: place.clock.now)
  }

  @Test func actionsUnderWayAreCarriedOut() async throws {
    let place = try Workplace()
    try place.add(["ann@example.com", "bob@example.com"])
    // The rule begins, then somebody does what it waits for.
    _ = try RunService.run(place.book, place.store, at: place.clock.now)
    place.clock.move(milliseconds: 1_000)
    try happen(place, ["ann@example.com", "bob@example.com"])
    let gate = Gate()
    var parts = Daemon.Parts()
    parts.dispatch = GatedDispatch(place: place, gate: gate)
    let group = try group(daemon(place, parts), place)
    async let stopped: Void = group.run()
    await gate.untilReached()
    let claimed = try place.store.outboxCounts()
    #expect(claimed[.claimed] ?? 0 > 0)
    await group.triggerGracefulShutdown()
    gate.open()
    try await stopped
    let counts = try place.store.outboxCounts()
    #expect(counts[.claimed] == nil && counts[.done] == claimed[.claimed])
  }

  /// A run, and deliveries that are half worked in: afterwards a new daemon finds all of them, and each is acted upon once.
  @Test(arguments: 0..<6)
  func whatWasTakenInIsDecidedOnceHoweverSoonItStops(round: Int) async throws {
    let place = try Workplace()
    let people = (0..<300).map { "p\($0)@example.com" }
    try place.add(people)
    _ = try RunService.run(place.book, place.store, at: place.clock.now)
    place.clock.move(milliseconds: 1_000)
    let output = place.folder.appending(path: "out.jsonl")
    var parts = Daemon.Parts()
    parts.dispatch = FileDispatch(path: output.path, store: place.store, now: { [clock = place.clock] in clock.now })
    try happen(place, people)
    let first = daemon(place, parts)
    let group = try group(first, place)
    async let stopped: Void = group.run()
    // Told in the middle: when that much has been done of it.
    let milestone = [0, 1, 50, 150, 250, 299][round]
    while first.state.current.events < milestone || first.state.current.actions < milestone / 2 {
      await Task.yield()
    }
    await group.triggerGracefulShutdown()
    try await stopped
    #expect(try place.store.outboxCounts()[.claimed] == nil)

    let second = daemon(place, parts)
    let rest = try self.group(second, place)
    async let done: Void = rest.run()
    func isAllDone() throws -> Bool { try place.store.outboxCounts() == [.done: people.count] }
    while try !isAllDone() { try await Task.sleep(for: .milliseconds(10)) }
    await rest.triggerGracefulShutdown()
    try await done
    let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == people.count && Set(lines).count == people.count)
  }
}
