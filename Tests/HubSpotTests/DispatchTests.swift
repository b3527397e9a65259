import BusinessTime
import ContactStore
import HubSpot
import RuleDiagnostics
import RuleSemantics
import Service
import TestSupport
import Testing

@Suite("Dispatch")
struct DispatchTests {
  private static let rules = """
    contact { email text key  tier text from hubspot tier  score number }
    rule mark  { when score > 50 then set tier to "a" and add to list "Warm" }
    rule call  { when score > 50 then create task "Call {email}" for "ana@acme.example" }
    rule write { when score > 50 then create note "Scores {score otherwise 0}" }
    """

  private func workspace(contacts: Int) throws -> TestWorkspace {
    let workspace = try TestWorkspace(Self.rules)
    workspace.hubspot.with {
      $0.owners = [("5", "ana@acme.example")]
      $0.lists["Warm"] = ("55", "MANUAL", [])
    }
    var csv = "email,score\n"
    for number in 1...contacts { csv += "p\(number)@acme.example,60\n" }
    try workspace.importContacts(csv)
    return workspace
  }

  /// Every action stands in HubSpot once, none twice, none lost.
  private func expectExactlyOnce(_ workspace: TestWorkspace, contacts: Int) throws {
    let state = workspace.hubspot.with { $0 }
    #expect(state.records[.contacts]?.count == contacts)
    #expect(state.records[.contacts]?.values.allSatisfy { $0.properties["tier"] == "a" } == true)
    #expect(state.lists["Warm"]?.members.count == contacts)
    #expect(state.records[.tasks]?.count == contacts)
    #expect(state.records[.notes]?.count == contacts)
    for kind in [CRMObject.tasks, .notes] {
      let owners = (state.records[kind] ?? [:]).values.compactMap { $0.associations[.contacts]?.first }
      #expect(Set(owners).count == contacts)
    }
    #expect(try workspace.store.outboxCounts() == [.done: contacts * 4])
  }

  @Test func everythingIsCarriedOutOnce() async throws {
    let workspace = try workspace(contacts: 30)
    defer { workspace.remove() }
    try workspace.run()
    let summary = try await workspace.dispatcher().dispatchDue()
    #expect(summary.done == 120)
    #expect(summary.nextDue == nil)
    try expectExactlyOnce(workspace, contacts: 30)
    // Nothing is due any more, and HubSpot's ids are known.
    #expect(try await workspace.dispatcher().dispatchDue() == DispatchSummary())
    // 30 changes go in one call, as do 30 members of a list.
    #expect(workspace.hubspot.count("batch/update") == 1)
    #expect(workspace.hubspot.count("memberships/add") == 1)
  }

  /// A program that ends at any point, a HubSpot that fails before and after it did what it was asked.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func nothingIsLostOrDoneTwice(seed: UInt64) async throws {
    let workspace = try workspace(contacts: 40)
    defer { workspace.remove() }
    try workspace.run()
    var numbers = SeededGenerator(seed: seed)
    var rounds = 0
    while rounds < 200 {
      rounds += 1
      for _ in 0..<Int.random(in: 0...3, using: &numbers) {
        let words = ["batch/update", "memberships", "2026-09/tasks", "2026-09/notes", "associations", "owners"]
        let faults: [FakeHubSpot.Fault] = [
          .status(503), .statusAfterwards(502), .noAnswer, .noAnswerAfterwards, .notSent,
          .status(429, body: #"{"policyName":"TEN_SECONDLY_ROLLING"}"#),
        ]
        workspace.hubspot.fail(
          words[Int.random(in: 0..<words.count, using: &numbers)],
          faults[Int.random(in: 0..<faults.count, using: &numbers)])
      }
      // A new dispatcher each time, as after a kill: one that claimed and carried out, and never wrote down the result.
      if Int.random(in: 0..<3, using: &numbers) == 0 {
        let claimed = try workspace.store.claimOutbox(
          limit: 5, now: workspace.time.now, statuses: [.pending, .unknown],
          actions: [.createTask, .createNote, .set, .addToList])
        let executor = ActionExecutor(
          client: workspace.client(), settings: ExecutorSettings(), transport: workspace.hubspot,
          now: { [time = workspace.time] in time.now })
        for entry in claimed where Bool.random(using: &numbers) {
          _ = await executor.perform([
            OutboundAction(
              id: entry.id, idempotencyKey: entry.idempotencyKey, action: entry.action, subject: entry.subject,
              key: entry.key, hubspotID: nil, request: .parse(Array(entry.request.utf8)) ?? .null,
              doubtfulSince: entry.doubtfulSince, decidedAt: entry.decidedAt)
          ])
        }
      }
      let summary = try await workspace.dispatcher().dispatchDue()
      guard let due = summary.nextDue else { break }
      workspace.time.advance(.milliseconds(max(1, due.milliseconds - workspace.time.now.milliseconds)))
    }
    workspace.hubspot.with { $0.faults = [] }
    try expectExactlyOnce(workspace, contacts: 40)
  }

