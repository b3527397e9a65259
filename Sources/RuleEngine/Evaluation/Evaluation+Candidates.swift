import BusinessTime
import RuleSemantics

/// The contact whose candidates are weighed, and the candidates: rows of assets.
struct CandidateFocus {
  var contact: Int32
  var candidates: [Int32]
}

// Values of candidates. Those that differ with the contact are computed for one contact at a time.
extension Evaluation {
  func computeOfCandidates(_ node: Node) -> Column {
    switch node.kind {
    case .affinity(let field, halfLife: let halfLife): .numbers(affinity(field, halfLife))
    case .candidateEvents(let events): eventsOfCandidates(events, node.type)
    case .rate(let rate): .numbers(self.rate(rate))
    case .popularity(let popularity): .numbers(self.popularity(popularity))
    default: .missing(node.type, count: rowCount(node.frame, nil))
    }
  }

  /// A value by asset, for the candidates alone.
  private func atCandidates<T>(_ values: [T]) -> [T] {
    (focus?.candidates ?? []).map { values[Int($0)] }
  }

  /// The events of the contact in focus up to now.
  private func events(of grouping: Grouping, after start: Int64, upTo end: Int64) -> GroupRanges {
    let link = linkRows(grouping.link)
    guard let contact = focus.map({ Int($0.contact) }), contact >= 0, contact < link.starts.count else {
      return GroupRanges()
    }
    var groups = GroupRanges(low: [link.starts[contact]], high: [link.ends[contact]], rows: link.rows)
    guard case .events(of: _, let source) = grouping.link else { return groups }
    groups.limit(times: times(of: source), after: [start], upTo: end)
    return groups
  }

  // MARK: - Affinity

  /// For each candidate the decayed share of the contact's interactions that touched one of its values.
  private func affinity(_ field: FieldIndex, _ halfLife: Double) -> [Double] {
    let index = topicIndex(field)
    var touched = [Double](repeating: 0, count: plan.program.assets.count)
    var all = 0.0
    let contacts = plan.graph.existing(.table(.contacts)) ?? .scalar
    let grouping = Grouping(
      outer: contacts, path: [], link: .events(of: .contact, .interactions(of: .contact)))
    let times = interactions(of: .contact).times
    let groups = events(of: grouping, after: .min, upTo: now.milliseconds)
    // In the order of time, then id: each candidate's sum is made of its interactions in that order.
    for group in 0..<groups.count {
      groups.forEachRow(group, nil) { row in
        let weight = decay(age: now.milliseconds - times[row], halfLife: halfLife)
        all += weight
        index.forEachAsset(touchedBy: row) { touched[$0] += weight }
      }
    }
    return (focus?.candidates ?? []).map { asset in
      all > 0 && index.hasTopics(Int(asset)) ? touched[Int(asset)] / all : .nan
    }
  }

  private func topicIndex(_ field: FieldIndex) -> TopicIndex {
    if let known = topicIndexes[field] { return known }
    let made = TopicIndex(field, in: self)
    topicIndexes[field] = made
    return made
  }

  // MARK: - Events about the candidate

  private func eventsOfCandidates(_ events: CandidateEvents, _ type: ValueType) -> Column {
    let reduction = events.reduction
    guard case .assets(let assets) = operand(events.asset, nil),
      case .events(of: _, let source) = reduction.grouping.link
    else { return .missing(type, count: focus?.candidates.count ?? 0) }
    let end = reduction.end.flatMap { moment(of: $0) } ?? now.milliseconds
    var start = Int64.min
    if let node = reduction.start {
      // Since an unknown moment nothing counts.
      let moment = moment(of: node) ?? Column.missingTime
      start = moment == Column.missingTime ? .max : reduction.startIsIncluded ? moment - 1 : moment
    }
    let groups = self.events(of: reduction.grouping, after: start, upTo: min(end, now.milliseconds))
    let filter = reduction.filter.map { truths($0, rowCount(.events(source)), nil) }
    let times = times(of: source)
    var counts = [Double](repeating: 0, count: plan.program.assets.count)
    var moments = [Int64](repeating: Column.missingTime, count: counts.count)
    for group in 0..<groups.count {
      groups.forEachRow(group, filter) { row in
        let asset = Int(assets[row])
        guard asset >= 0 else { return }
        switch reduction.operation {
        case .count(halfLife: .some(let halfLife)):
          counts[asset] += decay(age: now.milliseconds - times[row], halfLife: halfLife)
        case .first: if moments[asset] == Column.missingTime { moments[asset] = times[row] }
        case .last: moments[asset] = times[row]
        case .count, .sum, .average, .min, .max, .distinct, .points, .share: counts[asset] += 1
        }
      }
    }
    return type == .time ? .times(atCandidates(moments)) : .numbers(atCandidates(counts))
  }

  /// The instant of a node that is the same for all candidates of the contact.
  private func moment(of node: NodeID) -> Int64? {
    guard case .times(let times) = operand(node, nil) else { return nil }
    guard plan.graph[node].frame != .scalar else { return times.first }
    return focus.flatMap { times.indices.contains(Int($0.contact)) ? times[Int($0.contact)] : nil }
  }
}
