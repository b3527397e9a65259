import BusinessTime
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

/// An evaluation that goes on from an earlier one, or is made by several threads, says what one made anew by one thread
/// says, to the bit.
struct ContinuedEvaluationTests {
  private struct Scene {
    var world: ReferenceWorld
    var random: SeededGenerator
    var conditions: [(CheckedExpression, Subject)] = []

    init(seed: UInt64) {
      var generator = ExpressionGenerator(random: SeededGenerator(seed: seed))
      generator.addDefinitions()
      for number in 0..<24 {
        let subject: Subject = number % 4 == 0 ? .account : .contact
        let context = ExpressionGenerator.Context(subject: subject, definitionLimit: generator.definitions.count)
        conditions.append((generator.condition(3, context), subject))
      }
      var worlds = WorldGenerator(random: SeededGenerator(seed: seed &+ 2_000_000))
      world = worlds.world(SampleSchema.program(definitions: generator.definitions))
      random = worlds.random
    }

    func count(_ subject: Subject) -> Int { subject == .contact ? world.contacts.count : world.accounts.count }

    func expectSame(_ left: Evaluation, _ right: Evaluation, _ comment: String) {
      for definition in world.program.definitions {
        for row in 0..<count(definition.subject) {
          #expect(
            left.value(of: definition.id, row: row) == right.value(of: definition.id, row: row),
            "\(comment) \(definition.name) row \(row): \(definition.body)")
        }
      }
      for (condition, subject) in conditions {
        #expect(left.truths(condition, of: subject) == right.truths(condition, of: subject), "\(comment): \(condition)")
      }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func timePassesAndEventsComeAndGo(seed: UInt64) {
    var scene = Scene(seed: seed)
    let plan = EvaluationPlan(scene.world.program)
    var snapshot = scene.world.snapshot()
    let all = snapshot.events
    var now = scene.world.now
    var evaluation = Evaluation(plan: plan, snapshot: snapshot, now: now, calendar: scene.world.calendar)
    evaluation.isContinued = true
    for step in 0..<6 {
      let anew = Evaluation(plan: plan, snapshot: snapshot, now: now, calendar: scene.world.calendar)
      scene.expectSame(evaluation, anew, "seed \(seed) step \(step)")
      // Now and then time goes back, of which nothing is promised but the right answers.
      let hours = scene.random.chance(0.2) ? -scene.random.below(200) : scene.random.below(400)
      now = now.adding(milliseconds: Int64(hours) * 1_800_000)
      var changes = SnapshotChanges()
      if scene.random.chance(0.5) {
        let event = scene.random.below(all.count)
        let end = now.milliseconds - Int64(scene.random.below(300)) * 3_600_000
        snapshot.events[event] = scene.random.chance(0.5) ? all[event] : all[event].events(upTo: end)
        changes.events.insert(EventID(event))
      }
      snapshot.texts = evaluation.texts
      evaluation = Evaluation(continuing: evaluation, at: now, snapshot: snapshot, changes: changes)
    }
  }

  /// Enough people for several threads to have something to share.
  @Test(arguments: 0..<3 as Range<UInt64>)
  func threadsChangeNothing(seed: UInt64) {
    var scene = Scene(seed: 50 + seed)
    let (people, events) = (scene.world.contacts, scene.world.events)
    for copy in 1...(9_000 / people.count) {
      let first = scene.world.contacts.count
      for person in people {
        var person = person
        person.key += " \(copy)"
        scene.world.contacts.append(person)
      }
      for event in events where !scene.world.program[event.type].isForAccount {
        var event = event
        event.owner += first
        event.id += Int64(copy * 1000)
        scene.world.events.append(event)
      }
    }
    let one = scene.world.evaluation()
    let three = scene.world.evaluation()
    three.threads = 3
    for definition in scene.world.program.definitions where definition.subject == .contact {
      let columns = [one, three].map { $0.column(of: definition.id) }
      for row in 0..<scene.world.contacts.count {
        let values = columns.map { $0.value(at: row, definition.type, one.texts) }
        #expect(values[0] == values[1], "seed \(seed) \(definition.name) row \(row)")
      }
    }
    for (condition, subject) in scene.conditions {
      #expect(one.truths(condition, of: subject) == three.truths(condition, of: subject), "\(condition)")
    }
  }
}
