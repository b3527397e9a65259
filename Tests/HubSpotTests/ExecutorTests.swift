import BusinessTime
import HubSpot
import Logging
import RuleDiagnostics
import RuleSemantics
import Testing

@Suite("Carrying actions out")
struct ExecutorTests {
  private let hubspot = FakeHubSpot()
  private let time = VirtualTime()

  private func executor(_ settings: ExecutorSettings = ExecutorSettings()) -> ActionExecutor {
    let client = HubSpotClient(
      credentials: .token("secret"), transport: hubspot, time: time, chance: { 0.5 },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: ClientMetrics(MetricsRegistry()))
    return ActionExecutor(client: client, settings: settings, transport: hubspot, now: { [time] in time.now })
  }

  private func action(
    _ id: Int64 = 1, _ action: ActionID, _ request: [(String, JSONValue?)], key: String = "ann@acme.example",
    hubspotID: String? = "1", subject: Subject = .contact, doubtfulSince: Instant? = nil, remote: String? = nil
  ) -> OutboundAction {
    OutboundAction(
      id: id, idempotencyKey: "rule:r|contact:\(key)|once|\(id)", action: action, subject: subject, key: key,
      hubspotID: hubspotID, request: .members(request), doubtfulSince: doubtfulSince, remote: remote,
      decidedAt: time.now)
  }

  private func set(
    _ id: Int64, _ property: String, _ value: String, action kind: ActionID = .set, hubspotID: String? = "1",
    key: String = "ann@acme.example"
  ) -> OutboundAction {
    action(
      id, kind, [("properties", .record([.init(property, .text(value))]))], key: key, hubspotID: hubspotID)
  }

  // MARK: - Properties

  @Test func changesOfOneRecordAreOneRow() async {
    hubspot.add(.contacts, "1", [:])
    let (results, _) = await executor().perform([
      set(1, "persona", "cfo"), set(2, "tier", "a"), set(3, "persona", "vp"),
    ])
    #expect(results == [.done, .done, .done])
    #expect(hubspot.properties(.contacts, "1") == ["persona": "vp", "tier": "a"])
    #expect(hubspot.count("batch/update") == 1)
  }

