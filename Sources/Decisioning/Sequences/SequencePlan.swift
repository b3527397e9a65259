import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What deciding needs to know of a sequence, worked out once.
struct SequencePlan: Sendable {
  /// The present version, which says who is enrolled and how often, and how important the sequence is.
  let sequence: CheckedSequence
  let text: String
  let enroll: NodeID?
  let rank: NodeID?
  /// The present version and earlier ones that somebody is still in.
  let versions: [String: SequenceVersion]
  /// What is wrong with earlier ones that do not check any more.
  let broken: [String: BrokenSequence]

  init(_ sequence: CheckedSequence, in plan: EvaluationPlan) {
    self.sequence = sequence
    text = plan.program.book.text(sequence.declaration)
    enroll = sequence.enroll.flatMap { plan.node(for: $0, of: .contact) }
    rank = sequence.frequency.perAccount.flatMap { plan.node(for: $0.rank, of: .contact) }
    let earlier = plan.program.earlierSequences.filter { $0.name == sequence.name }
    versions = Dictionary(
      (earlier + [sequence]).map { ($0.version, SequenceVersion($0, in: plan)) }, uniquingKeysWith: { $1 })
    broken = Dictionary(
      plan.program.brokenSequences.filter { $0.name == sequence.name }.map { ($0.version, $0) },
      uniquingKeysWith: { $1 })
  }
}

/// One version of a sequence: what those who entered it go through.
struct SequenceVersion: Sendable {
  let sequence: CheckedSequence
  let program: SequenceProgram
  let goal: NodeID?
  let exits: [(node: NodeID?, text: String)]
  let conditions: [NodeID?]
  /// For each action of the program, its arguments that are expressions.
  let arguments: [[ParameterID: NodeID]]

  init(_ sequence: CheckedSequence, in plan: EvaluationPlan) {
    func node(_ expression: CheckedExpression) -> NodeID? {
      plan.node(for: expression, of: .contact, trigger: .enrolment)
    }
    self.sequence = sequence
    program = SequenceProgram(sequence)
    goal = sequence.goal.flatMap(node)
    exits = sequence.exits.map { (node($0), plan.program.book.text($0.range)) }
    conditions = program.conditions.map(node)
    arguments = program.actions.map { action in
      action.arguments.compactMapValues { argument in
        if case .expression(let expression) = argument { node(expression) } else { nil }
      }
    }
  }
}
