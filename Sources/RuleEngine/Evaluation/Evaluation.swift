package import BusinessTime
package import RuleSemantics

/// The answers of one plan about one snapshot at one instant. Each node is computed for all rows when it is first
/// asked for, then remembered. A class, since it remembers; it stays on one thread.
package final class Evaluation {
  package private(set) var plan: EvaluationPlan
  package let snapshot: Snapshot
  package let now: Instant
  package let calendar: BusinessCalendar
  /// The snapshot's texts and those of constants and interpolations; columns that it returns have its codes.
  package internal(set) var texts: TextPool
  package internal(set) var problems = Problems()

  /// How many pairs of rows are held at a time, where conditions relate two rows.
  package var pairLimit = 4_000_000

  /// The columns by their distinct values; evaluations of the same records may share them.
  package let encodings: ColumnEncodings

  /// How many threads share the rows between them where there are many.
  package var threads = 1
  /// Whether another evaluation goes on from this one: what does not depend on time is kept for it.
  package var isContinued = false

  /// Whether anything was computed of what everybody did.
  package internal(set) var askedForEverybody = false

  /// What could not be decided and is worth a report.
  package struct Problems: Hashable, Sendable {
    /// By pattern, the number of distinct texts for which it exceeded its limit.
    package var exceededPatterns: [CheckedExpression.Pattern: Int] = [:]

    package var isEmpty: Bool { exceededPatterns.isEmpty }
  }

  var memo: [Column?]
  var prepared: [NodeID: PreparedCondition] = [:]
  var frames: [FrameID: FrameRows] = [:]
  var pairCounts: [FrameID: Int] = [:]
  var links: [Grouping.Link: LinkRows] = [:]
  var windowEdges: [WindowEdge: WindowEdge.Positions] = [:]
  var timeOrders: [Grouping.Link: TimeOrder] = [:]
  var reductions: [NodeID: ReducedRows] = [:]
  var decayWeights: [DecayKey: [Double]] = [:]
  var rates: [Rate: DailyRate] = [:]
  var interactions: [Subject: Interactions] = [:]
  var assetColumns: [FieldIndex: Column] = [:]
  var batches: [ObjectIdentifier: BatchState] = [:]
  /// The contact whose candidates are weighed.
  var focus: CandidateFocus?
  var topicIndexes: [FieldIndex: TopicIndex] = [:]

  /// What is remembered of a batch of occurrences.
  final class BatchState {
    let batch: Occurrences
    var memo: [NodeID: Column] = [:]
    var frames: [FrameID: FrameRows] = [:]
    var pairCounts: [FrameID: Int] = [:]

    init(_ batch: Occurrences) {
      self.batch = batch
    }
  }

  package init(
    plan: EvaluationPlan, snapshot: Snapshot, now: Instant, calendar: BusinessCalendar,
    encodings: ColumnEncodings = ColumnEncodings()
  ) {
    self.plan = plan
    self.encodings = encodings
    self.snapshot = snapshot
    self.now = now
    self.calendar = calendar
    texts = snapshot.texts
    memo = Array(repeating: nil, count: plan.graph.nodes.count)
  }

  // MARK: - About every row of a subject

  /// 0 no, 1 yes, 2 unknown for each row of the subject's table.
  package func truths(_ condition: CheckedExpression, of subject: Subject) -> [UInt8] {
    flags(column(condition, of: subject), count: table(subject).count)
  }

  /// A value for each row of the subject's table.
  package func column(_ expression: CheckedExpression, of subject: Subject) -> Column {
    spread(node(for: expression, of: subject), over: table(subject).count, nil)
  }

  /// The value of a define, the points of a score, the new stage of a journey, the new membership of a segment, for
  /// each row of its subject's table.
  package func column(of definition: DefinitionID) -> Column {
    spread(plan.node(of: definition), over: table(plan.program[definition].subject).count, nil)
  }

  package func value(_ expression: CheckedExpression, of subject: Subject, row: Int) -> Value {
    value(of: node(for: expression, of: subject), row: row, nil)
  }

  package func value(of definition: DefinitionID, row: Int) -> Value {
    value(of: plan.node(of: definition), row: row, nil)
  }

  /// The value as it stands in a text; `nil` when it is missing.
  package func text(_ expression: CheckedExpression, of subject: Subject, row: Int) -> String? {
    text(of: value(expression, of: subject, row: row))
  }

  // MARK: - About what set off an `on` rule

  /// 0 no, 1 yes, 2 unknown for each occurrence.
  package func truths(
    _ condition: CheckedExpression, of subject: Subject, occurrences: Occurrences
  ) -> [UInt8] {
    flags(column(condition, of: subject, occurrences: occurrences), count: occurrences.count)
  }

  /// A value for each occurrence.
  package func column(
    _ expression: CheckedExpression, of subject: Subject, occurrences: Occurrences
  ) -> Column {
    let node = node(for: expression, of: subject, trigger: occurrences.kind)
    let column = column(node, state(of: occurrences))
    let frame = plan.graph[node].frame
    if plan.graph.isBatch[frame.index] { return column }
    let index = frame == .scalar ? Array(repeating: 0, count: occurrences.count) : occurrences.subjects
    return column.gathered(index)
  }

  package func value(
    _ expression: CheckedExpression, of subject: Subject, occurrences: Occurrences, row: Int
  ) -> Value {
    let node = node(for: expression, of: subject, trigger: occurrences.kind)
    let frame = plan.graph[node].frame
    let isBatch = plan.graph.isBatch[frame.index]
    let position = isBatch || frame == .scalar ? row : Int(occurrences.subjects[row])
    return value(of: node, row: position, state(of: occurrences))
  }

  package func text(
    _ expression: CheckedExpression, of subject: Subject, occurrences: Occurrences, row: Int
  ) -> String? {
    text(of: value(expression, of: subject, occurrences: occurrences, row: row))
  }

  // MARK: - Nodes

  func node(
    for expression: CheckedExpression, of subject: Subject, trigger: TriggerKind? = nil
  ) -> NodeID {
    if let known = plan.node(for: expression, of: subject, trigger: trigger) { return known }
    let added = plan.addNode(for: expression, of: subject, trigger: trigger)
    memo.append(contentsOf: Array(repeating: nil, count: plan.graph.nodes.count - memo.count))
    return added
  }

  func table(_ subject: Subject) -> RecordTable {
    switch subject {
    case .contact: snapshot.contacts
    case .account: snapshot.accounts
    }
  }

  func state(of occurrences: Occurrences) -> BatchState {
    let id = ObjectIdentifier(occurrences)
    if let known = batches[id] { return known }
    let state = BatchState(occurrences)
    batches[id] = state
    return state
  }

  func value(of node: NodeID, row: Int, _ batch: BatchState?) -> Value {
    let position = plan.graph[node].frame == .scalar ? 0 : row
    return column(node, batch).value(at: position, plan.graph[node].type, texts)
  }

  func spread(_ node: NodeID, over count: Int, _ batch: BatchState?) -> Column {
    let column = column(node, batch)
    guard plan.graph[node].frame == .scalar else { return column }
    return column.gathered(Array(repeating: 0, count: count))
  }

  func flags(_ column: Column, count: Int) -> [UInt8] {
    if case .flags(let flags) = column { return flags }
    return Array(repeating: Column.missingFlag, count: count)
  }

  /// The node's column, once what it is computed from is there.
  func column(_ root: NodeID, _ batch: BatchState?) -> Column {
    if let known = known(root, batch) { return known }
    if case .constant(let value) = plan.graph[root].kind {
      let result = constant(value, plan.graph[root].type)
      memo[root.index] = result
      return result
    }
    // Operands first, on a list rather than by recursion: the way down a long chain of definitions needs no deep stack.
    var open = [root]
    var computed: [NodeID] = []
    while let next = open.last {
      if isKnown(next, batch) {
        open.removeLast()
        continue
      }
      let count = open.count
      for child in operandsInAdvance(of: next, batch) where !isKnown(child, batch) { open.append(child) }
      guard open.count == count else { continue }
      let result = compute(plan.graph[next], batch)
      if let batch, plan.graph.needsBatch(next) { batch.memo[next] = result } else { memo[next.index] = result }
      computed.append(next)
      open.removeLast()
    }
    let result = operand(root, batch)
    // What only one other node is computed from has served; should anyone ask, it is computed anew.
    for node in computed where node != root && plan.graph.useCounts[node.index] <= 1 {
      if isContinued, plan.graph.outlivesTime[node.index] { continue }
      if let batch, plan.graph.needsBatch(node) { batch.memo[node] = nil } else { memo[node.index] = nil }
    }
    return result
  }

  private func isKnown(_ node: NodeID, _ batch: BatchState?) -> Bool {
    if let batch, plan.graph.needsBatch(node) { return batch.memo[node] != nil }
    return memo[node.index] != nil
  }

  func known(_ node: NodeID, _ batch: BatchState?) -> Column? {
    if let batch, plan.graph.needsBatch(node) { return batch.memo[node] }
    return memo[node.index]
  }

  /// The column of an operand, which is computed already or else now.
  func operand(_ node: NodeID, _ batch: BatchState?) -> Column { column(node, batch) }
}
