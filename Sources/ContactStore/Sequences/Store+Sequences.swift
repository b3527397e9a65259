package import BusinessTime
package import Decisioning
import GRDB
package import RuleSemantics

/// The people in a sequence, or some contacts, with what sequences know of them; rows are positions in `contacts`.
package struct SequenceMembers: Sendable {
  package struct Member: Hashable, Sendable {
    package var id: Int64
    package var keys: DrawnKeys
  }

  package var contacts: [Member]
  package var state: SequenceState
}

/// An enrolment for a person to read; its row is 0.
package struct EnrolmentRecord: Hashable, Sendable {
  package var sequence: String
  package var contact: String
  package var enrolment: Enrolment
}

extension Store {
  /// Earlier versions of sequences that somebody is still in.
  package func earlierVersions() throws(StoreError) -> [SequenceText] {
    try read(Store.earlierVersions)
  }

  /// The same, as a run found it.
  package func earlierVersions(asOf run: PastRun) throws(StoreError) -> [SequenceText] {
    try past { database in
      try StateHistory.goBack(database, to: run.basis.revision, importID: run.basis.importID)
      return try Store.earlierVersions(database)
    }
  }

  /// The same, as the first run from an instant on found it.
  package func earlierVersions(before start: Instant) throws(StoreError) -> [SequenceText] {
    try past(before: start, Store.earlierVersions)
  }

