import BusinessTime
import ContactStore
import Decisioning
import Foundation
import HubSpot
import RuleSemantics
import Service
import Testing

@Suite("Reading from HubSpot")
struct SyncTests {
  private static let rules = """
    contact {
      email     text key
      persona   one of (cfo "CFO", vp "VP") from hubspot persona
      lifecycle one of (lead < mql "marketingqualifiedlead") from hubspot lifecyclestage
      seen      time from hubspot last_seen
      born      date from hubspot birthday
      tier      text from hubspot tier
      secret    text
    }
    account { domain text key  employees number from hubspot numberofemployees }
    deal { name text key  amount number from hubspot amount }
    event meeting_booked { title text } worth 1
    rule late { on lifecycle changed to mql then notify "sales" "{email}" }
    """

  private func workspace(_ rules: String = Self.rules) throws -> TestWorkspace {
    let workspace = try TestWorkspace(rules)
    workspace.hubspot.with { $0.owners = [("5", "ana@acme.example")] }
    return workspace
  }

  private func modified(_ workspace: TestWorkspace, _ seconds: Int = -60) -> String {
    workspace.time.now.adding(milliseconds: Int64(seconds) * 1000).description
  }

  private func addAnn(_ workspace: TestWorkspace, _ properties: [String: String] = [:]) {
    workspace.hubspot.add(.companies, "9", ["domain": "acme.example", "numberofemployees": "120"])
    workspace.hubspot.add(
      .contacts, "1",
      [
        "email": "Ann@acme.example", "persona": "CFO", "lifecyclestage": "lead", "hubspot_owner_id": "5",
        "last_seen": "1772400000000", "birthday": "1980-05-01", "lastmodifieddate": modified(workspace),
        "undeclared": "x",
      ].merging(properties) { $1 }, associations: [.companies: ["9"]])
  }

