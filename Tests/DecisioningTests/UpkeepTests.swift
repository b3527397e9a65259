import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics
import TestSupport
import Testing

private let base = """
  contact {
    email text key  hot flag  size number  double number missing means 2  tier text  level one of (low < middle < high)
  }
  account { domain text key }
  event page_view

  """

/// Rules that keep fields up pass over whoever has them right. Each rule once more with an action that forbids this
/// must come to the same.
struct UpkeepTests {
  private let people = (0..<10).map { "p\($0)@acme.example" }

  private func rules(_ numbers: inout SeededGenerator, isSlow: Bool) -> [String] {
    let conditions = ["hot", "not hot", "size > 2", "size < 4", "tier == \"a\"", "email is known", "level >= middle"]
    let actions = [
      "set tier to \"a\"", "set tier to \"b\"", "clear tier", "set level to low", "advance level to middle",
      "advance level to high", "set double to size", "clear double", "set size to 3", "set double to size * 2",
    ]
    return (0..<7).map { index in
      var then = [numbers.pick(actions)]
      let other = numbers.pick(actions)
      // A rule sets each of its fields once.
      if numbers.chance(0.4), other.split(separator: " ")[1] != then[0].split(separator: " ")[1] { then.append(other) }
      let when = numbers.pick(conditions)
      let frequency = numbers.pick(["", "", "", "once", "every time"])
      if isSlow, frequency.isEmpty { then.append("add to list \"\(index)\"") }
      return "rule r\(index) { when \(when) then \(then.joined(separator: " and ")) \(frequency) "
        + "priority \(numbers.below(3)) }"
    } + [
      "rule seen { on page_view then set tier to \"seen\" priority \(numbers.below(3)) }",
      "rule moved { on tier changed then advance level to high every time priority \(numbers.below(3)) }",
      """
      sequence s {
        enroll when hot  once  exit when size > 100  existing too  priority \(numbers.below(3))
        step one { \(numbers.pick(["set tier to \"s\"", "set size to 1", "clear tier"]))  wait 1 day  set level to low }
      }
      """,
    ]
  }

  private func scene(seed: UInt64, isSlow: Bool) throws -> Scene {
    var numbers = SeededGenerator(seed: seed)
    var scene = try Scene(base + rules(&numbers, isSlow: isSlow).joined(separator: "\n"))
    for person in people { scene.add(person) }
    return scene
  }

  private func change(_ scene: inout Scene, _ numbers: inout SeededGenerator) throws {
    for person in people where numbers.chance(0.5) {
      scene.set("hot", to: numbers.pick([.flag(true), .flag(false), .missing]), of: person)
      scene.set("size", to: numbers.pick([.number(1), .number(3), .number(7), .missing]), of: person)
      if numbers.chance(0.3) { scene.set("tier", to: numbers.pick([.text("a"), .text("b"), .missing]), of: person) }
      if numbers.chance(0.2) { try scene.happen("page_view", to: person) }
    }
  }

  private func lines(_ decisions: Decisions) -> [String] {
    decisions.actions.filter { $0.action != .addToList }.map { $0.json(in: .utc).text }
      + decisions.changes.fields.map { "\($0)" } + decisions.changes.overrides.map { "\($0)" }
      + decisions.changes.sequences.enrolments.map { "\($0)" }
      + decisions.rules.map { "\($0.name) \($0.matched) \($0.unknown) \($0.skipped)" }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func whatIsRightIsPassedOver(seed: UInt64) throws {
    var quick = try scene(seed: seed, isSlow: false)
    var slow = try scene(seed: seed, isSlow: true)
    for step in 0..<6 as Range<UInt64> {
      var numbers = (SeededGenerator(seed: 1000 + 10 * seed + step), SeededGenerator(seed: 1000 + 10 * seed + step))
      try change(&quick, &numbers.0)
      try change(&slow, &numbers.1)
      let (left, right) = (quick.run(after: TimeSpan(9, .hours)), slow.run(after: TimeSpan(9, .hours)))
      #expect(lines(left) == lines(right), "seed \(seed), step \(step)")
    }
  }

  /// A field that a rule keeps as it is must not be changed by one below it.
  @Test func whatIsRightIsKeptFromLowerRules() throws {
    var scene = try Scene(
      base + """
        rule high { when hot then set tier to "a" priority 2 }
        rule low { when hot then set tier to "b" priority 1 }
        """)
    scene.add("ann@acme.example", ["hot": .flag(true), "tier": .text("a")])
    #expect(scene.run().lines == ["low ann@acme.example: overridden"])
  }
}
