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
    try workspace.sync().deleted(.contacts, ids: ["1"], isErasure: true)
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
    try workspace.sync().deleted(.contacts, ids: ["1"], isErasure: true)
    #expect(files(with: "ann@acme.example").isEmpty)
    #expect(files(with: "p2@acme.example") == [""])
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
