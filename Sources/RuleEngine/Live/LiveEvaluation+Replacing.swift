package import BusinessTime
import RuleSemantics

extension LiveEvaluation {
  /// Takes an edited rule book over. Answers whose nodes are made of the same in the same way are kept, all others
  /// computed for all rows.
  ///
  /// - Returns: whether it could be done; not when the book reads what was not loaded or declares other data: then load
  ///   anew and make another evaluation.
  package func replace(plan new: EvaluationPlan, calendar newCalendar: BusinessCalendar? = nil) -> Bool {
    guard loaded.holds(new.readSet), plan.program.declaresSameData(as: new.program) else { return false }
    let calendar = newCalendar ?? self.calendar
    advance(to: now)
    let nodes = new.nodes(in: plan)
    let isSameCalendar = calendar == self.calendar
    let former = Dictionary(
      uniqueKeysWithValues: answers.indices.map {
        (AnswerKey(node: answers[$0].node, subject: answers[$0].subject), $0)
      })
    let newAnswers = new.answers()
    let kept = newAnswers.map { answer -> Int? in
      guard isSameCalendar, let node = nodes[answer.node.index] else { return nil }
      return former[AnswerKey(node: node, subject: answer.subject)]
    }
    data.rename(to: new.program)
    takeOver(new, calendar, newAnswers, kept)
    return true
  }

  private struct AnswerKey: Hashable {
    var node: NodeID
    var subject: Subject
  }
}
