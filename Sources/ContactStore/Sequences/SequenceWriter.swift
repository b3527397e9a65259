import BusinessTime
import Decisioning
import GRDB
import RuleSemantics

/// Keeps what a run or a command changes of sequences, inside its transaction.
struct SequenceWriter {
  let database: Database
  /// The `_id` of each row's contact.
  let contacts: [Int64]
  let accounts: [Int64]
  let now: Int64
  /// `nil` for a command.
  let run: Int64?

  func write(_ changes: SequenceChanges) throws {
    for change in changes.deployments { try deploy(change) }
    try writeEntries(changes.entries)
    try writeEnrolments(changes.enrolments)
    try writeOwners(changes.owners)
    for (team, member) in changes.turns.sorted(by: { $0.key < $1.key }) {
      try database.executeKept(
        sql: "INSERT OR REPLACE INTO team_turn (team, member, at) VALUES (?, ?, ?)", arguments: [team, member, now])
    }
  }

  private func id(of sequence: String) throws -> Int64? {
    try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT id FROM sequence WHERE name = ?"), arguments: [sequence])
  }

  private func deploy(_ change: SequenceChanges.DeploymentChange) throws {
    if let former = change.formerName {
      try database.executeKept(
        sql: "UPDATE OR IGNORE sequence SET name = ? WHERE name = ?", arguments: [change.sequence, former])
      try database.executeKept(
        sql: "UPDATE OR REPLACE approval SET rule = ? WHERE rule = ?", arguments: [change.sequence, former])
      // What waits there is stopped by the approval of its sequence.
      try database.execute(
        sql: "UPDATE outbox SET rule = ? WHERE rule = ? AND status NOT IN ('done', 'dropped')",
        arguments: [change.sequence, former])
    }
    let deployment = change.deployment
    try database.executeKept(
      sql: """
        INSERT INTO sequence (name, first_at, version, salt) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET version = excluded.version
        """,
      arguments: [change.sequence, deployment.firstAt.milliseconds, deployment.version, deployment.salt])
    try database.executeKept(
      sql: """
        INSERT OR IGNORE INTO sequence_version (sequence, version, at, text)
        SELECT id, ?, ?, ? FROM sequence WHERE name = ?
        """, arguments: [deployment.version, now, change.text, change.sequence])
  }

  private func writeEntries(_ changes: [SequenceChanges.EntryChange]) throws {
    let insert = try RawStatement(
      database,
      "INSERT OR REPLACE INTO sequence_entry (sequence, contact, last, armed, excluded, reached) VALUES (?, ?, ?, ?, ?, ?)"
    )
    for (sequence, group) in grouped(changes, by: \.sequence) {
      guard let id = try id(of: sequence) else { continue }
      for change in group {
        insert.bind(1, id)
        insert.bind(2, contacts[Int(change.row)])
        insert.bind(3, ifPresent: change.entry.last?.milliseconds)
        insert.bind(4, Int64(change.entry.isArmed ? 1 : 0))
        insert.bind(5, Int64(change.entry.isExcluded ? 1 : 0))
        insert.bind(6, ifPresent: change.entry.storedReached)
        try insert.run()
      }
    }
  }

  private func writeEnrolments(_ changes: [SequenceChanges.EnrolmentChange]) throws {
    let find = try RawStatement(
      database, "SELECT id FROM enrolment WHERE sequence = ? AND contact = ? AND ended_at IS NULL")
    let insert = try RawStatement(
      database,
      """
      INSERT INTO enrolment (version, step, position, clock, rest, rest_until, held_since, ended_at, ending, reason,
        paused, moves, sequence, contact, entered_at, source, held_out)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
      """)
    let update = try RawStatement(
      database,
      """
      UPDATE enrolment SET version = ?, step = ?, position = ?, clock = ?, rest = ?, rest_until = ?, held_since = ?,
        ended_at = ?, ending = ?, reason = ?, paused = ?, moves = ? WHERE id = ?
      """)
    for (sequence, group) in grouped(changes, by: \.sequence) {
      guard let sequence = try id(of: sequence) else { continue }
      for change in group {
        let enrolment = change.enrolment
        let contact = contacts[Int(enrolment.contact)]
        find.bind(1, sequence)
        find.bind(2, contact)
        let known = try find.step() ? find.integer(0) : nil
        find.reset()
        if let known {
          bind(enrolment, update)
          update.bind(13, known)
          try update.run()
          try writeWay(of: enrolment, known)
        } else if change.isNew {
          bind(enrolment, insert)
          insert.bind(13, sequence)
          insert.bind(14, contact)
          insert.bind(15, enrolment.enteredAt.milliseconds)
          insert.bind(16, enrolment.source.rawValue)
          insert.bind(17, Int64(enrolment.isHeldOut ? 1 : 0))
          guard try insert.step() else { preconditionFailure("an insertion returns its id") }
          let id = insert.integer(0)
          _ = try insert.step()
          try writeWay(of: enrolment, id)
        }
      }
    }
  }

