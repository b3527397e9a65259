import BusinessTime
import Decisioning
import Foundation
import RuleDiagnostics
import RuleSemantics
import Testing

private let head = """
  contact { email text key  hot flag  size number  tier text  timezone text }
  account { domain text key }
  event page_view { path text } worth 0.2
  event meeting
  asset { type text }
  asset guide { type "guide" }
  asset offer { type "offer" }
  team sdr { "ana@example.com", "ben@example.com" otherwise "lead@example.com" }
  policy { require consent marketing  approve rules that act on more than 500 contacts }

  """

struct SequenceTests {
  private func scene(_ text: String, people: [String] = ["p@a.example"]) throws -> Scene {
    var scene = try Scene(head + text)
    for person in people { scene.add(person, ["hot": .flag(true)]) }
    scene.consentAll()
    scene.options.ignoresHalt = true
    return scene
  }

  private let nurture = """
    sequence s {
      enroll when hot
      goal when did meeting
      step one { send asset guide  wait 1 day }
      step two { create task "two" for "d@example.com"  wait 1 day }
      step three { create task "three" for "d@example.com" }
    }
    """

  /// The arguments of what was acted on.
  private func done(_ decisions: Decisions) -> [String] {
    decisions.actions.filter { $0.outcome == .act }.map { "\($0.step ?? "") \($0.arguments[0].value.text)" }
  }

