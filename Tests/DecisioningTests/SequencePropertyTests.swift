import BusinessTime
import Decisioning
import RuleSemantics
import TestSupport
import Testing

/// Sequences made by chance, over people to whom things happen by chance.
struct SequencePropertyTests {
  private static let head = """
    contact { email text key  hot flag  size number }
    account { domain text key }
    event page_view { path text } worth 0.2
    event meeting
    asset { type text }
    asset guide { type "guide" }
    asset offer { type "offer" }
    policy {
      at most 2 messages per contact per 3 days, hold the rest up to 2 days
      quiet between 20:00 and 08:00
      halt when a run acts on more than 100% of contacts
    }
    rule start { when size > 6 then enroll in second every time }
    rule stop { when size < 1 then remove from sequence first every time priority 3 }

    """
  private let people = (0..<8).map { "p\($0)@acme.example" }

  private func sequence(_ name: String, _ clauses: String, _ numbers: inout SeededGenerator) -> String {
    let steps = (0..<Int.random(in: 1...3, using: &numbers)).map { step in
      "step s\(step) { \(block(2, &numbers)) }"
    }
    return "sequence \(name) { \(clauses)  \(steps.joined(separator: "\n  ")) }\n"
  }

  private func block(_ depth: Int, _ numbers: inout SeededGenerator) -> String {
    (0..<Int.random(in: 1...3, using: &numbers)).map { _ in
      switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &numbers) {
      case 0: return "send asset guide"
      case 1: return "create note \"{email}\""
      case 2: return "wait \(Int.random(in: 1...50, using: &numbers)) hours"
      case 3: return "wait up to \(Int.random(in: 1...50, using: &numbers)) hours until did page_view"
      case 4: return "if hot { \(block(depth - 1, &numbers)) } else { \(block(depth - 1, &numbers)) }"
      case 5:
        return "split { arm a 40% { \(block(depth - 1, &numbers)) } arm b 60% { \(block(depth - 1, &numbers)) } }"
      default: return "send asset offer"
      }
    }.joined(separator: "  ")
  }

  private func book(_ numbers: inout SeededGenerator) -> String {
    Self.head
      + sequence("first", "enroll when hot  every time  goal when did meeting  holdout 20%  priority 2", &numbers)
      + sequence(
        "second", "enroll when size > 4  once every 2 days  exit when not hot  act on weekdays between 09:00 and 18:00",
        &numbers)
  }

  private func disturb(_ scene: inout Scene, _ numbers: inout SeededGenerator) throws {
    for _ in 0..<4 {
      let person = people[Int.random(in: 0..<people.count, using: &numbers)]
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0: scene.set("hot", to: .flag(Bool.random(using: &numbers)), of: person)
      case 1: scene.set("size", to: .number(Double(Int.random(in: -1...8, using: &numbers))), of: person)
      case 2: try scene.happen("page_view", to: person, ["path": .text("/x")])
      default: if Int.random(in: 0..<4, using: &numbers) == 0 { try scene.happen("meeting", to: person) }
      }
    }
  }

  @Test(arguments: 1...16)
  func whateverHappens(seed: Int) throws {
    var numbers = SeededGenerator(seed: UInt64(seed))
    var scene = try Scene(book(&numbers), at: "2026-03-26T16:00:00Z")
    for person in people { scene.add(person) }
    scene.consentAll()
    var keys: Set<String> = []
    var ended: [String: Instant] = [:]
    var entered = 0
    for _ in 0..<40 {
      try disturb(&scene, &numbers)
      let decisions = scene.run(after: TimeSpan(Double(Int.random(in: 1...30, using: &numbers)), .hours))
      for action in decisions.actions where action.step != nil && action.outcome == .act {
        #expect(keys.insert(action.idempotencyKey).inserted, "done twice: \(action.idempotencyKey)")
        guard case .enrolment(let at, _, _) = action.occurrence else { continue }
        let id = "\(action.rule) \(action.row) \(at.milliseconds)"
        #expect(ended[id] == nil, "done after the end: \(action.idempotencyKey)")
      }
      for change in decisions.changes.sequences.enrolments {
        if change.isNew { entered += 1 }
        let id = "\(change.sequence) \(change.enrolment.contact) \(change.enrolment.enteredAt.milliseconds)"
        if change.enrolment.ending != nil { ended[id] = scene.now }
        #expect(change.enrolment.clock <= scene.now)
      }
      for (name, enrolments) in scene.world.state.sequences.enrolments {
        #expect(Set(enrolments.map(\.contact)).count == enrolments.count, "twice in \(name)")
        #expect(enrolments.map(\.contact) == enrolments.map(\.contact).sorted())
        #expect(enrolments.allSatisfy { $0.ending == nil })
      }
      // What a run changes may set off one more; then nothing is left to do at that time.
      scene.run()
      let again = scene.run()
      #expect(again.acted.filter { !$0.hasPrefix("start") && !$0.hasPrefix("stop") } == [])
      #expect(again.changes.sequences.enrolments == [])
    }
    #expect(entered > 5)
  }

  @Test(arguments: 1...6)
  func theOrderOfArrivalChangesNothing(seed: Int) throws {
    var numbers = SeededGenerator(seed: UInt64(100 + seed))
    let text = book(&numbers)
    var left = try Scene(text, at: "2026-03-26T16:00:00Z")
    var right = try Scene(text, at: "2026-03-26T16:00:00Z")
    for person in people { left.add(person) }
    for person in people.shuffled(using: &numbers) { right.add(person) }
    left.consentAll()
    right.consentAll()
    for _ in 0..<25 {
      var same = numbers
      try disturb(&left, &numbers)
      try disturb(&right, &same)
      let span = TimeSpan(Double(Int.random(in: 1...30, using: &numbers)), .hours)
      let (one, other) = (left.run(after: span), right.run(after: span))
      #expect(one.actions == other.actions)
      #expect(one.sequences == other.sequences)
      #expect(one.changes.sequences == other.changes.sequences)
    }
  }
}
