import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

private let text = """
  contact { email text key  hot flag  size number  tier text }
  account { domain text key  big flag }
  event page_view { path text } worth 0.2
  asset { type text }
  asset guide { type "guide" }
  asset offer { type "offer" }
  policy {
    timezone "Europe/London"
    at most 2 messages per contact per 7 days, hold the rest up to 3 days
    at most 3 messages per account per 7 days, drop the rest
    quiet between 20:00 and 08:00, release over 30 minutes
    send on (monday, tuesday, wednesday, thursday, friday, saturday) between 07:00 and 21:00
    halt when a run acts on more than 100% of contacts
  }
  score warmth { add 10 per page_view half life 1 day, up to 40 } sync to hubspot property warmth
  segment warm when warmth >= 15 until warmth < 5 sync to hubspot list "Warm"
  rule a { when hot then send asset guide once every 3 days priority 5 }
  rule b { when size > 3 then set tier to "big" and add to list "Big" priority 4 }
  rule c { when hot and size > 5 then set tier to "huge" priority 6 }
  rule d { on page_view where path == "/x" wait 1 hour when hot then send asset offer every time }
  rule e { on tier changed then create note "{email}" every time }
  rule f { when warm then create task "Call {email}" for owner otherwise "desk@example.com" every time
           at most 1 contact per account per 2 days, highest warmth first }
  rule g { on warm changed to no then notify "sales" "{email} cooled" }
  rule h for account { when any(contacts where warm) then create note "warm" every time }
  rule i { when size < 0 then skip lower rules priority 9 }
  rule j { when warm then create note "j" every time }
  experiment trial on j {
    arm one 40% { create note "one" }  arm two 40% { set tier to "tried" }  arm none 20% { }
    measure did page_view within 2 days afterwards
  }
  """

struct PropertyTests {
  private let people = (0..<12).map { "p\($0)@acme.example" }

  private func scene(_ order: [String]) throws -> Scene {
    var scene = try Scene(text, at: "2026-03-26T16:00:00Z")
    for account in ["one.example", "two.example"] { scene.add(account, of: .account) }
    for person in order { scene.add(person) }
    for (index, person) in people.enumerated() {
      scene.join(person, index % 3 == 0 ? "one.example" : "two.example")
    }
    scene.consentAll()
    return scene
  }

  /// Something happens to somebody.
  private func disturb(_ scene: inout Scene, _ numbers: inout SeededGenerator) throws {
    for _ in 0..<6 {
      let person = people[Int.random(in: 0..<people.count, using: &numbers)]
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0:
        scene.set(
          "hot", to: [.flag(true), .flag(false), .missing].randomElement(using: &numbers) ?? .missing, of: person)
      case 1: scene.set("size", to: .number(Double(Int.random(in: -1...8, using: &numbers))), of: person)
      default:
        try scene.happen(
          "page_view", to: person, ["path": .text(Bool.random(using: &numbers) ? "/x" : "/y")])
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func decidingTwiceAtOneTimeActsOnce(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    var scene = try scene(people)
    var acted = 0
    for _ in 0..<60 {
      try disturb(&scene, &numbers)
      acted += scene.run(after: TimeSpan(Double(Int.random(in: 1...30, using: &numbers)), .hours)).acted.count
      // What a run changes may set off one more; then nothing is left to do at that time.
      scene.run()
      let again = scene.run()
      #expect(again.acted == [])
      #expect(again.changes.firings.isEmpty && again.changes.handled.isEmpty && again.changes.fields.isEmpty)
    }
    #expect(acted > 100)
  }

  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func theOrderOfArrivalChangesNothing(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    var left = try scene(people)
    var right = try scene(people.shuffled(using: &numbers))
    var same = numbers
    for _ in 0..<40 {
      try disturb(&left, &numbers)
      try disturb(&right, &same)
      right.world.state.changes.shuffle(using: &same)
      same = numbers
      let span = TimeSpan(Double(Int.random(in: 1...30, using: &numbers)), .hours)
      same = numbers
      let (one, other) = (left.run(after: span), right.run(after: span))
      #expect(one.actions == other.actions)
      #expect(one.rules == other.rules)
      #expect(one.changes == other.changes)
      #expect(
        one.json(left.program, rulebook: "", contacts: 12).text
          == other.json(right.program, rulebook: "", contacts: 12).text)
    }
  }

  @Test(arguments: [21, 22, 23, 24] as [UInt64])
  func capsAndQuietHoursHoldWhateverHappens(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    var scene = try scene(people)
    var sent: [(person: Int32, at: Instant)] = []
    for _ in 0..<120 {
      try disturb(&scene, &numbers)
      let decisions = scene.run(after: TimeSpan(Double(Int.random(in: 1...9, using: &numbers)), .hours))
      for message in decisions.changes.messages {
        sent.append((message.contact, scene.now))
        let zone = scene.calendar.zone
        let hour = zone.civil(at: scene.now).millisecondsOfDay / 3_600_000
        #expect((8..<20).contains(hour))
        let week = scene.calendar.subtract(TimeSpan(7, .days), from: scene.now)
        #expect(sent.count { $0.person == message.contact && $0.at > week } <= 2)
        let account = scene.world.contacts[Int(message.contact)].account
        #expect(sent.count { scene.world.contacts[Int($0.person)].account == account && $0.at > week } <= 3)
      }
    }
    #expect(sent.count > 5)
  }

  @Test(arguments: [31, 32, 33] as [UInt64])
  func goingOnFromAnEarlierEvaluationChangesNothing(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    var scene = try scene(people)
    for _ in 0..<20 {
      try disturb(&scene, &numbers)
      scene.run(after: TimeSpan(1, .hours))
      let (plan, calendar) = (scene.book.plan, scene.calendar)
      let snapshot = scene.world.snapshot()
      var earlier = Evaluation(plan: plan.evaluation, snapshot: snapshot, now: scene.now, calendar: calendar)
      _ = decide(earlier, plan: plan, state: scene.world.state)
      for _ in 0..<4 {
        let now = calendar.add(TimeSpan(Double(Int.random(in: 1...50, using: &numbers)), .hours), to: earlier.now)
        let fresh = Evaluation(plan: plan.evaluation, snapshot: snapshot, now: now, calendar: calendar)
        earlier = Evaluation(continuing: earlier, at: now, previous: snapshot.previous)
        let (one, other) = (
          decide(fresh, plan: plan, state: scene.world.state), decide(earlier, plan: plan, state: scene.world.state)
        )
        #expect(one.actions == other.actions)
        #expect(one.rules == other.rules)
        #expect(one.changes == other.changes)
      }
    }
  }
}
