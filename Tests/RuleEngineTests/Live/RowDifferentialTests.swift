import BusinessTime
import Foundation
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

/// One row at a time gives what whole columns give, to the bit.
@Suite struct RowDifferentialTests {
  /// `DIFFERENTIAL_PROGRAMS` makes the run longer.
  static let programs = ProcessInfo.processInfo.environment["DIFFERENTIAL_PROGRAMS"].flatMap(Int.init) ?? 100

  @Test(arguments: 0..<10)
  func rowsAgreeWithColumns(part: Int) throws {
    var compared = 0
    let size = RowDifferentialTests.programs / 10
    for seed in (part * size)..<((part + 1) * size) {
      let (world, plan) = RowDifferentialTests.world(seed: UInt64(seed), conditions: 24)
      let snapshot = world.snapshot()
      let live = LiveEvaluation(plan: plan, snapshot: snapshot, now: world.now, calendar: world.calendar)
      compared += expectSame(live, world, seed: UInt64(seed))
    }
    #expect(compared > 500 * size)
  }

  /// A world of a random program, and a plan with some conditions more.
  static func world(seed: UInt64, conditions: Int) -> (ReferenceWorld, EvaluationPlan) {
    var generator = ExpressionGenerator(random: SeededGenerator(seed: seed &+ 77))
    generator.addDefinitions()
    var worlds = WorldGenerator(random: SeededGenerator(seed: seed &+ 2_000_000))
    let world = worlds.world(SampleSchema.program(definitions: generator.definitions))
    var plan = EvaluationPlan(world.program)
    for number in 0..<conditions {
      let subject: Subject = number % 3 == 0 ? .account : .contact
      let context = ExpressionGenerator.Context(subject: subject, definitionLimit: generator.definitions.count)
      _ = plan.addNode(for: generator.condition(3, context), of: subject)
    }
    return (world, plan)
  }

  /// The number of values that were compared: of each node about contacts, accounts or neither, for each row.
  private func expectSame(_ live: LiveEvaluation, _ world: ReferenceWorld, seed: UInt64) -> Int {
    let evaluation = Evaluation(
      plan: live.plan, snapshot: world.snapshot(), now: world.now, calendar: world.calendar)
    var compared = 0
    for node in live.plan.graph.nodesOfRows {
      let count = live.plan.rowCount(of: node, contacts: world.contacts.count, accounts: world.accounts.count)
      for row in 0..<count {
        let (found, expected) = (live.value(of: node, row: Int32(row)), evaluation.value(node, row: row))
        #expect(found.isIdentical(to: expected), "seed \(seed) row \(row) \(node.label): \(found), not \(expected)")
        compared += 1
      }
    }
    return compared
  }

  /// On the way to an answer the same conjunctions are asked about colleagues, and then about the contact again.
  @Test func conjunctionsOfColleaguesAreTheirOwn() throws {
    var text = "contact { email text key  visits number  score_given number }\naccount { domain text key }\n"
    for step in 0..<80 {
      text += "define both\(step) = visits > \(step % 9) and score_given > \(step / 9)\n"
      text += "rule busy\(step) { when any(colleagues where both\(step)) then add to list \"Busy\" }\n"
    }
    for step in 0..<80 {
      text += "rule alone\(step) { when both\(step) and visits < 100 then add to list \"Alone\" }\n"
    }
    var book = try RuleBook(text)
    try book.account("x.example")
    try book.contact("a@x.example", of: 0, ["visits": 3, "score_given": 1])
    try book.contact("b@x.example", of: 0, ["visits": 8, "score_given": 9])
    try book.contact("c@x.example", of: 0, ["visits": 5])
    let live = LiveEvaluation(
      plan: EvaluationPlan(book.program), snapshot: book.world.snapshot(), now: book.world.now,
      calendar: book.world.calendar)
    let evaluation = book.world.evaluation()
    for (index, answer) in live.answers.enumerated() {
      for row in 0..<3 {
        #expect(live.value(index, row: Int32(row)) == evaluation.value(answer.node, row: row), "\(answer.origins)")
      }
    }
  }

  /// A chain of definitions that is much longer than any stack is deep.
  @Test func longChainsAreComputed() throws {
    var text = "contact { email text key  visits number }\n"
    text += "define step0 = visits + 1\n"
    for step in 1..<5000 { text += "define step\(step) = step\(step - 1) + 1\n" }
    var book = try RuleBook(text)
    try book.contact("a@x.example", ["visits": 2])
    let live = LiveEvaluation(
      plan: EvaluationPlan(book.program), snapshot: book.world.snapshot(), now: book.world.now,
      calendar: book.world.calendar)
    #expect(live.value(of: try book.definition("step4999").id, row: 0) == .number(5002))
  }
}

extension PlanGraph {
  /// The nodes that are computed for rows of contacts or accounts, or once for all.
  var nodesOfRows: [NodeID] {
    ids.filter { id in
      switch self[self[id].frame] {
      case .scalar, .table(.contacts), .table(.accounts): true
      case .table, .occurrences, .pairs: false
      }
    }
  }
}

extension EvaluationPlan {
  func rowCount(of node: NodeID, contacts: Int, accounts: Int) -> Int {
    switch graph[graph[node].frame] {
    case .table(.contacts): contacts
    case .table(.accounts): accounts
    default: 1
    }
  }
}

extension Value {
  /// Equal to the bit, where both are numbers.
  func isIdentical(to other: Value) -> Bool {
    guard case .number(let left) = self, case .number(let right) = other else { return self == other }
    return left.bitPattern == right.bitPattern
  }
}
