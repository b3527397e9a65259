import BusinessTime
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

/// Conditions worked out together, as bits, say what each says alone; the latter is compared with the reference
/// evaluator and with SQLite elsewhere.
@Suite struct MaskTests {
  /// Around the edges of words and blocks, and several blocks for several threads.
  @Test(arguments: [0, 1, 31, 63, 64, 65, 2047, 2048, 2049, 7000], 1...3)
  func agreesOnFields(rows: Int, threads: Int) {
    var generator = FieldConditionGenerator(random: SeededGenerator(seed: UInt64(rows * 7 + threads)))
    var world = ReferenceWorld(program: SampleSchema.program(), now: WorldGenerator.base, calendar: BusinessCalendar())
    for row in 0..<rows {
      let fields = SampleSchema.contact.fields.map { field in
        generator.random.chance(0.2) ? Value.missing : generator.constant(field.type)
      }
      world.contacts.append(.init(key: "contact\(row)", fields: fields))
    }
    // Over forty tests of one field take two tables.
    let conditions = (0..<60).map { _ in generator.condition(3) } + manyComparisons()
    expectAgreement(conditions, world, .contact, threads: threads)
  }

  @Test(arguments: 0..<60)
  func agreesOnAnything(seed: UInt64) {
    var generator = ExpressionGenerator(random: SeededGenerator(seed: seed))
    generator.addDefinitions()
    var worlds = WorldGenerator(random: SeededGenerator(seed: seed &+ 5_000_000))
    let world = worlds.world(SampleSchema.program(definitions: generator.definitions))
    for subject in [Subject.contact, .account] {
      let context = ExpressionGenerator.Context(subject: subject, definitionLimit: generator.definitions.count)
      expectAgreement((0..<30).map { _ in generator.condition(3, context) }, world, subject, threads: 1)
    }
  }

  /// Texts with and without letters beyond ASCII and ends of lines, and patterns of fixed texts and other ones.
  @Test(arguments: 0..<12 as Range<UInt64>)
  func agreesOnTexts(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = ["a", "b", "ab", "A", " ", "ba", "é", "\n", "É", ".", "aab"]
    func text(_ limit: Int) -> String { (0..<random.below(limit)).map { _ in random.pick(pieces) }.joined() }
    var world = ReferenceWorld(program: SampleSchema.program(), now: WorldGenerator.base, calendar: BusinessCalendar())
    for row in 0..<1100 {
      var fields = SampleSchema.contact.fields.map { _ in Value.missing }
      if random.chance(0.9) { fields[1] = .text(text(9)) }
      world.contacts.append(.init(key: "contact\(row)", fields: fields))
    }
    let country = CheckedExpression.make(.read(Reference(.subject, .field(FieldIndex(1)))), .text)
    let tests: [CheckedExpression.TextTest] = [.contains, .startsWith, .endsWith]
    var conditions = (0..<30).map { _ in
      CheckedExpression.make(.text(country, random.pick(tests), .make(.constant(.text(text(4))), .text)))
    }
    for _ in 0..<40 {
      let pattern = pattern(&random)
      conditions.append(.make(.matches(country, CheckedExpression.Pattern(pattern: pattern, options: ""))))
    }
    expectAgreement(conditions, world, .contact, threads: 1 + Int(seed % 2))
  }

  private func pattern(_ random: inout SeededGenerator) -> String {
    if random.chance(0.15) { return random.pick(["a+b", "[ab]{2}", "^a?b", "(?i)ab", "a.b", "b$|^a", "^é", "a\\s"]) }
    func part() -> String {
      let texts = (0..<1 + random.below(3)).map { _ in random.pick(["a", "ab", "ba", "A", " ", "b", "aab"]) }
      return texts.count == 1 ? texts[0] : "(\(texts.joined(separator: "|")))" + random.pick(["", "a", " "])
    }
    let parts = (0..<1 + random.below(3)).map { _ in part() }.joined(separator: ".*")
    return (random.chance(0.3) ? "^" : "") + parts + (random.chance(0.3) ? "$" : "")
  }