  /// Batches are under way at the same time, so that no two may hold changes of one record.
  @Test func allChangesOfOneRecordAreInOneBatch() {
    var actions: [OutboundAction] = []
    for id in 1...250 { actions.append(set(Int64(id), "tier", "a", key: "p\(id % 150)@acme.example")) }
    let batches = ActionExecutor.batches(of: actions)
    #expect(batches.map { Set($0.map(\.key)).count } == [100, 50])
    #expect(batches.joined().map(\.id).sorted() == Array(1...250))
    for batch in batches { #expect(batch.map(\.id) == batch.map(\.id).sorted()) }
  }

  @Test func ofThoseWhoComeAndGoTheLastCounts() async {
    for id in ["1", "2"] { hubspot.add(.contacts, id, ["email": "\(id)@acme.example"]) }
    hubspot.with { $0.lists["Warm"] = ("55", "MANUAL", ["2"]) }
    func membership(_ id: Int64, _ kind: ActionID, _ record: String) -> OutboundAction {
      action(id, kind, [("list", .text("Warm"))], key: "\(record)@acme.example", hubspotID: record)
    }
    let batches = ActionExecutor.batches(of: [
      membership(1, .removeFromList, "1"), membership(2, .addToList, "2"), membership(3, .addToList, "1"),
      membership(4, .removeFromList, "2"),
    ])
    #expect(batches.map { $0.map(\.id) } == [[1, 3], [2, 4]])
    for batch in batches { #expect(await executor().perform(batch).results == [.done, .done]) }
    #expect(hubspot.with { $0.lists["Warm"]?.members } == ["1"])
  }

  /// One that goes again later must not come after those that were decided later.
  @Test func changesAfterOneThatGoesAgainWaitForIt() async {
    hubspot.add(.contacts, "1", [:])
    hubspot.fail("batch/update", .status(400, body: #"{"category":"VALIDATION_ERROR","message":"a value is bad"}"#))
    for _ in 0..<5 { hubspot.fail("batch/update", .status(503)) }
    let (results, _) = await executor().perform([set(1, "tier", "a"), set(2, "tier", "b")])
    for result in results {
      guard case .again = result else {
        Issue.record("\(results)")
        return
      }
    }
    #expect(hubspot.properties(.contacts, "1").isEmpty)
  }

  @Test func oneBadRowDoesNotTakeTheOthersWithIt() async {
    for id in ["1", "2", "3"] { hubspot.add(.contacts, id, [:]) }
    let (results, _) = await executor().perform([
      set(1, "tier", "a", hubspotID: "1"), set(2, "tier", "bad", hubspotID: "2"), set(3, "tier", "c", hubspotID: "3"),
    ])
    #expect(results[0] == .done)
    #expect(results[1] == .failed("HubSpot: a value is bad (VALIDATION_ERROR)"))
    #expect(results[2] == .done)
    #expect(hubspot.properties(.contacts, "3") == ["tier": "c"])
  }

  @Test func oneBadValueDoesNotTakeTheOthersOfItsRecordWithIt() async {
    hubspot.add(.contacts, "1", [:])
    let (results, _) = await executor().perform([set(1, "tier", "bad"), set(2, "persona", "cfo")])
    #expect(results[0] == .failed("HubSpot: a value is bad (VALIDATION_ERROR)"))
    #expect(results[1] == .done)
    #expect(hubspot.properties(.contacts, "1") == ["persona": "cfo"])
  }

  /// Where HubSpot refuses the whole batch for one row, the row is found by halving.
  @Test func aBatchThatIsRefusedAsAWholeIsTakenApart() async {
    var actions: [OutboundAction] = []
    for id in 1...8 {
      hubspot.add(.contacts, "\(id)", [:])
      actions.append(set(Int64(id), "tier", "a", hubspotID: "\(id)"))
    }
    hubspot.fail(
      "batch/update", .status(400, body: #"{"category":"VALIDATION_ERROR","message":"one row is bad"}"#),
      .status(400, body: #"{"category":"VALIDATION_ERROR","message":"one row is bad"}"#))
    let (results, _) = await executor().perform(actions)
    #expect(results.allSatisfy { $0 == .done })
    #expect(hubspot.count("batch/update") == 5)
  }

  @Test func aContactThatHubSpotDoesNotKnowYetIsMade() async {
    let (results, ids) = await executor().perform([set(7, "tier", "a", hubspotID: nil)])
    #expect(results == [.done])
    let id = ids[7] ?? ""
    #expect(hubspot.properties(.contacts, id) == ["email": "ann@acme.example", "tier": "a"])
  }

  @Test func aMergedRecordIsFoundUnderItsSurvivor() async {
    hubspot.add(.contacts, "2", [:])
    hubspot.merge("1", into: "2")
    let (results, ids) = await executor().perform([set(1, "tier", "a")])
    #expect(results == [.done])
    #expect(ids == [1: "2"])
    #expect(hubspot.properties(.contacts, "2") == ["tier": "a"])
  }

  @Test func aRecordThatIsGoneIsARefusal() async {
    let (results, _) = await executor().perform([set(1, "tier", "a")])
    #expect(results == [.refused("the record is no longer in HubSpot")])
  }

  @Test func aStageThatHubSpotSilentlyKeepsIsNoticed() async {
    hubspot.add(.contacts, "1", ["lifecyclestage": "customer"])
    let (results, _) = await executor().perform([
      set(1, "lifecyclestage", "lead", action: .advance), set(2, "tier", "a"),
    ])
    #expect(results[0] == .refused("HubSpot left the lifecycle stage at `customer` instead of `lead`"))
    #expect(results[1] == .done)
  }

  @Test func setMovesAStageBackInTwoSteps() async {
    hubspot.add(.contacts, "1", ["lifecyclestage": "customer"])
    let (results, _) = await executor().perform([set(1, "lifecyclestage", "lead")])
    #expect(results == [.done])
    #expect(hubspot.properties(.contacts, "1") == ["lifecyclestage": "lead"])
    #expect(hubspot.count("batch/update") == 3)
  }

  @Test func aHubSpotThatIsAwayPostponesChanges() async {
    hubspot.add(.contacts, "1", [:])
    for _ in 0..<5 { hubspot.fail("batch/update", .statusAfterwards(502)) }
    let (results, _) = await executor().perform([set(1, "tier", "a")])
    guard case .again = results[0] else {
      Issue.record("\(results)")
      return
    }
  }

  @Test func companiesAreFoundByTheirDomain() async {
    hubspot.add(.companies, "9", ["domain": "acme.example"])
    let (results, ids) = await executor().perform([
      action(
        1, .set, [("properties", .record([.init("tier", .text("a"))]))], key: "acme.example", hubspotID: nil,
        subject: .account)
    ])
    #expect(results == [.done])
    #expect(ids == [1: "9"])
  }

  @Test func oneOfSeveralCompaniesIsNotGuessed() async {
    hubspot.add(.companies, "8", ["domain": "acme.example"])
    hubspot.add(.companies, "9", ["domain": "acme.example"])
    let (results, _) = await executor().perform([
      action(
        1, .set, [("properties", .record([.init("tier", .text("a"))]))], key: "acme.example", hubspotID: nil,
        subject: .account)
    ])
    guard case .failed(let reason) = results[0] else {
      Issue.record("\(results)")
      return
    }
    #expect(reason.contains("several companies"))
  }

  // MARK: - Lists

  @Test func membersAreAddedAndRemovedManyAtATime() async {
    for id in ["1", "2"] { hubspot.add(.contacts, id, ["email": "\(id)@acme.example"]) }
    hubspot.with { $0.lists["Warm"] = ("55", "MANUAL", []) }
    let executor = executor()
    let add = [
      action(1, .addToList, [("list", .text("Warm"))], key: "1@acme.example", hubspotID: "1"),
      action(2, .addToList, [("list", .text("Warm"))], key: "2@acme.example", hubspotID: nil),
      action(3, .addToList, [("list", .text("Warm"))], key: "3@acme.example", hubspotID: "3"),
    ]
    let (results, ids) = await executor.perform(add)
    #expect(results == [.done, .done, .refused("the record is no longer in HubSpot")])
    #expect(ids == [2: "2"])
    #expect(hubspot.with { $0.lists["Warm"]?.members } == ["1", "2"])
    let (removed, _) = await executor.perform([
      action(4, .removeFromList, [("list", .text("Warm"))], key: "1@acme.example", hubspotID: "1")
    ])
    #expect(removed == [.done])
    #expect(hubspot.with { $0.lists["Warm"]?.members } == ["2"])
  }

  @Test(arguments: ["Missing", "Active"])
  func aListThatCannotBeFilledByHandFails(name: String) async {
    hubspot.add(.contacts, "1", [:])
    hubspot.with { $0.lists["Active"] = ("56", "DYNAMIC", []) }
    let (results, _) = await executor().perform([action(1, .addToList, [("list", .text(name))])])
    guard case .failed(let reason) = results[0] else {
      Issue.record("\(results)")
      return
    }
    #expect(reason.contains("“\(name)”"))
  }

  // MARK: - Emails

  private let emails = ExecutorSettings(emails: ["Welcome": "77"], assetEmail: "78")

  @Test func anEmailIsSentOnceHoweverOftenItIsTried() async {
    let executor = executor(emails)
    let first = action(1, .sendEmail, [("template", .text("Welcome")), ("to", .text("ann@acme.example"))])
    hubspot.fail("single-send", .statusAfterwards(502))
    let (unknown, _) = await executor.perform([first])
    guard case .unknown = unknown[0] else {
      Issue.record("\(unknown)")
      return
    }
    var again = first
    again.doubtfulSince = time.now
    let (results, _) = await executor.perform([again])
    #expect(
      results == [
        .done(
          note: "IDEMPOTENT_IGNORE: it was sent before",
          remote: "status-\(Reference.sendID(of: first.idempotencyKey))")
      ])
    #expect(hubspot.with { $0.sends.values.max() } == 1)
  }

  @Test func aSendThatHubSpotMayHaveForgottenIsForAPerson() async {
    var old = action(1, .sendEmail, [("template", .text("Welcome"))])
    old.doubtfulSince = time.now
    time.advance(.seconds(86_401))
    let (results, _) = await executor(emails).perform([old])
    guard case .parked = results[0] else {
      Issue.record("\(results)")
      return
    }
    #expect(hubspot.with { $0.sends.isEmpty })
  }

  @Test(arguments: ["PREVIOUSLY_UNSUBSCRIBED_MESSAGE", "ADDRESS_OPTED_OUT", "NON_MARKETABLE_CONTACT"])
  func aRefusedSendIsAResult(reason: String) async {
    hubspot.with { $0.sendResults = [reason] }
    let (results, _) = await executor(emails).perform([action(1, .sendAsset, [("asset", .text("roi_guide"))])])
    #expect(results == [.refused("HubSpot did not send it: \(reason)")])
  }

  @Test func aQueuedSendIsAskedAfter() async {
    hubspot.with { $0.sendResults = ["QUEUED", "QUEUED", "SENT"] }
    let executor = executor(emails)
    let first = action(1, .sendAsset, [("asset", .text("roi_guide"))])
    let (queued, _) = await executor.perform([first])
    guard case .waiting(let status, _) = queued[0] else {
      Issue.record("\(queued)")
      return
    }
    var polled = first
    polled.remote = status
    let (still, _) = await executor.perform([polled])
    guard case .waiting = still[0] else {
      Issue.record("\(still)")
      return
    }
    let (sent, _) = await executor.perform([polled])
    #expect(sent == [.done(note: "SENT", remote: status)])
    #expect(hubspot.count("single-send") == 1)
  }

  @Test func anEmailThatTheWorkspaceDoesNotNameFails() async {
    let (results, _) = await executor().perform([action(1, .sendEmail, [("template", .text("Welcome"))])])
    guard case .failed(let reason) = results[0] else {
      Issue.record("\(results)")
      return
    }
    #expect(reason.contains("hubspot: emails:"))
  }

  // MARK: - Tasks and notes

  @Test(arguments: [true, false])
  func aTaskOfWhichNobodyKnowsIsReadBack(hasKey: Bool) async {
    hubspot.add(.contacts, "1", [:])
    hubspot.with {
      $0.owners = [("5", "Ana@acme.example")]
      if hasKey { $0.uniqueProperties[.tasks] = ["abm_rules_key"] }
    }
    let executor = executor()
    let first = action(
      1, .createTask,
      [("text", .text("Call Ann")), ("recipient", .text("ana@acme.example")), ("priority", .text("high"))])
    hubspot.fail("2026-09/tasks", .noAnswerAfterwards)
    let (unknown, _) = await executor.perform([first])
    guard case .unknown = unknown[0] else {
      Issue.record("\(unknown)")
      return
    }
    var again = first
    again.doubtfulSince = time.now
    let (results, _) = await executor.perform([again])
    guard case .done(let note, _) = results[0] else {
      Issue.record("\(results)")
      return
    }
    #expect(note == "found when read back")
    let tasks = hubspot.with { $0.records[.tasks] ?? [:] }
    #expect(tasks.count == 1)
    #expect(tasks.values.first?.properties["hubspot_owner_id"] == "5")
    #expect(tasks.values.first?.properties["hs_task_priority"] == "HIGH")
  }

  /// Tasks go many to a call; what becomes of each is told apart, and those of which nobody knows are read back together.
  @Test(arguments: [true, false])
  func manyTasksAreOneCall(hasKey: Bool) async {
    if hasKey { hubspot.with { $0.uniqueProperties[.tasks] = ["abm_rules_key"] } }
    for id in 1...3 { hubspot.add(.contacts, "\(id)", [:]) }
    var actions = (1...120).map { id in
      action(
        Int64(id), .createTask, [("text", .text(id == 7 ? "bad" : id == 8 ? "odd" : "Call"))],
        key: "p\(id % 3)@acme.example", hubspotID: "\(id % 3 + 1)")
    }
    let batches = ActionExecutor.batches(of: actions + [set(200, "tier", "a", key: "p1@acme.example")])
    #expect(batches.map(\.count) == [100, 20, 1])
    let executor = executor()
    var (results, _) = await executor.perform(actions)
    #expect(hubspot.count("tasks/batch/create") == 2)
    for (position, result) in results.enumerated() {
      switch (position, result) {
      case (6, .failed), (7, .unknown): break
      case (_, .done): break
      default: Issue.record("\(position): \(result)")
      }
    }
    #expect(hubspot.with { $0.records[.tasks]?.count } == 118)
    // As after the end of the program, when nobody knows of any.
    actions = actions.map { action in
      var action = action
      action.doubtfulSince = time.now
      action.request = .members([("text", .text("Call"))])
      return action
    }
    (results, _) = await executor.perform(actions)
    for result in results {
      guard case .done = result else {
        Issue.record("\(result)")
        continue
      }
    }
    #expect(hubspot.with { $0.records[.tasks]?.count } == 120)
    #expect(hubspot.count("tasks/batch/create") == 3)
  }

  /// The second half of a batch that is refused as a whole may meet a HubSpot that is away.
  @Test func whatIsMadeIsKnownWhateverBecomesOfTheRest() async {
    hubspot.add(.contacts, "1", [:])
    hubspot.fail(
      "tasks/batch/create", .status(400, body: #"{"category":"VALIDATION_ERROR","message":"no"}"#), .passes, .noAnswer)
    let (results, _) = await executor().perform(
      (1...2).map { action($0, .createTask, [("text", .text("Call"))]) })
    guard case .done = results[0], case .unknown = results[1] else { return #expect(Bool(false), "\(results)") }
  }

  @Test func aTaskThatWasNotMadeIsMade() async {
    hubspot.add(.contacts, "1", [:])
    let executor = executor()
    let first = action(1, .createNote, [("text", .text("A note"))])
    hubspot.fail("2026-09/notes", .noAnswer)
    _ = await executor.perform([first])
    var again = first
    again.doubtfulSince = time.now
    _ = await executor.perform([again])
    // Another action of the same text is another note.
    _ = await executor.perform([action(2, .createNote, [("text", .text("A note"))])])
    #expect(hubspot.with { $0.records[.notes]?.count } == 2)
  }

  /// It was made before `abm_rules_key` was, so that the reference stands in its text.
  @Test func aTaskThatIsOlderThanTheKeyIsFound() async {
    hubspot.add(.contacts, "1", [:])
    let request: [(String, JSONValue?)] = [("text", .text("Call"))]
    hubspot.fail("2026-09/tasks", .noAnswerAfterwards)
    _ = await executor().perform([action(1, .createTask, request)])
    hubspot.with { $0.uniqueProperties[.tasks] = ["abm_rules_key"] }
    let (results, _) = await executor().perform([action(1, .createTask, request, doubtfulSince: time.now)])
    #expect(hubspot.with { $0.records[.tasks]?.count } == 1)
    guard case .done = results[0] else { return #expect(Bool(false), "\(results)") }
  }

  /// It is there; that its owner has left does not matter any more.
  @Test func aTaskIsLookedForBeforeItsOwnerIs() async {
    hubspot.add(.contacts, "1", [:])
    hubspot.with { $0.owners = [("5", "ana@acme.example")] }
    let request: [(String, JSONValue?)] = [("text", .text("Call")), ("recipient", .text("ana@acme.example"))]
    hubspot.fail("2026-09/tasks", .noAnswerAfterwards)
    _ = await executor().perform([action(1, .createTask, request)])
    hubspot.with { $0.owners = [] }
    let (results, _) = await executor().perform([action(1, .createTask, request, doubtfulSince: time.now)])
    guard case .done = results[0] else { return #expect(Bool(false), "\(results)") }
  }

  @Test func aListThatWasMadeAnewIsFoundAgain() async {
    hubspot.add(.contacts, "1", [:])
    hubspot.with { $0.lists["Warm"] = ("55", "MANUAL", []) }
    let executor = executor()
    _ = await executor.perform([action(1, .addToList, [("list", .text("Warm"))])])
    hubspot.with { $0.lists["Warm"] = ("56", "MANUAL", []) }
    let (results, _) = await executor.perform([action(2, .addToList, [("list", .text("Warm"))])])
    guard case .again = results[0] else { return #expect(Bool(false), "\(results)") }
    let (after, _) = await executor.perform([action(2, .addToList, [("list", .text("Warm"))])])
    #expect(after == [.done])
    #expect(hubspot.with { $0.lists["Warm"]?.members } == ["1"])
  }

  /// HubSpot does not promise that an error names its row.
  @Test func anErrorThatNamesNoRowIsFoundToBeOfOne() async {
    for id in 1...9 { hubspot.add(.contacts, "\(id)", [:]) }
    hubspot.with { $0.errorsAreNameless = true }
    let actions = (1...9).map { id in
      set(Int64(id), "tier", id == 4 ? "bad" : "a", hubspotID: "\(id)", key: "p\(id)@acme.example")
    }
    let (results, _) = await executor().perform(actions)
    #expect(results.enumerated().allSatisfy { $0.offset == 3 || $0.element == .done })
    guard case .failed = results[3] else { return #expect(Bool(false), "\(results[3])") }
  }

  @Test func aTaskForNobodyFails() async {
    hubspot.add(.contacts, "1", [:])
    let (results, _) = await executor().perform([
      action(1, .createTask, [("text", .text("Call")), ("recipient", .text("who@acme.example"))])
    ])
    #expect(results == [.failed("HubSpot has no owner with the address who@acme.example")])
    #expect(hubspot.with { $0.records[.tasks] == nil })
  }

  // MARK: - Webhooks

  @Test func aWebhookOfWhichNobodyKnowsIsParkedUnlessItsReceiverKnowsRepetitions() async {
    let settings = ExecutorSettings(
      webhooks: ["billing": "https://hooks.example.com/billing", "ledger": "https://hooks.example.com/ledger"],
      repeatableWebhooks: ["ledger"])
    let executor = executor(settings)
    for (name, isRepeated) in [("billing", false), ("ledger", true)] {
      var again = action(1, .callWebhook, [("webhook", .text(name))])
      again.doubtfulSince = time.now
      hubspot.fail("/\(name)", .status(200))
      let (results, _) = await executor.perform([again])
      if isRepeated {
        #expect(results == [.done(note: "HTTP status 200", remote: nil)])
      } else {
        guard case .parked = results[0] else {
          Issue.record("\(results)")
          return
        }
      }
    }
    #expect(hubspot.count("billing") == 0)
    #expect(hubspot.count("ledger") == 1)
  }

  // MARK: - Each action of the catalog

  /// What the outbox holds of an action, and which request makes it.
  private static func example(_ action: ActionID) -> (request: [(String, JSONValue?)], word: String) {
    switch action {
    case .set: ([("properties", .record([.init("tier", .text("gold"))]))], "batch/update")
    case .clear: ([("properties", .record([.init("persona", .null)]))], "batch/update")
    case .advance: ([("properties", .record([.init("lifecyclestage", .text("customer"))]))], "batch/update")
    case .assignOwner: ([("owner", .text("ana@acme.example"))], "batch/update")
    case .addToList: ([("list", .text("Warm"))], "memberships")
    case .removeFromList: ([("list", .text("Cold"))], "memberships")
    case .sendAsset, .sendBest: ([("asset", .text("roi_guide")), ("to", .text("ann@acme.example"))], "single-send")
    case .sendEmail: ([("template", .text("Welcome")), ("transactional", .flag(true))], "single-email")
    case .createTask: ([("text", .text("Call")), ("recipient", .text("ana@acme.example"))], "2026-09/tasks")
    case .createNote: ([("text", .text("A note"))], "2026-09/notes")
    case .notify: ([("text", .text("Look")), ("recipient", .text("ana@acme.example"))], "2026-09/tasks")
    case .callWebhook: ([("webhook", .text("ledger"))], "ledger")
    case .recommend, .enroll, .removeFromSequence, .skipLowerRules: ([], "nothing")
    }
  }

  /// What stands in HubSpot after a request that was carried out and of which no answer came, and what after the next one.
  @Test(arguments: ActionID.allCases, [FakeHubSpot.Fault.noAnswerAfterwards, .noAnswer, .statusAfterwards(502)])
  func itIsDoneOnceHoweverOftenItIsTried(kind: ActionID, fault: FakeHubSpot.Fault) async {
    hubspot.add(
      .contacts, "1",
      ["email": "ann@acme.example", "persona": "cfo", "lifecyclestage": "lead"])
    hubspot.with {
      $0.owners = [("5", "ana@acme.example")]
      $0.lists = ["Warm": ("55", "MANUAL", []), "Cold": ("56", "MANUAL", ["1"])]
    }
    var settings = emails
    settings.webhooks = ["ledger": "https://hooks.example.com/ledger"]
    settings.repeatableWebhooks = ["ledger"]
    let (request, word) = Self.example(kind)
    let executor = executor(settings)
    var action = action(1, kind, request)
    hubspot.fail(word, fault)
    // The receiver of webhooks is not HubSpot; it says that it took them.
    if kind == .callWebhook { for _ in 0..<2 { hubspot.fail(word, .status(204)) } }
    for _ in 0..<3 {
      let (results, _) = await executor.perform([action])
      if case .unknown = results[0] { action.doubtfulSince = action.doubtfulSince ?? time.now }
      if case .done = results[0] { continue }
      guard case .unknown = results[0] else {
        Issue.record("\(kind): \(results)")
        return
      }
    }
    let state = hubspot.with { $0 }
    #expect(state.faults.allSatisfy { $0.word == "nothing" || kind == .callWebhook })
    let contact = state.records[.contacts]?["1"]?.properties ?? [:]
    switch kind {
    case .set: #expect(contact["tier"] == "gold")
    case .clear: #expect(contact["persona"] == nil)
    case .advance: #expect(contact["lifecyclestage"] == "customer")
    case .assignOwner: #expect(contact["hubspot_owner_id"] == "5")
    case .addToList: #expect(state.lists["Warm"]?.members == ["1"])
    case .removeFromList: #expect(state.lists["Cold"]?.members == [])
    case .sendAsset, .sendBest, .sendEmail: #expect(state.sends == [Reference.sendID(of: action.idempotencyKey): 1])
    case .createTask, .notify: #expect(state.records[.tasks]?.count == 1)
    case .createNote: #expect(state.records[.notes]?.count == 1)
    case .callWebhook: #expect(hubspot.count("ledger") >= 1)
    case .recommend, .enroll, .removeFromSequence, .skipLowerRules: #expect(state.requests.isEmpty)
    }
  }

  @Test func anOwnerWhomHubSpotDoesNotKnowIsSaid() async {
    hubspot.add(.contacts, "1", [:])
    let (results, _) = await executor().perform([action(1, .assignOwner, [("owner", .text("who@acme.example"))])])
    #expect(results == [.failed("HubSpot has no owner with the address who@acme.example")])
  }

  @Test func aChannelGetsTheKeyByWhichARepetitionIsKnown() async {
    var settings = ExecutorSettings()
    settings.channels = ["sales": "https://hooks.example.com/sales"]
    hubspot.fail("/sales", .status(200), .status(429), .status(404), .status(503), .notSent)
    let executor = executor(settings)
    let notice = action(1, .notify, [("text", .text("Look")), ("recipient", .text("sales"))])
    var results: [ActionResult] = []
    for _ in 0..<5 { results += await executor.perform([notice]).results }
    #expect(results[0] == .done(note: "HTTP status 200", remote: nil))
    #expect(results[1] == .again("“sales” answered 429", after: .seconds(30)))
    #expect(results[2] == .failed("“sales” answered 404"))
    #expect(results[3] == .unknown("“sales” answered 503"))
    #expect(results[4] == .again("“sales” cannot be reached: no connection", after: .seconds(30)))
    let unknown = await executor.perform([action(1, .notify, [("recipient", .text("nobody"))])]).results
    #expect(
      unknown == [
        .failed("no address is known for the channel “nobody”; see `hubspot: channels:` in abm.yaml")
      ])
  }

  @Test func aNoteOnAnAccountStandsOnTheCompany() async {
    hubspot.add(.companies, "9", ["domain": "acme.example"])
    let (results, ids) = await executor().perform([
      action(1, .createNote, [("text", .text("A note"))], key: "acme.example", hubspotID: nil, subject: .account)
    ])
    guard case .done = results[0] else {
      Issue.record("\(results)")
      return
    }
    #expect(ids == [1: "9"])
    #expect(hubspot.with { $0.records[.companies]?["9"]?.associations[.notes]?.count } == 1)
  }
}
