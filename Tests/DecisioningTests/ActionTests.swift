import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics
import Testing

private let base = """
  contact { email text key  first_name text  hot flag  lifecycle one of (lead < mql "marketingqualifiedlead") from hubspot lifecyclestage }
  account { domain text key  size number }
  event page_view { path text } worth 0.2
  asset { type text  url text }
  asset guide "The guide" { type "guide"  url "https://example.com/guide" }
  team sdr { "ana@example.com", "ben@example.com" otherwise "lead@example.com" }

  """

/// Actions with everything filled in.
struct ActionTests {
  private func scene(_ rules: String) throws -> Scene {
    var scene = try Scene(base + rules)
    scene.add("ann@acme.example", ["hot": .flag(true)])
    return scene
  }

  private func request(_ rule: String) throws -> String {
    var scene = try scene("rule r { when hot then \(rule) }")
    scene.consentAll()
    return try #require(scene.run().actions.first).request.text
  }

  @Test func requestsSayEverything() throws {
    #expect(
      try request("send asset guide")
        == #"{"kind":"send_email","to":"ann@acme.example","asset":"guide","title":"The guide","url":"https://example.com/guide"}"#
    )
    #expect(
      try request("send email \"Welcome\" as transactional")
        == #"{"kind":"send_email","to":"ann@acme.example","template":"Welcome","transactional":true}"#)
    #expect(
      try request("set lifecycle to mql")
        == #"{"kind":"update_record","object":"contact","key":"ann@acme.example","properties":{"lifecyclestage":"marketingqualifiedlead"}}"#
    )
    #expect(
      try request("add to list \"Hot\"")
        == #"{"kind":"add_to_list","list":"Hot","object":"contact","key":"ann@acme.example"}"#)
    #expect(
      try request(
        "create task \"Call {first_name otherwise email}\" for owner otherwise \"desk@example.com\" due in 2 business days with priority high"
      )
        == #"{"kind":"create_task","text":"Call ann@acme.example","recipient":"desk@example.com","due":"2026-03-04T09:00:00Z","priority":"high","object":"contact","key":"ann@acme.example"}"#
    )
    #expect(
      try request("create note \"x\"")
        == #"{"kind":"create_note","text":"x","object":"contact","key":"ann@acme.example"}"#)
    #expect(
      try request("notify \"sales\" \"{email}\"")
        == #"{"kind":"notify","text":"ann@acme.example","recipient":"sales","object":"contact","key":"ann@acme.example"}"#
    )
    #expect(
      try request("call webhook \"hook\"")
        == #"{"kind":"call_webhook","webhook":"hook","object":"contact","key":"ann@acme.example"}"#)
  }

  @Test func nobodyToDoItIsNoAction() throws {
    var scene = try scene("rule r { when hot then create task \"Call\" for owner }")
    #expect(scene.run().outcomes("r") == [.noRecipient])
    var mail = try self.scene("rule r { when hot then send asset guide via owner }")
    mail.consentAll()
    #expect(mail.run().outcomes("r") == [.noRecipient])
  }

  @Test func theOwnerIsAskedFirst() throws {
    var scene = try scene(
      "rule r { when hot then create task \"Call\" for owner otherwise \"desk@example.com\" and send asset guide via owner }"
    )
    scene.consentAll()
    scene.world.contacts[0].owner = "olga@example.com"
    let decisions = scene.run()
    #expect(decisions.actions.compactMap { $0.argument(.recipient) } == [.text("olga@example.com")])
    #expect(decisions.actions.last?.request.text.contains(#""from":"olga@example.com""#) == true)
  }

  @Test func valuesOfEveryTypeAreSet() throws {
    var scene = try Scene(
      """
      contact { email text key  on date  at time  best asset  yes_no flag  topics list of text }
      asset { type text }
      asset guide { type "guide" }
      rule a { when email is known then set on to today }
      rule b { when email is known then set at to now }
      rule c { when email is known then set best to guide }
      rule d { when email is known then set yes_no to no }
      """)
    scene.add("ann@acme.example")
    #expect(
      scene.run().actions.compactMap { $0.argument(.value) } == [
        .text("2026-03-02"), .text("2026-03-02T09:00:00Z"), .text("guide"), .flag(false),
      ])
    #expect(scene.run().actions.isEmpty)
  }

  @Test func clearingWhatHasADefaultLeavesTheDefault() throws {
    var scene = try Scene(
      "contact { email text key  language text missing means \"en\" } rule r { when email is known then clear language }"
    )
    scene.add("ann@acme.example")
    #expect(scene.run().actions.isEmpty)
    scene.set("language", to: .text("de"), of: "ann@acme.example")
    #expect(scene.run().acted.count == 1)
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  @Test func aRuleGoesBeforeASync() throws {
    var scene = try scene(
      """
      segment warm when hot sync to hubspot list "Warm"
      rule r { when hot then remove from list "Warm" }
      """)
    #expect(scene.run().lines == ["warm ann@acme.example: overridden"])
  }

  @Test func aSyncedValueThatIsGoneIsCleared() throws {
    var scene = try scene("define name = first_name sync to hubspot property abm_name")
    scene.set("first_name", to: .text("Ann"), of: "ann@acme.example")
    #expect(scene.run().actions.map(\.action) == [.set])
    scene.set("first_name", to: .missing, of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.map(\.action) == [.clear])
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  @Test func dueInBusinessTimePassesOverTheContactsHolidays() throws {
    var scene = try Scene(
      base + """
        policy { holidays from "us.ics" when first_name == "Bob" }
        rule r { when hot then create task "Call" for "desk@example.com" due in 1 business day }
        """)
    scene.add("ann@acme.example", ["hot": .flag(true)])
    scene.add("bob@acme.example", ["hot": .flag(true), "first_name": .text("Bob")])
    scene.options.holidays = [[try #require(CivilDate(year: 2026, month: 3, day: 3))]]
    #expect(
      scene.run().actions.map { $0.argument(.due) } == [
        .text("2026-03-03T09:00:00Z"), .text("2026-03-04T09:00:00Z"),
      ])
  }

  @Test func syncsAreKeptUpToDate() throws {
    var scene = try scene(
      """
      segment warm when hot sync to hubspot list "Warm"
      define kind one of (yes_man, no_man) = if hot then yes_man else no_man sync to hubspot property abm_kind
      """)
    let first = scene.run()
    #expect(first.actions.map(\.isSync) == [true, true])
    #expect(Set(first.acted) == ["warm ann@acme.example", "kind ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    let left = scene.run(after: TimeSpan(1, .hours))
    #expect(Set(left.actions.map(\.action)) == [.removeFromList, .set])
  }

  @Test func aDecayingScoreIsWrittenToATenth() throws {
    var scene = try scene(
      """
      score warmth { add 10 per page_view half life 1 day, up to 30 } sync to hubspot property abm_warmth
      """)
    try scene.happen("page_view", to: "ann@acme.example")
    #expect(scene.run().actions.compactMap { $0.argument(.value) } == [.number(10)])
    #expect(scene.run(after: TimeSpan(1, .minutes)).actions.isEmpty)
    #expect(scene.run(after: TimeSpan(1, .days)).actions.compactMap { $0.argument(.value) } == [.number(5)])
  }

  @Test func keysOfActionsAreUnique() throws {
    var scene = try scene(
      """
      rule a { on page_view then create note "x" and create note "y" }
      rule b { when hot then create note "z" }
      """)
    scene.add("ben@acme.example", ["hot": .flag(true)])
    try scene.happen("page_view", to: "ann@acme.example")
    try scene.happen("page_view", to: "ann@acme.example")
    let keys = scene.run().actions.map(\.idempotencyKey)
    #expect(keys.count == 6)
    #expect(Set(keys).count == 6)
  }

  @Test func reportsAreJSON() throws {
    var scene = try scene("rule r { when hot then create note \"x\" }")
    let text = scene.run().json(scene.program, rulebook: "abc", contacts: 1).text
    let line = base.split(separator: "\n", omittingEmptySubsequences: false).count
    #expect(
      text == #"{"now":"2026-03-02T09:00:00Z","rulebook":"abc","contacts":1,"#
        + #""rules":[{"name":"r","file":"book.abm","line":\#(line),"matched":1,"acted":1,"waiting":0,"skipped":0,"unknown":0}],"#
        + #""actions":[{"rule":"r","contact":"ann@acme.example","action":"create note","arguments":{"text":"x"},"outcome":"act","#
        + #""reason":null,"request":{"kind":"create_note","text":"x","object":"contact","key":"ann@acme.example"}}]}"#)
  }

  @Test func reportsSayWhatVanishedAndWhatWasHalted() throws {
    var scene = try scene(
      """
      policy { halt when a run acts on more than 50% of contacts }
      rule s { when hot then create note "x" }
      rule t for account { when size > 3 then create note "x" }
      """)
    scene.add("acme.example", ["size": .number(4)], of: .account)
    scene.world.state.deployments["gone"] = Deployment(firstAt: scene.now, fingerprint: "1")
    let text = scene.run().json(scene.program, rulebook: "", contacts: 1).text
    #expect(text.contains(#""vanished_rules":["gone"]"#))
    #expect(text.contains(#""account":"acme.example""#))
    #expect(
      text.contains(#""halted":"the run would act on 1 contacts, more than 0, and was halted before its first action""#)
    )
  }

  @Test func everyOutcomeHasANameAndAReason() {
    let outcomes: [Outcome] = [
      .held(until: Instant(milliseconds: 0), .cap(limit: 1, perAccount: true, per: TimeSpan(1, .days))),
      .held(until: Instant(milliseconds: 0), .quietHours(DailyWindow(from: .nine, to: .five))),
      .held(until: Instant(milliseconds: 0), .together), .dropped(.expired(since: Instant(milliseconds: 0))),
      .dropped(.cap(limit: 2, perAccount: false, per: TimeSpan(1, .weeks))),
      .needsApproval(.firstDeployment(people: 101)), .needsApproval(.actsOnMany(subjects: 501, limit: 500)),
      .overridden(by: "r"), .suppressed, .noConsent(purpose: "marketing"), .neverMessage("opted_out"),
      .repeated(asset: "a", sentAt: Instant(milliseconds: 0)), .noRecipient, .noValue, .already,
      .accountLimit(1, per: TimeSpan(30, .days)), .halted,
    ]
    #expect(Set(outcomes.compactMap { $0.reason(in: .utc) }).count == outcomes.count)
    #expect(Outcome.act.reason(in: .utc) == nil)
    #expect(
      Outcome.dropped(.cap(limit: 2, perAccount: false, per: TimeSpan(1, .weeks))).reason(in: .utc)
        == "at most 2 messages per contact per 1 week")
  }
}
