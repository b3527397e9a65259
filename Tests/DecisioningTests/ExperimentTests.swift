import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  team text }
  event page_view { path text } worth 0.2
  asset { type text }
  asset guide "The guide" { type "guide" }
  asset offer "The offer" { type "offer" }
  policy { approve rules that act on more than 100_000 contacts }
  rule r { when hot then send asset guide once every 30 days existing too }

  """
private let split = """
  experiment e on r {
    arm long 50% { send asset guide } arm short 30% { send asset offer } arm none 20% { }
    measure did page_view within 7 days afterwards
  }
  """

/// Who is in which arm, and what an arm does.
struct ExperimentTests {
  private func scene(_ experiment: String = split, count: Int = 2000) throws -> Scene {
    var scene = try Scene(base + experiment)
    scene.options.ignoresHalt = true
    for person in 0..<count { scene.add("p\(10_000 + person)@acme.example", ["hot": .flag(true)]) }
    scene.consentAll()
    return scene
  }

  private func arms(_ scene: Scene, _ experiment: String = "e") -> [Int32: String] {
    scene.world.state.experiments[experiment]?.assignments.mapValues(\.arm) ?? [:]
  }

  @Test func sharesAreKeptAndEachArmActs() throws {
    var scene = try scene()
    let decisions = scene.run()
    let arms = arms(scene)
    // 1,000, 600 and 400 of 2,000, give or take four standard deviations.
    #expect((910...1090).contains(arms.values.count { $0 == "long" }))
    #expect((518...682).contains(arms.values.count { $0 == "short" }))
    #expect((328...472).contains(arms.values.count { $0 == "none" }))
    #expect(decisions.actions.count == arms.values.count { $0 != "none" })
    #expect(
      decisions.actions.allSatisfy {
        $0.argument(.asset) == .text(arms[$0.row] == "long" ? "guide" : "offer")
      })
    #expect(decisions.report("r")?.acted == 2000)
    // The empty arm had its turn too.
    #expect(scene.run(after: TimeSpan(1, .days)).report("r")?.acted == 0)
  }

  @Test func anArmIsForGood() throws {
    var scene = try scene()
    scene.run()
    let first = arms(scene)
    var edited = try self.scene(split.replacing("50%", with: "10%").replacing("30%", with: "70%"))
    edited.world.state = scene.world.state
    edited.now = scene.now
    let later = edited.run(after: TimeSpan(31, .days))
    #expect(arms(edited) == first)
    #expect(later.actions.count == first.values.count { $0 != "none" })
  }

  /// Whoever was drawn by former shares was to be where they are.
  @Test func aChangeOfSharesBreaksNoSplit() throws {
    let halves = "experiment e on r { arm a 50% { send asset guide } arm b 50% { send asset offer } measure hot }"
    var first = try scene(halves, count: 600)
    first.run()
    #expect(first.world.state.experiments["e"]?.shares.map(\.shares) == [["a": 0.5, "b": 0.5]])
    var second = try scene(halves.replacing("a 50%", with: "a 90%").replacing("b 50%", with: "b 10%"), count: 1200)
    second.world.state.experiments = first.world.state.experiments
    second.now = first.now
    second.run(after: TimeSpan(1, .days))
    let report = try analyzed(&second)
    #expect(report.shares == [0.9, 0.1])
    #expect(report.sampleRatio.expected.map { $0.rounded() } == [840, 360])
    #expect(report.assigned.reduce(0, +) == 1200)
    #expect(!report.sampleRatio.isBroken)
    // A split that is wrong in one of the times is still seen.
    var assignments = try #require(second.world.state.experiments["e"]?.assignments)
    for row in assignments.keys where row >= 600 && row < 700 { assignments[row]?.arm = "b" }
    second.world.state.experiments["e"]?.assignments = assignments
    #expect(try analyzed(&second).sampleRatio.isBroken)
    // The same shares again are no news.
    let again = second.run(after: TimeSpan(1, .days))
    #expect(again.changes.experiments.shares.isEmpty)
  }

  @Test func aRenamedExperimentKeepsItsArms() throws {
    var scene = try scene()
    scene.run()
    var renamed = try self.scene(split.replacing("experiment e on", with: "experiment f was e on"), count: 2001)
    renamed.world.state.experiments = scene.world.state.experiments
    renamed.now = scene.now
    renamed.run(after: TimeSpan(31, .days))
    #expect(renamed.world.state.experiments["e"] == nil)
    #expect(renamed.world.state.experiments["f"]?.salt == scene.world.state.experiments["e"]?.salt)
    #expect(arms(renamed, "f").filter { $0.key < 2000 } == arms(scene))
  }

  @Test func twoExperimentsAssignIndependently() throws {
    let keys = (0..<10_000).map { "p\($0)@acme.example" }
    let both = keys.count { bucket(of: $0, salt: "a@0") < 5000 && bucket(of: $0, salt: "b@0") < 5000 }
    #expect((2327...2673).contains(both))
    // Known values: a change of the hash would move everybody to another arm.
    #expect(bucket(of: "ann@acme.example", salt: "e@0") == bucket(of: "ann@acme.example", salt: "e@0"))
    #expect(
      (0..<20).allSatisfy { part in
        let share = keys.count { bucket(of: $0, salt: "c@0") / 500 == part }
        return (390...610).contains(share)
      })
  }

  @Test func whoMayNotBeMessagedIsNotCounted() throws {
    var scene = try scene(count: 10)
    scene.world.state.consents["marketing"]?[3] = 0
    scene.run()
    #expect(arms(scene).keys.sorted() == [0, 1, 2, 4, 5, 6, 7, 8, 9])
    scene.consentAll()
    scene.run(after: TimeSpan(1, .days))
    #expect(arms(scene).count == 10)
    #expect(scene.world.state.experiments["e"]?.assignments[3]?.at == scene.now)
  }

  @Test func whoIsHeldIsInAnArmAlready() throws {
    var scene = try scene(split + " policy { quiet between 08:00 and 10:00 }", count: 50)
    scene.run()
    let first = arms(scene)
    #expect(first.count == 50)
    scene.run(after: TimeSpan(2, .hours))
    #expect(arms(scene) == first)
  }

  @Test func aRuleThatWaitsForApprovalAssignsNobody() throws {
    var scene = try Scene(
      base.replacing("more than 100_000 contacts", with: "more than 5 contacts") + split)
    for person in 0..<10 { scene.add("p\(person)@acme.example", ["hot": .flag(true)]) }
    scene.consentAll()
    #expect(scene.run().report("r")?.approval != nil)
    #expect(scene.world.state.experiments.isEmpty)
  }

  // MARK: - What came of it

  /// Each is measured over its own seven days: from its assignment, exclusive, to the same wall time a week later.
  @Test func eachIsMeasuredFromItsOwnAssignmentOn() throws {
    var scene = try scene(count: 6)
    scene.set("hot", to: .flag(false), of: "p10005@acme.example")
    scene.run()
    let start = scene.now
    func view(_ person: Int, _ at: String) throws {
      try scene.happen("page_view", to: "p\(10_000 + person)@acme.example", at: at)
    }
    try view(0, "2026-03-02T08:59:00Z")
    try view(1, "2026-03-02T09:00:00Z")
    try view(2, "2026-03-02T09:00:01Z")
    try view(3, "2026-03-09T09:00:00Z")
    try view(4, "2026-03-09T09:00:01Z")
    // The last comes in two days later, and its week is not over.
    scene.now = start.adding(milliseconds: 2 * 86_400_000)
    scene.set("hot", to: .flag(true), of: "p10005@acme.example")
    scene.run()
    try view(5, "2026-03-05T09:00:00Z")
    scene.now = try instant("2026-03-10T09:00:00Z")

    let report = try analyzed(&scene)
    #expect(report.assigned.reduce(0, +) == 6)
    #expect(report.measures[0].open == 1)
    #expect(report.measures[0].name == "did page_view within 7 days afterwards")
    #expect(report.measures[0].counts.map(\.subjects).reduce(0, +) == 5)
    let arms = arms(scene)
    for (index, arm) in ["long", "short", "none"].enumerated() {
      #expect(report.measures[0].counts[index].successes == [2, 3].count { arms[$0] == arm })
    }
    scene.now = try instant("2026-03-11T09:00:00Z")
    let later = try analyzed(&scene)
    #expect(later.measures[0].open == 0)
    #expect(later.measures[0].counts.map(\.successes).reduce(0, +) == 3)
  }

  @Test func measuresOfNowAndOfNobody() throws {
    var scene = try scene(
      "experiment e on r { arm a 50% { send asset guide } arm b 50% { } measure hot measure did not page_view afterwards }",
      count: 20)
    #expect(try analyzed(&scene).assigned == [0, 0])
    scene.run()
    try scene.happen("page_view", to: "p10000@acme.example", at: "2026-03-02T09:30:00Z")
    scene.set("hot", to: .flag(false), of: "p10001@acme.example")
    scene.now = try instant("2026-03-02T10:00:00Z")
    let report = try analyzed(&scene)
    #expect(report.measures.map { $0.counts.map(\.successes).reduce(0, +) } == [19, 19])
    #expect(report.measures.allSatisfy { $0.open == 0 })
    #expect(report.sampleRatio.expected == [10, 10])
  }

  private func analyzed(_ scene: inout Scene) throws -> ExperimentReport {
    let experiment = try #require(scene.program.experiments.first)
    let evaluation = Evaluation(
      plan: scene.book.plan.evaluation, snapshot: scene.world.snapshot(), now: scene.now, calendar: scene.calendar)
    return analyze(
      experiment, evaluation, plan: scene.book.plan.evaluation, state: scene.world.state.experiments[experiment.name])
  }
}
