import BusinessTime
import Decisioning
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  size number  seen flag }
  account { domain text key }
  event page_view { path text } worth 0.2

  """

struct PriorityTests {
  private func scene(_ rules: String, people: [String] = ["ann@acme.example"]) throws -> Scene {
    var scene = try Scene(base + rules)
    for person in people { scene.add(person, ["hot": .flag(true)]) }
    return scene
  }

  @Test func higherPrioritiesGoFirstThenNames() throws {
    var scene = try scene(
      """
      rule b { when hot then create note "b" }
      rule a { when hot then create note "a" }
      rule z { when hot then create note "z" priority 5 }
      """)
    #expect(scene.run().acted.map { $0.prefix(1) } == ["z", "a", "b"])
  }

  @Test func ofTwoRulesThatSetAFieldTheHigherWins() throws {
    var scene = try scene(
      """
      rule low  { when hot then set size to 1 priority 1 }
      rule high { when hot then set size to 2 priority 2 }
      """)
    let first = scene.run()
    #expect(first.lines == ["high ann@acme.example: act", "low ann@acme.example: overridden"])
    #expect(first.outcomes("low") == [.overridden(by: "high")])
    #expect(first.changes.overrides.map(\.what) == ["size"])
    // The field is as the higher rule wants it: the lower must not take turns with it.
    let second = scene.run(after: TimeSpan(1, .hours))
    #expect(second.acted == [])
    #expect(second.changes.fields.isEmpty)
  }

  @Test func ofTwoRulesThatAgreeBothAreContent() throws {
    var scene = try scene(
      "rule a { when hot then set size to 1 } rule b { when hot then set size to 1 }")
    #expect(scene.run().lines == ["a ann@acme.example: act"])
  }

  @Test func listsAreWonTheSameWay() throws {
    var scene = try scene(
      """
      rule high { when hot then add to list "L" priority 2 }
      rule low  { when hot then remove from list "L" priority 1 }
      """)
    scene.run()
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
  }

  @Test func skipLowerRulesHoldsWhileTheConditionIsTrue() throws {
    var scene = try scene(
      """
      rule guard_dog { when seen then create note "seen" and skip lower rules priority 9 }
      rule lower { when hot then create note "hot" every time priority 1 }
      rule higher { when hot then create note "hot" every time priority 10 }
      """)
    scene.set("seen", to: .flag(true), of: "ann@acme.example")
    let first = scene.run()
    #expect(first.acted == ["higher ann@acme.example", "guard_dog ann@acme.example"])
    #expect(first.report("lower")?.skipped == 1)
    // The guard has had its turn, and holds all the same.
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == [])
    scene.set("seen", to: .flag(false), of: "ann@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["lower ann@acme.example"])
  }

  @Test func skippingIsPerPerson() throws {
    var scene = try scene(
      """
      rule guard_dog { when seen then skip lower rules priority 9 }
      rule lower { when hot then create note "hot" }
      """, people: ["ann@acme.example", "ben@acme.example"])
    scene.set("seen", to: .flag(true), of: "ann@acme.example")
    #expect(scene.run().acted == ["lower ben@acme.example"])
  }

  @Test func oneContactPerAccountTheHighestFirst() throws {
    let rule = """
      rule r {
        when hot then create note "hot" every time
        at most 1 contact per account per 30 days, highest size first
      }
      """
    var scene = try scene(
      rule, people: ["ann@acme.example", "ben@acme.example", "cy@acme.example", "dan@solo.example"])
    scene.add("acme.example", of: .account)
    for (name, size) in [("ann", 1.0), ("ben", 3.0)] {
      scene.set("size", to: .number(size), of: "\(name)@acme.example")
    }
    for name in ["ann", "ben", "cy"] { scene.join("\(name)@acme.example", "acme.example") }
    // Who has no account is nobody's colleague; a missing size comes last.
    let first = scene.run()
    #expect(first.acted == ["r ben@acme.example", "r dan@solo.example"])
    #expect(first.lines.contains("r ann@acme.example: account limit"))
    #expect(scene.run(after: TimeSpan(29, .days)).acted == [])
    #expect(scene.run(after: TimeSpan(1, .days)).acted == ["r ann@acme.example"])
    #expect(scene.run(after: TimeSpan(30, .days)).acted == ["r cy@acme.example"])
  }

  /// Whom a cap or a person kept it from was not reached, in the same run and in later ones.
  @Test func whoseTurnCameToNothingLeavesThePlaceToOthers() throws {
    var scene = try scene(
      """
      policy { timezone "UTC"  approve rules that act on more than 0 contacts }
      rule r {
        when hot then create note "hot" once
        at most 1 contact per account per 30 days, highest size first
      }
      """, people: ["ann@acme.example", "ben@acme.example"])
    scene.add("acme.example", of: .account)
    scene.set("size", to: .number(3), of: "ann@acme.example")
    for name in ["ann", "ben"] { scene.join("\(name)@acme.example", "acme.example") }
    scene.options.appliesPopulationPolicies = true
    #expect(scene.run().lines.contains("r ann@acme.example: needs approval"))
    scene.answer("r", isApproval: false)
    // In this very run the place is free, and so it is afterwards.
    let refused = scene.run(after: TimeSpan(1, .days))
    #expect(refused.lines == ["r ann@acme.example: rejected", "r ben@acme.example: needs approval"])
    scene.answer("r", isApproval: true)
    #expect(scene.run(after: TimeSpan(1, .days)).acted == ["r ben@acme.example"])
    // Whoever was reached before a turn that came to nothing still was.
    let turn = Firing.acted(at: scene.now).passed(at: scene.now.adding(milliseconds: 90_000))
    #expect(turn.reached == scene.now && turn.last == scene.now.adding(milliseconds: 90_000))
    #expect(Firing.none.passed(at: scene.now).reached == nil)
  }
}
