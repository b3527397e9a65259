import BusinessTime
import ContactStore
import Crypto
import Daemon
import Foundation
import HubSpot
import Hummingbird
import HummingbirdTesting
import Logging
import Service
import Synchronization
import Testing

@Suite("Daemon")
struct DaemonTests {
  private static let secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"

  private func server(_ place: Workplace, clockDeviation: @escaping @Sendable () -> Int64 = { 0 }) -> WebServer {
    var settings = DaemonSettings()
    settings.webhookURL = "https://www.example.com/webhook_uri"
    return WebServer(
      context: place.context, settings: settings,
      writer: InboxWriter(place.inbox, now: { place.clock.now }, added: {}),
      signature: WebhookSignature(secret: Self.secret, acceptsOlderSchemes: true), eventsToken: "token",
      clockDeviation: clockDeviation, onListening: { _ in })
  }

  // MARK: - Receiving

  @Test func aDeliveryIsOnTheDiskBeforeItIsAnswered() async throws {
    let place = try Workplace()
    let body =
      #"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]"#
    let genuine: HTTPFields = [
      .init("X-HubSpot-Signature")!: "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
      .init("X-HubSpot-Signature-Version")!: "v1",
    ]
    try await Application(router: server(place).router()).test(.router) { client in
      try await client.execute(
        uri: "/webhooks/hubspot", method: .post, headers: genuine, body: ByteBuffer(string: body)
      ) { response in
        #expect(response.status == .ok)
        let kept = try place.inbox.next(.hubspot, limit: 10).map(\.body)
        #expect(kept == [Array(body.utf8)])
      }
      try await client.execute(
        uri: "/webhooks/hubspot", method: .post, headers: genuine, body: ByteBuffer(string: body + " ")
      ) { response in
        #expect(response.status == .unauthorized)
        let count = try place.inbox.backlog().count
        #expect(count == 1)
      }
    }
  }

  /// An hour behind, and set right: the time that is decided by follows later, deliveries are taken at once.
  @Test func aDeliveryIsRecentByEitherClock() async throws {
    let place = try Workplace()
    let hour: Int64 = 3_600_000
    func status(sent minutes: Int64, deviation: Int64) async throws -> HTTPResponse.Status {
      let sent = String(place.clock.now.milliseconds + minutes * 60_000)
      let message = "POSThttps://www.example.com/webhook_uri[]" + sent
      let code = HMAC<SHA256>.authenticationCode(
        for: Array(message.utf8), using: SymmetricKey(data: Array(Self.secret.utf8)))
      let headers: HTTPFields = [
        .init("X-HubSpot-Signature-v3")!: Data(code).base64EncodedString(),
        .init("X-HubSpot-Request-Timestamp")!: sent,
      ]
      let server = server(place, clockDeviation: { deviation })
      return try await Application(router: server.router()).test(.router) { client in
        try await client.execute(
          uri: "/webhooks/hubspot", method: .post, headers: headers, body: ByteBuffer(string: "[]")
        ) { $0.status }
      }
    }
    for (minutes, deviation, expected) in [
      (0, 0, HTTPResponse.Status.ok), (60, hour, .ok), (0, hour, .ok), (0, -hour, .ok), (60, 0, .unauthorized),
      (30, hour, .unauthorized), (-6, 0, .unauthorized), (54, hour, .unauthorized),
    ] {
      let answered = try await status(sent: Int64(minutes), deviation: deviation)
      #expect(answered == expected, "\(minutes) minutes, deviation \(deviation)")
    }
  }