  @Test func changesOfOneRecordKeepTheirOrder() async throws {
    let workspace = try TestWorkspace(
      """
      contact { email text key  tier text from hubspot tier  score number }
      rule high { when score > 50 then set tier to "a" }
      rule low  { when score <= 50 then set tier to "b" }
      """)
    defer { workspace.remove() }
    try workspace.importContacts("email,score\nann@acme.example,60\n")
    try workspace.run()
    for _ in 0..<5 { workspace.hubspot.fail("batch/update", .noAnswer) }
    #expect(try await workspace.dispatcher().dispatchDue().postponed == 1)
    // Decided while the first is not through yet; it waits for it.
    workspace.hubspot.with { $0.faults = [] }
    try workspace.importContacts("email,score\nann@acme.example,40\n")
    try workspace.run()
    #expect(try await workspace.dispatcher().dispatchDue().done == 0)
    workspace.time.advance(.seconds(60))
    #expect(try await workspace.dispatcher().dispatchDue().done == 2)
    #expect(workspace.hubspot.with { $0.records[.contacts]?.values.first?.properties["tier"] } == "b")
  }

  /// A program that was killed: its last requests may still be under way when the next one starts.
  @Test func whatWasInterruptedIsLookedUpOnlyWhenItMustHaveArrived() async throws {
    let workspace = try workspace(contacts: 1)
    defer { workspace.remove() }
    try workspace.run()
    _ = try workspace.store.claimOutbox(limit: 10, now: workspace.time.now, actions: [.createTask])
    let summary = try await workspace.dispatcher().dispatchDue()
    #expect(summary.done == 3)
    #expect(workspace.hubspot.count("associations") == 0)
    let due = try #require(summary.nextDue)
    #expect(due == workspace.time.now.adding(milliseconds: Int64(workspace.settings.settleSeconds) * 1000))
    // It arrives while nobody looks.
    let executor = ActionExecutor(
      client: workspace.client(), settings: ExecutorSettings(), transport: workspace.hubspot,
      now: { [time = workspace.time] in time.now })
    for entry in try workspace.store.outbox(.unknown) {
      _ = await executor.perform([
        OutboundAction(
          id: entry.id, idempotencyKey: entry.idempotencyKey, action: entry.action, subject: entry.subject,
          key: entry.key, hubspotID: nil, request: .parse(Array(entry.request.utf8)) ?? .null,
          decidedAt: entry.decidedAt)
      ])
    }
    workspace.time.advance(.seconds(workspace.settings.settleSeconds))
    #expect(try await workspace.dispatcher().dispatchDue().done == 1)
    try expectExactlyOnce(workspace, contacts: 1)
  }

  // MARK: - What nobody knows

  /// Everything but `action` is done; of that one the outcome is not known, and it was carried out.
  private func withDoubt(_ word: String) async throws -> TestWorkspace {
    let workspace = try workspace(contacts: 1)
    try workspace.run()
    workspace.hubspot.fail(word, .noAnswerAfterwards)
    let summary = try await workspace.dispatcher().dispatchDue()
    #expect(summary.done == 3 && summary.unknown == 1)
    workspace.time.advance(.seconds(workspace.settings.settleSeconds))
    return workspace
  }

