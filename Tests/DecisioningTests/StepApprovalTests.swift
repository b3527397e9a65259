import BusinessTime
import Decisioning
import RuleSemantics
import Testing

/// A step that recommends for approval: asked once, gone on at once, done once when a person says yes.
struct StepApprovalTests {
  private static let data = """
    contact { email text key  hot flag }
    event meeting
    asset { type text }
    asset guide "The guide" { type "guide" }
    asset paper "The paper" { type "paper" }
    recommendation best { from asset  never repeat within 90 days  factor one 100% = 1  pick best 2 }
    policy { timezone "UTC"  approvals expire after 5 days }

    """
  private static let sequence = """
    sequence care {
      enroll when hot
      goal when did meeting
      step intro { recommend best for approval  wait 3 days }
      step last { create note "last" }
    }
    """

  private func scene(_ text: String = sequence, of people: [String] = ["ann@acme.example"]) throws -> Scene {
    var scene = try Scene(Self.data + text)
    for person in people { scene.add(person, ["hot": .flag(true)]) }
    return scene
  }

  /// The same world under another rule book.
  private func moved(_ scene: Scene, to text: String) throws -> Scene {
    var next = try Scene(Self.data + text)
    next.add("ann@acme.example", ["hot": .flag(true)])
    next.world.state = scene.world.state
    next.now = scene.now
    return next
  }

  private func visit(_ scene: Scene, _ name: String = "care") -> Enrolment.Visit? {
    scene.world.state.sequences.enrolments[name]?.first?.visits.first
  }

  @Test func isDoneOnceWhenApproved() throws {
    var scene = try scene()
    let asked = scene.run()
    #expect(asked.lines == ["care ann@acme.example: needs approval"])
    #expect(asked.changes.recommendations.map(\.use) == [.forApproval, .forApproval])
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
    #expect(visit(scene)?.actedAt == nil)

    scene.world.state.approvals.items[0].answer = .init(isApproval: true, by: "eva", at: scene.now)
    let done = scene.run(after: TimeSpan(1, .hours))
    #expect(done.acted == ["care ann@acme.example"])
    #expect(done.actions[0].picks?.picks.map(\.asset) == ["guide", "paper"])
    #expect(done.actions[0].idempotencyKey == asked.actions[0].idempotencyKey)
    #expect(done.changes.approvals.settledItems.map(\.result) == [.used])
    #expect(visit(scene)?.actedAt == scene.now)
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
    // The way goes on by the time of the question, and nothing is asked twice.
    #expect(scene.run(after: TimeSpan(3, .days)).acted == ["care ann@acme.example"])
    #expect(scene.world.state.sequences.enrolments["care"] == [])
  }

  @Test func rejectedAndExpiredAreRecordedOnce() throws {
    var scene = try scene(of: ["ann@acme.example", "bob@acme.example"])
    scene.run()
    let at = scene.now
    scene.world.state.approvals.items[0].answer = .init(isApproval: false, by: "eva", at: at, note: "no")
    let rejected = scene.run(after: TimeSpan(1, .hours))
    #expect(rejected.outcomes("care") == [.rejected(by: "eva", at: at, note: "no")])
    let later = scene.run(after: TimeSpan(4, .days))
    #expect(later.acted == ["care ann@acme.example", "care bob@acme.example"])
    let expired = scene.run(after: TimeSpan(1, .days))
    #expect(expired.lines == ["care bob@acme.example: approval expired"])
    #expect(scene.world.state.approvals.isEmpty)
  }

  /// What nobody got to see is there to be recommended again, and is asked about at the next turn.
  @Test(arguments: [false, nil])
  func whatWasRefusedOrExpiredIsNoRepetition(answer: Bool?) throws {
    var scene = try scene("rule offer { when hot then recommend best for approval once every 14 days }")
    #expect(scene.run().lines == ["offer ann@acme.example: needs approval"])
    if let answer {
      scene.world.state.approvals.items[0].answer = .init(isApproval: answer, by: "eva", at: scene.now)
    }
    scene.run(after: TimeSpan(5, .days))
    #expect(scene.world.state.approvals.isEmpty)
    #expect(scene.run(after: TimeSpan(9, .days)).lines == ["offer ann@acme.example: needs approval"])
  }

