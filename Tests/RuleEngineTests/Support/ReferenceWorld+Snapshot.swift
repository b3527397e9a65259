import BusinessTime
import RuleEngine
import RuleSemantics

extension ReferenceWorld {
  /// The same data in columns.
  func snapshot() -> Snapshot {
    var texts = TextPool()
    let tables = [
      table(contacts, program.contact, .contact, &texts), table(accounts, program.account, .account, &texts),
      table(deals, program.deal, nil, &texts),
    ]
    let eventTables = program.events.indices.map { events(of: EventID($0), &texts) }
    return Snapshot(
      texts: texts, contacts: tables[0], accounts: tables[1], deals: tables[2],
      accountOfContact: contacts.map { Int32($0.account ?? -1) }, accountOfDeal: deals.map { Int32($0.account ?? -1) },
      events: eventTables, previous: previousState())
  }

  func evaluation() -> Evaluation {
    Evaluation(plan: EvaluationPlan(program), snapshot: snapshot(), now: now, calendar: calendar)
  }

  private func table(
    _ records: [Record], _ schema: RecordSchema, _ subject: Subject?, _ texts: inout TextPool
  ) -> RecordTable {
    var table = RecordTable.empty
    table.keys = records.map { texts.code(for: $0.key) }
    table.owners = records.map { _ in -1 }
    for (index, field) in schema.fields.enumerated() {
      table.columns.append(Column(records.map { $0.fields[index] }, type: field.type, texts: &texts))
      let changes = records.map { $0.changedAt[FieldIndex(index)]?.milliseconds ?? Column.missingTime }
      if changes.contains(where: { $0 != Column.missingTime }) { table.changedAt[FieldIndex(index)] = changes }
    }
    for definition in program.definitions where definition.subject == subject {
      guard records.contains(where: { $0.given[definition.id] != nil }) else { continue }
      let given = records.map { $0.given[definition.id] ?? .missing }
      table.given[definition.id] = Column(given, type: definition.type, texts: &texts)
    }
    return table
  }

  private func events(of type: EventID, _ texts: inout TextPool) -> EventTable {
    let sorted = sortedEvents(of: type)
    return EventTable(
      owners: sorted.map { Int32($0.owner) }, ids: sorted.map(\.id), times: sorted.map(\.time.milliseconds),
      recordedAt: sorted.map(\.time.milliseconds),
      columns: program[type].record.fields.enumerated().map { index, field in
        Column(sorted.map { $0.fields[index] }, type: field.type, texts: &texts)
      })
  }

  func sortedEvents(of type: EventID) -> [Event] {
    events.filter { $0.type == type }.sorted { ($0.owner, $0.time, $0.id) < ($1.owner, $1.time, $1.id) }
  }

  private func previousState() -> PreviousState {
    var state = PreviousState.empty
    for definition in program.definitions {
      let records = definition.subject == .contact ? contacts : accounts
      let id = definition.id
      guard records.contains(where: { $0.previous[id] != nil }) else { continue }
      switch definition.body {
      case .journey:
        state.stages[id] = records.map { record in
          if case .choice(_, let stage) = record.previous[id] { Int32(stage) } else { -1 }
        }
      case .segment: state.members[id] = records.map { $0.previous[id] == .flag(true) ? 1 : 0 }
      case .define, .factorScore, .pointsScore, .malformed: continue
      }
      state.changedAt[id] = records.map { $0.previousChangedAt[id]?.milliseconds ?? Column.missingTime }
    }
    return state
  }
}
