import BusinessTime
package import RuleEngine
import RuleSemantics

extension TestWorld {
  /// Built anew only when something in it changed.
  package mutating func snapshot() -> Snapshot {
    if let snapshotCache { return snapshotCache }
    var texts = TextPool()
    let snapshot = Snapshot(
      texts: texts,
      contacts: table(contacts, program.contact, .contact, &texts),
      accounts: table(accounts, program.account, .account, &texts),
      deals: table(deals, program.deal, nil, &texts),
      accountOfContact: contacts.map(\.account), accountOfDeal: deals.map(\.account),
      events: program.events.indices.map { table(events[$0], program.events[$0].record, &texts) },
      previous: previous)
    var complete = snapshot
    complete.texts = texts
    for (property, values) in synced {
      let type = program.definitions.first { $0.sync?.name == property.name && $0.subject == property.subject }?.type
      state.synced[property] = Column(values, type: type ?? .error, texts: &complete.texts)
    }
    snapshotCache = complete
    snapshotNumber += 1
    return complete
  }

  private func table(
    _ records: [Record], _ schema: RecordSchema, _ subject: Subject?, _ texts: inout TextPool
  ) -> RecordTable {
    var given: [DefinitionID: Column] = [:]
    for definition in program.definitions where definition.subject == subject {
      guard records.contains(where: { $0.given[definition.id] != nil }) else { continue }
      given[definition.id] = Column(
        records.map { $0.given[definition.id] ?? .missing }, type: definition.type, texts: &texts)
    }
    return RecordTable(
      keys: records.map { texts.code(for: $0.key) },
      columns: schema.fields.indices.map { field in
        Column(records.map { $0.values[field] }, type: schema.fields[field].type, texts: &texts)
      },
      changedAt: Dictionary(
        uniqueKeysWithValues: schema.fields.indices.map { field in
          (FieldIndex(field), records.map { $0.changedAt[field] })
        }),
      owners: records.map { $0.owner.map { texts.code(for: $0) } ?? Column.missingCode }, given: given)
  }

  private func table(_ events: [Event], _ schema: RecordSchema, _ texts: inout TextPool) -> EventTable {
    let sorted = events.sorted { ($0.owner, $0.at, $0.id) < ($1.owner, $1.at, $1.id) }
    return EventTable(
      owners: sorted.map(\.owner), ids: sorted.map(\.id), times: sorted.map(\.at.milliseconds),
      recordedAt: sorted.map(\.recordedAt.milliseconds),
      columns: schema.fields.indices.map { field in
        Column(sorted.map { $0.values[field] }, type: schema.fields[field].type, texts: &texts)
      })
  }
}