  /// The look-up is refused, so that it has failed; a person who has it tried again did not say that it was not done.
  @Test func aDoubtOutlivesAFailure() async throws {
    let workspace = try await withDoubt("2026-09/tasks")
    defer { workspace.remove() }
    workspace.hubspot.fail("associations", .status(403, body: #"{"category":"MISSING_SCOPES","message":"scopes"}"#))
    #expect(try await workspace.dispatcher().dispatchDue().failed == 1)
    let failed = try workspace.store.outbox(.failed).map(\.id)
    #expect(try workspace.store.retryOutbox(failed, now: workspace.time.now) == failed)
    #expect(try await workspace.dispatcher().dispatchDue().done == 1)
    try expectExactlyOnce(workspace, contacts: 1)
  }

  @Test func aDoubtOutlivesBeingDropped() async throws {
    let workspace = try await withDoubt("2026-09/tasks")
    defer { workspace.remove() }
    let open = try workspace.store.outbox(.unknown).map(\.id)
    #expect(try workspace.store.dropOutbox(open, now: workspace.time.now) == open)
    #expect(try workspace.store.retryOutbox(open, now: workspace.time.now) == open)
    #expect(try await workspace.dispatcher().dispatchDue().done == 1)
    try expectExactlyOnce(workspace, contacts: 1)
  }

  /// Outages are no doubts: after an hour of them the first doubt is not one too many.
  @Test func onlyUnknownOutcomesAreCounted() async throws {
    let workspace = try workspace(contacts: 1)
    defer { workspace.remove() }
    try workspace.run()
    for _ in 0..<30 {
      workspace.hubspot.fail("2026-09/tasks", .notSent, .notSent, .notSent, .notSent, .notSent, .notSent)
      _ = try await workspace.dispatcher().dispatchDue()
      workspace.hubspot.with { $0.faults = [] }
      workspace.time.advance(.seconds(60))
    }
    let entry = try #require(try workspace.store.outbox(.pending).first)
    #expect(entry.attempts == 30 && entry.unknowns == 0)
    workspace.hubspot.fail("2026-09/tasks", .noAnswerAfterwards)
    #expect(try await workspace.dispatcher().dispatchDue().unknown == 1)
    workspace.time.advance(.seconds(60))
    #expect(try await workspace.dispatcher().dispatchDue().done == 1)
    try expectExactlyOnce(workspace, contacts: 1)
  }

  /// While HubSpot is away nothing is tried in vain, so that everything is due when it is back.
  @Test func whatWaitsIsNotPutOffWhileHubSpotIsAway() async throws {
    let workspace = try workspace(contacts: 1)
    defer { workspace.remove() }
    try workspace.run()
    let dispatcher = workspace.dispatcher()
    for _ in 0..<60 { workspace.hubspot.fail("/", .notSent) }
    var passes = 0
    while workspace.hubspot.with({ !$0.faults.isEmpty }) {
      passes += 1
      try #require(passes < 200)
      let summary = try await dispatcher.dispatchDue()
      // The last fault may have been that of a request that was tried again.
      if summary.done > 0 { break }
      if summary.isAway { #expect(summary.postponed == 0 && summary.problems.count == 1) }
      let due = try #require(summary.nextDue)
      workspace.time.advance(.milliseconds(max(1, due.milliseconds - workspace.time.now.milliseconds)))
    }
    let attempts = try workspace.store.outbox(.pending).map(\.attempts)
    #expect(attempts.allSatisfy { $0 <= 3 })
    _ = try await dispatcher.dispatchDue()
    try expectExactlyOnce(workspace, contacts: 1)
  }

  /// A disk that is full, a database that is locked: what was claimed is come back to by the same dispatcher.
  @Test func aDatabaseThatFailsAmidAPassStrandsNothing() async throws {
    let workspace = try TestWorkspace(
      """
      contact { email text key }
      rule hello { when email is known then send email "Welcome" as transactional }
      """)
    defer { workspace.remove() }
    try workspace.importContacts("email\n" + (1...40).map { "p\($0)@acme.example\n" }.joined())
    try workspace.run()
    let dispatcher = workspace.dispatcher(ExecutorSettings(emails: ["Welcome": "77"]))
    try workspace.execute(
      """
      CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN NEW.status = 'done' BEGIN SELECT RAISE(ABORT, 'full'); END
      """)
    await #expect(throws: StoreError.self) { try await dispatcher.dispatchDue() }
    #expect(try !workspace.store.outbox(.claimed).isEmpty)
    try workspace.execute("DROP TRIGGER full")
    _ = try await dispatcher.dispatchDue()
    // Only what was under way is in doubt.
    let doubts = try workspace.store.outbox(.unknown).count
    #expect((1...8).contains(doubts))
    #expect(try workspace.store.outbox(.claimed).isEmpty)
    workspace.time.advance(.seconds(workspace.settings.settleSeconds))
    _ = try await dispatcher.dispatchDue()
    let sends = workspace.hubspot.with { $0.sends }
    #expect(sends.count == 40 && sends.values.allSatisfy { $0 == 1 })
    #expect(try workspace.store.outboxCounts() == [.done: 40])
  }

  /// An hour ahead for a while: what failed then does not wait for that hour to come.
  @Test func aClockThatWasAheadDelaysNothing() async throws {
    let workspace = try workspace(contacts: 1)
    defer { workspace.remove() }
    try workspace.run()
    let hour: Int64 = 3_600_000
    let ahead = Dispatcher(
      book: workspace.book, store: workspace.store,
      executor: ActionExecutor(
        client: workspace.client(), settings: ExecutorSettings(), transport: workspace.hubspot,
        now: { [time = workspace.time] in time.now.adding(milliseconds: hour) }),
      settings: workspace.settings, now: { [time = workspace.time] in time.now.adding(milliseconds: hour) })
    workspace.hubspot.fail("2026-09/tasks", .noAnswerAfterwards)
    #expect(try await ahead.dispatchDue().unknown == 1)
    // Not before it must have arrived, either.
    #expect(try await workspace.dispatcher().dispatchDue().done == 0)
    workspace.time.advance(.seconds(workspace.settings.settleSeconds))
    #expect(try await workspace.dispatcher().dispatchDue().done == 1)
    try expectExactlyOnce(workspace, contacts: 1)
  }

  // MARK: - Messages of which nobody knows

  private static let mail = """
    contact { email text key  score number }
    asset { type text }
    asset guide "The guide" { type "guide" }
    policy { never message when score < 10  never repeat an asset within 180 days }
    rule news { when score > 50 then send asset guide as transactional }
    """

  /// A message whose first attempt timed out, to a contact of HubSpot.
  private func doubtfulMail() async throws -> TestWorkspace {
    let workspace = try TestWorkspace(Self.mail)
    workspace.hubspot.add(.contacts, "7", ["email": "ann@acme.example"])
    try workspace.importContacts("email,score\nann@acme.example,60\n")
    try workspace.run()
    workspace.hubspot.fail("single", .noAnswerAfterwards)
    #expect(try await workspace.dispatcher().dispatchDue().unknown == 1)
    workspace.time.advance(.seconds(workspace.settings.settleSeconds))
    return workspace
  }

  /// A policy that keeps it back now does not undo that it may have gone.
  @Test func aMessageThatMayHaveGoneIsParkedAndStillCounts() async throws {
    let workspace = try await doubtfulMail()
    defer { workspace.remove() }
    try workspace.importContacts("email,score\nann@acme.example,5\n")
    let summary = try await workspace.dispatcher().dispatchDue()
    #expect(summary.withheld == 1)
    let parked = try #require(try workspace.store.outbox(.parked).first)
    #expect(parked.doubtfulSince != nil)
    #expect(parked.result?.contains("nobody knows the outcome") == true)
    #expect(try workspace.rows("SELECT count(*) FROM message_withdrawn") == [["0"]])
    // Nor does a person who does not want it tried again.
    #expect(try workspace.store.dropOutbox([parked.id], now: workspace.time.now) == [parked.id])
    #expect(try workspace.rows("SELECT count(*) FROM message_withdrawn") == [["0"]])
  }

  /// A dispatcher that lives for months keeps no more of what it kept back than a pass.
  @Test func refusalsAreThoseOfTheLastPass() async throws {
    let workspace = try TestWorkspace(Self.mail)
    defer { workspace.remove() }
    try workspace.importContacts("email,score\nann@acme.example,60\n")
    try workspace.run()
    try workspace.importContacts("email,score\nann@acme.example,5\n")
    let dispatcher = workspace.dispatcher()
    #expect(try await dispatcher.dispatchDue().withheld == 1)
    #expect(await dispatcher.refusals(in: .utc).count == 1)
    _ = try await dispatcher.dispatchDue()
    #expect(await dispatcher.refusals(in: .utc).isEmpty)
  }

  @Test func aMessageThatMayHaveGoneToADeletedRecordIsParked() async throws {
    let workspace = try await doubtfulMail()
    defer { workspace.remove() }
    try workspace.execute(
      "INSERT INTO hubspot_deleted VALUES ('contacts', '7', (SELECT _id FROM contact), 0, 0)")
    #expect(try await workspace.dispatcher().dispatchDue().parked == 1)
    #expect(try workspace.rows("SELECT count(*) FROM message_withdrawn") == [["0"]])
  }

  /// HubSpot had taken it before the record was deleted, and knows what became of it.
  @Test func whatHubSpotHasQueuedIsAskedAfterThoughTheRecordIsDeleted() async throws {
    let workspace = try TestWorkspace(Self.mail)
    defer { workspace.remove() }
    try workspace.importContacts("email,score\nann@acme.example,60\n")
    try workspace.run()
    workspace.hubspot.with { $0.sendResults = ["QUEUED"] }
    #expect(try await workspace.dispatcher().dispatchDue().waiting == 1)
    try workspace.execute(
      "INSERT INTO hubspot_deleted VALUES ('contacts', '7', (SELECT _id FROM contact), 0, 0)")
    workspace.time.advance(.seconds(600))
    #expect(try await workspace.dispatcher().dispatchDue().done == 1)
  }

  /// What a person drops nobody got, so that it keeps nothing from being sent; tried again after all it counts again.
  @Test func aMessageThatIsDroppedNoLongerCounts() async throws {
    let workspace = try TestWorkspace(Self.mail)
    defer { workspace.remove() }
    try workspace.importContacts("email,score\nann@acme.example,60\n")
    try workspace.run()
    let ids = try workspace.store.outbox(.pending).map(\.id)
    #expect(try workspace.store.dropOutbox(ids, now: workspace.time.now) == ids)
    #expect(try workspace.rows("SELECT count(*) FROM message_withdrawn") == [["1"]])
    #expect(try workspace.store.dropOutbox(ids, now: workspace.time.now).isEmpty)
    #expect(try workspace.store.retryOutbox(ids, now: workspace.time.now) == ids)
    #expect(try workspace.rows("SELECT count(*) FROM message_withdrawn") == [["0"]])
    #expect(try await workspace.dispatcher().dispatchDue().done == 1)
  }

  @Test func aHubSpotThatIsAwayLosesNothing() async throws {
    let workspace = try workspace(contacts: 5)
    defer { workspace.remove() }
    try workspace.run()
    for _ in 0..<200 { workspace.hubspot.fail("/", .notSent) }
    var away = try await workspace.dispatcher().dispatchDue()
    #expect(away.done == 0)
    for _ in 0..<30 {
      workspace.time.advance(.seconds(20))
      away = try await workspace.dispatcher().dispatchDue()
      if away.done > 0 { break }
    }
    workspace.hubspot.with { $0.faults = [] }
    // Back: all is done within the longest wait.
    workspace.time.advance(.seconds(21))
    _ = try await workspace.dispatcher().dispatchDue()
    try expectExactlyOnce(workspace, contacts: 5)
  }

  @Test func whatFailsWaitsForAPersonWhoTriesItAgain() async throws {
    let workspace = try workspace(contacts: 2)
    defer { workspace.remove() }
    workspace.hubspot.with { $0.lists = [:] }
    try workspace.run()
    let summary = try await workspace.dispatcher().dispatchDue()
    #expect(summary.failed == 2)
    #expect(summary.hasProblems)
    let failed = try workspace.store.outbox(.failed)
    #expect(failed.allSatisfy { $0.action == .addToList && $0.result?.contains("“Warm”") == true })
    workspace.hubspot.with { $0.lists["Warm"] = ("55", "MANUAL", []) }
    #expect(try workspace.store.retryOutbox(failed.map(\.id), now: workspace.time.now) == failed.map(\.id))
    #expect(try await workspace.dispatcher().dispatchDue().done == 2)
    try expectExactlyOnce(workspace, contacts: 2)
    // What is done cannot be tried again or dropped.
    #expect(try workspace.store.retryOutbox(failed.map(\.id), now: workspace.time.now).isEmpty)
    #expect(try workspace.store.dropOutbox(failed.map(\.id), now: workspace.time.now).isEmpty)
  }

  @Test func anEntryThatIsNotToBeDoneIsDropped() async throws {
    let workspace = try workspace(contacts: 1)
    defer { workspace.remove() }
    try workspace.run()
    let tasks = try workspace.store.outbox(.pending).filter { $0.action == .createTask }.map(\.id)
    #expect(try workspace.store.dropOutbox(tasks, now: workspace.time.now) == tasks)
    _ = try await workspace.dispatcher().dispatchDue()
    #expect(workspace.hubspot.with { $0.records[.tasks] == nil })
    #expect(try workspace.store.outbox(.dropped).map(\.id) == tasks)
  }

  @Test func aRefusedTokenPostponesEverything() async throws {
    let workspace = try workspace(contacts: 2)
    defer { workspace.remove() }
    workspace.hubspot.with { $0.tokens = [] }
    try workspace.run()
    let summary = try await workspace.dispatcher().dispatchDue()
    #expect(summary.done == 0 && summary.failed == 0)
    #expect(summary.problems.contains { $0.contains("does not accept the token") })
    workspace.hubspot.with { $0.tokens = ["secret"] }
    workspace.time.advance(.seconds(61))
    _ = try await workspace.dispatcher().dispatchDue()
    try expectExactlyOnce(workspace, contacts: 2)
  }
}
