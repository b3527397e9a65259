import BusinessTime
import Decisioning
import GRDB
import RuleEngine
import RuleSemantics

/// Reads what earlier runs left behind, for the rows of a snapshot.
struct StateLoader {
  let database: Database
  let program: CheckedProgram
  let now: Instant
  let contacts: RowIndex
  let accounts: RowIndex
  /// Whom alone it is about; `nil` for all.
  private let scope: LoadScope?
  private let renamed: RenamedOccurrences

  init(
    database: Database, program: CheckedProgram, now: Instant, contacts: RowIndex, accounts: RowIndex, scope: LoadScope?
  ) {
    self.database = database
    self.program = program
    self.now = now
    self.contacts = contacts
    self.accounts = accounts
    self.scope = scope
    renamed = RenamedOccurrences(program)
  }

  func load(suppressed: [UInt8]) throws -> DecisionState {
    var state = DecisionState(
      deployments: try deployments(), consents: try consents(), suppressed: suppressed, lists: try lists(),
      holds: try holds(),
      approvals: try ApprovalLoader(
        database: database, restriction: ofFew(), renamed: renamed, assets: program.assetsByName, row: row
      ).load(),
      experiments: try experiments())
    state.firings = try firings()
    state.handled = try handled()
    state.changes = try ChangeLoader(database: database, program: program, now: now, rows: row) { [scope] subject in
      scope?.restriction("record", of: subject) ?? ""
    }
    .load()
    state.synced = try synced()
    state.recommendations = try RecommendationLoader(database: database, program: program)
      .history(contacts: contacts, now: now, scope: scope)
    state.sequences = try SequenceLoader(
      database: database, restriction: { [scope] in scope?.restriction($0, to: .contact) ?? "" }
    ) { contacts[$0] }.load()
    return state
  }

  /// -1 for a record that was not loaded.
  func row(_ subject: Subject, _ record: Int64) -> Int32 {
    switch subject {
    case .contact: contacts[record]
    case .account: accounts[record]
    }
  }

  /// Where few records are loaded, a condition upon `subject` and `record`, so that only what is theirs is read.
  ///
  /// - Parameter contact: the column that names the contact, in a table about contacts alone.
  func ofFew(contact: String? = nil) -> String {
    guard let scope else { return "" }
    return contact.map { scope.restriction($0, to: .contact) } ?? scope.pairs
  }

  private func count(_ subject: Subject) -> Int {
    switch subject {
    case .contact: contacts.count
    case .account: accounts.count
    }
  }

  private func deployments() throws -> [String: Deployment] {
    var deployments: [String: Deployment] = [:]
    let statement = try RawStatement(database, "SELECT rule, first_at, fingerprint FROM deployment")
    while try statement.step() {
      deployments[statement.text(0)] = Deployment(
        firstAt: Instant(milliseconds: statement.integer(1)), fingerprint: statement.text(2))
    }
    return deployments
  }

  /// By rule, also under its former name.
  private func firings() throws -> [String: FiringTable] {
    let names = try RawStatement(database, "SELECT id FROM name WHERE text = ?")
    var rules: [Int64: String] = [:]
    for rule in program.rules.flatMap({ [$0.name, $0.formerName].compactMap(\.self) }) {
      names.bind(1, rule)
      if try names.step() { rules[names.integer(0)] = rule }
      names.reset()
    }
    let statement = try RawStatement(
      database, "SELECT rule, subject, record, last, armed, excluded, reached FROM firing WHERE true\(ofFew())")
    var entries: [Int64: [(row: Int32, firing: Firing)]] = [:]
    while try statement.step() {
      let row = row(Subject(code: statement.integer(1)), statement.integer(2))
      let rule = statement.integer(0)
      if row < 0 || rules[rule] == nil { continue }
      let last = statement.integerIfPresent(3).map(Instant.init(milliseconds:))
      entries[rule, default: []].append(
        (
          row,
          Firing(
            last: last, reached: Firing.reached(statement.integerIfPresent(6), last: last),
            isArmed: statement.integer(4) == 1, isExcluded: statement.integer(5) == 1)
        ))
    }
    return entries.reduce(into: [:]) { tables, entry in
      if let rule = rules[entry.key] { tables[rule] = FiringTable(entry.value) }
    }
  }

