import BusinessTime
import Decisioning
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  opted_out flag  timezone text  country text }
  account { domain text key }
  event page_view { path text } worth 0.2
  asset { type text }
  asset guide "The guide" { type "guide" }
  asset offer "The offer" { type "offer" }

  """

/// What holds a message back, or a whole rule or run.
struct PolicyTests {
  private func scene(
    _ rules: String, people: [String] = ["ann@acme.example"], at now: String = "2026-03-02T09:00:00Z"
  ) throws -> Scene {
    var scene = try Scene(base + rules, at: now)
    for person in people { scene.add(person, ["hot": .flag(true)]) }
    return scene
  }

  private func crowd(_ count: Int) -> [String] {
    (0..<count).map { "p\(1000 + $0)@acme.example" }
  }

  // MARK: - Consent

  @Test func noMarketingWithoutConsent() throws {
    var scene = try scene("rule r { when hot then send asset guide }")
    #expect(scene.run().outcomes("r") == [.noConsent(purpose: "marketing")])
    // It had no turn, and goes out once the consent is there.
    scene.consent("ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["r ann@acme.example"])
  }

  @Test func transactionalNeedsNoMarketingConsent() throws {
    var scene = try scene("rule r { when hot then send asset guide as transactional }")
    #expect(scene.run().acted == ["r ann@acme.example"])
  }

  @Test func everyPurposeThatThePolicyNames() throws {
    var scene = try scene("policy { require consent \"Product news\" } rule r { when hot then send asset guide }")
    scene.consent("ann@acme.example")
    #expect(scene.run().outcomes("r") == [.noConsent(purpose: "Product news")])
    scene.consent("ann@acme.example", to: "Product news")
    #expect(scene.run().acted.count == 1)
  }

  @Test func suppressionHoldsForEverything() throws {
    var scene = try scene("rule r { when hot then send asset guide as transactional }")
    scene.consentAll()
    scene.world.state.suppressed = [1]
    #expect(scene.run().outcomes("r") == [.suppressed])
  }

  @Test func theOtherActionsOfTheRuleGoOn() throws {
    var scene = try scene("rule r { when hot then send asset guide and create note \"hot\" }")
    let decisions = scene.run()
    #expect(decisions.lines == ["r ann@acme.example: no consent", "r ann@acme.example: act"])
    #expect(decisions.report("r")?.acted == 1)
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  // MARK: - Never message, never repeat

  @Test func neverMessageUnlessItIsSurelyFalse() throws {
    var scene = try scene("policy { never message when opted_out } rule r { when hot then send asset guide }")
    scene.consentAll()
    #expect(scene.run().outcomes("r") == [.neverMessage("opted_out")])
    scene.set("opted_out", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run().outcomes("r") == [.neverMessage("opted_out")])
    scene.set("opted_out", to: .flag(false), of: "ann@acme.example")
    #expect(scene.run().acted.count == 1)
  }

  @Test func anAssetIsNotRepeatedWithinNinetyDays() throws {
    var scene = try scene(
      "rule a { when hot then send asset guide once every 30 days } rule b { when hot then send asset guide }")
    scene.consentAll()
    let first = scene.run()
    #expect(first.lines == ["a ann@acme.example: act", "b ann@acme.example: repeated"])
    #expect(scene.run(after: TimeSpan(89, .days)).acted == [])
    #expect(scene.run(after: TimeSpan(1, .days)).acted == ["a ann@acme.example"])
  }

  @Test func aPolicySaysOtherwiseAndOtherAssetsAreFree() throws {
    var scene = try scene(
      """
      policy { never repeat an asset within 10 days }
      rule a { when hot then send asset guide once every 1 day }
      rule b { when hot then send asset offer }
      """)
    scene.consentAll()
    #expect(scene.run().acted.count == 2)
    #expect(scene.run(after: TimeSpan(9, .days)).acted == [])
    #expect(scene.run(after: TimeSpan(1, .days)).acted == ["a ann@acme.example"])
  }

  @Test func assetsOfTheCRMAreNotRepeatedEither() throws {
    var scene = try scene("rule a { when hot then send asset \"Outside\" once every 30 days }")
    scene.consentAll()
    #expect(scene.run().acted.count == 1)
    #expect(scene.run(after: TimeSpan(31, .days)).lines == ["a ann@acme.example: repeated"])
  }

  @Test func aTemplateMayBeSentAgain() throws {
    var scene = try scene("rule a { when hot then send email \"Welcome\" once every 30 days }")
    scene.consentAll()
    #expect(scene.run().acted.count == 1)
    #expect(scene.run(after: TimeSpan(30, .days)).acted.count == 1)
  }

  // MARK: - Caps

  private let capped = """
    policy { at most 1 message per contact per 7 days, hold the rest up to 3 days }
    rule a { when hot then send asset guide priority 2 }
    rule b { when hot then send asset offer and create note "offer" priority 1 }

    """

  @Test func overACapEverythingOfTheRuleIsHeld() throws {
    var scene = try scene(capped)
    scene.consentAll()
    let first = scene.run()
    #expect(
      first.lines == ["a ann@acme.example: act", "b ann@acme.example: held", "b ann@acme.example: held"])
    #expect(first.report("b")?.waiting == 1)
    #expect(first.report("b")?.acted == 0)
    #expect(first.changes.holds.map(\.until) == [try instant("2026-03-05T09:00:00Z")])
    // The hold begins once.
    let second = scene.run(after: TimeSpan(1, .days))
    #expect(second.changes.holds.isEmpty)
    #expect(second.lines == ["b ann@acme.example: held", "b ann@acme.example: held"])
  }

  /// What holds a message may change: until when is what the last run saw, since when what the first one saw.
  @Test func aHoldGoesOnAsLongAsSomethingHolds() throws {
    var scene = try scene(
      """
      policy { at most 1 message per contact per 2 days, hold the rest up to 9 days }
      rule a { when hot then send asset guide priority 2 }
      rule b { when hot then send asset offer priority 1 }
      """)
    scene.consentAll()
    scene.run()
    let since = scene.now
    #expect(
      scene.world.state.holds.values.map { $0 } == [
        HeldMessage(since: since, until: try instant("2026-03-04T09:00:00Z"))
      ])
    // Another message on the next day keeps it for longer.
    scene.now = scene.calendar.add(TimeSpan(1, .days), to: scene.now)
    try scene.happen("message", to: "ann@acme.example")
    scene.run()
    #expect(
      scene.world.state.holds.values.map { $0 } == [
        HeldMessage(since: since, until: try instant("2026-03-05T09:00:00Z"))
      ])
    // The same once more is no news.
    #expect(scene.run().changes.holds == [])
  }

  @Test func aHoldExpires() throws {
    var scene = try scene(capped)
    scene.consentAll()
    scene.run()
    let expired = scene.run(after: TimeSpan(3, .days))
    #expect(expired.outcomes("b").allSatisfy { $0.name == "dropped" })
    #expect(expired.changes.releasedHolds.count == 1)
    // And stays so, though the cap has room again.
    #expect(scene.run(after: TimeSpan(10, .days)).actions.isEmpty)
  }

  @Test func aHeldMessageIsDecidedAnew() throws {
    var scene = try scene(
      """
      policy { at most 1 message per contact per 2 days, hold the rest up to 3 days }
      rule a { when hot then send asset guide priority 2 }
      rule b { when hot then send asset offer priority 1 }
      """)
    scene.consentAll()
    scene.run()
    var cooled = scene
    #expect(scene.run(after: TimeSpan(2, .days)).acted == ["b ann@acme.example"])
    #expect(scene.world.state.holds.isEmpty)
    cooled.set("hot", to: .flag(false), of: "ann@acme.example")
    let decisions = cooled.run(after: TimeSpan(2, .days))
    #expect(decisions.actions.isEmpty)
    #expect(cooled.world.state.holds.isEmpty)
  }

  @Test func whatACapDropsHadItsTurn() throws {
    var scene = try scene(
      """
      policy { at most 1 message per contact per 7 days, drop the rest }
      rule a { when hot then send asset guide priority 2 }
      rule b { when hot then send asset offer priority 1 }
      """)
    scene.consentAll()
    #expect(scene.run().lines == ["a ann@acme.example: act", "b ann@acme.example: dropped"])
    #expect(scene.run(after: TimeSpan(30, .days)).actions.isEmpty)
  }

  @Test func accountsHaveCapsOfTheirOwn() throws {
    var scene = try scene(
      """
      policy { at most 2 messages per account per 7 days, hold the rest }
      rule a { when hot then send asset guide }
      """, people: ["a@acme.example", "b@acme.example", "c@acme.example", "d@solo.example"])
    scene.add("acme.example", of: .account)
    for person in ["a", "b", "c"] { scene.join("\(person)@acme.example", "acme.example") }
    scene.consentAll()
    #expect(
      scene.run().lines == [
        "a a@acme.example: act", "a b@acme.example: act", "a c@acme.example: held", "a d@solo.example: act",
      ])
    #expect(scene.run(after: TimeSpan(7, .days)).acted == ["a c@acme.example"])
  }

  @Test func transactionalMessagesPassCapsAndDoNotCount() throws {
    var scene = try scene(
      """
      policy { at most 1 message per contact per 7 days, hold the rest }
      rule a { when hot then send asset guide as transactional priority 3 }
      rule b { when hot then send asset offer priority 2 }
      rule c { when hot then send email "Receipt" as transactional priority 1 }
      rule d { when hot then send email "News" }
      """)
    scene.consentAll()
    #expect(
      scene.run().lines == [
        "a ann@acme.example: act", "b ann@acme.example: act", "c ann@acme.example: act", "d ann@acme.example: held",
      ])
  }

  @Test func transactionalMessagesOfEarlierRunsDoNotCountEither() throws {
    var scene = try scene(
      """
      policy { at most 1 message per contact per 7 days, hold the rest }
      rule a { when hot then send email "Receipt" as transactional }
      rule b { when now >= 2026-03-02 10:00 then send asset guide }
      rule c { when now >= 2026-03-02 11:00 then send asset offer }
      """)
    scene.consentAll()
    #expect(scene.run().acted == ["a ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["b ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func anOccurrenceThatIsHeldIsNotTooLate() throws {
    var scene = try scene(
      """
      policy { at most 1 message per contact per 2 days, hold the rest up to 3 days }
      rule a { when hot then send asset guide priority 2 }
      rule b { on page_view then send asset offer priority 1 }
      """)
    scene.consentAll()
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:05:00Z")
    let held = scene.run(after: TimeSpan(15, .minutes))
    #expect(held.lines == ["b ann@acme.example: held"])
    #expect(held.changes.handled.isEmpty)
    scene.now = try instant("2026-03-04T09:00:00Z")
    #expect(scene.run().acted == ["b ann@acme.example"])
    #expect(scene.world.state.holds.isEmpty)
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  // MARK: - Quiet hours

  @Test func quietHoursHoldUntilTheyEnd() throws {
    var scene = try scene(
      """
      policy { timezone "Europe/London"  quiet between 20:00 and 08:00 }
      rule r { when hot then send asset guide and create note "x" }
      """, at: "2026-03-02T21:30:00Z")
    scene.consentAll()
    let held = scene.run()
    #expect(held.changes.holds.map(\.until) == [try instant("2026-03-03T08:00:00Z")])
    #expect(held.acted == [])
    scene.now = try instant("2026-03-03T07:59:00Z")
    #expect(scene.run().acted == [])
    scene.now = try instant("2026-03-03T08:00:00Z")
    #expect(scene.run().acted.count == 2)
  }

  @Test func quietHoursEndByTheClockInTheNightItGoesForward() throws {
    var scene = try scene(
      """
      policy { timezone "Europe/London"  quiet between 20:00 and 08:00 }
      rule r { when hot then send asset guide }
      """, at: "2026-03-28T22:00:00Z")
    scene.consentAll()
    #expect(scene.run().changes.holds.map(\.until) == [try instant("2026-03-29T07:00:00Z")])
  }

  @Test func quietHoursInContactTime() throws {
    var scene = try scene(
      """
      policy { timezone "Europe/London"  quiet between 20:00 and 08:00 in contact time }
      rule r { when hot then send asset guide }
      """, people: ["ann@acme.example", "bob@acme.example", "cy@acme.example"], at: "2026-03-02T12:00:00Z")
    scene.set("timezone", to: .text("America/Los_Angeles"), of: "bob@acme.example")
    scene.set("timezone", to: .text("Nowhere/Land"), of: "cy@acme.example")
    scene.consentAll()
    #expect(scene.run().acted == ["r ann@acme.example", "r cy@acme.example"])
    scene.now = try instant("2026-03-02T16:00:00Z")
    #expect(scene.run().acted == ["r bob@acme.example"])
  }

  /// HubSpot writes zones in its own way, and exports in lower case.
  @Test(arguments: ["us_slash_pacific", "america_slash_los_angeles", "america/los_angeles", "America/Los_Angeles"])
  func quietHoursInContactTimeAsTheCRMSpellsIt(spelling: String) throws {
    var scene = try scene(
      """
      policy { timezone "Europe/London"  quiet between 20:00 and 08:00 in contact time }
      rule r { when hot then send asset guide }
      """, people: ["ann@acme.example", "bob@acme.example"], at: "2026-03-02T12:00:00Z")
    scene.set("timezone", to: .text(spelling), of: "bob@acme.example")
    scene.consentAll()
    #expect(scene.run().acted == ["r ann@acme.example"])
    scene.now = try instant("2026-03-02T16:00:00Z")
    #expect(scene.run().acted == ["r bob@acme.example"])
  }

  @Test func quietHoursHoldNoTasks() throws {
    var scene = try scene(
      "policy { quiet between 20:00 and 08:00 } rule r { when hot then create note \"x\" }",
      at: "2026-03-02T21:30:00Z")
    #expect(scene.run().acted.count == 1)
  }

  // MARK: - Approval

  @Test func aRuleThatActsOnManyIsAskedAbout() throws {
    var scene = try scene(
      "policy { approve rules that act on more than 3 contacts  halt when a run acts on more than 100% of contacts } "
        + "rule r { when hot then create note \"x\" }", people: crowd(4))
    let asked = scene.run()
    #expect(asked.lines.allSatisfy { $0.hasSuffix("needs approval") })
    #expect(asked.actions.count == 4)
    #expect(asked.report("r")?.approval == .actsOnMany(subjects: 4, limit: 3))
    #expect(asked.changes.approvals.asked.map(\.occurrences.count) == [4])
    #expect(asked.changes.firings.isEmpty)
    #expect(asked.changes.deployments.isEmpty)
    scene.options.approvedRules = ["r"]
    #expect(scene.run(after: TimeSpan(1, .hours)).acted.count == 4)
  }

  @Test func anApprovalOnRecordIsUsedOnce() throws {
    var scene = try scene(
      "policy { approve rules that act on more than 3 contacts  halt when a run acts on more than 100% of contacts } "
        + "rule r { when hot then create note \"x\" }", people: crowd(4))
    scene.run()
    scene.answer("r", isApproval: true)
    let decisions = scene.run(after: TimeSpan(1, .hours))
    #expect(decisions.acted.count == 4)
    #expect(decisions.changes.approvals.settled == [.init(rule: "r", result: .used)])
    #expect(scene.world.state.approvals.isEmpty)
  }

  @Test func aNewRuleDoesNotMessageAHundredExistingPeopleUnasked() throws {
    var scene = try scene("rule r { when hot then send asset guide }", people: crowd(101))
    scene.options.ignoresHalt = true
    scene.consentAll()
    let asked = scene.run()
    #expect(asked.report("r")?.approval == .firstDeployment(people: 101))
    #expect(asked.acted == [])
    // It was not deployed, and so asks again.
    #expect(scene.run(after: TimeSpan(1, .hours)).report("r")?.approval == .firstDeployment(people: 101))
    scene.options.approvedRules = ["r"]
    #expect(scene.run(after: TimeSpan(1, .hours)).acted.count == 101)
  }

  @Test func aHundredOrExistingTooOrNoMessageAsksNobody() throws {
    for (rule, count) in [
      ("rule r { when hot then send asset guide }", 100),
      ("rule r { when hot then send asset guide existing too }", 101),
      ("rule r { when hot then create note \"x\" }", 101),
    ] {
      var scene = try scene(rule, people: crowd(count))
      scene.options.ignoresHalt = true
      scene.consentAll()
      #expect(scene.run().acted.count == count)
    }
  }

  @Test func whatNeedsApprovalTakesNoPlaceInACap() throws {
    var scene = try scene(
      """
      policy {
        approve rules that act on more than 1 contacts
        at most 1 message per contact per 7 days, hold the rest
        halt when a run acts on more than 100% of contacts
      }
      rule a { when hot then send asset guide priority 2 }
      rule b { when email starts with "p1000" then send asset offer }
      """, people: crowd(2))
    scene.consentAll()
    #expect(scene.run().acted == ["b p1000@acme.example"])
  }

  @Test func aNewRuleSaysHowManyExistingPeopleItMessages() throws {
    var scene = try scene(
      "rule r { when hot then send asset guide } rule s { on page_view then send asset offer }", people: crowd(3))
    scene.consentAll()
    let decisions = scene.run()
    #expect(decisions.report("r")?.existingPeople == 3)
    #expect(decisions.report("s")?.existingPeople == nil)
    #expect(scene.run(after: TimeSpan(1, .hours)).report("r")?.existingPeople == nil)
  }

  @Test func whatNeedsApprovalClaimsNoField() throws {
    var scene = try Scene(
      """
      contact { email text key  hot flag  size number }
      policy { approve rules that act on more than 1 contacts  halt when a run acts on more than 100% of contacts }
      rule a { when hot then set size to 1 priority 2 }
      rule b { when email starts with "p1000" then set size to 2 priority 1 }
      """)
    for person in crowd(2) { scene.add(person, ["hot": .flag(true)]) }
    #expect(scene.run().acted == ["b p1000@acme.example"])
  }

  @Test func messagesOfTheFutureDoNotCount() throws {
    var scene = try scene(
      "policy { at most 1 message per contact per 7 days, hold the rest } rule r { when hot then send asset guide }")
    scene.consentAll()
    try scene.happen("message", to: "ann@acme.example", at: "2026-03-03T09:00:00Z")
    #expect(scene.run().acted.count == 1)
  }

  @Test func aTwoMessageRuleGoesTogether() throws {
    var scene = try scene(
      """
      policy { at most 2 messages per contact per 7 days, hold the rest }
      rule a { when hot then send email "One" priority 2 }
      rule b { when hot then send asset guide and send asset offer priority 1 }
      """)
    scene.consentAll()
    let decisions = scene.run()
    #expect(decisions.outcomes("b").map(\.name) == ["held", "held"])
    #expect(decisions.outcomes("b").first.map { if case .held(_, .together) = $0 { true } else { false } } == true)
    #expect(scene.run(after: TimeSpan(7, .days)).acted.count == 2)
  }

  // MARK: - Halt

  @Test func aRunThatActsOnTooManyIsHalted() throws {
    var scene = try scene("rule r { when hot then create note \"x\" existing too }", people: crowd(101))
    for person in 0..<100 { scene.add("q\(person)@acme.example") }
    let halted = scene.run()
    #expect(halted.halt == .init(contacts: 101, limit: 100))
    #expect(halted.changes == StateChanges())
    #expect(halted.lines.allSatisfy { $0.hasSuffix("halted") })
    scene.options.ignoresHalt = true
    #expect(scene.run().acted.count == 101)
  }

  @Test func aHundredPeopleNeverHaltByDefault() throws {
    var scene = try scene("rule r { when hot then create note \"x\" }", people: crowd(100))
    #expect(scene.run().acted.count == 100)
  }

  @Test func aShareOfThePolicyHaltsWhateverTheNumber() throws {
    var scene = try scene(
      "policy { halt when a run acts on more than 50% of contacts } rule r { when hot then create note \"x\" }",
      people: crowd(3))
    #expect(scene.run().halt != nil)
    scene.add("q@acme.example")
    scene.add("s@acme.example")
    scene.add("t@acme.example")
    #expect(scene.run().halt == nil)
  }
}