  @Test func whatWasAgreedToIsARepetition() throws {
    var scene = try scene("rule offer { when hot then recommend best for approval once every 14 days }")
    scene.run()
    scene.world.state.approvals.items[0].answer = .init(isApproval: true, by: "eva", at: scene.now)
    #expect(scene.run(after: TimeSpan(5, .days)).acted == ["offer ann@acme.example"])
    #expect(scene.run(after: TimeSpan(9, .days)).lines == ["offer ann@acme.example: no candidate"])
  }

  @Test func whoReachedTheGoalIsNotAskedAboutAnyMore() throws {
    var scene = try scene()
    scene.run()
    scene.world.state.approvals.items[0].answer = .init(isApproval: true, by: "eva", at: scene.now)
    scene.now = scene.calendar.add(TimeSpan(1, .hours), to: scene.now)
    try scene.happen("meeting", to: "ann@acme.example")
    let decisions = scene.run()
    #expect(decisions.actions.isEmpty)
    #expect(decisions.changes.approvals.settledItems.map(\.result) == [.moot])
    #expect(scene.world.state.approvals.isEmpty)
  }

  @Test func whoIsThroughBeforeTheAnswerStillGetsIt() throws {
    var scene = try scene(
      "sequence care { enroll when hot  goal when did meeting  step intro { recommend best for approval } }")
    scene.run()
    scene.world.state.approvals.items[0].answer = .init(isApproval: true, by: "eva", at: scene.now)
    #expect(scene.run(after: TimeSpan(1, .hours)).acted == ["care ann@acme.example"])
    #expect(scene.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  @Test(arguments: [
    (sequence, sequence.replacing("sequence care", with: "sequence nurture was care"), "nurture"),
    (
      "rule offer { when hot then recommend best for approval once }",
      "rule propose was offer { when hot then recommend best for approval once }", "propose"
    ),
  ])
  func aRenameKeepsWhatWasAsked(before: String, after: String, name: String) throws {
    var scene = try scene(before)
    scene.run()
    var renamed = try moved(scene, to: after)
    #expect(renamed.run(after: TimeSpan(1, .hours)).actions.isEmpty)
    renamed.world.state.approvals.items[0].answer = .init(isApproval: true, by: "eva", at: renamed.now)
    #expect(renamed.run(after: TimeSpan(1, .hours)).acted == ["\(name) ann@acme.example"])
    #expect(renamed.world.state.approvals.isEmpty)
    #expect(renamed.run(after: TimeSpan(1, .hours)).actions.isEmpty)
  }

  @Test func aRenamedRuleTakesUpTheAnswerToItsQuestion() throws {
    let policy = """
      policy { approve rules that act on more than 1 contacts  halt when a run acts on more than 100% of contacts }
      """
    let data = Self.data.replacing(#"policy { timezone "UTC"  approvals expire after 5 days }"#, with: policy)
    func scene(_ text: String) throws -> Scene {
      var scene = try Scene(data + text)
      for person in ["ann@acme.example", "bob@acme.example"] { scene.add(person, ["hot": .flag(true)]) }
      return scene
    }
    var first = try scene("rule a { when hot then create note \"x\" }")
    #expect(first.run().report("a")?.approval != nil)
    var second = try scene("rule b was a { when hot then create note \"x\" }")
    second.world.state = first.world.state
    second.now = first.now
    second.run(after: TimeSpan(1, .hours))
    for name in second.world.state.approvals.questions.keys { second.answer(name, isApproval: true) }
    #expect(second.run(after: TimeSpan(1, .hours)).acted == ["b ann@acme.example", "b bob@acme.example"])
    #expect(second.run(after: TimeSpan(1, .hours)).actions.isEmpty)
    #expect(second.world.state.approvals.isEmpty)
  }
}