  /// The occurrence of the current row, from its columns rule, subject, record, occurrence; `nil` when its record was
  /// not loaded.
  private func occurrence(_ statement: RawStatement) -> RuleOccurrence? {
    let subject = Subject(code: statement.integer(1))
    let row = row(subject, statement.integer(2))
    if row < 0 { return nil }
    return RuleOccurrence(
      rule: statement.text(0), subject: subject, row: row, occurrence: renamed.occurrence(statement.text(3)))
  }

  private func holds() throws -> [RuleOccurrence: HeldMessage] {
    var holds: [RuleOccurrence: HeldMessage] = [:]
    let statement = try RawStatement(
      database,
      """
      SELECT name.text, subject, record, occurrence, since, until FROM hold JOIN name ON name.id = hold.rule
      WHERE true\(ofFew())
      """)
    while try statement.step() {
      guard let occurrence = occurrence(statement) else { continue }
      holds[occurrence] = HeldMessage(
        since: Instant(milliseconds: statement.integer(4)), until: Instant(milliseconds: statement.integer(5)))
    }
    return holds
  }

  /// Those that may still matter: an occurrence due longer ago than an `on` rule looks back is over. A rule that waits looks
  /// back as far as it waits, and may have waited less when it was done with one.
  private func handled() throws -> Set<RuleOccurrence> {
    var handled: Set<RuleOccurrence> = []
    let columns = "h.rule, h.subject, h.record, h.occurrence"
    let few = ofFew()
    let waiting = program.rules.filter { $0.trigger?.wait != nil }
      .flatMap { [$0.name, $0.formerName].compactMap(\.self) }
    // One after the other, so that each is found by an index: what was handled is kept for much longer than it is read.
    let statement = try RawStatement(
      database,
      """
      SELECT name.text, h.subject, h.record, h.occurrence FROM (
        SELECT \(columns) FROM occurrence_handled AS h WHERE due >= ?\(few)
        UNION ALL
        SELECT \(columns) FROM occurrence_handled AS h
          WHERE rule IN (SELECT id FROM name WHERE text IN (SELECT value FROM json_each(?))) AND due >= ?\(few)
        UNION ALL
        SELECT \(columns) FROM hold JOIN occurrence_handled AS h USING (rule, subject, record, occurrence)
          WHERE true\(few)
      ) AS h JOIN name ON name.id = h.rule
      """)
    var names: [UInt8] = []
    for (position, name) in waiting.enumerated() {
      names.append(UInt8(ascii: position == 0 ? "[" : ","))
      JSONList.append(name.utf8, to: &names)
    }
    names += waiting.isEmpty ? Array("[]".utf8) : [UInt8(ascii: "]")]
    statement.bind(1, now.adding(milliseconds: -HandledOccurrences.memoryMilliseconds).milliseconds)
    statement.bind(2, String(decoding: names, as: UTF8.self))
    statement.bind(3, HandledOccurrences.horizon(of: program, now: now).milliseconds)
    while try statement.step() {
      if let occurrence = occurrence(statement) { handled.insert(occurrence) }
    }
    return handled
  }

  private func consents() throws -> [String: [UInt8]] {
    var consents: [String: [UInt8]] = [:]
    // With max(), SQLite takes the other columns from the row that has it.
    let statement = try RawStatement(
      database,
      "SELECT contact, purpose, granted, max(at) FROM consent WHERE true\(ofFew(contact: "contact")) GROUP BY contact, purpose"
    )
    while try statement.step() {
      let row = contacts[statement.integer(0)]
      if row < 0 || statement.integer(2) == 0 { continue }
      consents[statement.text(1), default: Array(repeating: 0, count: contacts.count)][Int(row)] = 1
    }
    return consents
  }

