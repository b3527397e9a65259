package import BusinessTime
import RuleEngine
import RuleSemantics

// What a run leaves behind, kept as the store keeps it.
extension TestWorld {
  package mutating func apply(_ changes: StateChanges, at now: Instant) {
    settle()
    for change in changes.deployments { state.deployments[change.rule] = change.deployment }
    for change in changes.firings {
      state.firings[change.rule, default: FiringTable()].set(change.firing, at: change.row)
    }
    for change in changes.handled { state.handled.insert(change.occurrence) }
    for hold in changes.holds { state.holds[hold.occurrence] = hold.since }
    for occurrence in changes.releasedHolds { state.holds[occurrence] = nil }
    applyTransitions(changes, at: now)
    for set in changes.fields {
      setField(set.field, to: set.new, of: set.subject, row: Int(set.row), at: now, source: .rule)
    }
    for change in changes.lists {
      let count = records(of: change.list.subject).count
      state.lists[change.list, default: [UInt8](repeating: 0, count: count)][Int(change.row)] = change.isMember ? 1 : 0
    }
    for change in changes.synced {
      let count = records(of: change.property.subject).count
      synced[change.property, default: [Value](repeating: .missing, count: count)][Int(change.row)] = change.value
      snapshotCache = nil
    }
    for message in changes.messages { addMessage(message, at: now) }
  }

  private mutating func settle() {
    guard contacts.contains(where: { !$0.isSettled }) || accounts.contains(where: { !$0.isSettled }) else { return }
    for row in contacts.indices { contacts[row].isSettled = true }
    for row in accounts.indices { accounts[row].isSettled = true }
  }

  private mutating func applyTransitions(_ changes: StateChanges, at now: Instant) {
    for change in changes.stages {
      guard case .journey(let journey) = program[change.definition].body else { continue }
      func value(_ stage: Int32) -> Value { stage < 0 ? .missing : .choice(journey.choices, Int(stage)) }
      let row = Int(change.row)
      previous.stages[change.definition]?[row] = change.to
      previous.changedAt[change.definition]?[row] = now.milliseconds
      addChange(
        change.subject, row, .definition(change.definition), old: value(change.from), new: value(change.to), at: now,
        source: .transition)
    }
    for change in changes.memberships {
      let row = Int(change.row)
      previous.members[change.definition]?[row] = change.isMember ? 1 : 0
      previous.changedAt[change.definition]?[row] = now.milliseconds
      addChange(
        change.subject, row, .definition(change.definition), old: .flag(!change.isMember),
        new: .flag(change.isMember), at: now, source: .transition)
    }
    snapshotCache?.previous = previous
  }

  private mutating func addMessage(_ message: StateChanges.SentMessage, at now: Instant) {
    var values = program.events[0].record.fields.map { _ in Value.missing }
    func set(_ name: String, _ value: Value) {
      if let field = program.events[0].record.index(of: name) { values[field.index] = value }
    }
    switch message.asset {
    case .declared(let asset): set("asset", .asset(asset))
    case .outside(let name): set("template", .text(name))
    case nil: set("template", message.template.map(Value.text) ?? .missing)
    }
    set("rule", .text(message.rule))
    set("transactional", .flag(message.isTransactional))
    let id = nextID()
    events[0].append(Event(owner: message.contact, id: id, at: now, recordedAt: now, values: values))
    snapshotCache = nil
  }
}