  @Test func eventsOfOtherProgramsNeedTheTokenAndSense() async throws {
    let place = try Workplace()
    try await Application(router: server(place).router()).test(.router) { client in
      func post(_ body: String, token: String = "token", to type: String = "page_view") async throws
        -> HTTPResponse.Status
      {
        try await client.execute(
          uri: "/events/\(type)", method: .post, headers: [.authorization: "Bearer \(token)"],
          body: ByteBuffer(string: body)
        ) { $0.status }
      }
      let good = try await post(#"[{"contact": "ann@example.com", "path": "/pricing", "id": 7}]"#)
      #expect(good == .ok)
      let stranger = try await post("[]", token: "tokem")
      #expect(stranger == .unauthorized)
      for (body, type) in [
        ("{}", "page_view"), (#"[{"path": "/"}]"#, "page_view"), (#"[{"contact": "a", "colour": "red"}]"#, "page_view"),
        (#"[{"contact": "a", "at": "soon"}]"#, "page_view"), (#"[{"contact": "a", "path": "/"}]"#, "page_view"),
        ("[]", "nothing"), ("[]", "message"),
      ] {
        let status = try await post(body, to: type)
        #expect(status == .badRequest, "\(type) \(body)")
      }
      let count = try place.inbox.backlog().count
      #expect(count == 1)
    }
  }

  @Test func aBurstSharesItsWrites() async throws {
    let place = try Workplace()
    let writes = Mutex(0)
    let writer = InboxWriter(place.inbox, now: { place.clock.now }) { writes.withLock { $0 += 1 } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<1_000 {
        group.addTask { try await writer.add(Inbox.Delivery(.hubspot, body: Array("\(number)".utf8))) }
      }
      try await group.waitForAll()
    }
    let bodies = try place.inbox.next(.hubspot, limit: 2_000).map { String(decoding: $0.body, as: UTF8.self) }
    #expect(Set(bodies) == Set((0..<1_000).map(String.init)))
    #expect(writes.withLock { $0 } < 500)
  }

  // MARK: - Working in

  @Test func anEventIsDecidedAndCarriedOutOnceHoweverOftenItComes() async throws {
    let place = try Workplace()
    try place.add(["ann@example.com", "bob@example.com"])
    let context = place.context
    let inboxLoop = InboxLoop(context: context, inbox: place.inbox, store: place.store, records: nil, changed: {})
    let evaluation = EvaluationLoop(context: context, store: place.store, settings: DaemonSettings(), committed: {})
    let output = place.folder.appending(path: "out.jsonl")
    let dispatch = DispatchLoop(
      context: context, dispatch: FileDispatch(path: output.path, store: place.store, now: { place.clock.now }),
      store: place.store)
    _ = await evaluation.step()
    let body = Array(#"[{"contact": "ANN@example.com", "path": "/pricing", "id": "v1"}]"#.utf8)
    for _ in 0..<3 {
      try place.inbox.add([Inbox.Delivery(.events, detail: "page_view", body: body)], at: place.clock.now)
      try place.inbox.add(
        [Inbox.Delivery(.events, detail: "page_view", body: Array("nonsense".utf8))], at: place.clock.now)
      place.clock.move(milliseconds: 1_000)
      _ = await inboxLoop.step()
      _ = await inboxLoop.removeDone()
      _ = await evaluation.step()
      _ = await dispatch.step()
    }
    let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1)
    #expect(lines.first?.contains("Call ann@example.com") == true)
    let facts = context.state.current
    #expect((facts.events, facts.runs, facts.dispatched) == (1, 2, 1))
    #expect(facts.problems.isEmpty)
    let backlog = try place.inbox.backlog()
    #expect((backlog.count, backlog.rejected) == (0, 3))
  }

  /// What is told of one record many times is read once, companies before contacts, and those that are gone last.
  @Test func recordsAreReadAnewInAnOrderThatFits() async throws {
    let place = try Workplace()
    let records = RecordedRefresh()
    let loop = InboxLoop(context: place.context, inbox: place.inbox, store: place.store, records: records, changed: {})
    let body = """
      [{"subscriptionType": "contact.deletion", "objectId": 3},
       {"subscriptionType": "contact.propertyChange", "objectId": 2, "propertyName": "email"},
       {"subscriptionType": "contact.propertyChange", "objectId": 2, "propertyName": "jobtitle"},
       {"subscriptionType": "company.creation", "objectId": 7},
       {"subscriptionType": "contact.merge", "newObjectId": 9, "primaryObjectId": 1, "mergedObjectIds": [4]}]
      """
    try place.inbox.add([Inbox.Delivery(.hubspot, body: Array(body.utf8))], at: place.clock.now)
    records.fails.withLock { $0 = true }
    #expect(await loop.step() != nil)
    // Nothing is lost while HubSpot is away.
    let kept = try place.inbox.backlog().count
    #expect(kept == 1)
    records.fails.withLock { $0 = false }
    #expect(await loop.step() == nil)
    #expect(await loop.removeDone() == nil)
    #expect(
      records.calls.withLock { $0 } == [
        "refresh companies 7", "refresh contacts 2,9", "merged contacts 1,4 into 9", "deleted contacts 3",
      ])
    let left = try place.inbox.backlog().count
    #expect(left == 0)
  }

  /// What makes no sense is put aside when the rest is worked in, and what another account tells is no concern.
  @Test func aDeliveryWithAnOddEventIsWorkedInAndPutAside() async throws {
    let place = try Workplace()
    try place.store.keepHubSpotAccount("2")
    let records = RecordedRefresh()
    let loop = InboxLoop(context: place.context, inbox: place.inbox, store: place.store, records: records, changed: {})
    let body = """
      [{"subscriptionType": "contact.creation", "objectId": [1]},
       {"subscriptionType": "contact.creation", "objectId": 2, "portalId": 2},
       {"subscriptionType": "contact.privacyDeletion", "objectId": 3, "portalId": 1}]
      """
    try place.inbox.add([Inbox.Delivery(.hubspot, body: Array(body.utf8))], at: place.clock.now)
    records.fails.withLock { $0 = true }
    #expect(await loop.step() != nil)
    var backlog = try place.inbox.backlog()
    #expect((backlog.count, backlog.rejected) == (1, 0))
    records.fails.withLock { $0 = false }
    #expect(await loop.step() == nil)
    #expect(await loop.removeDone() == nil)
    #expect(records.calls.withLock { $0 } == ["refresh contacts 2"])
    backlog = try place.inbox.backlog()
    #expect((backlog.count, backlog.rejected) == (0, 1))
  }

  /// What somebody does is no change of them: only who is not known yet is read.
  @Test func whoDidSomethingIsReadWhenUnknown() async throws {
    let place = try Workplace()
    try place.add(["ann@example.com"])
    try place.store.linkHubSpot(.contacts, [1: "1"])
    let (records, context) = (RecordedRefresh(), place.context)
    let loop = InboxLoop(context: context, inbox: place.inbox, store: place.store, records: records, changed: {})
    let body = [1, 2].map { id in
      """
      {"subscriptionType": "event.completed", "objectId": \(id), "eventTypeId": "pe1_page_view",
        "occurredAt": \(place.clock.now.milliseconds), "eventProperties": {"path": "/"}}
      """
    }
    try place.inbox.add(
      [Inbox.Delivery(.hubspot, body: Array("[\(body.joined(separator: ","))]".utf8))], at: place.clock.now)
    _ = await loop.step()
    #expect(records.calls.withLock { $0 } == ["refresh contacts 2"])
    #expect(context.state.current.events == 1)
  }

  private final class RecordedRefresh: RecordRefresh {
    let calls = Mutex<[String]>([])
    let fails = Mutex(false)
    private struct Away: Error {}

    private func note(_ call: String) throws {
      if fails.withLock({ $0 }) { throw Away() }
      calls.withLock { $0.append(call) }
    }

    func refresh(_ object: String, ids: [String], book: RuleBook) async throws {
      try note("refresh \(object) \(ids.joined(separator: ","))")
    }
    func deleted(_ object: String, ids: [String], isErasure: Bool, book: RuleBook) async throws {
      try note("deleted \(object) \(ids.joined(separator: ","))")
    }
    func merged(_ object: String, into: String, from: [String], book: RuleBook) async throws {
      try note("merged \(object) \(from.joined(separator: ",")) into \(into)")
    }
    func sync(book: RuleBook) async throws -> Bool { false }
  }

  // MARK: - The rule book

  @Test func onlyARuleBookThatIsGoodIsFollowed() async throws {
    let place = try Workplace()
    let context = place.context
    let loop = RuleBookLoop(
      context: context, store: place.store, paths: [place.configuration.rules], changed: {})
    _ = await loop.step()
    #expect(context.state.current.problems.isEmpty)
    let old = context.state.book.hash

    try place.write(Workplace.rules + "\nrule bad \"x\" { when nonsense > 3 then skip lower rules }\n")
    _ = await loop.step()
    #expect(context.state.book.hash == old)
    #expect(context.state.current.problems[.rulebook]?.reason.contains("nonsense") == true)

    try place.write(Workplace.rules.replacing("/pricing\"\n", with: "/prices\"\n"))
    _ = await loop.step()
    #expect(context.state.current.problems[.rulebook]?.reason.contains("somebody looks") == true)

    try place.write(Workplace.rules.replacing("score number", with: "score number  city text"))
    _ = await loop.step()
    #expect(context.state.current.problems[.rulebook]?.reason.contains("abm-rules migrate") == true)
    #expect(context.state.book.hash == old)
    let wider = try RuleBook.load([place.configuration.rules])
    try place.store.migrate(to: wider.program)
    _ = await loop.step()
    #expect(context.state.book.hash == wider.hash)
    #expect(context.state.current.problems.isEmpty)
  }

  // MARK: - By itself

  @Test func aDatabaseHasOneDaemon() throws {
    let place = try Workplace()
    let path = place.store.path
    do {
      let first = try InstanceLock(database: path)
      #expect(throws: InstanceLock.Taken.self) { _ = try InstanceLock(database: path) }
      withExtendedLifetime(first) {}
    }
    _ = try InstanceLock(database: path)
  }

  @Test func aDatabaseHasOneLockByWhateverName() throws {
    let place = try Workplace()
    let alias = place.store.path + "-alias"
    try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: place.store.path)
    let first = try InstanceLock(database: place.store.path)
    #expect(throws: InstanceLock.Taken.self) { _ = try InstanceLock(database: alias) }
    withExtendedLifetime(first) {}
  }

  @Test func wordsThatComeTogetherAreOne() async {
    let wakeup = Wakeup()
    let clock = TestClock()
    for _ in 0..<5 { wakeup.signal() }
    #expect(await wakeup.wait(until: nil, now: { clock.now }))
    // The next wait ends by the clock, and the one after by a word.
    #expect(await wakeup.wait(until: clock.now, now: { clock.now }))
    async let waited = wakeup.wait(until: nil, now: { clock.now })
    wakeup.signal()
    #expect(await waited)
    wakeup.finish()
    #expect(await !wakeup.wait(until: nil, now: { clock.now }))
  }

  @Test func alertsAreToldOnceAndTakenBack() async throws {
    let place = try Workplace()
    let context = place.context
    let told = Mutex<[String]>([])
    let loop = AlertLoop(
      context: context, store: place.store, inbox: place.inbox, settings: DaemonSettings(), isSynced: false
    ) { text in told.withLock { $0.append(text) } }
    context.report(.dispatch, "HubSpot is away")
    _ = await loop.step()
    #expect(told.withLock { $0.isEmpty })
    place.clock.move(milliseconds: 61_000)
    _ = await loop.step()
    _ = await loop.step()
    #expect(told.withLock { $0.count } == 1)
    context.report(.dispatch, nil)
    _ = await loop.step()
    #expect(told.withLock { $0.last } == "abm-rules: dispatch is well again")
  }

  @Test func metricsAreWhatPrometheusReads() throws {
    let place = try Workplace()
    let context = place.context
    context.report(.sync, "away")
    let text = MetricsText.text(of: context.state.current, now: place.clock.now)
    #expect(text.contains("# TYPE abm_runs_total counter\nabm_runs_total 0\n"))
    #expect(text.contains("abm_failing{part=\"sync\"} 1\n"))
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.wholeMatch(of: #/[a-z_]+(\{[a-z]+="[^"]*"\})? -?[0-9.e+-]+/#) != nil, "\(line)")
    }
  }

  @Test func logsAreLinesOfJSON() throws {
    let line = JSONLogHandler.line(
      Instant(milliseconds: 0), "abm", .error, "a \"quoted\"\nthing", ["part": "inbox"])
    #expect(
      line
        == #"{"time":"1970-01-01T00:00:00Z","level":"error","label":"abm","message":"a \"quoted\"\nthing","part":"inbox"}"#
    )
  }
}
