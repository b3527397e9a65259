import BusinessTime
import Foundation
import HubSpot
import Logging
import RuleDiagnostics
import Synchronization
import Testing

@Suite("The client")
struct ClientTests {
  private let hubspot = FakeHubSpot()
  private let time = VirtualTime()
  private let metrics = MetricsRegistry()

  private func client(
    _ credentials: Credentials = .token("secret"), settings: ClientSettings = ClientSettings(),
    tokenFile: RefreshTokenFile? = nil, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  ) -> HubSpotClient {
    HubSpotClient(
      settings: settings, credentials: credentials, tokenFile: tokenFile, transport: hubspot, time: time,
      chance: { 0.5 }, logger: logger,
      metrics: ClientMetrics(metrics))
  }

  private let read = APICall.get(.record(.contacts, id: "1"))

  @Test func aReadIsTriedAgain() async throws {
    hubspot.add(.contacts, "1", ["email": "ann@acme.example"])
    hubspot.fail("/contacts/1", .status(503), .noAnswer, .notSent)
    let reply = try await client().call(read)
    #expect(reply["id"] == .text("1"))
    #expect(hubspot.count("GET") == 4)
    #expect(metrics.total("hubspot_retries_total") == 3)
  }

  @Test func aWriteOfWhichNobodyKnowsIsNotTriedAgain() async throws {
    hubspot.fail("/notes", .statusAfterwards(502))
    let call = APICall(.post, .records(.notes), body: .members([("properties", .record([]))]), isRepeatable: false)
    await #expect(throws: HubSpotError.unknownOutcome(reason: "HTTP status 502: HTTP status 502")) {
      try await client().call(call)
    }
    #expect(hubspot.count("POST") == 1)
    #expect(hubspot.with { $0.records[.notes]?.count } == 1)
  }

  @Test func aWriteThatNeverLeftIsTriedAgain() async throws {
    hubspot.fail("/notes", .notSent, .status(429, body: #"{"policyName":"TEN_SECONDLY_ROLLING"}"#), .status(423))
    let call = APICall(.post, .records(.notes), body: .members([("properties", .record([]))]), isRepeatable: false)
    _ = try await client().call(call)
    #expect(hubspot.with { $0.records[.notes]?.count } == 1)
    // The 429 stops the window, the 423 waits two seconds at least.
    #expect(time.waits.contains { $0 >= .seconds(9) })
    #expect(time.waits.contains { $0 >= .seconds(2) && $0 < .seconds(4) })
    #expect(metrics.total("hubspot_limited_total") == 1)
  }

  @Test func whatWillBeTheSameNextTimeIsNotTriedAgain() async throws {
    let client = client()
    hubspot.fail(
      "/contacts/1",
      .status(400, body: #"{"category":"VALIDATION_ERROR","message":"no","correlationId":"abc"}"#),
      .status(
        403,
        body: """
          {"category":"MISSING_SCOPES","message":"scopes","errors":[{"message":"x",
          "context":{"requiredGranularScopes":["crm.objects.contacts.read"]}}]}
          """), .status(401))
    await #expect {
      try await client.call(read)
    } throws: { error in
      guard case .refused(let problem)? = error as? HubSpotError else { return false }
      return problem.correlationID == "abc" && "\(error)".contains("abc")
    }
    await #expect {
      try await client.call(read)
    } throws: { error in
      guard case .forbidden(let problem)? = error as? HubSpotError else { return false }
      return problem.requiredScopes == ["crm.objects.contacts.read"]
    }
    await #expect {
      try await client.call(read)
    } throws: { error in
      if case .unauthorized? = error as? HubSpotError { true } else { false }
    }
    #expect(hubspot.count("GET") == 3)
  }

  @Test func anUnknownDatedPathGivesWayToTheNumberedOne() async throws {
    let client = client()
    hubspot.fail("/crm/objects/2026-09/contacts/1", .status(404, body: #"{"message":"no such path"}"#))
    hubspot.fail("/crm/v3/objects/contacts/1", .status(200, body: #"{"id":"1"}"#), .status(200, body: #"{"id":"1"}"#))
    #expect(try await client.call(read)["id"] == .text("1"))
    _ = try await client.call(read)
    #expect(hubspot.count("/crm/objects/2026-09/") == 1)
    #expect(hubspot.count("/crm/v3/objects/") == 2)
  }

  /// A proxy, or an answer without a body, says 404 in the same way.
  @Test func aRecordThatIsMissingInFewWordsIsNoUnknownPathForLong() async throws {
    let client = client()
    hubspot.fail("/crm/objects/2026-09/contacts/1", .status(404))
    hubspot.fail("/crm/v3/objects/contacts/1", .status(404))
    await #expect {
      try await client.call(read)
    } throws: { error in
      if case .notFound? = error as? HubSpotError { true } else { false }
    }
    hubspot.add(.contacts, "1", [:])
    #expect(try await client.call(read)["id"] == .text("1"))
    #expect(hubspot.count("/crm/v3/objects/") == 1)
  }

  @Test func anUnknownPathIsAnAnswerToTheBreaker() async throws {
    let client = client()
    for _ in 0..<10 { hubspot.fail("/contacts/1", .noAnswer) }
    _ = try? await client.call(read)
    _ = try? await client.call(read)
    hubspot.with { $0.faults = [] }
    time.advance(.seconds(15))
    // The request that is to decide.
    hubspot.fail("/crm/objects/2026-09/contacts/1", .status(404))
    hubspot.fail("/crm/v3/objects/contacts/1", .status(200, body: #"{"id":"1"}"#))
    #expect(try await client.call(read)["id"] == .text("1"))
  }

  @Test func aMissingRecordIsNoUnknownPath() async throws {
    await #expect {
      try await client().call(read)
    } throws: { error in
      if case .notFound? = error as? HubSpotError { true } else { false }
    }
    #expect(hubspot.count("/crm/v3/objects/") == 0)
  }

  @Test func theBreakerKeepsRequestsBack() async throws {
    let client = client()
    for _ in 0..<10 { hubspot.fail("/contacts/1", .noAnswer) }
    _ = try? await client.call(read)
    _ = try? await client.call(read)
    let asked = hubspot.count("GET")
    await #expect {
      try await client.call(read)
    } throws: { error in
      if case .unavailable? = error as? HubSpotError { true } else { false }
    }
    #expect(hubspot.count("GET") == asked)
    hubspot.add(.contacts, "1", [:])
    hubspot.with { $0.faults = [] }
    time.advance(.seconds(15))
    _ = try await client.call(read)
  }

  // MARK: - Tokens

  private let oauth = Credentials.oauth(clientID: "id", clientSecret: "hush", refreshToken: "refresh")

  @Test func oneTokenServesManyCallsAndIsRefreshedByTheClock() async throws {
    let client = client(oauth)
    hubspot.add(.contacts, "1", [:])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await client.call(self.read) } }
      try await group.waitForAll()
    }
    #expect(hubspot.with { $0.refreshes } == 1)
    time.advance(.seconds(1700))
    _ = try await client.call(read)
    #expect(hubspot.with { $0.refreshes } == 2)
  }

  @Test func aTokenThatWasTakenBackIsReplacedOnce() async throws {
    let client = client(oauth)
    hubspot.add(.contacts, "1", [:])
    _ = try await client.call(read)
    hubspot.with { $0.tokens = [] }
    _ = try await client.call(read)
    #expect(hubspot.with { $0.refreshes } == 2)
  }

  @Test func aRefreshTokenThatIsRefusedIsSaid() async throws {
    hubspot.fail("/oauth", .status(400, body: #"{"error":"invalid_grant","message":"refresh token is invalid"}"#))
    await #expect {
      try await client(oauth).call(read)
    } throws: { error in
      "\(error)".contains("refresh token is invalid") && !"\(error)".contains("hush")
    }
  }

  /// HubSpot may give another refresh token with each access token; the one before is no longer good then.
  @Test func aRefreshTokenThatWasReplacedOutlivesTheProgram() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "abm-rules-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = RefreshTokenFile(folder.appending(path: "abm.sqlite-token").path)
    hubspot.with { $0.refreshToken = "refresh" }
    hubspot.add(.contacts, "1", [:])
    let daemon = client(oauth, tokenFile: file)
    _ = try await daemon.call(read)
    // Another process, which refreshes too, and then the first one again, which holds the older one in memory.
    _ = try await client(oauth, tokenFile: file).call(read)
    time.advance(.seconds(1700))
    _ = try await daemon.call(read)
    #expect(hubspot.with { $0.refreshes } == 3)

    let text = String(decoding: try Data(contentsOf: URL(filePath: file.path)), as: UTF8.self)
    #expect(!text.contains("refresh"))
    #expect(!String(decoding: Data(base64Encoded: text) ?? Data(), as: UTF8.self).contains("refresh"))
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  /// After a person gave consent anew another token stands in the environment, and with another app another secret.
  @Test(arguments: [("hush", "anew"), ("another secret", "refresh")])
  func aKeptRefreshTokenIsForTheCredentialsThatItReplaced(secret: String, first: String) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "abm-rules-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    hubspot.with { $0.refreshToken = "refresh" }
    hubspot.add(.contacts, "1", [:])
    _ = try await client(oauth, tokenFile: RefreshTokenFile(path)).call(read)
    hubspot.with { $0.refreshToken = first }
    _ = try await client(
      .oauth(clientID: "id", clientSecret: secret, refreshToken: first), tokenFile: RefreshTokenFile(path)
    ).call(read)
    #expect(hubspot.with { $0.refreshes } == 2)
  }

  // MARK: - Secrets

  @Test func noSecretIsPrintedOrLogged() async throws {
    let lines = LogLines()
    let client = client(
      .token("secret"),
      logger: Logger(label: "test") { _ in lines.handler })
    hubspot.fail("/contacts/1", .status(400, body: #"{"message":"no"}"#), .noAnswer)
    for _ in 0..<2 {
      do { _ = try await client.call(read) } catch { #expect(!"\(error)".contains("secret")) }
    }
    #expect(!lines.text.isEmpty)
    #expect(!lines.text.contains("secret"))
    #expect(!"\(Credentials.token("secret"))".contains("secret"))
    #expect(!String(reflecting: oauth).contains("hush"))
  }

  @Test(arguments: ["http://api.hubapi.com", "http://127.0.0.1.example.com", "ftp://127.0.0.1"])
  func aTokenNeverTravelsInTheClear(address: String) async throws {
    await #expect {
      try await client(settings: ClientSettings(baseURL: address)).call(read)
    } throws: { error in
      if case .credentials? = error as? HubSpotError { true } else { false }
    }
    #expect(hubspot.with { $0.requests.isEmpty })
  }

  // MARK: - Metrics

  @Test func metricsAreWrittenAsPrometheusReadsThem() async throws {
    hubspot.add(.contacts, "1", [:])
    hubspot.with { $0.headers = ["x-hubspot-ratelimit-daily": "1000", "x-hubspot-ratelimit-daily-remaining": "990"] }
    _ = try await client().call(read)
    let text = metrics.prometheusText
    #expect(text.contains("# TYPE hubspot_requests_total counter"))
    #expect(text.contains(#"hubspot_requests_total{endpoint="contacts.one",status="200"} 1"#))
    #expect(text.contains("hubspot_daily_remaining 990"))
    #expect(text.contains(#"hubspot_request_seconds_bucket{endpoint="contacts.one",le="+Inf"} 1"#))
    #expect(text.contains(#"hubspot_request_seconds_count{endpoint="contacts.one"} 1"#))
  }
}

/// Remembers what was logged.
private final class LogLines: Sendable {
  private let lines = Mutex<[String]>([])

  var text: String { lines.withLock { $0.joined(separator: "\n") } }
  var handler: any LogHandler { Handler(lines: self) }

  private struct Handler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace
    let lines: LogLines

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
  }
}
