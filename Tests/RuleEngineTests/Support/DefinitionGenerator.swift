import BusinessTime
import RuleSemantics
import TestSupport

extension ExpressionGenerator {
  /// Adds a define of most types, both kinds of scores, a journey and a segment, for contacts and accounts.
  mutating func addDefinitions() {
    for _ in 0..<8 {
      let subject: Subject = random.chance(0.3) ? .account : .contact
      let context = Context(subject: subject, definitionLimit: definitions.count)
      switch random.below(6) {
      case 0: add(.pointsScore(points(context)), .number, subject)
      case 1: add(.factorScore(factors(context)), .number, subject)
      case 2: add(.journey(journey(context)), .choice(SampleSchema.stages), subject)
      case 3:
        let until = random.chance(0.6) ? condition(2, context) : nil
        add(.segment(Segment(condition: condition(2, context), until: until)), .flag, subject)
      default:
        let type = random.pick([ValueType.number, .flag, .choice(SampleSchema.rank), .text, .time])
        add(.define(value(type, 2, context)), type, subject)
      }
    }
  }

  private mutating func add(_ body: Definition.Body, _ type: ValueType, _ subject: Subject) {
    let id = DefinitionID(definitions.count)
    definitions.append(
      Definition(
        id: id, name: "definition\(id.index)", formerName: nil, title: nil, subject: subject, type: type,
        mayBeMissing: true, body: body, sync: nil, nameRange: SampleSchema.range, range: SampleSchema.range))
  }

  private mutating func points(_ context: Context) -> PointsScore {
    var lines: [PointsScore.Line] = []
    for _ in 0..<3 {
      let points = random.pick([10.0, 25, -15])
      let basis: PointsScore.Basis
      if random.chance(0.5) {
        basis = .when(condition(2, context))
      } else {
        let query = EventQuery(
          owner: .subject, events: .type(SampleSchema.pageView), filter: nil, window: .within(span()),
          range: SampleSchema.range)
        let halfLife = random.chance(0.5) ? TimeSpan(3, .days) : nil
        let count = CheckedExpression.make(
          .events(query, .points(atMostOncePer: TimeSpan(1, .days), halfLife: halfLife)), .number)
        basis = .per(count, upTo: random.chance(0.5) ? 20 : nil)
      }
      lines.append(PointsScore.Line(points: points, basis: basis, range: SampleSchema.range))
    }
    return PointsScore(lines: lines, limit: random.chance(0.5) ? 0...30 : nil)
  }

  private mutating func factors(_ context: Context) -> [Factor] {
    [0.5, 0.3, 0.2].map { weight in
      Factor(name: "factor", weight: weight, value: value(.number, 2, context), range: SampleSchema.range)
    }
  }

  private mutating func journey(_ context: Context) -> Journey {
    let first = random.chance(0.7) ? nil : condition(2, context)
    let conditions = [first, condition(2, context), condition(2, context)]
    return Journey(
      choices: SampleSchema.stages,
      stages: zip(SampleSchema.choiceSets[2].values, conditions).map { name, condition in
        Journey.Stage(name: name, condition: condition, range: SampleSchema.range)
      }, movesBack: random.chance(0.6) ? condition(2, context) : nil)
  }
}
