import BusinessTime
import Decisioning
import GRDB
import RuleSemantics

/// Applies what a run leaves behind, inside its transaction.
struct StateWriter {
  let database: Database
  let program: CheckedProgram
  let rows: RowIdentities
  /// The time of the run.
  let now: Int64
  let run: Int64
  let names: Names

  func write(_ changes: StateChanges) throws {
    try renameDefinitions()
    try renameAssets()
    // What runs ask and settle goes by the names that they found.
    try write(changes.approvals)
    try writeDeployments(changes.deployments)
    try writeFirings(changes.firings)
    try writeHandled(changes.handled)
    let renamed = Dictionary(
      changes.deployments.compactMap { change in change.formerName.map { ($0, change.rule) } },
      uniquingKeysWith: { first, _ in first })
    // What was held under a former name stands under the new one by now.
    let released = changes.releasedHolds.map { occurrence in
      var occurrence = occurrence
      occurrence.rule = renamed[occurrence.rule] ?? occurrence.rule
      return occurrence
    }
    try writeHolds(changes.holds, released: released)
    try writeBegun(changes.begun)
    try writeStages(changes.stages, begun: Set(changes.begun))
    try writeMemberships(changes.memberships, begun: Set(changes.begun))
    try writeFields(changes.fields)
    try writeLists(changes.lists)
    try writeSynced(changes.synced)
    try writeMessages(changes.messages)
    try writeOverrides(changes.overrides)
    try write(changes.experiments)
    try RecommendationWriter(database: database, program: program, rows: rows, run: run, names: names)
      .write(changes.recommendations)
    try SequenceWriter(database: database, contacts: rows.contacts, accounts: rows.accounts, now: now, run: run)
      .write(changes.sequences)
  }

  func record(_ subject: Subject, _ row: Int32) -> Int64 {
    switch subject {
    case .contact: rows.contacts[Int(row)]
    case .account: rows.accounts[Int(row)]
    }
  }

  // MARK: - Names that change

  /// What was kept under a journey's or segment's former name moves to the new one.
  private func renameDefinitions() throws {
    for definition in program.definitions {
      guard let former = definition.formerName else { continue }
      let subject = definition.subject.code
      let moved = try RawStatement(
        database,
        """
        UPDATE definition_seen SET definition = ? WHERE subject = ? AND definition = ? AND NOT EXISTS (
          SELECT 1 FROM definition_seen WHERE subject = ? AND definition = ?)
        """)
      moved.bind(1, definition.name)
      moved.bind(2, subject)
      moved.bind(3, former)
      moved.bind(4, subject)
      moved.bind(5, definition.name)
      guard try moved.run() > 0 else { continue }
      for table in ["stage", "stage_history", "membership", "membership_history"] {
        try database.executeKept(
          sql: "UPDATE OR REPLACE \(table) SET definition = ? WHERE definition = ? AND subject = ?",
          arguments: [names.id(definition.name), names.id(former), subject])
      }
      // What is done with, held and asked about names the definition too.
      for table in ["occurrence_handled", "hold", "approval_subject", "approval"] {
        try database.executeKept(
          sql: """
            UPDATE OR REPLACE \(table) SET occurrence = ? || substr(occurrence, ?)
            WHERE substr(occurrence, 1, ?) = ?
            """,
          arguments: [
            "transition:\(definition.name):", "transition:\(former):".unicodeScalars.count + 1,
            "transition:\(former):".unicodeScalars.count, "transition:\(former):",
          ])
      }
    }
  }

  private func writeDeployments(_ changes: [StateChanges.DeploymentChange]) throws {
    for change in changes {
      if let former = change.formerName {
        for table in ["firing", "occurrence_handled", "hold"] {
          try database.executeKept(
            sql: "UPDATE OR REPLACE \(table) SET rule = ? WHERE rule = ?",
            arguments: [names.id(change.rule), names.id(former)])
        }
        try database.executeKept(
          sql: "UPDATE approval SET rule = ? WHERE rule = ?", arguments: [change.rule, former])
        // What waits there is stopped by the approval of its rule.
        try database.executeKept(
          sql: "UPDATE outbox SET rule = ? WHERE rule = ? AND status NOT IN ('done', 'dropped')",
          arguments: [change.rule, former])
        try database.executeKept(sql: "DELETE FROM deployment WHERE rule = ?", arguments: [former])
      }
      try database.executeKept(
        sql: "INSERT OR REPLACE INTO deployment (rule, first_at, fingerprint) VALUES (?, ?, ?)",
        arguments: [change.rule, change.deployment.firstAt.milliseconds, change.deployment.fingerprint])
    }
  }

  // MARK: - Rules