  private func lists() throws -> [ListName: [UInt8]] {
    var lists: [ListName: [UInt8]] = [:]
    // Named one by one, or the key of the table would not lead to a record.
    let names = try RawStatement(
      database,
      """
      WITH RECURSIVE known (subject, list) AS (
        SELECT 0, (SELECT min(list) FROM list_member WHERE subject = 0)
        UNION ALL SELECT 1, (SELECT min(list) FROM list_member WHERE subject = 1)
        UNION ALL SELECT k.subject, (SELECT min(m.list) FROM list_member AS m
          WHERE m.subject = k.subject AND m.list > k.list) FROM known AS k WHERE k.list IS NOT NULL
      ) SELECT subject, list FROM known WHERE list IS NOT NULL ORDER BY subject, list
      """)
    var known: [(subject: Int64, list: String)] = []
    while try names.step() { known.append((names.integer(0), names.text(1))) }
    for (code, list) in known {
      let subject = Subject(code: code)
      let statement = try RawStatement(
        database,
        "SELECT record FROM list_member WHERE subject = ? AND list = ?"
          + (scope?.restriction("record", of: subject) ?? ""))
      statement.bind(1, code)
      statement.bind(2, list)
      while try statement.step() {
        let row = row(subject, statement.integer(0))
        if row < 0 { continue }
        let name = ListName(subject, list)
        lists[name, default: Array(repeating: 0, count: count(subject))][Int(row)] = 1
      }
    }
    return lists
  }

  private func synced() throws -> [PropertyName: Column] {
    var synced: [PropertyName: Column] = [:]
    for definition in program.definitions {
      guard let sync = definition.sync, sync.target == .property else { continue }
      let property = PropertyName(definition.subject, sync.name)
      let texts = TextCodes()
      let builder = ColumnBuilder(
        definition.type, count: count(definition.subject), program: program, texts: texts)
      let statement = try RawStatement(
        database, "SELECT record, value FROM synced WHERE subject = ? AND property = ?\(ofFew())")
      statement.bind(1, definition.subject.code)
      statement.bind(2, sync.name)
      var isKnown = false
      while try statement.step() {
        isKnown = true
        let row = row(definition.subject, statement.integer(0))
        if row >= 0 { builder.set(Int(row), statement, 1) }
      }
      if isKnown { synced[property] = builder.takeColumn() }
    }
    return synced
  }
}

extension Firing {
  /// As the tables have it, where NULL stands for the last turn and 0 for never.
  var storedReached: Int64? { reached == last ? nil : reached?.milliseconds ?? 0 }

  static func reached(_ stored: Int64?, last: Instant?) -> Instant? {
    guard let stored else { return last }
    return stored == 0 ? nil : Instant(milliseconds: stored)
  }
}

/// How long it is known that a rule is done with an occurrence.
enum HandledOccurrences {
  /// For rules that do not wait: twice as long as an occurrence may be late.
  static let memoryMilliseconds: Int64 = 2 * Int64(DecisionState.lateness.elapsedMilliseconds ?? 86_400_000)
  /// In the database: longer than anything waits, since the wait of a rule may be made longer at any time.
  static let keptMilliseconds: Int64 = 400 * 86_400_000

  /// How far back what happened may still set something off: how late it may be, waited for and held.
  static func horizon(of program: CheckedProgram, now: Instant) -> Instant {
    var milliseconds = Double(memoryMilliseconds) + 90 * 86_400_000
    for rule in program.rules {
      switch rule.trigger?.wait {
      case .duration(let span):
        // Business time passes at least five hours in a week, however short the hours and many the holidays.
        let days =
          switch span.unit {
          case .businessDays: span.amount * 7
          case .months: span.amount * 31
          default: span.amount * 2
          }
        milliseconds = max(milliseconds, (span.elapsedMilliseconds ?? days * 86_400_000) + 92 * 86_400_000)
      case .until: return .earliest
      case nil: break
      }
    }
    return now.adding(milliseconds: -Int64(min(milliseconds, 4e15)))
  }
}