  @Test func declaredFieldsOwnersAndCompaniesAreRead() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    workspace.hubspot.add(.contacts, "2", ["firstname": "No address"])
    workspace.hubspot.add(.deals, "7", ["dealname": "Big", "amount": "1200.5"], associations: [.companies: ["9"]])
    workspace.hubspot.add(.deals, "8", ["dealname": "Big", "amount": "3"])
    let summary = try await workspace.sync().run()
    #expect(
      try workspace.rows(
        "SELECT email, persona, lifecycle, seen, born, _owner, _account, secret FROM contact") == [
          ["Ann@acme.example", "cfo", "lead", "1772400000000", "1980-05-01", "ana@acme.example", "1", ""]
        ])
    #expect(try workspace.rows("SELECT domain, employees FROM account") == [["acme.example", "120"]])
    #expect(
      try workspace.rows("SELECT name, amount, _account FROM deal") == [["Big", "1200.5", "1"], ["Big (8)", "3", ""]])
    #expect(summary.streams.map(\.name) == ["companies", "contacts", "deals"])
    #expect(summary.streams[1].counts.keyless == 1)
    #expect(workspace.hubspot.with { $0.requests.contains { $0.contains("undeclared") } } == false)
  }

  @Test func whatChangedIsReadAndSetsRulesOffWhatWasThereDoesNot() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace, ["lifecyclestage": "marketingqualifiedlead"])
    _ = try await workspace.sync().run()
    #expect(try workspace.run().decisions.actions.isEmpty)
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["lifecyclestage": "lead", "persona": "", "lastmodifieddate": modified(workspace, -30)])
    var summary = try await workspace.sync().run()
    #expect(summary.streams[1].counts.updated == 1)
    #expect(summary.hasChanges)
    #expect(try workspace.rows("SELECT persona, lifecycle FROM contact") == [["", "lead"]])
    #expect(try workspace.run().decisions.actions.isEmpty)
    workspace.time.advance(.seconds(600))
    addAnn(
      workspace, ["lifecyclestage": "marketingqualifiedlead", "lastmodifieddate": modified(workspace, -30)])
    _ = try await workspace.sync().run()
    #expect(try workspace.run().decisions.actions.map(\.action) == [.notify])
    // Nothing new: windows overlap, and what was read is read again without effect.
    workspace.time.advance(.seconds(60))
    summary = try await workspace.sync().run()
    #expect(!summary.hasChanges)
    #expect(try workspace.run().decisions.actions.isEmpty)
  }

  @Test func valuesThatAreNoneOfTheirFieldAreReported() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace, ["persona": "Wizard", "last_seen": "yesterday"])
    let summary = try await workspace.sync().run()
    #expect(summary.streams[1].counts.problems == ["persona": ["Wizard"], "seen": ["yesterday"]])
    #expect(summary.text.contains("`persona` counts as missing where HubSpot says “Wizard”"))
  }

  /// Interrupted at any point, it goes on there, and ends with everything.
  @Test func anInterruptedReadingEndsComplete() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    for id in 1...1_050 {
      workspace.hubspot.add(
        .contacts, "\(id)", ["email": "p\(id)@acme.example", "lastmodifieddate": modified(workspace)])
    }
    for page in [2, 3, 3] {
      var pages = 0
      let sync = workspace.sync()
      let task = Task {
        try await sync.run { progress in
          if progress.stream == "contacts" { pages += 1 }
          if pages == page { withUnsafeCurrentTask { $0?.cancel() } }
        }
      }
      await #expect(throws: (any Error).self) { try await task.value }
    }
    let between = Int(try workspace.rows("SELECT count(*) FROM contact")[0][0]) ?? 0
    #expect(between == 800)
    let asked = workspace.hubspot.count("GET /crm/objects/2026-09/contacts")
    let summary = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT count(*), count(DISTINCT email) FROM contact") == [["1050", "1050"]])
    // It does not begin anew: three pages are left, and the deleted ones.
    #expect(workspace.hubspot.count("GET /crm/objects/2026-09/contacts") - asked == 4)
    #expect(summary.streams[1].isFull)
    // One reading is one import, however often it was interrupted.
    #expect(
      try workspace.rows("SELECT rows, inserted FROM import WHERE kind = 'contact'") == [["1050", "1050"]])
  }

  /// More records than a search finds share one time, as after a bulk update.
  @Test func manyRecordsOfOneTimeDoNotLoop() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    _ = try await workspace.sync().run()
    workspace.time.advance(.seconds(600))
    workspace.hubspot.with { $0.searchCap = 500 }
    let time = modified(workspace, -60)
    for id in 1...1_200 {
      workspace.hubspot.add(.contacts, "\(id)", ["email": "p\(id)@acme.example", "lastmodifieddate": time])
    }
    let summary = try await workspace.sync().run()
    #expect(summary.streams[1].counts.inserted == 1_200)
    #expect(workspace.hubspot.count("contacts/search") == 7)
  }

  @Test func aFieldThatIsDeclaredLaterIsReadForAll() async throws {
    let workspace = try TestWorkspace("contact { email text key }")
    defer { workspace.remove() }
    workspace.hubspot.add(.contacts, "1", ["email": "ann@acme.example", "tier": "a"])
    _ = try await workspace.sync().run()
    let book = RuleBook.read(
      [("book.abm", Array("contact { email text key  tier text from hubspot tier }".utf8))], folder: ".")
    try workspace.store.migrate(to: book.program)
    workspace.time.advance(.seconds(600))
    let sync = HubSpotSync(
      book: book, store: workspace.store, client: workspace.client(), settings: workspace.settings,
      now: { [time = workspace.time] in time.now })
    let summary = try await sync.run()
    #expect(summary.streams[0].isFull)
    #expect(try workspace.rows("SELECT tier FROM contact") == [["a"]])
  }

  /// Over the time that the program was away somebody became a lead, and the rule book got another field.
  @Test func aNewFieldDoesNotHideWhatChangedInOthers() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    _ = try await workspace.sync().run()
    try workspace.run()
    workspace.time.advance(.seconds(3_600))
    addAnn(
      workspace,
      ["lifecyclestage": "marketingqualifiedlead", "city": "Bonn", "lastmodifieddate": modified(workspace, -600)])
    let text =
      Self.rules.replacing("secret    text", with: "secret text  city text from hubspot city")
      + "\nrule town { on city changed then notify \"sales\" \"moved\" }"
    let book = RuleBook.read(
      [("book.abm", Array(text.utf8))], folder: ".")
    try workspace.store.migrate(to: book.program)
    let sync = HubSpotSync(
      book: book, store: workspace.store, client: workspace.client(), settings: workspace.settings,
      now: { [time = workspace.time] in time.now })
    let summary = try await sync.run()
    #expect(summary.streams[1].isFull)
    #expect(
      try workspace.rows("SELECT field, import_id IS NULL FROM field_history WHERE kind = 'contact' ORDER BY field")
        == [
          ["city", "0"], ["lifecycle", "1"],
        ])
    #expect(try RunService.run(book, workspace.store, at: workspace.time.now).decisions.actions.map(\.rule) == ["late"])
  }

  /// What such a reading has not come to yet is still new when the rule book changes once more.
  @Test func anUnfinishedReadingOfANewFieldStaysAnImport() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    let (store, now) = (workspace.store, workspace.time.now)
    let first = try store.beginSyncImport(.contacts, fields: ["city"], now: now)
    let second = try store.beginSyncImport(.contacts, fields: ["size"], goingOn: first, now: now)
    #expect(
      try workspace.rows("SELECT field FROM import_field WHERE import_id = \(second) ORDER BY field") == [
        ["city"], ["size"],
      ])
  }

  // MARK: - Clocks

  private static let day = DateText("Mon, 02 Mar 2026")

  private struct DateText {
    var day: String
    init(_ day: String) { self.day = day }
    func at(_ instant: Instant) -> String { "\(day) \(instant.description.dropFirst(11).prefix(8)) GMT" }
  }

  /// Our clock was an hour ahead, and HubSpot's records are of its own.
  @Test func whatChangesIsFoundWhateverOurClockSays() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    let hour: Int64 = 3_600_000
    func answer(_ seconds: Int64) {
      let time = workspace.time.now.adding(milliseconds: -hour)
      workspace.hubspot.with { $0.headers["date"] = Self.day.at(time) }
      let modified = time.adding(milliseconds: -seconds * 1_000).description
      addAnn(workspace, ["tier": "t\(seconds)", "lastmodifieddate": modified])
    }
    answer(600)
    _ = try await workspace.sync().run()
    for seconds: Int64 in [50, 51, 52] {
      workspace.time.advance(.seconds(300))
      answer(seconds)
      _ = try await workspace.sync().run()
      #expect(try workspace.rows("SELECT tier FROM contact") == [["t\(seconds)"]])
    }
  }

  @Test func aWindowOfAFutureIsNotWaitedFor() {
    let (last, minute) = (Instant(milliseconds: 100_000_000), Int64(60_000))
    func next(_ minutes: Int64) -> (from: Instant, to: Instant)? {
      ChangeWindow.next(after: last, now: last.adding(milliseconds: minutes * minute))
    }
    #expect(next(10)?.from == last.adding(milliseconds: -ChangeWindow.overlap))
    #expect(next(-1) == nil)
    let behind = next(-60)
    #expect(behind?.to == last.adding(milliseconds: -60 * minute - ChangeWindow.margin))
    #expect(behind.map { $0.from < $0.to } == true)
  }

  @Test func aDryRunKeepsNothing() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    let summary = try await workspace.sync().run(isDryRun: true)
    #expect(summary.streams[1].counts.inserted == 1)
    #expect(try workspace.rows("SELECT count(*) FROM contact") == [["0"]])
    #expect(try workspace.rows("SELECT count(*) FROM hubspot_cursor") == [["0"]])
    #expect(try workspace.rows("SELECT count(*) FROM import") == [["0"]])
  }

  // MARK: - Gone

  @Test func aDeletedContactIsSentNothingUntilItIsBack() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    _ = try await workspace.sync().run()
    workspace.time.advance(.seconds(3_700))
    workspace.hubspot.with { $0.records[.contacts]?["1"]?.isArchived = true }
    let summary = try await workspace.sync().run()
    #expect(summary.streams[1].deleted == 1)
    #expect(try workspace.rows("SELECT _suppressed FROM contact") == [["1"]])
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["lastmodifieddate": modified(workspace, -30)])
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT _suppressed FROM contact") == [["0"]])
  }

  @Test func aMergedContactBringsWhatItGot() async throws {
    let workspace = try workspace(
      Self.rules + "\nrule hello { when persona == cfo then notify \"sales\" \"{email}\" once }")
    defer { workspace.remove() }
    addAnn(workspace)
    _ = try await workspace.sync().run()
    #expect(try workspace.run().decisions.actions.count == 1)
    // Ann once more under another address; HubSpot merges the first into the second.
    workspace.time.advance(.seconds(600))
    workspace.hubspot.merge("1", into: "2")
    workspace.hubspot.add(
      .contacts, "2",
      [
        "email": "ann@globex.example", "persona": "CFO", "lastmodifieddate": modified(workspace, -30),
        "hs_merged_object_ids": "1",
      ])
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT email FROM contact") == [["ann@globex.example"]])
    #expect(try workspace.run().decisions.actions.isEmpty)
  }

  @Test func anErasedContactLeavesNoTrace() async throws {
    let workspace = try workspace(Self.rules + "\nrule hello { when persona == cfo then notify \"sales\" \"{email}\" }")
    defer { workspace.remove() }
    addAnn(workspace)
    _ = try await workspace.sync().run()
    try workspace.run()
    try await workspace.sync().deleted(.contacts, ids: ["1"], isErasure: true)
    #expect(try workspace.rows("SELECT count(*) FROM contact") == [["0"]])
    let tables = try workspace.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    for table in tables.map({ $0[0] }) where table != "name" {
      let rows = try workspace.rows("SELECT * FROM \"\(table)\"")
      #expect(!rows.flatMap { $0 }.contains { $0.lowercased().contains("ann@acme") }, "\(table)")
    }
    #expect(try workspace.rows("SELECT status, key FROM outbox") == [["dropped", "erased"]])
  }

  /// Pages that SQLite no longer uses, its log, and the columns that are kept beside it hold nobody either.
  @Test func anErasedContactIsInNoFile() async throws {
    let workspace = try workspace(Self.rules + "\nrule hello { when persona == cfo then notify \"sales\" \"{email}\" }")
    defer { workspace.remove() }
    addAnn(workspace)
    for id in 2...400 {
      workspace.hubspot.add(
        .contacts, "\(id)", ["email": "p\(id)@acme.example", "lastmodifieddate": modified(workspace, -3600)])
    }
    _ = try await workspace.sync().run()
    try workspace.run()
    try Data("ann@acme.example".utf8).write(to: URL(filePath: workspace.store.path + ".columns"))
    func files(with text: String) -> [String] {
      ["", "-wal", ".columns"].filter { suffix in
        guard let data = FileManager.default.contents(atPath: workspace.store.path + suffix) else { return false }
        return data.range(of: Data(text.utf8)) != nil
      }
    }
    #expect(files(with: "ann@acme.example").contains(".columns"))
    try await workspace.sync().deleted(.contacts, ids: ["1"], isErasure: true)
    #expect(files(with: "ann@acme.example").isEmpty)
    #expect(files(with: "p2@acme.example") == [""])
  }

  /// A list of people who want nothing more comes while a contact is in HubSpot's bin.
  @Test func whatWasSuppressedWhileDeletedStaysSo() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    _ = try await workspace.sync().run()
    _ = try workspace.store.markDeleted(.contacts, ids: ["1"], now: workspace.time.now)
    workspace.time.advance(.seconds(600))
    try workspace.importContacts("email,suppressed\nann@acme.example,yes\n")
    addAnn(workspace)
    try await workspace.sync().refresh(.contacts, ids: ["1"])
    #expect(try workspace.rows("SELECT _suppressed FROM contact") == [["1"]])
    #expect(try workspace.rows("SELECT count(*) FROM hubspot_deleted") == [["0"]])
  }

  // MARK: - Another account

  /// Ids of one account are other people in another.
  @Test func aDatabaseBelongsToOneAccount() async throws {
    let workspace = try workspace(Self.rules + "\nrule mark { when persona == cfo then set tier to \"a\" }")
    defer { workspace.remove() }
    addAnn(workspace)
    _ = try await workspace.sync().run(isDryRun: true)
    #expect(try workspace.store.hubSpotAccount() == nil)
    _ = try await workspace.sync().run()
    #expect(try workspace.store.hubSpotAccount() == "62515")
    try workspace.run()
    workspace.hubspot.with { $0.portalID = 4 }
    let (sync, dispatcher) = (workspace.sync(), workspace.dispatcher())
    var error = await #expect(throws: WrongAccount.self) { _ = try await sync.run() }
    #expect(error.map { [$0.known, $0.asked] } == ["62515", "4"])
    error = await #expect(throws: WrongAccount.self) { try await sync.refresh(.contacts, ids: ["1"]) }
    #expect(error.map { [$0.known, $0.asked] } == ["62515", "4"])
    error = await #expect(throws: WrongAccount.self) { _ = try await dispatcher.dispatchDue() }
    #expect(error.map { [$0.known, $0.asked] } == ["62515", "4"])
    #expect(workspace.hubspot.count("batch/update") == 0)
    #expect(try workspace.store.outboxCounts() == [.pending: 1])
  }

  // MARK: - Out of order

  /// What webhooks tell of deletions may be late: only what is no longer there is deleted.
  @Test func aDeletionThatWasTakenBackIsNone() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    workspace.hubspot.add(.contacts, "2", ["email": "bob@acme.example"])
    _ = try await workspace.sync().run()
    workspace.hubspot.with { $0.records[.contacts]?["2"]?.isArchived = true }
    try await workspace.sync().deleted(.contacts, ids: ["1", "2"], isErasure: false)
    #expect(try workspace.rows("SELECT _id, _suppressed FROM contact ORDER BY _id") == [["1", "0"], ["2", "1"]])
  }

  /// A webhook has the opt-out read while a page that was read before it waits.
  @Test func anOlderPageDoesNotTakeBackAnOptOut() async throws {
    var workspace = try workspace()
    defer { workspace.remove() }
    workspace.settings.consents = ["marketing": "may_mail"]
    let (sync, hubspot) = (workspace.sync(), workspace.hubspot)
    addAnn(workspace, ["may_mail": "true", "tier": "old", "lastmodifieddate": modified(workspace, -60)])
    let older = hubspot.properties(.contacts, "1")
    _ = try await sync.run()
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["may_mail": "false", "tier": "new", "lastmodifieddate": modified(workspace, -1)])
    try await sync.refresh(.contacts, ids: ["1"])
    // Writing to it does not make it forget how new it is.
    try workspace.store.linkHubSpot(.contacts, [1: "1"])
    hubspot.add(.contacts, "1", older, associations: [.companies: ["9"]])
    try await sync.refresh(.contacts, ids: ["1"])
    #expect(try workspace.rows("SELECT tier FROM contact") == [["new"]])
    #expect(try workspace.rows("SELECT granted FROM consent ORDER BY at") == [["1"], ["0"]])
  }

  enum Removal: CaseIterable { case deletion, merge }

  /// While a page waits, one of its records is deleted or merged.
  @Test(arguments: Removal.allCases)
  func anOlderPageDoesNotBringBackWhatIsGone(removal: Removal) async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    workspace.hubspot.add(.contacts, "2", ["email": "bob@acme.example"])
    _ = try await workspace.sync().run()
    let (book, store, time) = (workspace.book, workspace.store, workspace.time)
    workspace.hubspot.meanwhile("associations/contacts") {
      switch removal {
      case .deletion: _ = try? store.markDeleted(.contacts, ids: ["1"], now: time.now)
      case .merge: try? store.merge(.contacts, ["1"], into: "2", program: book.program, now: time.now)
      }
    }
    try await workspace.sync().refresh(.contacts, ids: ["1"])
    switch removal {
    case .deletion: #expect(try workspace.rows("SELECT _suppressed FROM contact WHERE _id = 1") == [["1"]])
    case .merge: #expect(try workspace.rows("SELECT email FROM contact") == [["bob@acme.example"]])
    }
  }

  /// A page that was read before our value came to HubSpot is taken in after it.
  @Test func anOlderPageDoesNotTakeBackOurValue() async throws {
    let workspace = try workspace(Self.rules + "\nrule mark { when persona == cfo then set tier to \"a\" }")
    defer { workspace.remove() }
    addAnn(workspace, ["tier": "b"])
    _ = try await workspace.sync().run()
    try workspace.run()
    let (store, hubspot) = (workspace.store, workspace.hubspot)
    let older = hubspot.properties(.contacts, "1")
    _ = try await workspace.dispatcher().dispatchDue()
    hubspot.add(.contacts, "1", older, associations: [.companies: ["9"]])
    // As its index still has it.
    workspace.time.advance(.seconds(20))
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT tier FROM contact") == [["a"]])
    // What somebody changes there later counts.
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["tier": "z", "lastmodifieddate": modified(workspace, -1)])
    try await workspace.sync().refresh(.contacts, ids: ["1"])
    #expect(try workspace.rows("SELECT tier FROM contact") == [["z"]])
    #expect(try store.outboxCounts() == [.done: 1])
  }

  /// A deal in the bin is nobody's; when it is restored it is its company's again.
  @Test func aDeletedDealDoesNotCount() async throws {
    let workspace = try workspace(
      Self.rules
        + "\nrule open { when any(account.deals where amount > 0) then notify \"sales\" \"open\" every time }")
    defer { workspace.remove() }
    addAnn(workspace)
    workspace.hubspot.add(.deals, "7", ["dealname": "Big", "amount": "10"], associations: [.companies: ["9"]])
    _ = try await workspace.sync().run()
    workspace.hubspot.with { $0.records[.deals]?["7"]?.isArchived = true }
    try await workspace.sync().deleted(.deals, ids: ["7"], isErasure: false)
    #expect(try workspace.run().decisions.actions.isEmpty)
    workspace.hubspot.with { $0.records[.deals]?["7"]?.isArchived = false }
    workspace.time.advance(.seconds(60))
    try await workspace.sync().refresh(.deals, ids: ["7"])
    #expect(try workspace.rows("SELECT name, _account FROM deal") == [["Big", "1"]])
    #expect(try workspace.run().decisions.actions.map(\.rule) == ["open"])
  }

  /// One contact got another address, and a new one the address that it had; the new one is told of first.
  @Test func anAddressThatMovesToAnotherMakesNoOneOfTwo() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    _ = try await workspace.sync().run()
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["email": "ann@globex.example", "lastmodifieddate": modified(workspace, -30)])
    workspace.hubspot.add(
      .contacts, "2",
      ["email": "ann@acme.example", "hs_email_optout": "true", "lastmodifieddate": modified(workspace, -20)])
    try await workspace.sync().refresh(.contacts, ids: ["2"])
    let expected = [["ann@globex.example", "cfo", "0"], ["ann@acme.example", "", "1"]]
    let contacts = "SELECT email, persona, _suppressed FROM contact ORDER BY _id"
    #expect(try workspace.rows(contacts) == expected)
    _ = try await workspace.sync().run()
    #expect(try workspace.rows(contacts) == expected)
    #expect(try workspace.rows("SELECT count(*) FROM hubspot_doubt") == [["0"]])
  }

  /// Two that are one here, until HubSpot says that they are not.
  @Test func twoOfOneAddressAreOneUntilTheyDiffer() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    workspace.hubspot.add(.contacts, "2", ["email": "ANN@acme.example", "persona": "VP"])
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT email, persona FROM contact") == [["Ann@acme.example", "cfo"]])
    workspace.hubspot.with { $0.records[.contacts]?["2"]?.properties["hs_email_optout"] = "true" }
    try await workspace.sync().refresh(.contacts, ids: ["2"])
    #expect(try workspace.rows("SELECT _suppressed FROM contact") == [["1"]])
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["email": "ann@globex.example", "lastmodifieddate": modified(workspace, -30)])
    try await workspace.sync().refresh(.contacts, ids: ["1"])
    #expect(
      try workspace.rows("SELECT email, persona FROM contact ORDER BY _id") == [
        ["ann@globex.example", "cfo"], ["ANN@acme.example", "vp"],
      ])
  }

  // MARK: - Merged

  /// What was decided about one that is merged away is neither lost nor done twice.
  @Test func whatWasDecidedAboutAMergedContactGoesOn() async throws {
    let workspace = try workspace(
      Self.rules + """

        rule hello { when persona == cfo then notify "sales" "hello" once }
        sequence nurture {
          enroll when persona == vp existing too
          goal when did meeting_booked
          step one { create task "Call" for "ana@acme.example"  wait 1 day }
          step two { create task "Write" for "ana@acme.example" }
        }
        """)
    defer { workspace.remove() }
    for (id, persona) in [("1", "CFO"), ("2", "VP"), ("3", "CFO"), ("4", "")] {
      workspace.hubspot.add(.contacts, id, ["email": "p\(id)@acme.example", "persona": persona])
    }
    _ = try await workspace.sync().run()
    try workspace.run()
    let open = "SELECT rule, key, record FROM outbox WHERE status = 'pending' ORDER BY id"
    #expect(
      try workspace.rows(open) == [
        ["hello", "p1@acme.example", "1"], ["hello", "p3@acme.example", "3"], ["nurture", "p2@acme.example", "2"],
      ])
    let (store, program, now) = (workspace.store, workspace.book.program, workspace.time.now)
    try store.merge(.contacts, ["1", "2"], into: "4", program: program, now: now)
    #expect(
      try workspace.rows(open) == [
        ["hello", "p4@acme.example", "4"], ["hello", "p3@acme.example", "3"], ["nurture", "p4@acme.example", "4"],
      ])
    #expect(try workspace.rows("SELECT contact, step FROM enrolment") == [["4", "one"]])
    // The same was decided about both: once is enough.
    try store.merge(.contacts, ["3"], into: "4", program: program, now: now)
    #expect(
      try workspace.rows(open) == [["hello", "p4@acme.example", "4"], ["nurture", "p4@acme.example", "4"]])
    #expect(try workspace.rows("SELECT DISTINCT record FROM outbox") == [["4"]])
    workspace.time.advance(.seconds(60))
    #expect(try workspace.run().decisions.actions.isEmpty)
    // Somebody in a sequence can be erased too.
    try await workspace.sync().deleted(.contacts, ids: ["4"], isErasure: true)
    #expect(try workspace.rows("SELECT count(*) FROM contact") == [["0"]])
    #expect(try workspace.rows("SELECT count(*) FROM enrolment") == [["0"]])
  }

  /// What people are asked about somebody, and which arm they were in, are theirs under the other's name too.
  @Test func anOpenQuestionAndAnArmGoWithAMergedContact() async throws {
    let workspace = try workspace(
      Self.rules + """

        asset { published date }
        asset guide { published 2026-03-01 }
        recommendation best { from asset  factor fresh 100% = freshness(candidate.published, half life 90 days) }
        rule offer { when persona == cfo then recommend best for approval once }
        rule hello { when persona == cfo then notify "sales" "hello" once }
        experiment words on hello {
          arm long 50% { notify "sales" "long" }
          arm short 50% { notify "sales" "short" }
          measure did meeting_booked within 14 days afterwards
        }
        """)
    defer { workspace.remove() }
    for (id, persona) in [("1", "CFO"), ("2", "CFO"), ("3", "")] {
      workspace.hubspot.add(.contacts, id, ["email": "p\(id)@acme.example", "persona": persona])
    }
    _ = try await workspace.sync().run()
    try workspace.run()
    let open = "SELECT key, record FROM approval WHERE settled_by_run IS NULL ORDER BY id"
    #expect(try workspace.rows(open) == [["p1@acme.example", "1"], ["p2@acme.example", "2"]])
    let arms = try workspace.rows("SELECT arm FROM experiment_assignment ORDER BY record")
    let (store, program, now) = (workspace.store, workspace.book.program, workspace.time.now)
    _ = try store.answer([1], isApproval: true, by: "ana", note: nil, now: now)
    try store.merge(.contacts, ["1"], into: "3", program: program, now: now)
    #expect(try workspace.rows(open) == [["p3@acme.example", "3"], ["p2@acme.example", "2"]])
    #expect(
      try workspace.rows("SELECT record, arm FROM experiment_assignment ORDER BY record") == [
        ["2", arms[1][0]], ["3", arms[0][0]],
      ])
    // The same is asked about both: once is enough.
    try store.merge(.contacts, ["2"], into: "3", program: program, now: now)
    #expect(try workspace.rows(open) == [["p3@acme.example", "3"]])
    #expect(try workspace.rows("SELECT record, arm FROM experiment_assignment") == [["3", arms[0][0]]])
    workspace.time.advance(.seconds(60))
    let actions = try workspace.run().decisions.actions
    #expect(actions.map(\.rule) == ["offer"] && actions.map(\.key) == ["p3@acme.example"])
    // Who was asked about can be erased.
    try await workspace.sync().deleted(.contacts, ids: ["3"], isErasure: true)
    #expect(try workspace.rows("SELECT count(*) FROM approval") == [["0"]])
    #expect(try workspace.rows("SELECT count(*) FROM approval_answer") == [["0"]])
  }

  // MARK: - Companies that are deleted

  /// Nobody is of an account that is in HubSpot's bin; restored, it has its people and deals again.
  @Test func aDeletedCompanyHasNobodyUntilItIsBack() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    workspace.hubspot.add(.deals, "7", ["dealname": "Big"], associations: [.companies: ["9"]])
    _ = try await workspace.sync().run()
    let accounts = "SELECT _account FROM contact UNION ALL SELECT _account FROM deal"
    #expect(try workspace.rows(accounts) == [["1"], ["1"]])
    workspace.hubspot.with { $0.records[.companies]?["9"]?.isArchived = true }
    try await workspace.sync().deleted(.companies, ids: ["9"], isErasure: false)
    #expect(try workspace.rows(accounts) == [[""], [""]])
    workspace.time.advance(.seconds(600))
    workspace.hubspot.with { $0.records[.companies]?["9"]?.isArchived = false }
    try await workspace.sync().refresh(.companies, ids: ["9"])
    #expect(try workspace.rows(accounts) == [["1"], ["1"]])
  }

  /// HubSpot may merge two into a third id; all that was known of either is known of it.
  @Test func twoThatBecomeAThirdAreOne() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    workspace.hubspot.add(.contacts, "2", ["email": "ann@globex.example", "hs_email_optout": "true"])
    _ = try await workspace.sync().run()
    try workspace.store.merge(
      .contacts, ["1", "2"], into: "3", program: workspace.book.program, now: workspace.time.now)
    #expect(try workspace.rows("SELECT email, _suppressed FROM contact") == [["Ann@acme.example", "1"]])
    #expect(
      try workspace.rows("SELECT hubspot_id, record FROM hubspot_record WHERE object = 'contacts'") == [["3", "1"]])
  }

  // MARK: - Both ways

  @Test func aValueThatIsOnItsWayIsNotTakenBack() async throws {
    let workspace = try workspace(Self.rules + "\nrule mark { when persona == cfo then set tier to \"a\" }")
    defer { workspace.remove() }
    addAnn(workspace, ["tier": "b"])
    _ = try await workspace.sync().run()
    try workspace.run()
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["tier": "c", "lastmodifieddate": modified(workspace, -30)])
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT tier FROM contact") == [["a"]])
    _ = try await workspace.dispatcher().dispatchDue()
    #expect(workspace.hubspot.properties(.contacts, "1")["tier"] == "a")
  }

  @Test(arguments: [false, true])
  func theDeclaredWinnerWins(rulesWin: Bool) async throws {
    var workspace = try workspace(Self.rules + "\nrule mark { when persona == cfo then set tier to \"a\" once }")
    defer { workspace.remove() }
    if rulesWin { workspace.settings.rulesWin = ["tier"] }
    addAnn(workspace)
    _ = try await workspace.sync().run()
    try workspace.run()
    _ = try await workspace.dispatcher().dispatchDue()
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["tier": "z", "lastmodifieddate": modified(workspace, -30)])
    let summary = try await workspace.sync().run()
    let winner = rulesWin ? "a" : "z"
    #expect(try workspace.rows("SELECT tier FROM contact") == [[winner]])
    #expect(workspace.hubspot.properties(.contacts, "1")["tier"] == winner)
    #expect(summary.corrections == (rulesWin ? 1 : 0))
  }

  @Test func consentsAndOptOutsAreRead() async throws {
    var workspace = try workspace()
    defer { workspace.remove() }
    workspace.settings.consents = ["marketing": "may_mail"]
    addAnn(workspace, ["may_mail": "true"])
    workspace.hubspot.add(.contacts, "2", ["email": "bob@acme.example", "hs_email_optout": "true"])
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT contact, purpose, granted FROM consent") == [["1", "marketing", "1"]])
    #expect(
      try workspace.rows("SELECT email, _suppressed FROM contact ORDER BY email COLLATE NOCASE") == [
        ["Ann@acme.example", "0"], ["bob@acme.example", "1"],
      ])
    workspace.time.advance(.seconds(600))
    addAnn(workspace, ["may_mail": "false", "lastmodifieddate": modified(workspace, -30)])
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT granted FROM consent ORDER BY at") == [["1"], ["0"]])
  }

  // MARK: - Events

  @Test func activitiesAreEventsEachOnce() async throws {
    var workspace = try workspace()
    defer { workspace.remove() }
    workspace.settings.events = [
      "meeting_booked": .init(
        object: .meetings, at: "hs_createdate", filters: ["hs_meeting_outcome": "SCHEDULED"],
        fields: ["title": "hs_meeting_title"])
    ]
    addAnn(workspace)
    workspace.hubspot.add(
      .meetings, "71",
      ["hs_createdate": modified(workspace, -120), "hs_meeting_outcome": "SCHEDULED", "hs_meeting_title": "Demo"],
      associations: [.contacts: ["1"]])
    workspace.hubspot.add(
      .meetings, "72", ["hs_createdate": modified(workspace, -120), "hs_meeting_outcome": "CANCELED"],
      associations: [.contacts: ["1"]])
    _ = try await workspace.sync().run()
    workspace.time.advance(.seconds(600))
    workspace.hubspot.with {
      $0.records[.meetings]?["71"]?.properties["hs_lastmodifieddate"] =
        workspace.time.now
        .adding(milliseconds: -60_000).description
    }
    _ = try await workspace.sync().run()
    #expect(try workspace.rows("SELECT _contact, title FROM event_meeting_booked") == [["1", "Demo"]])
  }

  @Test func anActivityThatIsPutOffIsOneEvent() async throws {
    var workspace = try workspace()
    defer { workspace.remove() }
    workspace.settings.events = [
      "meeting_booked": .init(object: .meetings, at: "hs_timestamp", fields: ["title": "hs_meeting_title"])
    ]
    addAnn(workspace)
    func meet(_ title: String, in seconds: Int) {
      workspace.hubspot.add(
        .meetings, "71",
        [
          "hs_timestamp": modified(workspace, seconds), "hs_meeting_title": title,
          "hs_lastmodifieddate": modified(workspace, -60),
        ], associations: [.contacts: ["1"]])
    }
    meet("Demo", in: -3_600)
    _ = try await workspace.sync().run()
    workspace.time.advance(.seconds(600))
    meet("Big demo", in: -1_800)
    let summary = try await workspace.sync().run()
    let at = workspace.time.now.milliseconds - 1_800_000
    #expect(try workspace.rows("SELECT _at, title FROM event_meeting_booked") == [["\(at)", "Big demo"]])
    #expect(summary.streams.last?.counts.inserted == 0)
  }

  /// What tells of an event may come before what tells of its contact.
  @Test func eventsWaitForTheirContacts() async throws {
    var workspace = try workspace()
    defer { workspace.remove() }
    workspace.settings.events = [
      "meeting_booked": .init(object: .meetings, at: "hs_createdate", fields: ["title": "hs_meeting_title"])
    ]
    workspace.hubspot.add(
      .meetings, "71", ["hs_createdate": modified(workspace, -120), "hs_meeting_title": "Demo"],
      associations: [.contacts: ["1"]])
    _ = try await workspace.sync().run()
    let type = try #require(workspace.book.program.events.firstIndex { $0.name == "meeting_booked" })
    func tell(_ owner: ReceivedEvent.Owner, _ title: String) throws -> ReceivedEventCounts {
      try workspace.store.record(
        [
          ReceivedEvent(
            type: EventID(type), owner: owner, at: workspace.time.now, id: title, isNamed: true,
            fields: ["title": title])
        ], program: workspace.book.program, now: workspace.time.now)
    }
    for _ in 0..<2 { #expect(try tell(.key("ANN@acme.example"), "Posted").strangers == 1) }
    #expect(try tell(.hubspot("1"), "Told").strangers == 1)
    _ = try tell(.key("eve@acme.example"), "Of somebody else")
    #expect(try workspace.rows("SELECT count(*) FROM event_meeting_booked") == [["0"]])
    addAnn(workspace)
    workspace.time.advance(.seconds(60))
    try await workspace.sync().refresh(.contacts, ids: ["1"])
    #expect(
      try workspace.rows("SELECT title FROM event_meeting_booked ORDER BY title") == [["Demo"], ["Posted"], ["Told"]])
    #expect(try tell(.key("ann@acme.example"), "Posted").known == 1)
    try workspace.importContacts("email\neve@acme.example\n")
    #expect(try workspace.rows("SELECT count(*) FROM event_meeting_booked") == [["4"]])
    // Nobody is waited for for ever.
    _ = try tell(.key("mallory@acme.example"), "Of nobody")
    workspace.time.advance(.seconds(31 * 86_400))
    _ = try tell(.key("ann@acme.example"), "Late")
    #expect(try workspace.rows("SELECT count(*) FROM stranger_event") == [["0"]])
  }

  @Test func recordsAreReadOutOfTurn() async throws {
    let workspace = try workspace()
    defer { workspace.remove() }
    addAnn(workspace)
    try await workspace.sync().refresh(.companies, ids: ["9"])
    try await workspace.sync().refresh(.contacts, ids: ["1", "404"])
    #expect(try workspace.rows("SELECT email, _account FROM contact") == [["Ann@acme.example", "1"]])
    #expect(try workspace.store.syncCursor("contacts") == nil)
  }
}
