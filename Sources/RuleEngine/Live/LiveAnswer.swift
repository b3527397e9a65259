package import RuleSemantics

/// A truth or choice that a live evaluation keeps for each row of its subject: what something is done about when it
/// changes. Numbers, which change all the time, are computed when they are asked for.
package struct LiveAnswer: Sendable {
  /// Where the rule book asks for it.
  package enum Origin: Hashable, Sendable {
    /// The condition of a `when` rule.
    case rule(String)
    case definition(DefinitionID)
    /// `never message when …`, by its position among these.
    case neverMessage(Int)
    /// The condition of `holidays`, by its position among these.
    case holidays(Int)
    case recommendation(String)
    case enrollment(sequence: String)
    case goal(sequence: String)
    case exit(sequence: String)
  }

  package let node: NodeID
  package let subject: Subject
  package internal(set) var origins: [Origin]
  /// Whether it is the same for all rows.
  let isScalar: Bool
  /// Whether it may change with time alone.
  let isTimed: Bool
  let kind: CellKind
}

/// An answer that is another one than before.
package struct Flip: Hashable, Sendable {
  /// A position in `LiveEvaluation.answers`.
  package let answer: Int
  /// A row of the answer's subject; `nil` where all rows have the same answer.
  package let row: Int32?
  package let old: Value
  package let new: Value
}

extension EvaluationPlan {
  /// The conditions of `when` rules and policies, gates, and all definitions that are truths or choices; each node once.
  func answers() -> [LiveAnswer] {
    var answers: [LiveAnswer] = []
    var positions: [NodeID: Int] = [:]
    func add(_ node: NodeID?, _ subject: Subject, _ origin: LiveAnswer.Origin) {
      guard let node, !graph.needsBatch(node) else { return }
      let kind = CellKind(graph[node].type)
      guard kind == .flag || kind == .choice else { return }
      let isScalar = graph[node].frame == .scalar
      // A node that all rows share may be asked about contacts and about accounts.
      if let known = positions[node], answers[known].subject == subject {
        answers[known].origins.append(origin)
        return
      }
      positions[node] = answers.count
      answers.append(
        LiveAnswer(
          node: node, subject: subject, origins: [origin], isScalar: isScalar,
          isTimed: !graph.isTimeless[node.index], kind: kind))
    }
    func add(_ condition: CheckedExpression?, _ subject: Subject, _ origin: LiveAnswer.Origin) {
      add(condition.flatMap { node(for: $0, of: subject) }, subject, origin)
    }
    for rule in program.rules where rule.trigger == nil { add(rule.condition, rule.subject, .rule(rule.name)) }
    for definition in program.definitions {
      add(node(of: definition.id), definition.subject, .definition(definition.id))
    }
    for (index, condition) in program.policy.neverMessage.enumerated() {
      add(condition, .contact, .neverMessage(index))
    }
    for (index, holidays) in program.policy.holidays.enumerated() {
      add(holidays.condition, .contact, .holidays(index))
    }
    for recommendation in program.recommendations {
      add(recommendation.gate, .contact, .recommendation(recommendation.name))
    }
    for sequence in program.sequences {
      add(sequence.enroll, .contact, .enrollment(sequence: sequence.name))
      add(sequence.goal, .contact, .goal(sequence: sequence.name))
      for exit in sequence.exits { add(exit, .contact, .exit(sequence: sequence.name)) }
    }
    return answers
  }
}
