import BusinessTime
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

/// A change that is called certain makes the reference evaluator say yes, where the test can make it.
@Suite struct NearestChangePropertyTests {
  @Test func certainChangesOfFieldsAreEnough() {
    var made = 0
    var impossible = 0
    for seed in 0..<60 as Range<UInt64> {
      var generator = ExpressionGenerator(random: SeededGenerator(seed: seed &+ 77_000))
      var worlds = WorldGenerator(random: SeededGenerator(seed: seed &+ 78_000))
      let world = worlds.world(SampleSchema.program())
      let evaluation = world.evaluation()
      for _ in 0..<20 {
        let condition = generator.condition(2, .init(subject: .contact, definitionLimit: 0))
        for row in world.contacts.indices {
          switch evaluation.nearestChange(for: condition, of: .contact, row: row) {
          case .alreadyTrue: #expect(evaluation.truths(condition, of: .contact)[row] == 1)
          case .impossible: impossible += 1
          case .changes(let changes, isCertain: let isCertain):
            #expect(!changes.isEmpty)
            guard isCertain, let changed = world.applying(changes, to: row) else { continue }
            made += 1
            let truth = ReferenceEvaluator(changed).condition(condition, .init(subject: .contact, subjectRow: row))
            #expect(truth == true, "seed \(seed) row \(row): \(changes.map(\.requirement)) for \(condition)")
          }
        }
      }
    }
    #expect(made > 300)
    #expect(impossible > 50)
  }
}

extension ReferenceWorld {
  /// The world with fields of a contact or its account changed as required; `nil` when a change is about anything else.
  func applying(_ changes: [RequiredChange], to row: Int) -> ReferenceWorld? {
    var world = self
    for change in changes {
      guard case .read(let reference) = change.target.kind, case .field(let field) = reference.attribute,
        reference.variable == .subject, let value = value(meeting: change.requirement, change.target.type)
      else { return nil }
      if reference.viaAccount {
        guard let account = contacts[row].account else { return nil }
        world.accounts[account].fields[field.index] = value
      } else {
        world.contacts[row].fields[field.index] = value
      }
    }
    return world
  }

  private func value(meeting requirement: RequiredChange.Requirement, _ type: ValueType) -> Value? {
    switch requirement {
    case .isOneOf(let values): return values.last
    case .isMissing: return .missing
    case .compares(let bounds):
      let candidates = bounds.flatMap { bound -> [Value] in
        switch bound.value {
        case .number(let number): [number + 0.001, number - 0.001, number].map(Value.number)
        case .date(let date): [0, 1, -1].map { Value.date(date.adding(days: $0)) }
        case .time(let time): [0, 1, -1].map { Value.time(time.adding(milliseconds: $0)) }
        default: []
        }
      }
      let reference = ReferenceEvaluator(self)
      return candidates.first { candidate in
        bounds.allSatisfy { reference.compare(candidate, $0.comparison, $0.value) == true }
      }
    default: return nil
    }
  }
}