  private static func earlierVersions(_ database: Database) throws -> [SequenceText] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT s.name, v.version, v.text FROM sequence_version AS v JOIN sequence AS s ON s.id = v.sequence
        WHERE EXISTS (
          SELECT 1 FROM enrolment AS e WHERE e.sequence = s.id AND e.version = v.version AND e.ended_at IS NULL)
        ORDER BY s.name, v.at, v.version
        """
    ).map { SequenceText(sequence: $0["name"], version: $0["version"], text: $0["text"]) }
  }

  /// The text of one version of a sequence.
  package struct SequenceText: Hashable, Sendable {
    package var sequence: String
    package var version: String
    package var text: String
  }

  /// Contacts by key, without regard to case; with none given everybody who is in the sequence. Keys that nobody has
  /// are left out.
  package func members(
    of sequence: String, keys: [String]?, program: CheckedProgram
  ) throws(StoreError) -> SequenceMembers {
    try read { database in try Store.members(database, of: sequence, keys: keys, program) }
  }

  private static func members(
    _ database: Database, of sequence: String, keys: [String]?, _ program: CheckedProgram
  ) throws -> SequenceMembers {
    let contact = quoted(TableLayout(.contact, program: program).keyColumn)
    let account = quoted(TableLayout(.account, program: program).keyColumn)
    let select = """
      SELECT c._id, c.\(contact) AS key, a.\(account) AS account FROM contact AS c
      LEFT JOIN account AS a ON a._id = c._account
      """
    var rows: [Row] = []
    if let keys {
      for key in keys {
        rows += try Row.fetchAll(
          database, sql: "\(select) WHERE c.\(contact) = ? COLLATE NOCASE", arguments: [key])
      }
    } else {
      rows = try Row.fetchAll(
        database,
        sql: """
          \(select) WHERE c._id IN (
            SELECT contact FROM enrolment WHERE ended_at IS NULL AND sequence = (SELECT id FROM sequence WHERE name = ?))
          ORDER BY c.\(contact)
          """, arguments: [sequence])
    }
    var seen: Set<Int64> = []
    let contacts = rows.filter { seen.insert($0["_id"]).inserted }.map { row in
      SequenceMembers.Member(
        id: row["_id"], keys: DrawnKeys(contact: text(row, "key") ?? "", account: text(row, "account")))
    }
    let numbers = Dictionary(uniqueKeysWithValues: contacts.enumerated().map { ($1.id, Int32($0)) })
    let state = try SequenceLoader(database: database, restriction: { _ in "" }) { numbers[$0] ?? -1 }.load()
    return SequenceMembers(contacts: contacts, state: state)
  }

  /// Keys may be numbers.
  private static func text(_ row: Row, _ column: String) -> String? {
    let value: DatabaseValue = row[column]
    return String.fromDatabaseValue(value) ?? Int64.fromDatabaseValue(value).map(String.init)
  }

  /// What a person does to a sequence, in one transaction: `change` says what becomes of those concerned. A run that was
  /// deciding meanwhile finds that it was overtaken.
  ///
  /// - Parameters:
  ///   - keys: those concerned; with none given everybody who is in the sequence.
  ///   - withdraws: whether what waits in the outbox for those who are taken out is dropped.
  @discardableResult
  package func change(
    _ sequence: String, by command: String, keys: [String]?, program: CheckedProgram, now: Instant,
    withdraws: Bool = true, _ change: (SequenceMembers) -> SequenceChanges
  ) throws(StoreError) -> SequenceChanges {
    try write { database in
      let members = try Store.members(database, of: sequence, keys: keys, program)
      let changes = change(members)
      try SequenceWriter(
        database: database, contacts: members.contacts.map(\.id), accounts: [], now: now.milliseconds, run: nil
      ).write(changes)
      for change in changes.enrolments where change.enrolment.ending != nil {
        let contact = members.contacts[Int(change.enrolment.contact)].id
        try Store.dropQuestions(about: change.enrolment, of: contact, in: sequence, database)
        if withdraws { try Store.withdraw(change.enrolment, of: contact, in: sequence, program, now, database) }
      }
      for change in changes.enrolments {
        try Store.record(
          command, of: sequence, members.contacts[Int(change.enrolment.contact)].keys.contact, now, database)
      }
      return changes
    }
  }

  /// Switches a whole sequence off, or on again.
  package func setPaused(_ sequence: String, _ isPaused: Bool, now: Instant) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "UPDATE sequence SET paused_at = ? WHERE name = ?",
        arguments: [isPaused ? now.milliseconds : nil, sequence])
      try Store.record(isPaused ? "pause" : "resume", of: sequence, nil, now, database)
    }
  }

  private static func record(
    _ command: String, of sequence: String, _ contact: String?, _ now: Instant, _ database: Database
  ) throws {
    try database.execute(
      sql: "INSERT INTO sequence_command (at, sequence, command, contact) VALUES (?, ?, ?, ?)",
      arguments: [now.milliseconds, sequence, command, contact])
  }

  /// A contact's enrolments, latest first; in one sequence, or in all.
  package func enrolments(
    of key: String, in sequence: String? = nil, program: CheckedProgram
  ) throws(StoreError) -> [EnrolmentRecord] {
    try read { database in
      let column = quoted(TableLayout(.contact, program: program).keyColumn)
      let contact = try Row.fetchOne(
        database, sql: "SELECT _id, \(column) AS key FROM contact WHERE \(column) = ? COLLATE NOCASE", arguments: [key])
      guard let contact else { return [] }
      let statement = try RawStatement(
        database,
        """
        SELECT \(EnrolmentColumns.list), (SELECT name FROM sequence WHERE id = enrolment.sequence) FROM enrolment
        WHERE contact = ? ORDER BY entered_at DESC, id DESC
        """)
      statement.bind(1, contact["_id"] as Int64)
      var found: [EnrolmentRecord] = []
      while try statement.step() {
        let name = statement.text(18)
        if let sequence, sequence != name { continue }
        let (visits, arms) = try Store.way(of: statement.integer(0), database)
        found.append(
          EnrolmentRecord(
            sequence: name, contact: Store.text(contact, "key") ?? "",
            enrolment: EnrolmentColumns.enrolment(statement, row: 0, visits, arms)))
      }
      return found
    }
  }

  static func way(
    of enrolment: Int64, _ database: Database
  ) throws -> ([Enrolment.Visit], [Enrolment.ArmChoice]) {
    let visits = try Row.fetchAll(
      database, sql: "SELECT step, began_at, acted_at FROM enrolment_step WHERE enrolment = ? ORDER BY number",
      arguments: [enrolment]
    ).map { row in
      Enrolment.Visit(
        step: row["step"], beganAt: Instant(milliseconds: row["began_at"]),
        actedAt: (row["acted_at"] as Int64?).map(Instant.init(milliseconds:)))
    }
    let arms = try Row.fetchAll(
      database, sql: "SELECT step, position, arm FROM enrolment_arm WHERE enrolment = ? ORDER BY step, position",
      arguments: [enrolment]
    ).map { Enrolment.ArmChoice(place: .init(step: $0["step"], position: $0["position"]), arm: $0["arm"]) }
    return (visits, arms)
  }
}
