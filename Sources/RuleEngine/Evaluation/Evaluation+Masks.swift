package import RuleSemantics

// Many conditions about all rows of a table at once, as bits.
extension Evaluation {
  /// The rows for which conditions are true.
  ///
  /// - Parameters:
  ///   - conditions: nodes of the plan that are about the subject.
  ///   - threads: how many share the rows between them.
  package func matches(_ conditions: [NodeID], of subject: Subject, threads: Int = 1) -> ConditionMatches {
    let program = maskProgram(conditions, of: subject, isLenient: [false], threads: threads)
    let (words, counts) = program.run(threads: threads, keepsRows: true)
    return ConditionMatches(rowCount: program.rowCount, counts: counts, words: words)
  }

  /// For how many rows each condition is true.
  package func matchCounts(_ conditions: [NodeID], of subject: Subject, threads: Int = 1) -> [Int] {
    maskProgram(conditions, of: subject, isLenient: [false], threads: threads)
      .run(threads: threads, keepsRows: false).counts
  }

  /// Works conditions out together, so that asking for the truths of each takes no more than reading them.
  package func prepare(_ conditions: [NodeID], of subject: Subject, threads: Int = 1) {
    let conditions = Set(conditions).sorted().filter { !plan.graph.needsBatch($0) }
    guard conditions.count > 1 else { return }
    let program = maskProgram(conditions, of: subject, isLenient: [false, true], threads: threads)
    let (words, counts) = program.run(threads: threads, keepsRows: true)
    let matches = ConditionMatches(rowCount: program.rowCount, counts: counts, words: words)
    for (index, condition) in conditions.enumerated() {
      prepared[condition] = PreparedCondition(matches: matches, yes: 2 * index, lenient: 2 * index + 1)
    }
  }

  /// For each condition one result for each of `isLenient`.
  private func maskProgram(
    _ conditions: [NodeID], of subject: Subject, isLenient: [Bool], threads: Int
  ) -> MaskProgram {
    var planner = MaskPlanner(self, rowCount: table(subject).count, threads: threads)
    for condition in conditions {
      for isLenient in isLenient { planner.addResult(condition, isLenient: isLenient) }
    }
    return planner.program()
  }

  /// A field of a table by its distinct values; `nil` where it has no single ones, or not for so many rows.
  func coded(_ key: ColumnEncodings.Key, count: Int) -> CodedColumn? {
    if let known = encodings.columns[key] { return known }
    let coded = makeCoded(key, count: count)
    encodings.columns[key] = .some(coded)
    return coded
  }

  private func makeCoded(_ key: ColumnEncodings.Key, count: Int) -> CodedColumn? {
    switch key {
    case .field(let table, let field):
      guard let column = storedColumn(field, of: table), column.count == count else { return nil }
      if case .coded(let coded) = column { return coded }
      return CodedColumn(column)
    case .ofAccount(let key):
      guard let accounts = coded(key, count: snapshot.accounts.count) else { return nil }
      let rows = snapshot.accountOfContact
      return CodedColumn(values: accounts.values, codes: accounts.codes.gathered(rows), count: rows.count)
    }
  }

  /// Keeps in mind for how many texts a pattern was given up.
  func report(_ answer: ColumnEncodings.Answer, of test: TextTest) {
    guard case .pattern(let pattern) = test, !answer.exceeded.isEmpty else { return }
    problems.exceededPatterns[pattern, default: 0] += answer.exceeded.count
  }
}

/// The truths of a condition that was worked out together with others.
struct PreparedCondition {
  var matches: ConditionMatches
  var yes: Int
  var lenient: Int

  var truths: [UInt8] { matches.truths(yes: yes, lenient: lenient) }
}