  private func bind(_ enrolment: Enrolment, _ statement: RawStatement) {
    statement.bind(1, enrolment.version)
    statement.bind(2, enrolment.place.step)
    statement.bind(3, enrolment.place.position)
    statement.bind(4, enrolment.clock.milliseconds)
    statement.bind(5, enrolment.rest.name)
    statement.bind(6, ifPresent: enrolment.rest.end?.milliseconds)
    statement.bind(7, ifPresent: enrolment.heldSince?.milliseconds)
    statement.bind(8, ifPresent: enrolment.endedAt?.milliseconds)
    statement.bind(9, ifPresent: enrolment.ending?.name)
    statement.bind(10, ifPresent: enrolment.ending?.reason)
    statement.bind(11, Int64(enrolment.isPaused ? 1 : 0))
    statement.bind(12, Int64(enrolment.moves))
  }

  /// The steps begun and the arms chosen; those of before are there already.
  private func writeWay(of enrolment: Enrolment, _ id: Int64) throws {
    let step = try RawStatement(
      database,
      "INSERT OR REPLACE INTO enrolment_step (enrolment, number, step, began_at, acted_at) VALUES (?, ?, ?, ?, ?)")
    for (number, visit) in enrolment.visits.enumerated()
    where visit.beganAt.milliseconds == now || visit.actedAt?.milliseconds == now || run == nil {
      step.bind(1, id)
      step.bind(2, Int64(number))
      step.bind(3, visit.step)
      step.bind(4, visit.beganAt.milliseconds)
      step.bind(5, ifPresent: visit.actedAt?.milliseconds)
      try step.run()
    }
    for choice in enrolment.arms {
      try database.executeKept(
        sql: "INSERT OR IGNORE INTO enrolment_arm (enrolment, step, position, arm) VALUES (?, ?, ?, ?)",
        arguments: [id, choice.place.step, choice.place.position, choice.arm])
    }
  }

  private func writeOwners(_ changes: [SequenceChanges.OwnerChange]) throws {
    for change in changes {
      let record =
        switch change.subject {
        case .contact: contacts[Int(change.row)]
        case .account: accounts[Int(change.row)]
        }
      let table = change.subject.rawValue
      let old = try String.fetchOne(
        database, sql: "SELECT _owner FROM \(quoted(table)) WHERE _id = ?", arguments: [record])
      try database.executeKept(
        sql: "UPDATE \(quoted(table)) SET _owner = ?, _updated_at = ? WHERE _id = ?",
        arguments: [change.owner, now, record])
      try database.executeKept(
        sql: """
          INSERT INTO field_history (kind, record, field, at, old, new, run, rule) VALUES (?, ?, '_owner', ?, ?, ?, ?, ?)
          """, arguments: [table, record, now, old, change.owner, run, change.rule])
    }
  }

  private func grouped<Change>(_ changes: [Change], by sequence: (Change) -> String) -> [(String, [Change])] {
    Dictionary(grouping: changes, by: sequence).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension Enrolment.Rest {
  /// As the table has it.
  var name: String {
    switch self {
    case .ready: "ready"
    case .waiting: "waiting"
    case .held: "held"
    case .closed: "closed"
    }
  }

  var end: Instant? {
    switch self {
    case .ready: nil
    case .waiting(let end), .held(let end), .closed(let end): end
    }
  }

  init(name: String, end: Instant?) {
    switch (name, end) {
    case ("waiting", let end?): self = .waiting(until: end)
    case ("held", let end?): self = .held(until: end)
    case ("closed", let end?): self = .closed(until: end)
    default: self = .ready
    }
  }
}

extension Enrolment.Ending {
  /// The condition of the exit, or by whom somebody was removed.
  var reason: String? {
    switch self {
    case .goal, .finished: nil
    case .exited(let condition): condition
    case .removed(let by): by
    }
  }

  init?(name: String, reason: String?) {
    switch name {
    case "goal": self = .goal
    case "finished": self = .finished
    case "exited": self = .exited(reason ?? "")
    case "removed": self = .removed(by: reason)
    default: return nil
    }
  }
}
