import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  tier one of (a < b < c) }
  account { domain text key  six_qa flag missing means no }
  event page_view { path text } worth 0.2
  event webinar { name text, ends time }
  event surge for account { topic text }
  policy { timezone "Europe/London" }

  """

/// `on` rules: which occurrences set them off, when they are due, and that each is handled once.
struct OccurrenceTests {
  private func scene(_ rules: String) throws -> Scene {
    var scene = try Scene(base + rules)
    scene.add("ann@acme.example")
    scene.add("acme.example", of: .account)
    scene.join("ann@acme.example", "acme.example")
    return scene
  }

  @Test func eachEventOnceAndEveryTime() throws {
    var scene = try scene("rule r { on page_view then create note \"{event.path otherwise \"\"}\" }")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:05:00Z", ["path": .text("/a")])
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:07:00Z", ["path": .text("/b")])
    let decisions = scene.run(after: TimeSpan(15, .minutes))
    #expect(decisions.actions.map { $0.argument(.text) } == [.text("/a"), .text("/b")])
    #expect(decisions.report("r")?.matched == 2)
    #expect(scene.run(after: TimeSpan(15, .minutes)).actions.isEmpty)
  }

  @Test func onceEveryHoldsForOccurrencesToo() throws {
    var scene = try scene("rule r { on page_view then create note \"x\" once every 7 days }")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:05:00Z")
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:07:00Z")
    let decisions = scene.run(after: TimeSpan(15, .minutes))
    #expect(decisions.acted.count == 1)
    #expect(decisions.changes.handled.map(\.result) == [.acted, .tooSoon])
  }

  @Test func nothingFromBeforeTheDeployment() throws {
    var scene = try scene("rule r { on page_view then create note \"x\" }")
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T08:59:59Z")
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:00:00Z")
    #expect(scene.run().acted.count == 1)
  }

  @Test func nothingRecordedMoreThanADayLate() throws {
    var scene = try scene("rule r { on page_view then create note \"x\" }")
    scene.run()
    try scene.happen(
      "page_view", to: "ann@acme.example", at: "2026-03-02T10:00:00Z", recordedAt: "2026-03-03T10:00:01Z")
    scene.now = try instant("2026-03-03T10:00:02Z")
    #expect(scene.run().acted == [])
    // A file that is imported within a day fires.
    try scene.happen(
      "page_view", to: "ann@acme.example", at: "2026-03-02T11:00:00Z", recordedAt: "2026-03-03T10:30:00Z")
    scene.now = try instant("2026-03-03T10:30:00Z")
    #expect(scene.run().acted.count == 1)
  }

  @Test func nothingThatWasDueMoreThanADayAgo() throws {
    var scene = try scene("rule r { on page_view wait 2 hours then create note \"x\" }")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T10:00:00Z")
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T10:00:01Z")
    scene.now = try instant("2026-03-03T12:00:01Z")
    #expect(scene.run().acted.count == 1)
  }

  @Test func theWhereIsAboutTheEvent() throws {
    var scene = try scene("rule r { on page_view where path starts with \"/pricing\" then create note \"x\" }")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example", ["path": .text("/pricing/eu")])
    try scene.happen("page_view", to: "ann@acme.example", ["path": .text("/careers")])
    try scene.happen("page_view", to: "ann@acme.example")
    let decisions = scene.run()
    #expect(decisions.acted.count == 1)
    #expect(decisions.changes.handled.count == 1)
  }

  @Test func theConditionIsCheckedWhenItIsDue() throws {
    var scene = try scene("rule r { on page_view wait 1 day when hot then create note \"x\" }")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example")
    let waiting = scene.run(after: TimeSpan(23, .hours))
    #expect(waiting.report("r")?.waiting == 1)
    #expect(waiting.acted == [])
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted.count == 1)
  }

  @Test func aFalseConditionIsTheEndOfAnOccurrence() throws {
    var scene = try scene("rule r { on page_view when hot then create note \"x\" }")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example")
    #expect(scene.run().changes.handled.map(\.result) == [.notTrue])
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func waitsAreCalendarDaysOrElapsedHours() throws {
    // Through the night in which the clocks go forward.
    var scene = try Scene(
      base + """
        rule day   { on page_view wait 1 day then create note "x" }
        rule hours { on page_view wait 24 hours then create note "x" }
        """, at: "2026-03-28T09:00:00Z")
    scene.add("ann@acme.example")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example")
    scene.now = try instant("2026-03-29T08:00:00Z")
    #expect(scene.run().acted == ["day ann@acme.example"])
    scene.now = try instant("2026-03-29T09:00:00Z")
    #expect(scene.run().acted == ["hours ann@acme.example"])
  }

  @Test func businessWaitsPassOverWeekendsAndHolidays() throws {
    // Friday 6 March, 16:30: four business hours later it is Monday, 12:30.
    var scene = try Scene(base + "rule r { on page_view wait 4 business hours then create note \"x\" }")
    scene.now = try instant("2026-03-06T16:00:00Z")
    scene.add("ann@acme.example")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-06T16:30:00Z")
    scene.now = try instant("2026-03-09T12:15:00Z")
    #expect(scene.run().report("r")?.waiting == 1)
    scene.now = try instant("2026-03-09T12:30:00Z")
    #expect(scene.run().acted.count == 1)
  }

  @Test func untilATimeOfTheEvent() throws {
    var scene = try scene("rule r { on webinar wait until 3 hours after event.ends then create note \"x\" }")
    scene.run()
    let ends = try instant("2026-04-02T18:00:00Z")
    try scene.happen("webinar", to: "ann@acme.example", ["ends": .time(ends)])
    scene.now = try instant("2026-04-02T20:59:00Z")
    #expect(scene.run().report("r")?.waiting == 1)
    scene.now = try instant("2026-04-02T21:00:00Z")
    #expect(scene.run().acted.count == 1)
  }

  @Test func aMissingTimeIsSkippedAndRecorded() throws {
    var scene = try scene("rule r { on webinar wait until 3 hours after event.ends then create note \"x\" }")
    scene.run()
    try scene.happen("webinar", to: "ann@acme.example")
    let decisions = scene.run()
    #expect(decisions.report("r")?.skipped == 1)
    #expect(decisions.changes.handled.map(\.result) == [.noTime])
    #expect(scene.run(after: TimeSpan(1, .hours)).report("r")?.skipped == 0)
  }

  @Test func anAccountsEventsAreItsPeoplesAndTheOtherWayRound() throws {
    var scene = try scene(
      """
      rule people { on surge then create note "x" }
      rule company for account { on page_view then create note "x" }
      """)
    scene.add("ben@acme.example")
    scene.join("ben@acme.example", "acme.example")
    scene.run()
    try scene.happen("surge", to: "acme.example")
    try scene.happen("page_view", to: "ben@acme.example")
    #expect(
      scene.run().acted == ["company acme.example", "people ann@acme.example", "people ben@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func interactionsAreEventsOfAnyTypeWithAWorth() throws {
    var scene = try scene("rule r { on interaction where worth > 0.1 then create note \"x\" }")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example")
    try scene.happen("webinar", to: "ann@acme.example")
    try scene.happen("surge", to: "acme.example")
    #expect(scene.run().acted == ["r ann@acme.example"])
  }

  @Test func whoHasNoAccountHasNoneOfItsOccurrences() throws {
    var scene = try scene(
      """
      rule people { on surge then create note "x" }
      rule company for account { on page_view then create note "x" }
      """)
    scene.add("cy@solo.example")
    scene.add("empty.example", of: .account)
    scene.run()
    try scene.happen("surge", to: "empty.example")
    try scene.happen("page_view", to: "cy@solo.example")
    #expect(scene.run().actions.isEmpty)
  }

  @Test func ofSeveralOccurrencesTheLaterSetsLast() throws {
    var scene = try Scene(
      """
      contact { email text key  last_path text }
      event page_view { path text }
      rule r { on page_view then set last_path to event.path }
      """)
    scene.add("ann@acme.example")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:07:00Z", ["path": .text("/b")])
    try scene.happen("page_view", to: "ann@acme.example", at: "2026-03-02T09:05:00Z", ["path": .text("/a")])
    let decisions = scene.run(after: TimeSpan(15, .minutes))
    #expect(decisions.changes.fields.map(\.new) == [.text("/a"), .text("/b")])
    #expect(scene.world.contacts[0].values[1] == .text("/b"))
  }

  @Test func changesOfFieldsWhoeverMakesThemButAnImport() throws {
    var scene = try scene("rule r { on hot changed then create note \"x\" }")
    scene.run()
    scene.set("hot", to: .flag(true), of: "ann@acme.example", source: .import)
    #expect(scene.run().acted == [])
    scene.set("hot", to: .flag(false), of: "ann@acme.example", source: .sync)
    #expect(scene.run(after: TimeSpan(1, .hours)).acted.count == 1)
    // To nothing is no change to act upon.
    scene.set("hot", to: .missing, of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func changesToOneValue() throws {
    var scene = try scene(
      "rule r { on tier changed to b then create note \"{event.old otherwise \"nothing\"} {event.new otherwise \"\"}\" }"
    )
    let tier = try #require(scene.program.contact.index(of: "tier"))
    guard case .choice(let set) = scene.program.contact[tier].type else { return }
    scene.run()
    scene.set("tier", to: .choice(set, 0), of: "ann@acme.example")
    #expect(scene.run().acted == [])
    scene.set("tier", to: .choice(set, 1), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.map { $0.argument(.text) } == [.text("a b")])
  }

  @Test func changesToATextWithoutRegardToCase() throws {
    var scene = try Scene(
      """
      contact { email text key  city text }
      policy { timezone "Europe/London" }
      rule r { on city changed to "ZÜRICH" then create note "x" }
      """)
    scene.add("ann@acme.example")
    scene.run()
    scene.set("city", to: .text("Bern"), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
    scene.set("city", to: .text("Zürich"), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["r ann@acme.example"])
  }

  @Test func aDefaultStandsForNothingInChangesToo() throws {
    var scene = try Scene(
      """
      contact { email text key  out flag missing means no }
      policy { timezone "Europe/London" }
      rule r { on out changed then create note "{event.old} {event.new}" }
      """)
    scene.add("ann@acme.example")
    scene.run()
    scene.set("out", to: .flag(false), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
    scene.set("out", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.map { $0.argument(.text) } == [.text("no yes")])
    scene.set("out", to: .missing, of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.map { $0.argument(.text) } == [.text("yes no")])
  }

  @Test func aRulesOwnChangesShowInTheNextRun() throws {
    var scene = try scene(
      """
      rule sets { when hot then set tier to b priority 9 }
      rule sees { on tier changed to b then create note "x" }
      """)
    scene.run()
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["sets ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["sees ann@acme.example"])
  }

  @Test func aChangeOfTheAccountConcernsItsPeople() throws {
    var scene = try scene(
      "rule r { on account.six_qa changed to yes wait 6 days when account.six_qa then create note \"x\" }")
    scene.add("ben@acme.example")
    scene.join("ben@acme.example", "acme.example")
    scene.add("cy@solo.example")
    scene.run()
    scene.set("six_qa", to: .flag(true), of: "acme.example", .account)
    #expect(scene.run().report("r")?.waiting == 2)
    #expect(scene.run(after: TimeSpan(6, .days)).acted == ["r ann@acme.example", "r ben@acme.example"])
  }

  @Test func journeysAndSegmentsChangeInTheRunThatFindsIt() throws {
    var scene = try scene(
      """
      segment warm when hot
      journey stage { stage early  stage late when hot }
      rule enters { on warm changed to yes then create note "x" }
      rule moves  { on stage changed to late wait 1 hour then create note "y" }
      """)
    scene.run()
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    let found = scene.run(after: TimeSpan(1, .days))
    #expect(found.acted == ["enters ann@acme.example"])
    #expect(found.report("moves")?.waiting == 1)
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["moves ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func aNewJourneyFindsPeopleWhereTheyAre() throws {
    var scene = try scene(
      """
      journey stage { stage early  stage late when hot }
      rule moves { on stage changed to late then create note "y" }
      """)
    let stage = try scene.book.definition("stage")
    scene.world.previous.stages[stage] = nil
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    let decisions = scene.run()
    #expect(decisions.acted == [])
    #expect(decisions.changes.begun == [stage])
    #expect(decisions.changes.stages.map(\.to) == [1])
  }

  @Test func whatIsDueWhilePausedIsDone() throws {
    var scene = try scene("rule r { on page_view then create note \"x\" }")
    scene.run()
    var paused = try Scene(base + "rule r { on page_view then create note \"x\" paused }")
    paused.world.insertAnn()
    paused.world.state.deployments = scene.world.state.deployments
    paused.now = scene.now
    try paused.happen("page_view", to: "ann@acme.example")
    #expect(paused.run().changes.handled.map(\.result) == [.paused])
  }

  @Test func aSkippedOccurrenceIsDone() throws {
    var scene = try scene(
      """
      rule guard_dog { when hot then skip lower rules priority 9 }
      rule r { on page_view then create note "x" }
      """)
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    scene.run()
    try scene.happen("page_view", to: "ann@acme.example")
    let decisions = scene.run()
    #expect(decisions.changes.handled.map(\.result) == [.skipped])
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func keysOfOccurrencesReadBack() {
    let keys: [OccurrenceKey] = [
      .event(type: "page_view", id: -3), .change(id: 7),
      .transition(definition: "stage", at: Instant(milliseconds: -1)),
      .state(at: Instant(milliseconds: 1_772_442_000_000)),
    ]
    for key in keys { #expect(OccurrenceKey(text: key.text) == key) }
    for text in ["", "event:a", "event:a:b", "change:", "state:1:2", "page_view:1"] {
      #expect(OccurrenceKey(text: text) == nil)
    }
  }
}

extension TestWorld {
  fileprivate mutating func insertAnn() {
    _ = insert(.contact, key: "ann@acme.example")
  }
}