  /// More distinct numbers and instants than two bytes count.
  @Test func agreesOnVeryManyDistinctValues() {
    var world = ReferenceWorld(program: SampleSchema.program(), now: WorldGenerator.base, calendar: BusinessCalendar())
    for row in 0..<70_000 {
      var fields = SampleSchema.contact.fields.map { _ in Value.missing }
      fields[0] = .text("c\(row)@example.com")
      if row % 3 > 0 { fields[4] = .number(Double(row) / 4) }
      world.contacts.append(.init(key: "contact\(row)", fields: fields))
    }
    let email = CheckedExpression.make(.read(Reference(.subject, .field(FieldIndex(0)))), .text)
    let ends = CheckedExpression.make(.text(email, .endsWith, .make(.constant(.text("7@example.com")), .text)))
    expectAgreement(manyComparisons() + [ends, .make(.not(ends))], world, .contact, threads: 2)
  }

  /// Of one number with fifty constants.
  private func manyComparisons() -> [CheckedExpression] {
    let comparisons: [CheckedExpression.Comparison] = [
      .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
    ]
    return (0..<50).map { number in
      let field = CheckedExpression.make(.read(Reference(.subject, .field(FieldIndex(4)))), .number)
      let constant = CheckedExpression.make(.constant(.number(Double(number) - 20)), .number)
      let comparison = comparisons[number % comparisons.count]
      let compared = CheckedExpression.make(.compare(field, comparison, constant))
      guard number % 3 == 0 else { return compared }
      return .make(.not(.make(.and([.make(.isKnown(field)), compared]))))
    }
  }

  private func expectAgreement(
    _ conditions: [CheckedExpression], _ world: ReferenceWorld, _ subject: Subject, threads: Int
  ) {
    var plan = EvaluationPlan(world.program)
    let nodes = conditions.map { plan.addNode(for: $0, of: subject) }
    let snapshot = world.snapshot()
    func evaluation(_ encodings: ColumnEncodings = ColumnEncodings()) -> Evaluation {
      Evaluation(plan: plan, snapshot: snapshot, now: world.now, calendar: world.calendar, encodings: encodings)
    }
    // The same with columns by distinct values, as a store loads them.
    var coded = snapshot
    for column in coded.contacts.columns.indices {
      CodedColumn(coded.contacts.columns[column]).map { coded.contacts.columns[column] = .coded($0) }
    }
    for column in coded.accounts.columns.indices {
      CodedColumn(coded.accounts.columns[column]).map { coded.accounts.columns[column] = .coded($0) }
    }
    let fromCoded = Evaluation(plan: plan, snapshot: coded, now: world.now, calendar: world.calendar)
    let codedCounts = Evaluation(plan: plan, snapshot: coded, now: world.now, calendar: world.calendar)
      .matchCounts(nodes, of: subject, threads: threads)
    let alone = evaluation()
    let together = evaluation()
    together.prepare(nodes, of: subject, threads: threads)
    let again = evaluation(together.encodings).matches(nodes, of: subject, threads: threads)
    for (index, node) in nodes.enumerated() {
      let expected = alone.truths(node, of: subject)
      expectEqual(together.truths(node, of: subject), expected, conditions[index])
      var rows: [Int] = []
      again.forEachRow(of: index) { rows.append($0) }
      expectEqual(rows, expected.indices.filter { expected[$0] == 1 }, conditions[index])
      #expect(again.counts[index] == rows.count)
      expectEqual(fromCoded.truths(node, of: subject), expected, conditions[index])
      #expect(codedCounts[index] == rows.count)
    }
  }

  /// Without printing thousands of values where they differ.
  private func expectEqual<T: Equatable>(_ found: [T], _ expected: [T], _ condition: CheckedExpression) {
    let isEqual = found == expected
    #expect(isEqual, "\(condition)")
  }
}
