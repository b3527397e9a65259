import RuleEngine
import RuleSemantics

// A record that comes between others moves the rows behind it, everywhere they are written down.
extension TestWorld {
  mutating func makeRoom(for subject: Subject, at position: Int32) {
    func moved(_ row: Int32) -> Int32 { row >= position ? row + 1 : row }
    func moved(_ occurrence: RuleOccurrence) -> RuleOccurrence {
      guard occurrence.subject == subject else { return occurrence }
      var occurrence = occurrence
      occurrence.row = moved(occurrence.row)
      return occurrence
    }
    for rule in program.rules where rule.subject == subject {
      guard let table = state.firings[rule.name] else { continue }
      state.firings[rule.name] = FiringTable(zip(table.rows, table.firings).map { (row: moved($0), firing: $1) })
    }
    state.handled = Set(state.handled.map(moved))
    state.holds = Dictionary(uniqueKeysWithValues: state.holds.map { (moved($0.key), $0.value) })
    for index in state.approvals.items.indices where state.approvals.items[index].action.subject == subject {
      state.approvals.items[index].action.row = moved(state.approvals.items[index].action.row)
    }
    if subject == .contact { state.recommendations.moveRows(moved) }
    for index in state.changes.indices where state.changes[index].subject == subject {
      state.changes[index].row = moved(state.changes[index].row)
    }
    for name in Array(state.lists.keys) where name.subject == subject {
      state.lists[name]?.insert(0, at: Int(position))
    }
    for name in Array(synced.keys) where name.subject == subject { synced[name]?.insert(.missing, at: Int(position)) }
    for definition in program.definitions where definition.subject == subject {
      previous.stages[definition.id]?.insert(-1, at: Int(position))
      previous.members[definition.id]?.insert(0, at: Int(position))
      previous.changedAt[definition.id]?.insert(Column.missingTime, at: Int(position))
    }
    for event in program.events.indices where program.events[event].isForAccount == (subject == .account) {
      for index in events[event].indices { events[event][index].owner = moved(events[event][index].owner) }
    }
    switch subject {
    case .contact:
      state.sequences.moveContacts(moved)
      for purpose in Array(state.consents.keys) { state.consents[purpose]?.insert(0, at: Int(position)) }
    case .account:
      for index in contacts.indices { contacts[index].account = moved(contacts[index].account) }
      for index in deals.indices { deals[index].account = moved(deals[index].account) }
    }
  }
}
