package import RuleSemantics

// The same questions about nodes that the plan was asked for beforehand, so that a run that is repeated very often does
// not look up its expressions each time.
extension Evaluation {
  /// 0 no, 1 yes, 2 unknown for each row of the subject's table.
  package func truths(_ node: NodeID, of subject: Subject) -> [UInt8] {
    if let prepared = prepared[node] { return prepared.truths }
    let count = table(subject).count
    return flags(spread(node, over: count, nil), count: count)
  }

  package func value(_ node: NodeID, row: Int) -> Value {
    value(of: node, row: row, nil)
  }

  /// The value that a node has in every row; `nil` where rows may differ.
  package func valueOfAll(_ node: NodeID) -> Value? {
    plan.graph[node].frame == .scalar ? value(of: node, row: 0, nil) : nil
  }

  /// 0 no, 1 yes, 2 unknown for each occurrence.
  package func truths(_ node: NodeID, occurrences: Occurrences) -> [UInt8] {
    flags(column(node, occurrences: occurrences), count: occurrences.count)
  }

  package func value(_ node: NodeID, occurrences: Occurrences, row: Int) -> Value {
    let frame = plan.graph[node].frame
    let isPerOccurrence = plan.graph.isBatch[frame.index] || frame == .scalar
    return value(of: node, row: isPerOccurrence ? row : Int(occurrences.subjects[row]), state(of: occurrences))
  }

  /// A value for each occurrence.
  func column(_ node: NodeID, occurrences: Occurrences) -> Column {
    let column = column(node, state(of: occurrences))
    let frame = plan.graph[node].frame
    if plan.graph.isBatch[frame.index] { return column }
    return column.gathered(frame == .scalar ? Array(repeating: 0, count: occurrences.count) : occurrences.subjects)
  }

  /// A column of values, for what set off rules; texts are added to the pool of the evaluation.
  package func makeColumn(_ values: [Value], _ type: ValueType) -> Column {
    Column(values, type: type, texts: &texts)
  }
}
