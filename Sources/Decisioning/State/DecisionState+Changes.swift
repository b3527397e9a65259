package import BusinessTime
package import RuleEngine
package import RuleSemantics

// What a run leaves behind becomes what the next run finds: in tests and in simulations as the store does it.
extension DecisionState {
  /// Applies everything but journeys, segments, fields, owners and messages, which are not kept here.
  ///
  /// - Parameter count: how many rows the subject has.
  package mutating func apply(_ changes: StateChanges, count: (Subject) -> Int) {
    // What runs ask and settle goes by the names that they found.
    settleRecommendations(changes.approvals.settledItems)
    approvals.apply(changes.approvals)
    for change in changes.deployments {
      if let former = change.formerName { rename(former, to: change.rule) }
      deployments[change.rule] = change.deployment
    }
    applyFirings(changes.firings)
    for change in changes.handled { handled.insert(change.occurrence) }
    for hold in changes.holds {
      holds[hold.occurrence] = HeldMessage(since: holds[hold.occurrence]?.since ?? hold.since, until: hold.until)
    }
    for occurrence in changes.releasedHolds { holds[occurrence] = nil }
    for change in changes.lists {
      let value: UInt8 = change.isMember ? 1 : 0
      if lists[change.list] == nil {
        lists[change.list] = [UInt8](repeating: 0, count: count(change.list.subject))
      }
      lists[change.list]?[Int(change.row)] = value
    }
    changes.experiments.apply(to: &experiments)
    for entry in changes.recommendations {
      recommendations.add(
        .init(asset: entry.asset, at: entry.at, isAsked: entry.use == .forApproval), to: entry.contact)
    }
    for change in changes.sequences.deployments {
      if let former = change.formerName { approvals.rename(former, to: change.sequence) }
    }
    sequences.apply(changes.sequences)
  }

  private mutating func settleRecommendations(_ settled: [ApprovalChanges.SettledItem]) {
    guard !settled.isEmpty else { return }
    let results = Dictionary(settled.map { ($0.idempotencyKey, $0.result) }, uniquingKeysWith: { $1 })
    for item in approvals.items where item.action.subject == .contact {
      guard let result = results[item.key] else { continue }
      recommendations.settle(Set(item.assets), of: item.action.row, isUsed: result == .used)
    }
  }

  /// Takes one change after the other, those of one rule together: a run may touch every row.
  private mutating func applyFirings(_ changes: [StateChanges.FiringChange]) {
    var start = 0
    while start < changes.count {
      let rule = changes[start].rule
      let end = changes[start...].firstIndex { $0.rule != rule } ?? changes.count
      firings[rule, default: FiringTable()].merge(changes[start..<end].map { (row: $0.row, firing: $0.firing) })
      start = end
    }
  }

  private mutating func rename(_ former: String, to name: String) {
    func renamed(_ occurrence: RuleOccurrence) -> RuleOccurrence {
      occurrence.rule == former ? occurrence.named(name) : occurrence
    }
    deployments[former] = nil
    if let table = firings.removeValue(forKey: former) { firings[name] = table }
    if handled.contains(where: { $0.rule == former }) { handled = Set(handled.map(renamed)) }
    if holds.contains(where: { $0.key.rule == former }) {
      holds = Dictionary(holds.map { (renamed($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    approvals.rename(former, to: name)
  }
}

extension PreviousState {
  /// What journeys and segments are after a run.
  ///
  /// - Parameter count: how many rows the subject has.
  package mutating func apply(
    _ changes: StateChanges, of program: CheckedProgram, at now: Instant, count: (Subject) -> Int
  ) {
    for id in changes.begun {
      let rows = count(program[id].subject)
      switch program[id].body {
      case .journey: stages[id] = stages[id] ?? [Int32](repeating: -1, count: rows)
      case .segment: members[id] = members[id] ?? [UInt8](repeating: 0, count: rows)
      case .define, .factorScore, .pointsScore, .malformed: continue
      }
      changedAt[id] = changedAt[id] ?? [Int64](repeating: Column.missingTime, count: rows)
    }
    for change in changes.stages {
      stages[change.definition]?[Int(change.row)] = change.to
      changedAt[change.definition]?[Int(change.row)] = now.milliseconds
    }
    for change in changes.memberships {
      members[change.definition]?[Int(change.row)] = change.isMember ? 1 : 0
      changedAt[change.definition]?[Int(change.row)] = now.milliseconds
    }
  }
}

extension StateChanges {
  /// The changes of journeys and segments, as later runs find them among `DecisionState.changes`. First stages and
  /// first members of a definition that had no past are none.
  package func transitions(of program: CheckedProgram, at now: Instant) -> [FieldChange] {
    let begun = Set(begun)
    func transition(_ id: DefinitionID, _ subject: Subject, _ row: Int32, _ old: Value, _ new: Value) -> FieldChange {
      FieldChange(
        id: 0, subject: subject, row: row, attribute: .definition(id), old: old, new: new, at: now, source: .transition)
    }
    let moves = stages.compactMap { change -> FieldChange? in
      guard !begun.contains(change.definition), case .journey(let journey) = program[change.definition].body else {
        return nil
      }
      func value(_ stage: Int32) -> Value { stage < 0 ? .missing : .choice(journey.choices, Int(stage)) }
      return transition(change.definition, change.subject, change.row, value(change.from), value(change.to))
    }
    let joined = memberships.filter { !begun.contains($0.definition) }.map { change in
      transition(
        change.definition, change.subject, change.row, .flag(!change.isMember), .flag(change.isMember))
    }
    return moves + joined
  }
}

extension StateChanges.SentMessage {
  /// The fields of the `message` event that it becomes.
  func values(_ schema: RecordSchema) -> [Value] {
    var values = schema.fields.map { _ in Value.missing }
    func set(_ name: String, _ value: Value) {
      if let field = schema.index(of: name) { values[field.index] = value }
    }
    switch asset {
    case .declared(let asset): set("asset", .asset(asset))
    case .outside(let name): set("template", .text(name))
    case nil: set("template", template.map(Value.text) ?? .missing)
    }
    set("rule", .text(rule))
    set("transactional", .flag(isTransactional))
    return values
  }
}
