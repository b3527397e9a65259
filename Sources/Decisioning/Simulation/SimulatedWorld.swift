package import BusinessTime
package import RuleEngine
package import RuleSemantics

/// A store in memory whose clock is moved by hand: it holds what the database held, and what the runs decided upon it
/// leave behind.
package struct SimulatedWorld {
  private let plan: DecisionPlan
  private let calendar: BusinessCalendar
  private let watched: Set<Watched>
  private var snapshot: Snapshot
  package private(set) var state: DecisionState
  private var pending: ArraySlice<SimulationHistory.Change>
  /// Since the last evaluation.
  private var changes = SnapshotChanges()
  private var basis: Evaluation?
  private var lastID: Int64
  private let threads: Int

  private struct Watched: Hashable {
    var subject: Subject
    var attribute: Reference.Attribute
  }

  private var program: CheckedProgram { plan.program }

  /// - Parameters:
  ///   - calendar: that of the policy, with the holidays of everybody.
  ///   - threads: how many share the people between them.
  package init(_ history: SimulationHistory, plan: DecisionPlan, calendar: BusinessCalendar, threads: Int = 1) {
    self.plan = plan
    self.threads = threads
    self.calendar = calendar
    snapshot = history.snapshot
    state = history.state
    pending = history.changes[...]
    // New changes of fields and new events come after all that are there.
    let ids = history.changes.map(\.id) + history.state.changes.map(\.id) + (history.snapshot.events.first?.ids ?? [])
    lastID = max(ids.max() ?? 0, 0)
    var watched: Set<Watched> = []
    for rule in plan.program.rules {
      guard case .changed(let reference, to: _) = rule.trigger?.occurrence else { continue }
      watched.insert(Watched(subject: reference.viaAccount ? .account : rule.subject, attribute: reference.attribute))
    }
    self.watched = watched
  }

  package var contactCount: Int { snapshot.contacts.count }

  package func key(of subject: Subject, row: Int32) -> String {
    let table = subject == .contact ? snapshot.contacts : snapshot.accounts
    return snapshot.texts.text(table.keys[Int(row)])
  }

  // MARK: - Time passes

  /// Takes in what became known since the last time, and evaluates.
  package mutating func evaluation(at now: Instant) -> Evaluation {
    takeTexts()
    while let next = pending.first, next.at <= now {
      take(next)
      pending.removeFirst()
    }
    let evaluation: Evaluation
    if let basis {
      evaluation = Evaluation(continuing: basis, at: now, snapshot: snapshot, changes: changes)
    } else {
      evaluation = Evaluation(plan: plan.evaluation, snapshot: snapshot, now: now, calendar: calendar)
      evaluation.threads = threads
      evaluation.isContinued = true
    }
    basis = evaluation
    changes = SnapshotChanges()
    return evaluation
  }

  private mutating func take(_ change: SimulationHistory.Change) {
    switch change.what {
    case .consent(let purpose, let isGiven):
      let none = [UInt8](repeating: 0, count: snapshot.contacts.count)
      state.consents[purpose, default: none][Int(change.row)] = isGiven ? 1 : 0
    case .field(let table, let field, let old, let new, let source):
      set(field, of: table, row: change.row, to: new, at: change.at)
      guard let subject = Subject(table) else { return }
      record(
        FieldChange(
          id: change.id, subject: subject, row: change.row, attribute: .field(field), old: old, new: new, at: change.at,
          source: source))
    }
  }

  /// Whatever waits for a person is agreed to.
  mutating func approveItems(at now: Instant) {
    for index in state.approvals.items.indices where state.approvals.items[index].answer == nil {
      state.approvals.items[index].answer = .init(isApproval: true, by: "simulate", at: now)
    }
  }

  // MARK: - What a run leaves behind

  package mutating func apply(_ changes: StateChanges, at now: Instant) {
    takeTexts()
    let counts = (contacts: snapshot.contacts.count, accounts: snapshot.accounts.count)
    func count(_ subject: Subject) -> Int { subject == .contact ? counts.contacts : counts.accounts }
    state.apply(changes, count: count)
    snapshot.previous.apply(changes, of: program, at: now, count: count)
    for transition in changes.transitions(of: program, at: now) { record(transition) }
    for set in changes.fields {
      self.set(set.field, of: Table(set.subject), row: set.row, to: set.new, at: now)
      lastID += 1
      record(
        FieldChange(
          id: lastID, subject: set.subject, row: set.row, attribute: .field(set.field), old: set.old, new: set.new,
          at: now, source: .rule))
    }
    for change in changes.sequences.owners {
      let owner = snapshot.texts.code(for: change.owner)
      switch change.subject {
      case .contact: snapshot.contacts.owners[Int(change.row)] = owner
      case .account: snapshot.accounts.owners[Int(change.row)] = owner
      }
    }
    addMessages(changes.messages, at: now)
  }

  /// What the evaluation added to the pool stays, so that new texts get codes that nothing else has.
  private mutating func takeTexts() {
    if let basis, basis.texts.count > snapshot.texts.count { snapshot.texts = basis.texts }
  }

  private mutating func record(_ change: FieldChange) {
    if watched.contains(Watched(subject: change.subject, attribute: change.attribute)) { state.changes.append(change) }
  }

  private mutating func set(_ field: FieldIndex, of table: Table, row: Int32, to value: Value, at now: Instant) {
    func set(_ records: inout RecordTable, _ schema: RecordSchema) {
      guard records.columns.indices.contains(field.index) else { return }
      records.columns[field.index].set(value, at: Int(row), type: schema[field].type, texts: &snapshot.texts)
      records.changedAt[field]?[Int(row)] = now.milliseconds
    }
    switch table {
    case .contacts:
      var records = RecordTable.empty
      swap(&records, &snapshot.contacts)
      set(&records, program.contact)
      swap(&records, &snapshot.contacts)
    case .accounts:
      var records = RecordTable.empty
      swap(&records, &snapshot.accounts)
      set(&records, program.account)
      swap(&records, &snapshot.accounts)
    case .deals:
      var records = RecordTable.empty
      swap(&records, &snapshot.deals)
      set(&records, program.deal)
      swap(&records, &snapshot.deals)
    case .assets, .events: return
    }
    changes.add(field, of: table)
  }

  private mutating func addMessages(_ messages: [StateChanges.SentMessage], at now: Instant) {
    guard !messages.isEmpty, let table = snapshot.events.first else { return }
    let schema = program.events[0].record
    let values = messages.map { $0.values(schema) }
    let ids = messages.indices.map { lastID + 1 + Int64($0) }
    lastID += Int64(messages.count)
    let times = messages.map { _ in now.milliseconds }
    snapshot.events[0] = table.adding(
      EventTable(
        owners: messages.map(\.contact), ids: ids, times: times, recordedAt: times,
        columns: schema.fields.indices.map { field in
          Column(values.map { $0[field] }, type: schema.fields[field].type, texts: &snapshot.texts)
        }))
    changes.events.insert(EventID(0))
  }
}

extension Subject {
  /// `nil` for a table that is neither of contacts nor of accounts.
  init?(_ table: Table) {
    switch table {
    case .contacts: self = .contact
    case .accounts: self = .account
    case .deals, .assets, .events: return nil
    }
  }
}

extension Table {
  init(_ subject: Subject) {
    switch subject {
    case .contact: self = .contacts
    case .account: self = .accounts
    }
  }
}