  @Test func handbookRuleOfAnAccountThatQualifies() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/account_bonus.abm")
    let text = try String(contentsOf: url, encoding: .utf8)
    let lines = text.split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("rule account_bonus") })
    let end = try #require(lines[start...].firstIndex { $0 == "}" })
    #expect(end - start + 1 <= 6)
    #expect(try Book(text, path: "account_bonus.abm").testReport() == ["a year: passed"])
  }

  @Test func aRunThatComesLateDoesOneThing() throws {
    var scene = try scene(nurture)
    #expect(done(scene.run()) == [#"one "guide""#])
    // Down for five days: both waits would be over, and only the first is.
    #expect(done(scene.run(after: TimeSpan(5, .days))) == [#"two "two""#])
    #expect(done(scene.run(after: TimeSpan(23, .hours))) == [])
    #expect(done(scene.run(after: TimeSpan(1, .hours))) == [#"three "three""#])
    #expect(scene.world.state.sequences.enrolments["s"] == [])
  }

  @Test func aSecondDecisionAtTheSameTimeDoesNothing() throws {
    var scene = try scene(nurture)
    scene.run()
    for span in [TimeSpan(1, .days), TimeSpan(1, .days)] {
      #expect(done(scene.run(after: span)).count == 1)
      let again = scene.run()
      #expect(done(again) == [])
      #expect(again.changes.sequences == SequenceChanges())
    }
  }

  @Test func keysOfStepsAreUniqueByEnrolmentStepAndPosition() throws {
    var scene = try scene(nurture)
    let first = try #require(scene.run().actions.first)
    #expect(first.idempotencyKey == "sequence:s|contact:p@a.example|enrolment:1772442000000:one:0|0")
    #expect(OccurrenceKey(text: first.occurrence.text) == first.occurrence)
  }

  @Test func waitsAfterWaitsDoNotDrift() throws {
    var scene = try scene(
      """
      sequence s { enroll when hot  goal when did meeting
        step one { wait 1 day  wait 1 day  create task "x" for "d@example.com" } }
      """)
    scene.run()
    scene.run(after: TimeSpan(30, .hours))
    #expect(done(scene.run(after: TimeSpan(17, .hours))) == [])
    #expect(done(scene.run(after: TimeSpan(1, .hours))) == [#"one "x""#])
  }

  @Test func holdoutIsByAccountAndKeptThroughARename() throws {
    func text(_ name: String) -> String {
      """
      sequence \(name) { enroll when hot  every time  goal when did meeting  holdout 50% by account
        step one { create task "x" for "d@example.com"  wait 1 day } }
      """
    }
    let people = (0..<40).map { "p\($0)@a.example" }
    var scene = try scene(text("s"), people: people)
    for index in 0..<20 { scene.add("c\(index).example", of: .account) }
    for (index, person) in people.enumerated() { scene.join(person, "c\(index / 2).example") }
    let first = scene.run()
    let acted = Set(first.acted.map { $0.split(separator: " ")[1] })
    for pair in 0..<20 {
      #expect(acted.contains("p\(2 * pair)@a.example") == acted.contains("p\(2 * pair + 1)@a.example"))
    }
    #expect((10...30).contains(acted.count))
    #expect(first.sequences[0].enrolled == acted.count)
    #expect(first.sequences[0].heldOut == 40 - acted.count)

    // Everybody leaves; under the new name the same people are held out.
    var renamed = try self.scene(text("t was s"), people: people)
    for index in 0..<20 { renamed.add("c\(index).example", of: .account) }
    for (index, person) in people.enumerated() { renamed.join(person, "c\(index / 2).example") }
    renamed.now = scene.now
    renamed.world.state.sequences = scene.world.state.sequences
    for person in people { renamed.set("hot", to: .flag(false), of: person) }
    let second = renamed.run(after: TimeSpan(2, .days))
    #expect(second.sequences[0].finished == 40)
    #expect(second.changes.sequences.deployments.map(\.formerName) == ["s"])
    for person in people { renamed.set("hot", to: .flag(true), of: person) }
    let third = renamed.run(after: TimeSpan(1, .days))
    #expect(Set(third.acted.map { $0.split(separator: " ")[1] }) == acted)
  }

  @Test func aSplitKeepsEverybodyInOneArm() throws {
    let people = (0..<200).map { "p\($0)@a.example" }
    var scene = try scene(
      """
      sequence s { enroll when hot  existing too  goal when did meeting
        step one { split { arm a 30% { create task "a" for "d@example.com" } arm b 70% { create task "b" for "d@example.com" } } } }
      """, people: people)
    let decisions = scene.run()
    let tasks = Dictionary(grouping: done(decisions), by: \.self).mapValues(\.count)
    #expect(tasks.values.reduce(0, +) == 200)
    #expect((40...80).contains(tasks[#"one "a""#] ?? 0))
    let arms = decisions.changes.sequences.enrolments.map(\.enrolment.arms)
    #expect(arms.allSatisfy { $0.count == 1 })
  }

  @Test func ownersAreAssignedInTurnAndKept() throws {
    var scene = try scene(
      """
      rule r { when hot then assign owner from sdr and create task "x" for owner every time }
      """, people: ["a@a.example", "b@a.example", "c@a.example"])
    let first = scene.run()
    let tasks = first.actions.filter { $0.action == .createTask }.compactMap { $0.argument(.recipient)?.text }
    #expect(tasks == [#""ana@example.com""#, #""ben@example.com""#, #""ana@example.com""#])
    #expect(scene.world.contacts.map(\.owner) == ["ana@example.com", "ben@example.com", "ana@example.com"])
    // The next goes on where the last one stopped; whoever has an owner keeps them.
    scene.add("d@a.example", ["hot": .flag(true)])
    let second = scene.run(after: TimeSpan(1, .days))
    #expect(second.actions.filter { $0.action == .assignOwner && $0.outcome == .act }.map(\.key) == ["d@a.example"])
    #expect(
      scene.world.contacts.map(\.owner) == ["ana@example.com", "ben@example.com", "ana@example.com", "ben@example.com"])
  }

  @Test func aNewSequenceAsksBeforeItTakesInManyWhoWereThere() throws {
    let people = (0..<150).map { "p\($0)@a.example" }
    var scene = try scene(nurture, people: people)
    let asked = scene.run()
    #expect(asked.sequences[0].approval == .firstDeployment(people: 150))
    #expect(asked.actions.isEmpty)
    #expect(asked.changes.sequences.enrolments.isEmpty)
    scene.options.approvedRules = ["s"]
    #expect(done(scene.run()).count == 150)
  }

  @Test func aHigherRuleThatTakesOutComesBeforeTheStep() throws {
    var scene = try scene(
      nurture + "\nrule out { when tier == \"out\" then remove from sequence s priority 5 }")
    scene.run()
    scene.set("tier", to: .text("out"), of: "p@a.example")
    let decisions = scene.run(after: TimeSpan(2, .days))
    #expect(decisions.acted == ["out p@a.example"])
    #expect(decisions.changes.sequences.enrolments.map(\.enrolment.ending) == [.removed(by: "out")])
  }

  @Test func aLowerRuleThatTakesOutEndsWhatComesLater() throws {
    var scene = try scene(
      nurture.replacing("goal when", with: "priority 5  goal when")
        + "\nrule out { when tier == \"out\" then remove from sequence s }")
    scene.run()
    scene.set("tier", to: .text("out"), of: "p@a.example")
    #expect(scene.run(after: TimeSpan(2, .days)).acted == ["s p@a.example", "out p@a.example"])
    #expect(scene.world.state.sequences.enrolments["s"] == [])
    #expect(done(scene.run(after: TimeSpan(9, .days))) == [])
  }

  /// Neither the name nor the place in the text decides, but the priority.
  @Test(arguments: [(9, 1, "a"), (1, 9, "b")])
  func ofTwoSequencesThatWantOnePersonTheHigherWins(first: Int, second: Int, winner: String) throws {
    func sequence(_ name: String, _ priority: Int, _ action: String) -> String {
      """
      sequence \(name) { enroll when hot  goal when did meeting  priority \(priority)
        step one { \(action)  wait 1 day } }

      """
    }
    // Both take the person in, and the higher one sets the field.
    var field = try scene(
      sequence("b", second, #"set tier to "b""#) + sequence("a", first, #"set tier to "a""#))
    let loser = winner == "a" ? "b" : "a"
    let decisions = field.run()
    #expect(decisions.lines == ["\(winner) p@a.example: act", "\(loser) p@a.example: overridden"])
    // The one that goes first keeps the person from the other.
    var alone = try scene(
      sequence("b", second, "remove from sequence a") + sequence("a", first, "remove from sequence b"))
    alone.run()
    #expect(alone.world.state.sequences.enrolments.filter { !$0.value.isEmpty }.map(\.key) == [winner])
  }

  @Test func onePersonOfAnAccountComesIn() throws {
    var scene = try scene(
      """
      sequence s { enroll when hot  at most 1 contact per account per 30 days, highest size first  goal when did meeting
        step one { create task "x" for "d@example.com" } }
      """, people: ["a@a.example", "b@a.example"])
    scene.add("a.example", of: .account)
    for person in ["a@a.example", "b@a.example"] { scene.join(person, "a.example") }
    scene.set("size", to: .number(3), of: "b@a.example")
    #expect(scene.run().acted == ["s b@a.example"])
    #expect(scene.run(after: TimeSpan(29, .days)).acted == [])
    #expect(scene.run(after: TimeSpan(2, .days)).acted == ["s a@a.example"])
  }

  @Test func timesOfTheContact() throws {
    var scene = try scene(
      """
      sequence s { enroll when hot  goal when did meeting  act on (monday) between 09:00 and 10:00 in contact time
        step one { create task "x" for "d@example.com" } }
      """)
    scene.set("timezone", to: .text("America/New_York"), of: "p@a.example")
    // A Monday, 09:00 in London and 04:00 in New York.
    scene.run()
    let enrolment = try #require(scene.world.state.sequences.enrolments["s"]?.first)
    #expect(enrolment.rest == .closed(until: try instant("2026-03-02T14:00:00Z")))
    #expect(scene.run(after: TimeSpan(5, .hours)).acted == ["s p@a.example"])
  }

  @Test func chanceIsTheSameForEver() {
    #expect(bucket(of: "contact:ana@acme.example", salt: "s@0") == bucket(of: "contact:ana@acme.example", salt: "s@0"))
    let buckets = (0..<20_000).map { bucket(of: "contact:p\($0)@a.example", salt: "s@0") }
    #expect(buckets.allSatisfy { (0..<10_000).contains($0) })
    // Of 20,000 about 2,000 fall into any tenth; five standard deviations are 212.
    for tenth in 0..<10 {
      let count = buckets.count { $0 / 1_000 == tenth }
      #expect(abs(count - 2_000) < 212)
    }
  }

  /// The example of R. G. Newcombe, 1998, table II (a): 56 of 70 and 48 of 80.
  /// Four accounts of ten, of which two reach the goal together: the people of one count as one draw.
  @Test func peopleOfAnAccountAreNotDrawnApart() throws {
    let share = try #require(ClusteredShare([(10, 10), (10, 10), (10, 0), (10, 0)]))
    // 4 / 3 · (4 · 5²) / 40²
    #expect(abs(share.variance - 4.0 / 3 * 100 / 1600) < 1e-12 && share.share == 0.5)
    // Each an account of its own: the usual variance, with one fewer for the mean.
    let alone = try #require(ClusteredShare((0..<100).map { (1, $0 < 30 ? 1 : 0) }))
    #expect(abs(alone.variance - 0.3 * 0.7 / 99) < 1e-12)
    #expect(ClusteredShare([(10, 5)]) == nil)
    let together = try #require(
      ProportionDifference(
        clusters: [(10, 10), (10, 10), (10, 0), (10, 0)], minus: [(10, 0), (10, 0), (10, 0), (10, 10)]))
    let apart = try #require(ProportionDifference(20, of: 40, minus: 10, of: 40))
    #expect(together.difference == apart.difference)
    #expect(together.low < apart.low - 0.2 && together.high > apart.high + 0.2)
    // No hits at all are no certainty.
    let none = try #require(ProportionDifference(clusters: [(5, 0), (5, 0)], minus: [(5, 0), (5, 0)]))
    #expect(none.high > 0.1)
  }

  @Test func differenceOfProportions() throws {
    let lift = try #require(ProportionDifference(56, of: 70, minus: 48, of: 80))
    #expect(abs(lift.difference - 0.2) < 1e-9)
    #expect(abs(lift.low - 0.0524) < 0.0001)
    #expect(abs(lift.high - 0.3339) < 0.0001)
    #expect(ProportionDifference(0, of: 0, minus: 1, of: 2) == nil)
  }
}
