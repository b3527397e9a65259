package import RuleSemantics

// Many conditions about all rows of a table at once, as bits.
extension Evaluation {
  /// The rows for which conditions are true.
  ///
  /// - Parameters:
  ///   - conditions: nodes of the plan that are about the subject.
  ///   - threads: how many share the rows between them.
  package func matches(_ conditions: [NodeID], of subject: Subject, threads: Int = 1) -> ConditionMatches {
    let program = maskProgram(conditions, of: subject, isLenient: [false])
    let (words, counts) = program.run(threads: threads)
    return ConditionMatches(rowCount: program.rowCount, counts: counts, words: words)
  }

  /// Works conditions out together, so that asking for the truths of each takes no more than reading them.
  package func prepare(_ conditions: [NodeID], of subject: Subject, threads: Int = 1) {
    let conditions = Set(conditions).sorted().filter { !plan.graph.needsBatch($0) }
    guard conditions.count > 1 else { return }
    let program = maskProgram(conditions, of: subject, isLenient: [false, true])
    let (words, counts) = program.run(threads: threads)
    let matches = ConditionMatches(rowCount: program.rowCount, counts: counts, words: words)
    for (index, condition) in conditions.enumerated() {
      prepared[condition] = PreparedCondition(matches: matches, yes: 2 * index, lenient: 2 * index + 1)
    }
  }

  /// For each condition one result for each of `isLenient`.
  private func maskProgram(_ conditions: [NodeID], of subject: Subject, isLenient: [Bool]) -> MaskProgram {
    var planner = MaskPlanner(self, rowCount: table(subject).count)
    for condition in conditions {
      for isLenient in isLenient { planner.addResult(condition, isLenient: isLenient) }
    }
    return planner.program
  }

  /// The truths of a test of one column about values instead of its rows; `nil` when the test is of another kind.
  func truths(of node: Node, over values: Column, _ key: ColumnEncodings.Key) -> [UInt8]? {
    let count = values.count
    switch node.kind {
    case .isKnown: return values.known(count: count)
    case .compare(_, let comparison, let right): return compare(values, comparison, operand(right, nil), count)
    case .isOneOf(_, let members): return isOneOf(values, members, count)
    case .textTest(_, let test, let part):
      guard case .texts(let codes) = values, case .texts(let parts) = operand(part, nil), let code = parts.first else {
        return nil
      }
      guard code >= 0, parts.count == 1 else { return textTest(codes, test, parts, count) }
      return remembered(.init(key: key, test: .text(test, texts.text(code)))) { textTest(codes, test, parts, count) }
    case .matches(_, let pattern):
      guard case .texts(let codes) = values else { return nil }
      return remembered(.init(key: key, test: .pattern(pattern))) { matches(codes, pattern) }
    default: return nil
    }
  }

  private func remembered(_ question: ColumnEncodings.Question, _ answer: () -> [UInt8]) -> [UInt8] {
    if let known = encodings.answers[question] { return known }
    let exceeded = problems
    let answers = answer()
    // A test that was given up has to be reported by every evaluation.
    if problems == exceeded { encodings.answers[question] = answers }
    return answers
  }
}

/// The truths of a condition that was worked out together with others.
struct PreparedCondition {
  var matches: ConditionMatches
  var yes: Int
  var lenient: Int

  var truths: [UInt8] { matches.truths(yes: yes, lenient: lenient) }
}
