import BusinessTime
import Foundation
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

/// The engine and the reference evaluator agree on every row of random conditions over random worlds.
@Suite struct DifferentialTests {
  /// `DIFFERENTIAL_PROGRAMS` makes the run longer.
  static let programs = ProcessInfo.processInfo.environment["DIFFERENTIAL_PROGRAMS"].flatMap(Int.init) ?? 250
  static let conditionsPerProgram = 84

  @Test(arguments: 0..<10)
  func engineAgreesWithReference(part: Int) {
    var compared = 0
    var counts: [UInt8: Int] = [:]
    let size = DifferentialTests.programs / 10
    for seed in (part * size)..<((part + 1) * size) {
      compared += compare(seed: UInt64(seed), &counts)
    }
    #expect(compared == size * DifferentialTests.conditionsPerProgram)
    // Each of the three truths is met often enough to mean something.
    for truth in 0...2 as ClosedRange<UInt8> { #expect(counts[truth] ?? 0 > 50 * size) }
  }

  /// The number of conditions that were compared.
  private func compare(seed: UInt64, _ counts: inout [UInt8: Int]) -> Int {
    var generator = ExpressionGenerator(random: SeededGenerator(seed: seed))
    generator.addDefinitions()
    var worlds = WorldGenerator(random: SeededGenerator(seed: seed &+ 1_000_000))
    let world = worlds.world(SampleSchema.program(definitions: generator.definitions))
    let evaluation = world.evaluation()
    // Every other time the smallest parts.
    if seed % 2 == 1 { evaluation.pairLimit = Int(seed % 5) }
    let reference = ReferenceEvaluator(world)
    for definition in world.program.definitions {
      let count = definition.subject == .contact ? world.contacts.count : world.accounts.count
      for row in 0..<count {
        let expected = reference.definition(definition.id, row: row)
        let found = evaluation.value(of: definition.id, row: row)
        #expect(areClose(found, expected), "seed \(seed) \(definition.name) row \(row): \(definition.body)")
      }
    }
    for number in 0..<DifferentialTests.conditionsPerProgram {
      let subject: Subject = number % 4 == 0 ? .account : .contact
      var context = ExpressionGenerator.Context(subject: subject, definitionLimit: generator.definitions.count)
      if number % 3 == 0 {
        for truth in compareOccurrences(&generator, &context, world, evaluation, reference, seed) {
          counts[truth, default: 0] += 1
        }
        continue
      }
      let condition = generator.condition(3, context)
      let truths = evaluation.truths(condition, of: subject)
      let count = subject == .contact ? world.contacts.count : world.accounts.count
      #expect(truths.count == count)
      for truth in truths { counts[truth, default: 0] += 1 }
      for row in 0..<count {
        let expected = reference.condition(condition, .init(subject: subject, subjectRow: row))
        #expect(truths[row] == code(expected), "seed \(seed) row \(row): \(condition)")
      }
    }
    return DifferentialTests.conditionsPerProgram
  }

  private func compareOccurrences(
    _ generator: inout ExpressionGenerator, _ context: inout ExpressionGenerator.Context, _ world: ReferenceWorld,
    _ evaluation: Evaluation, _ reference: ReferenceEvaluator, _ seed: UInt64
  ) -> [UInt8] {
    let (occurrence, batch, triggers) = occurrences(&generator, context.subject, world)
    context.trigger = occurrence
    let condition = generator.condition(3, context)
    let truths = evaluation.truths(condition, of: context.subject, occurrences: batch)
    #expect(truths.count == batch.count)
    for (index, trigger) in triggers.enumerated() {
      let row = Int(batch.subjects[index])
      let expected = reference.condition(condition, .init(subject: context.subject, subjectRow: row, trigger: trigger))
      #expect(truths[index] == code(expected), "seed \(seed) occurrence \(index): \(condition)")
    }
    return truths
  }

  private func occurrences(
    _ generator: inout ExpressionGenerator, _ subject: Subject, _ world: ReferenceWorld
  ) -> (CheckedRule.Occurrence, Occurrences, [ReferenceWorld.Trigger]) {
    let rows = subject == .contact ? world.contacts.count : world.accounts.count
    var subjects: [Int32] = []
    var triggers: [ReferenceWorld.Trigger] = []
    switch generator.random.below(3) {
    case 0:
      let type = generator.random.pick([SampleSchema.pageView, SampleSchema.download, SampleSchema.surge])
      let events = world.sortedEvents(of: type)
      var eventRows: [Int32] = []
      for row in events.indices where rows > 0 && generator.random.chance(0.5) {
        subjects.append(Int32(generator.random.below(rows)))
        eventRows.append(Int32(row))
        triggers.append(.event(events[row]))
      }
      let occurrence = CheckedRule.Occurrence.event(.type(type))
      return (
        occurrence, Occurrences(of: occurrence, subjects: subjects, triggers: .events(rows: eventRows)), triggers
      )
    case 1:
      let events = world.events.filter { _ in rows > 0 }.prefix(4)
      for event in events {
        subjects.append(Int32(generator.random.below(rows)))
        triggers.append(.event(event))
      }
      let worths = events.map { world.program[$0.type].worth ?? .nan }
      let occurrence = CheckedRule.Occurrence.event(.interactions)
      return (
        occurrence,
        Occurrences(
          of: occurrence, subjects: subjects,
          triggers: .interactions(times: events.map(\.time.milliseconds), worths: worths)), triggers
      )
    default:
      var (old, new, times): ([Value], [Value], [Instant]) = ([], [], [])
      var values = WorldGenerator(random: generator.random)
      for _ in 0..<(rows > 0 ? 4 : 0) {
        subjects.append(Int32(values.random.below(rows)))
        old.append(values.value(of: .choice(SampleSchema.rank), world))
        new.append(values.value(of: .choice(SampleSchema.rank), world))
        times.append(values.instant(around: world.now))
        triggers.append(.change(old: old[old.count - 1], new: new[new.count - 1], time: times[times.count - 1]))
      }
      generator.random = values.random
      var texts = TextPool()
      let type = ValueType.choice(SampleSchema.rank)
      let field: FieldIndex = FieldIndex(subject == .contact ? 3 : 5)
      let occurrence = CheckedRule.Occurrence.changed(Reference(.subject, .field(field)), to: nil)
      return (
        occurrence,
        Occurrences(
          of: occurrence, subjects: subjects,
          triggers: .changes(
            old: Column(old, type: type, texts: &texts), new: Column(new, type: type, texts: &texts),
            times: times.map(\.milliseconds))), triggers
      )
    }
  }

  private func code(_ truth: Bool?) -> UInt8 { truth.map { $0 ? 1 : 0 } ?? 2 }

  private func areClose(_ left: Value, _ right: Value) -> Bool {
    guard case .number(let left) = left, case .number(let right) = right else { return left == right }
    return left == right || abs(left - right) <= 1e-12 * max(abs(left), abs(right))
  }
}
