extension RowEvaluator {
  func horizon(_ node: NodeID, row: Int) -> Int64 { graph.isTimeless[node.index] ? .max : now + 1 }
}
