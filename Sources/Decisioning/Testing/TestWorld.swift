package import BusinessTime
package import RuleEngine
package import RuleSemantics

/// The people, companies and deals of one test, what they did, and what the runs left behind: a store in memory.
/// Rows are positions in the order of keys, as everywhere.
package struct TestWorld {
  package struct Record {
    package var key: String
    package var values: [Value]
    /// When each field changed last; `missingTime` for never.
    package var changedAt: [Int64]
    package var given: [DefinitionID: Value] = [:]
    /// Who looks after it; `nil` for nobody.
    package var owner: String?
    /// Of a contact or deal.
    package var account: Int32 = -1
    /// Whether a run has seen it: what is given before that is how it was from the start.
    package var isSettled = false
  }

  struct Event {
    var owner: Int32
    var id: Int64
    var at: Instant
    var recordedAt: Instant
    var values: [Value]
  }

  let plan: DecisionPlan
  /// Fields and definitions whose changes a rule asks for.
  let watched: Set<Attribute>
  package var contacts: [Record] = [] { didSet { snapshotCache = nil } }
  package var accounts: [Record] = [] { didSet { snapshotCache = nil } }
  package var deals: [Record] = [] { didSet { snapshotCache = nil } }
  var events: [[Event]]
  package var state = DecisionState.empty
  package var previous = PreviousState.empty
  var synced: [PropertyName: [Value]] = [:]
  private(set) var lastID: Int64 = 0
  /// `nil` when something in it changed.
  var snapshotCache: Snapshot?
  /// How many snapshots were built: two of one number have the same records and events.
  var snapshotNumber = 0

  struct Attribute: Hashable {
    var subject: Subject
    var attribute: Reference.Attribute
  }

  var program: CheckedProgram { plan.program }

  package init(_ plan: DecisionPlan) {
    self.plan = plan
    events = plan.program.events.map { _ in [] }
    watched = TestWorld.watched(by: plan.program)
    for definition in plan.program.definitions {
      // The rule book is at work when the test begins: whoever comes in, comes in then.
      switch definition.body {
      case .journey: previous.stages[definition.id] = []
      case .segment: previous.members[definition.id] = []
      case .define, .factorScore, .pointsScore, .malformed: continue
      }
      previous.changedAt[definition.id] = []
    }
  }

  private static func watched(by program: CheckedProgram) -> Set<Attribute> {
    var watched: Set<Attribute> = []
    for rule in program.rules {
      guard case .changed(let reference, to: _) = rule.trigger?.occurrence else { continue }
      let subject: Subject = reference.viaAccount ? .account : rule.subject
      watched.insert(Attribute(subject: subject, attribute: reference.attribute))
    }
    return watched
  }

  func isWatched(_ subject: Subject, _ attribute: Reference.Attribute) -> Bool {
    watched.contains(Attribute(subject: subject, attribute: attribute))
  }

  mutating func nextID() -> Int64 {
    lastID += 1
    return lastID
  }

  package func records(of subject: Subject) -> [Record] {
    switch subject {
    case .contact: contacts
    case .account: accounts
    }
  }

  mutating func update(_ subject: Subject, _ row: Int, _ change: (inout Record) -> Void) {
    switch subject {
    case .contact: change(&contacts[row])
    case .account: change(&accounts[row])
    }
    snapshotCache = nil
  }

  /// Keys differ in more than case.
  package func row(of key: String, _ subject: Subject) -> Int? {
    let key = key.lowercased()
    return records(of: subject).firstIndex { $0.key.lowercased() == key }
  }

  // MARK: - Given

  /// Adds a record; the rows behind it move on by one.
  package mutating func insert(_ subject: Subject, key: String) -> Int {
    let schema = program.record(of: subject)
    var record = TestWorld.record(key: key, schema)
    if let field = schema.key {
      record.values[field.index] = schema[field].type == .number ? .number(Double(key) ?? 0) : .text(key)
    }
    let position = records(of: subject).firstIndex { $0.key > key } ?? records(of: subject).count
    makeRoom(for: subject, at: Int32(position))
    switch subject {
    case .contact: contacts.insert(record, at: position)
    case .account: accounts.insert(record, at: position)
    }
    snapshotCache = nil
    return position
  }

  static func record(key: String, _ schema: RecordSchema) -> Record {
    Record(
      key: key, values: schema.fields.map { $0.missingMeans ?? .missing },
      changedAt: schema.fields.map { _ in Column.missingTime })
  }

  /// Fields take the values, definitions are no longer computed. What changes after a run has seen the record is a
  /// change that rules can ask for.
  mutating func give(_ values: [CheckedTest.Given], to subject: Subject, row: Int, at now: Instant) {
    for given in values {
      switch given.attribute {
      case .field(let field): setField(field, to: given.value, of: subject, row: row, at: now, source: .test)
      case .definition(let definition): update(subject, row) { $0.given[definition] = given.value }
      case .eventTime, .eventWorth, .oldValue, .newValue: break
      }
    }
  }

  package mutating func setField(
    _ field: FieldIndex, to value: Value, of subject: Subject, row: Int, at now: Instant, source: FieldChange.Source
  ) {
    let record = records(of: subject)[row]
    let old = record.values[field.index]
    guard old != value else { return }
    update(subject, row) {
      $0.values[field.index] = value
      if record.isSettled { $0.changedAt[field.index] = now.milliseconds }
    }
    guard record.isSettled else { return }
    addChange(subject, row, .field(field), old: old, new: value, at: now, source: source)
  }

  mutating func addChange(
    _ subject: Subject, _ row: Int, _ attribute: Reference.Attribute, old: Value, new: Value, at now: Instant,
    source: FieldChange.Source
  ) {
    guard isWatched(subject, attribute) else { return }
    state.changes.append(
      FieldChange(
        id: nextID(), subject: subject, row: Int32(row), attribute: attribute, old: old, new: new, at: now,
        source: source))
  }

  package mutating func addEvent(
    _ event: EventID, owner: Int, values: [CheckedTest.Given], at: Instant, recordedAt: Instant
  ) {
    var fields = program[event].record.fields.map { $0.missingMeans ?? .missing }
    for given in values {
      if case .field(let field) = given.attribute { fields[field.index] = given.value }
    }
    let id = nextID()
    events[event.index].append(
      Event(owner: Int32(owner), id: id, at: at, recordedAt: recordedAt, values: fields))
    snapshotCache = nil
  }
}
