extension SequenceState {
  /// As the store keeps it: what a run left behind, for the same rows.
  package mutating func apply(_ changes: SequenceChanges) {
    for change in changes.deployments {
      if let former = change.formerName {
        deployments[former] = nil
        enrolments[change.sequence] = enrolments.removeValue(forKey: former)
        entries[change.sequence] = entries.removeValue(forKey: former)
      }
      deployments[change.sequence] = change.deployment
    }
    for change in changes.entries { entries[change.sequence, default: FiringTable()].set(change.entry, at: change.row) }
    for (sequence, group) in Dictionary(grouping: changes.enrolments, by: \.sequence) {
      let changed = Dictionary(group.map { ($0.enrolment.contact, $0.enrolment) }, uniquingKeysWith: { $1 })
      let others = (enrolments[sequence] ?? []).filter { changed[$0.contact] == nil }
      enrolments[sequence] = (others + changed.values.filter { $0.ending == nil }).sorted { $0.contact < $1.contact }
    }
    turns.merge(changes.turns) { $1 }
  }

  /// Makes room for a contact at a row.
  mutating func moveContacts(_ moved: (Int32) -> Int32) {
    for name in Array(enrolments.keys) {
      for index in enrolments[name]?.indices ?? 0..<0 {
        guard let row = enrolments[name]?[index].contact else { continue }
        enrolments[name]?[index].contact = moved(row)
      }
    }
    for (name, table) in entries {
      entries[name] = FiringTable(zip(table.rows, table.firings).map { (row: moved($0), firing: $1) })
    }
  }
}