  private func writeFirings(_ changes: [StateChanges.FiringChange]) throws {
    let insert = try RawStatement(
      database,
      "INSERT OR REPLACE INTO firing (rule, subject, record, last, armed, excluded, reached) VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    for change in changes {
      insert.bind(1, try names.id(change.rule))
      insert.bind(2, change.subject.code)
      insert.bind(3, record(change.subject, change.row))
      insert.bind(4, ifPresent: change.firing.last?.milliseconds)
      insert.bind(5, Int64(change.firing.isArmed ? 1 : 0))
      insert.bind(6, Int64(change.firing.isExcluded ? 1 : 0))
      insert.bind(7, ifPresent: change.firing.storedReached)
      try insert.run()
    }
  }

  /// Binds rule, subject, record and occurrence from parameter 1 on; without an occurrence it is the empty text.
  private func bind(_ occurrence: RuleOccurrence, _ statement: RawStatement) throws {
    statement.bind(1, try names.id(occurrence.rule))
    statement.bind(2, occurrence.subject.code)
    statement.bind(3, record(occurrence.subject, occurrence.row))
    statement.bind(4, occurrence.occurrence?.text ?? "")
  }

  private func writeHandled(_ handled: [StateChanges.HandledOccurrence]) throws {
    let insert = try RawStatement(
      database,
      """
      INSERT OR REPLACE INTO occurrence_handled (rule, subject, record, occurrence, result, due, run)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    for entry in handled {
      try bind(entry.occurrence, insert)
      insert.bind(5, entry.result.rawValue)
      insert.bind(6, entry.due.milliseconds)
      insert.bind(7, run)
      try insert.run()
    }
    try database.executeKept(
      sql: """
        DELETE FROM occurrence_handled WHERE due < ? AND NOT EXISTS (
          SELECT 1 FROM hold AS h WHERE h.rule = occurrence_handled.rule AND h.subject = occurrence_handled.subject
            AND h.record = occurrence_handled.record AND h.occurrence = occurrence_handled.occurrence)
        """, arguments: [now - HandledOccurrences.keptMilliseconds])
  }

  private func writeHolds(_ holds: [StateChanges.Hold], released: [RuleOccurrence]) throws {
    let delete = try RawStatement(
      database, "DELETE FROM hold WHERE rule = ? AND subject = ? AND record = ? AND occurrence = ?")
    for occurrence in released {
      try bind(occurrence, delete)
      try delete.run()
    }
    let insert = try RawStatement(
      database,
      """
      INSERT INTO hold (rule, subject, record, occurrence, since, until) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET until = excluded.until
      """)
    for hold in holds {
      try bind(hold.occurrence, insert)
      insert.bind(5, hold.since.milliseconds)
      insert.bind(6, hold.until.milliseconds)
      try insert.run()
    }
  }

  private func writeOverrides(_ overrides: [StateChanges.Override]) throws {
    let insert = try RawStatement(
      database,
      "INSERT OR REPLACE INTO override (run, rule, winner, subject, record, what) VALUES (?, ?, ?, ?, ?, ?)")
    for override in overrides {
      insert.bind(1, run)
      insert.bind(2, try names.id(override.rule))
      insert.bind(3, try names.id(override.by))
      insert.bind(4, override.subject.code)
      insert.bind(5, record(override.subject, override.row))
      insert.bind(6, override.what)
      try insert.run()
    }
  }

  // MARK: - Journeys and segments

  private func writeBegun(_ begun: [DefinitionID]) throws {
    for id in begun {
      try database.executeKept(
        sql: "INSERT OR IGNORE INTO definition_seen (subject, definition, first_at) VALUES (?, ?, ?)",
        arguments: [program[id].subject.code, program[id].name, now])
    }
  }

  private func writeStages(_ changes: [StateChanges.StageChange], begun: Set<DefinitionID>) throws {
    let current = try RawStatement(
      database,
      "INSERT OR REPLACE INTO stage (definition, subject, record, stage, since) VALUES (?, ?, ?, ?, ?)")
    let leave = try RawStatement(
      database, "DELETE FROM stage WHERE definition = ? AND subject = ? AND record = ?")
    let history = try RawStatement(
      database,
      """
      INSERT OR REPLACE INTO stage_history (definition, subject, record, at, old, new) VALUES (?, ?, ?, ?, ?, ?)
      """)
    for change in changes {
      guard case .journey(let journey) = program[change.definition].body else { continue }
      func stage(_ position: Int32) -> String? { position < 0 ? nil : journey.stages[Int(position)].name }
      let name = try names.id(program[change.definition].name)
      let record = record(change.subject, change.row)
      let target = stage(change.to) == nil ? leave : current
      for statement in [target, history] {
        statement.bind(1, name)
        statement.bind(2, change.subject.code)
        statement.bind(3, record)
      }
      if let new = stage(change.to) {
        current.bind(4, new)
        current.bind(5, now)
      }
      try target.run()
      // Where everybody is when the journey begins is no change; where somebody new is, is one.
      if begun.contains(change.definition) { continue }
      history.bind(4, now)
      history.bind(5, ifPresent: stage(change.from))
      history.bind(6, ifPresent: stage(change.to))
      try history.run()
    }
  }

  private func writeMemberships(_ changes: [StateChanges.MembershipChange], begun: Set<DefinitionID>) throws {
    let current = try RawStatement(
      database,
      "INSERT OR REPLACE INTO membership (definition, subject, record, member, since) VALUES (?, ?, ?, ?, ?)")
    let history = try RawStatement(
      database,
      "INSERT OR REPLACE INTO membership_history (definition, subject, record, member, at) VALUES (?, ?, ?, ?, ?)")
    for change in changes {
      for statement in begun.contains(change.definition) ? [current] : [current, history] {
        statement.bind(1, try names.id(program[change.definition].name))
        statement.bind(2, change.subject.code)
        statement.bind(3, record(change.subject, change.row))
        statement.bind(4, Int64(change.isMember ? 1 : 0))
        statement.bind(5, now)
        try statement.run()
      }
    }
  }

  // MARK: - Records

  private func writeFields(_ changes: [StateChanges.FieldSet]) throws {
    let history = try RawStatement(
      database,
      "INSERT INTO field_history (kind, record, field, at, old, new, run, rule) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    var statements: [String: (select: RawStatement, update: RawStatement)] = [:]
    for change in changes {
      let field = program.record(of: change.subject)[change.field].name
      let table = change.subject.rawValue
      let place = "\(table).\(field)"
      if statements[place] == nil {
        statements[place] = (
          try RawStatement(database, "SELECT \(quoted(field)) FROM \(quoted(table)) WHERE _id = ?"),
          try RawStatement(
            database, "UPDATE \(quoted(table)) SET \(quoted(field)) = ?, _updated_at = ? WHERE _id = ?")
        )
      }
      guard let (select, update) = statements[place] else { continue }
      let record = record(change.subject, change.row)
      select.bind(1, record)
      guard try select.step() else { continue }
      defer { select.reset() }
      let old = select.value(0)
      try change.new.withStored(program) { new in
        // An import may have got there first.
        if old.equals(new) { return }
        history.bind(1, table)
        history.bind(2, record)
        history.bind(3, field)
        history.bind(4, now)
        history.bind(5, old)
        history.bind(6, new)
        history.bind(7, run)
        history.bind(8, change.rule)
        try history.run()
        update.bind(1, new)
        update.bind(2, now)
        update.bind(3, record)
        try update.run()
      }
    }
  }

  private func writeLists(_ changes: [StateChanges.ListChange]) throws {
    for change in changes {
      let record = record(change.list.subject, change.row)
      if change.isMember {
        try database.executeKept(
          sql: "INSERT OR IGNORE INTO list_member (subject, list, record, since) VALUES (?, ?, ?, ?)",
          arguments: [change.list.subject.code, change.list.name, record, now])
      } else {
        try database.executeKept(
          sql: "DELETE FROM list_member WHERE subject = ? AND list = ? AND record = ?",
          arguments: [change.list.subject.code, change.list.name, record])
      }
    }
  }

  private func writeSynced(_ values: [StateChanges.SyncedValue]) throws {
    let insert = try RawStatement(
      database, "INSERT OR REPLACE INTO synced (subject, property, record, value, at) VALUES (?, ?, ?, ?, ?)")
    for entry in values {
      insert.bind(1, entry.property.subject.code)
      insert.bind(2, entry.property.name)
      insert.bind(3, record(entry.property.subject, entry.row))
      insert.bind(5, now)
      try entry.value.withStored(program) { value in
        insert.bind(4, value)
        try insert.run()
      }
    }
  }

  /// Messages are events like any other. Their ids come from what they say, so that they cannot be there twice.
  private func writeMessages(_ messages: [StateChanges.SentMessage]) throws {
    let insert = try RawStatement(
      database,
      """
      INSERT OR IGNORE INTO event_message (_contact, _at, _id, _recorded_at, asset, template, rule, transactional)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
    var counts: [String: Int] = [:]
    for message in messages {
      let contact = rows.contacts[Int(message.contact)]
      let asset: String? =
        switch message.asset {
        case .declared(let id): program[id].name
        case .outside(let name): name
        case nil: nil
        }
      var text = "\(message.rule)|\(asset ?? "")|\(message.template ?? "")|\(contact)"
      let repetition = counts[text, default: 0]
      counts[text] = repetition + 1
      text += "|\(repetition)"
      insert.bind(1, contact)
      insert.bind(2, now)
      insert.bind(3, Int64(bitPattern: text.withUTF8 { hashed($0) }))
      insert.bind(4, now)
      insert.bind(5, ifPresent: asset)
      insert.bind(6, ifPresent: message.template)
      insert.bind(7, message.rule)
      insert.bind(8, Int64(message.isTransactional ? 1 : 0))
      try insert.run()
    }
  }
}
