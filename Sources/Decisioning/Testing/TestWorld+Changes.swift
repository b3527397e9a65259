package import BusinessTime
import RuleEngine
import RuleSemantics

// What a run leaves behind, kept as the store keeps it.
extension TestWorld {
  package mutating func apply(_ changes: StateChanges, at now: Instant) {
    settle()
    let counts = (contacts: contacts.count, accounts: accounts.count)
    func count(_ subject: Subject) -> Int { subject == .contact ? counts.contacts : counts.accounts }
    state.apply(changes, count: count)
    previous.apply(changes, of: program, at: now, count: count)
    snapshotCache?.previous = previous
    for change in changes.transitions(of: program, at: now) where isWatched(change.subject, change.attribute) {
      state.changes.append(change)
    }
    for set in changes.fields {
      setField(set.field, to: set.new, of: set.subject, row: Int(set.row), at: now, source: .rule)
    }
    for change in changes.synced {
      let count = records(of: change.property.subject).count
      synced[change.property, default: [Value](repeating: .missing, count: count)][Int(change.row)] = change.value
      snapshotCache = nil
    }
    for message in changes.messages { addMessage(message, at: now) }
    for change in changes.sequences.owners { update(change.subject, Int(change.row)) { $0.owner = change.owner } }
  }

  private mutating func settle() {
    guard contacts.contains(where: { !$0.isSettled }) || accounts.contains(where: { !$0.isSettled }) else { return }
    for row in contacts.indices { contacts[row].isSettled = true }
    for row in accounts.indices { accounts[row].isSettled = true }
  }

  private mutating func addMessage(_ message: StateChanges.SentMessage, at now: Instant) {
    let id = nextID()
    let values = message.values(program.events[0].record)
    events[0].append(Event(owner: message.contact, id: id, at: now, recordedAt: now, values: values))
    snapshotCache = nil
  }
}
