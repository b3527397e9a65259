import BusinessTime
import Decisioning
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  size number  tier one of (a < b < c) }
  account { domain text key }
  event page_view { path text } worth 0.2

  """

/// The firing table: `last`, `armed`, and what a true, false or unknown condition does.
struct FiringTests {
  private func scene(_ rules: String) throws -> Scene {
    var scene = try Scene(base + rules)
    scene.add("ann@acme.example", ["hot": .flag(true)])
    return scene
  }

  @Test func onceActsOnceForGood() throws {
    var scene = try scene("rule r { when hot then create note \"hot\" once }")
    #expect(scene.run().acted == ["r ann@acme.example"])
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .days)).acted == [])
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(400, .days)).acted == [])
  }

  @Test func aWhenRuleIsOnceUnlessItSaysOtherwise() throws {
    var scene = try scene("rule r { when hot then create note \"hot\" }")
    #expect(scene.run().acted.count == 1)
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    scene.run(after: TimeSpan(1, .days))
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .days)).acted == [])
  }

  @Test func everyTimeActsAgainOnlyAfterFalse() throws {
    var scene = try scene("rule r { when hot then create note \"hot\" every time }")
    #expect(scene.run().acted.count == 1)
    #expect(scene.run(after: TimeSpan(1, .days)).acted == [])
    // Unknown changes nothing: it does not arm.
    scene.set("hot", to: .missing, of: "ann@acme.example")
    let unknown = scene.run(after: TimeSpan(1, .days))
    #expect(unknown.acted == [])
    #expect(unknown.report("r")?.unknown == 1)
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .days)).acted == [])
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    scene.run(after: TimeSpan(1, .days))
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .days)).acted.count == 1)
  }

  @Test func onceEveryCountsFromTheLastTime() throws {
    var scene = try scene("rule r { when hot then create note \"hot\" once every 30 days }")
    #expect(scene.run().acted.count == 1)
    #expect(scene.run(after: TimeSpan(29, .days)).acted == [])
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(23, .hours)).acted == [])
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted.count == 1)
    #expect(scene.run(after: TimeSpan(29, .days)).acted == [])
    #expect(scene.run(after: TimeSpan(1, .days)).acted.count == 1)
  }

  @Test func aCalendarDayIsNotTwentyFourHours() throws {
    // The clocks of London go forward on 29 March: the next day at 09:00 is 23 hours later.
    var scene = try Scene(
      base + "policy { timezone \"Europe/London\" } rule r { when hot then create note \"hot\" once every 1 day }",
      at: "2026-03-28T09:00:00Z")
    scene.add("ann@acme.example", ["hot": .flag(true)])
    #expect(scene.run().acted.count == 1)
    scene.now = try instant("2026-03-29T07:59:00Z")
    #expect(scene.run().acted == [])
    scene.now = try instant("2026-03-29T08:00:00Z")
    #expect(scene.run().acted.count == 1)
    var hours = try Scene(
      base + "policy { timezone \"Europe/London\" } rule r { when hot then create note \"hot\" once every 24 hours }",
      at: "2026-03-28T09:00:00Z")
    hours.add("ann@acme.example", ["hot": .flag(true)])
    hours.run()
    hours.now = try instant("2026-03-29T08:00:00Z")
    #expect(hours.run().acted == [])
    hours.now = try instant("2026-03-29T09:00:00Z")
    #expect(hours.run().acted.count == 1)
  }

  @Test func upkeepActsWheneverItWouldChangeSomething() throws {
    var scene = try scene("rule r { when hot then set size to 3 }")
    #expect(scene.run().acted.count == 1)
    #expect(scene.run(after: TimeSpan(15, .minutes)).actions.isEmpty)
    scene.set("size", to: .number(4), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(15, .minutes)).acted.count == 1)
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    scene.set("size", to: .number(5), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(15, .minutes)).acted == [])
  }

  @Test func upkeepOfALists() throws {
    var scene = try scene(
      "rule add { when hot then add to list \"Hot\" } rule leave { when not hot then remove from list \"Hot\" }")
    #expect(scene.run().acted == ["add ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["leave ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func advanceNeverLowersAndClearEmpties() throws {
    var scene = try scene("rule up { when hot then advance tier to b } rule empty { when hot then clear size }")
    let tier = try #require(scene.program.contact.index(of: "tier"))
    guard case .choice(let set) = scene.program.contact[tier].type else { return }
    #expect(scene.run().acted == ["up ann@acme.example"])
    scene.set("tier", to: .choice(set, 2), of: "ann@acme.example")
    scene.set("size", to: .number(4), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["empty ann@acme.example"])
    scene.set("tier", to: .choice(set, 0), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["up ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func aMissingValueIsNotSet() throws {
    var scene = try scene("rule r { when hot then set tier to if size > 3 then b else tier }")
    #expect(scene.run().lines == ["r ann@acme.example: no value"])
    scene.set("size", to: .number(4), of: "ann@acme.example")
    #expect(scene.run().acted == ["r ann@acme.example"])
  }

  @Test func fromNowOnLeavesAloneWhoMatchesAtFirst() throws {
    var scene = try scene("rule r { when hot then create note \"hot\" every time from now on }")
    scene.add("ben@acme.example", ["hot": .flag(false)])
    #expect(scene.run().acted == [])
    #expect(scene.run(after: TimeSpan(1, .days)).acted == [])
    scene.set("hot", to: .flag(true), of: "ben@acme.example")
    #expect(scene.run(after: TimeSpan(1, .days)).acted == ["r ben@acme.example"])
    scene.set("hot", to: .flag(false), of: "ann@acme.example")
    scene.run(after: TimeSpan(1, .days))
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .days)).acted == ["r ann@acme.example"])
  }

  @Test func pausedForgetsNothing() throws {
    var running = try scene("rule r { when hot then create note \"hot\" once every 30 days }")
    running.run()
    var paused = try scene("rule r { when hot then create note \"hot\" once every 30 days paused }")
    paused.world.state = running.world.state
    let decisions = paused.run(after: TimeSpan(40, .days))
    #expect(decisions.acted == [])
    #expect(decisions.report("r")?.skipped == 1)
    #expect(paused.world.state.firings["r"] == running.world.state.firings["r"])
  }

  @Test func aRuleThatStartsPausedIsNotDeployedYet() throws {
    var scene = try scene("rule r { when hot then create note \"hot\" paused }")
    #expect(scene.run().changes.deployments.isEmpty)
  }

  @Test func aRenamedRuleKeepsItsHistory() throws {
    var before = try scene("rule old { when hot then create note \"hot\" }")
    before.run()
    var after = try scene("rule new was old { when hot then create note \"hot\" }")
    after.world.state = before.world.state
    let decisions = after.decided()
    #expect(decisions.acted == [])
    let change = try #require(decisions.changes.deployments.first)
    #expect(change.formerName == "old")
    #expect(change.rule == "new")
    #expect(change.deployment.firstAt == before.now)
    #expect(decisions.vanishedRules == [])
  }

  @Test func anEditedRuleKeepsItsHistoryAndSaysSo() throws {
    var before = try scene("rule r { when hot then create note \"hot\" }")
    before.run()
    var after = try scene("rule r { when hot then create note \"very hot\" }")
    after.world.state = before.world.state
    let decisions = after.run(after: TimeSpan(1, .hours))
    #expect(decisions.acted == [])
    #expect(decisions.report("r")?.isEdited == true)
    #expect(decisions.report("r")?.isNew == false)
    #expect(after.world.state.deployments["r"]?.firstAt == before.now)
  }

  @Test func aVanishedRuleIsNamed() throws {
    var before = try scene("when hot then create note \"hot\"")
    before.run()
    var after = try scene("when hot then create note \"very hot\"")
    after.world.state = before.world.state
    #expect(after.decided().vanishedRules == [before.program.rules[0].name])
  }

  @Test func accountRulesActOncePerAccount() throws {
    var scene = try Scene(
      base + "rule r for account { when any(contacts where hot) then create note \"hot\" once every 30 days }")
    scene.add("acme.example", of: .account)
    scene.add("ann@acme.example", ["hot": .flag(true)])
    scene.add("ben@acme.example", ["hot": .flag(true)])
    scene.join("ann@acme.example", "acme.example")
    scene.join("ben@acme.example", "acme.example")
    #expect(scene.run().acted == ["r acme.example"])
    #expect(scene.run(after: TimeSpan(1, .days)).acted == [])
  }
}
