import BusinessTime
import Decisioning
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  size number }
  event page_view { path text } worth 0.2
  asset { type text }
  asset guide "The guide" { type "guide" }

  """

private let policy = """
  approve rules that act on more than 3 contacts  halt when a run acts on more than 100% of contacts
  approvals expire after 2 days
  """

/// What a person is asked, and what becomes of the answer.
struct ApprovalTests {
  private func scene(_ rules: String, count: Int = 4, policy: String = policy) throws -> Scene {
    var scene = try Scene("\(base)policy { \(policy) }\n\(rules)")
    for person in 0..<count { scene.add("p\(1000 + person)@acme.example", ["hot": .flag(true)]) }
    scene.consentAll()
    return scene
  }

  private let note = "rule r { when hot then create note \"x\" }"

  @Test func anOpenQuestionIsAskedOnceAndKeepsItsTime() throws {
    var scene = try scene(note)
    let asked = try #require(scene.run().changes.approvals.asked.first)
    #expect(asked.reason == .actsOnMany(subjects: 4, limit: 3))
    #expect(asked.expiresAt == (try instant("2026-03-04T09:00:00Z")))
    #expect(scene.run(after: TimeSpan(1, .hours)).changes.approvals.isEmpty)
    scene.add("p2000@acme.example", ["hot": .flag(true)])
    let again = scene.run(after: TimeSpan(1, .hours))
    #expect(again.changes.approvals.asked.first?.occurrences.count == 5)
    #expect(scene.world.state.approvals.questions["r"]?.expiresAt == asked.expiresAt)
  }

  @Test func rejectingIsRecordedAndAsksNoMore() throws {
    var scene = try scene(note)
    scene.run()
    scene.answer("r", isApproval: false, note: "too early")
    let at = scene.now
    let decisions = scene.run(after: TimeSpan(1, .hours))
    #expect(decisions.outcomes("r") == Array(repeating: .rejected(by: "ann", at: at, note: "too early"), count: 4))
    #expect(decisions.changes.approvals.settled == [.init(rule: "r", result: .rejected)])
    #expect(decisions.report("r")?.acted == 0)
    #expect(scene.run(after: TimeSpan(30, .days)).actions.isEmpty)
    // Somebody else is another matter.
    scene.add("p2000@acme.example", ["hot": .flag(true)])
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["r p2000@acme.example"])
  }

  @Test func aRejectedRuleAsksAgainAtItsNextTurn() throws {
    var scene = try scene("rule r { when hot then create note \"x\" once every 7 days }")
    scene.run()
    scene.answer("r", isApproval: false)
    scene.run(after: TimeSpan(1, .hours))
    #expect(scene.run(after: TimeSpan(6, .days)).report("r")?.approval == nil)
    #expect(scene.run(after: TimeSpan(1, .days)).report("r")?.approval == .actsOnMany(subjects: 4, limit: 3))
  }

  @Test func aQuestionExpires() throws {
    var scene = try scene(note)
    scene.run()
    let expired = scene.run(after: TimeSpan(2, .days))
    #expect(expired.outcomes("r") == Array(repeating: .approvalExpired(at: scene.now), count: 4))
    #expect(expired.changes.approvals.settled == [.init(rule: "r", result: .expired)])
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  @Test func rejectedUpkeepLeavesAloneUntilTheConditionIsFalse() throws {
    var scene = try scene("rule r { when hot then set size to 1 }")
    scene.run()
    scene.answer("r", isApproval: false)
    scene.run(after: TimeSpan(1, .hours))
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
    scene.set("hot", to: .flag(false), of: "p1000@acme.example")
    scene.run(after: TimeSpan(1, .hours))
    scene.set("hot", to: .flag(true), of: "p1000@acme.example")
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["r p1000@acme.example"])
  }

  @Test func anAnswerToOneTextSaysNothingOfAnother() throws {
    var scene = try scene(note)
    scene.run()
    scene.answer("r", isApproval: true)
    var edited = try self.scene("rule r { when hot then create note \"y\" }")
    edited.world.state = scene.world.state
    edited.now = scene.now
    let decisions = edited.run(after: TimeSpan(1, .hours))
    #expect(decisions.report("r")?.approval != nil)
    #expect(decisions.acted.isEmpty)
  }

  @Test func aFewNewcomersGoAlongAndManyAreAskedAbout() throws {
    for (newcomers, acted) in [(3, 7), (4, 0)] {
      var scene = try scene(note)
      scene.run()
      scene.answer("r", isApproval: true)
      for person in 0..<newcomers { scene.add("q\(person)@acme.example", ["hot": .flag(true)]) }
      let decisions = scene.run(after: TimeSpan(1, .hours))
      #expect(decisions.acted.count == acted)
      #expect(decisions.changes.approvals.settled == [.init(rule: "r", result: acted > 0 ? .used : .moot)])
      #expect(decisions.changes.approvals.asked.count == (acted > 0 ? 0 : 1))
    }
  }

  @Test func aQuestionThatIsNoLongerNeededIsMoot() throws {
    var scene = try scene(note)
    scene.run()
    scene.set("hot", to: .flag(false), of: "p1000@acme.example")
    let decisions = scene.run(after: TimeSpan(1, .hours))
    #expect(decisions.acted.count == 3)
    #expect(decisions.changes.approvals.settled == [.init(rule: "r", result: .moot)])
  }

  @Test func whatHappenedWaitsForAnAnswerLongerThanADay() throws {
    var scene = try scene("rule r { on page_view then create note \"x\" }")
    scene.run()
    for person in 0..<4 { try scene.happen("page_view", to: "p\(1000 + person)@acme.example") }
    #expect(scene.run(after: TimeSpan(1, .minutes)).report("r")?.approval != nil)
    #expect(scene.run(after: TimeSpan(30, .hours)).report("r")?.approval != nil)
    scene.answer("r", isApproval: true)
    #expect(scene.run(after: TimeSpan(2, .hours)).acted.count == 4)
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  /// What is decided about some people alone neither goes past an open question nor closes it.
  @Test func somePeopleAloneWaitForTheAnswerToo() throws {
    var scene = try scene(note)
    scene.run()
    let question = scene.world.state.approvals
    scene.options.appliesPopulationPolicies = false
    let decisions = scene.run(after: TimeSpan(1, .hours))
    #expect(decisions.outcomes("r") == Array(repeating: .needsApproval(.asked), count: 4))
    #expect(decisions.changes.approvals.isEmpty)
    #expect(decisions.changes.firings.isEmpty)
    #expect(scene.world.state.approvals == question)
    scene.answer("r", isApproval: true)
    #expect(scene.run(after: TimeSpan(1, .hours)).acted.count == 4)
  }

  @Test func rejectedOccurrencesAreDoneWith() throws {
    var scene = try scene("rule r { on page_view then create note \"x\" }")
    scene.run()
    for person in 0..<4 { try scene.happen("page_view", to: "p\(1000 + person)@acme.example") }
    scene.run(after: TimeSpan(1, .minutes))
    scene.answer("r", isApproval: false)
    let decisions = scene.run(after: TimeSpan(1, .hours))
    #expect(decisions.changes.handled.map(\.result) == [.refused, .refused, .refused, .refused])
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  /// Nobody is asked when the night is over, a few at a time, about what was many when it was held.
  @Test func whoeverIsHeldCountsWhenThatBegins() throws {
    var scene = try scene(
      "rule r { when hot then send asset guide }", count: 40,
      policy: policy + " quiet between 20:00 and 08:00, release over 4 hours")
    scene.now = try instant("2026-03-02T22:00:00Z")
    #expect(scene.run().report("r")?.approval == .actsOnMany(subjects: 40, limit: 3))
    #expect(scene.world.state.holds.isEmpty)
    scene.answer("r", isApproval: true)
    let held = scene.run(after: TimeSpan(1, .hours))
    #expect(held.report("r")?.waiting == 40)
    // Each of them leaves in the morning without being asked about again.
    scene.now = try instant("2026-03-03T07:59:00Z")
    var acted = 0
    for _ in 0..<25 {
      let decisions = scene.run(after: TimeSpan(10, .minutes))
      #expect(decisions.report("r")?.approval == nil)
      acted += decisions.acted.count
    }
    #expect(acted == 40)
  }

  @Test func aRunHaltsForThoseWhomItHoldsToo() throws {
    var scene = try scene(
      "rule r { when hot then send asset guide }", count: 40,
      policy: "halt when a run acts on more than 10 contacts  quiet between 20:00 and 08:00")
    scene.now = try instant("2026-03-02T22:00:00Z")
    scene.options.approvedRules = ["r"]
    #expect(scene.run().halt == .init(contacts: 40, limit: 10))
    #expect(scene.world.state.holds.isEmpty)
    scene.options.ignoresHalt = true
    scene.run()
    #expect(scene.world.state.holds.count == 40)
  }
}
