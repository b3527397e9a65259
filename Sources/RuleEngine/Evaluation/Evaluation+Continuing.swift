package import BusinessTime
import RuleSemantics

extension Evaluation {
  /// The next evaluation where some fields and events are no longer what they were: what reads neither them nor the
  /// time is not computed again.
  ///
  /// - Parameters:
  ///   - snapshot: of the same records in the same rows; its texts go on from `earlier.texts`.
  ///   - changes: what is different in it from the snapshot of `earlier`, journeys and segments aside.
  package convenience init(
    continuing earlier: Evaluation, at now: Instant, snapshot: Snapshot, changes: SnapshotChanges
  ) {
    let keepsEncodings = changes.fields.isEmpty
    self.init(
      plan: earlier.plan, snapshot: snapshot, now: now, calendar: earlier.calendar,
      encodings: keepsEncodings ? earlier.encodings : ColumnEncodings())
    problems = earlier.problems
    let isTimeless = plan.graph.isTimeless
    let isChanged = plan.graph.nodesChanged(by: changes, plan.program)
    memo = memo.indices.map { isTimeless[$0] && !isChanged[$0] ? earlier.memo[$0] : nil }
    let isFrameChanged = plan.graph.framesChanged(by: changes, plan.program)
    frames = earlier.frames.filter { !isFrameChanged[$0.key.index] }
    links = earlier.links.filter { link, _ in
      if case .events(of: _, let source) = link { !changes.concern(source, plan.program) } else { true }
    }
    windowEdges = earlier.windowEdges.filter { edge, _ in !changes.concern(edge.source, plan.program) }
    timeOrders = earlier.timeOrders.filter { link, _ in links[link] != nil }
    reductions = earlier.reductions.filter { node, _ in !isChanged[node.index] }
    rates = earlier.rates.filter { rate, _ in
      !changes.events.contains(rate.outcome) && !changes.events.contains(rate.exposure)
        && [rate.outcomeFilter, rate.exposureFilter].allSatisfy { $0.map { !isChanged[$0.index] } ?? true }
    }
    interactions = earlier.interactions.filter { subject, _ in
      !changes.concern(.interactions(of: subject), plan.program)
    }
    assetColumns = earlier.assetColumns
    topicIndexes = changes.concern(.interactions(of: .contact), plan.program) ? [:] : earlier.topicIndexes
    threads = earlier.threads
    isContinued = earlier.isContinued
  }

  /// The same records and events at another time, after a run that changed journeys and segments at most.
  package convenience init(continuing earlier: Evaluation, at now: Instant, previous: PreviousState) {
    var snapshot = earlier.snapshot
    snapshot.previous = previous
    snapshot.texts = earlier.texts
    self.init(continuing: earlier, at: now, snapshot: snapshot, changes: SnapshotChanges())
  }
}
