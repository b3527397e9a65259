package import BusinessTime
import GRDB
package import RuleSemantics

// Records that are no longer in HubSpot: deleted, merged into another, or erased for good.
extension Store {
  /// HubSpot deleted records; they may come back within 90 days. A contact stays, with all that is known of it, and is
  /// sent nothing.
  ///
  /// - Returns: how many were known.
  package func markDeleted(_ object: SyncedObject, ids: [String], now: Instant) throws(StoreError) -> Int {
    try write { database in
      var count = 0
      for id in ids {
        let record = try Store.record(object, id, database)
        var wasSuppressed = true
        if object == .contacts, let record {
          wasSuppressed =
            try Bool.fetchOne(database, sql: "SELECT _suppressed FROM contact WHERE _id = ?", arguments: [record])
            ?? true
          try database.execute(sql: "UPDATE contact SET _suppressed = 1 WHERE _id = ?", arguments: [record])
        }
        guard let record else { continue }
        // No rule counts a deal of no account; when it is restored, its company is read with it.
        if object == .deals {
          try database.execute(
            sql: "UPDATE deal SET _account = NULL, _updated_at = ? WHERE _id = ?",
            arguments: [now.milliseconds, record])
        }
        try database.execute(
          sql: """
            INSERT OR REPLACE INTO hubspot_deleted (object, hubspot_id, record, at, was_suppressed)
            VALUES (?, ?, ?, ?, ?)
            """, arguments: [object.rawValue, id, record, now.milliseconds, wasSuppressed])
        try Store.unlink(object, id, database)
        if object == .companies { try Store.setFree(record, of: id, database, now: now) }
        // What was the same as it counts now.
        try Store.doubtOthers(than: id, object, of: record, database)
        count += 1
      }
      return count
    }
  }

  /// Erases people: everything that says who they were or what they did is gone, decisions stay as numbers. So are the
  /// bytes in the file, its log and the columns beside it; backups are for whoever made them.
  ///
  /// - Returns: how many were known.
  package func erase(contacts ids: [String], now: Instant) throws(StoreError) -> Int {
    let count = try eraseRows(contacts: ids, now: now)
    ColumnFile.remove(beside: path)
    try truncateLog()
    return count
  }

  private func eraseRows(contacts ids: [String], now: Instant) throws(StoreError) -> Int {
    try write { database in
      // What is deleted is overwritten with zeros.
      try database.execute(sql: "PRAGMA secure_delete = ON")
      defer { try? database.execute(sql: "PRAGMA secure_delete = OFF") }
      var count = 0
      for id in ids {
        let deleted = try Int64.fetchOne(
          database, sql: "SELECT record FROM hubspot_deleted WHERE object = 'contacts' AND hubspot_id = ?",
          arguments: [id])
        let known = try Store.record(.contacts, id, database) ?? deleted
        try Store.unlink(.contacts, id, database)
        try database.execute(
          sql: "DELETE FROM hubspot_deleted WHERE object = 'contacts' AND hubspot_id = ?", arguments: [id])
        try Strangers.forget(hubSpot: id, key: nil, database)
        guard let known else { continue }
        try Store.erase(contact: known, database, now: now)
        count += 1
      }
      return count
    }
  }

  /// HubSpot merged records into one. What the others did and got counts for the one that stays, so that nobody gets
  /// anything twice.
  package func merge(
    _ object: SyncedObject, _ merged: [String], into survivor: String, program: CheckedProgram, now: Instant
  ) throws(StoreError) {
    try write { database in
      var target = try Store.record(object, survivor, database)
      for id in merged where id != survivor {
        guard let source = try Store.record(object, id, database) else { continue }
        try Store.unlink(object, id, database)
        // A page that was read before does not bring it back.
        try database.execute(
          sql: """
            INSERT OR REPLACE INTO hubspot_deleted (object, hubspot_id, record, at, was_suppressed)
            VALUES (?, ?, NULL, ?, 1)
            """, arguments: [object.rawValue, id, now.milliseconds])
        guard let known = target else {
          // The survivor is new; it goes on under our record of the other.
          try database.execute(
            sql: "INSERT OR IGNORE INTO hubspot_record (object, hubspot_id, record) VALUES (?, ?, ?)",
            arguments: [object.rawValue, survivor, source])
          target = source
          continue
        }
        if source != known { try Store.merge(object, source, into: known, program, database, now: now) }
      }
    }
  }

  /// The log may hold pages as they were. Where somebody reads meanwhile it goes with the next erasure or the next start.
  private func truncateLog() throws(StoreError) {
    do {
      try pool.writeWithoutTransaction { database in
        _ = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      }
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }

  // MARK: - Inside a transaction

  /// HubSpot's people and deals of a company that was deleted have none. What belongs to whom is kept, so that they are
  /// its own again when it is restored.
  private static func setFree(_ account: Int64, of company: String, _ database: Database, now: Instant) throws {
    // Another company of HubSpot's is the same account here.
    let others = try Int.fetchOne(
      database,
      sql: "SELECT count(*) FROM hubspot_record WHERE object = 'companies' AND record = ? AND hubspot_id <> ?",
      arguments: [account, company])
    if others != 0 { return }
    for object in [SyncedObject.contacts, .deals] {
      let children = "SELECT record FROM hubspot_record WHERE object = '\(object.rawValue)'"
      try database.execute(
        sql: """
          INSERT OR IGNORE INTO hubspot_link (object, hubspot_id, company)
            SELECT object, hubspot_id, ? FROM \(object.table.text) AS child
            JOIN hubspot_record ON object = '\(object.rawValue)' AND record = child._id WHERE child._account = ?
          """, arguments: [company, account])
      try database.execute(
        sql: """
          UPDATE \(object.table.text) SET _account = NULL, _updated_at = ? WHERE _account = ? AND _id IN (\(children))
          """, arguments: [now.milliseconds, account])
    }
  }

  private static func record(_ object: SyncedObject, _ id: String, _ database: Database) throws -> Int64? {
    try Int64.fetchOne(
      database, sql: "SELECT record FROM hubspot_record WHERE object = ? AND hubspot_id = ?",
      arguments: [object.rawValue, id])
  }

  private static func unlink(_ object: SyncedObject, _ id: String, _ database: Database) throws {
    for table in ["hubspot_record", "hubspot_link", "hubspot_correction", "hubspot_doubt"] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE object = ? AND hubspot_id = ?", arguments: [object.rawValue, id])
    }
  }

  private static func merge(
    _ object: SyncedObject, _ source: Int64, into target: Int64, _ program: CheckedProgram, _ database: Database,
    now: Instant
  ) throws {
    guard let subject = object.subject else {
      try database.execute(sql: "DELETE FROM deal WHERE _id = ?", arguments: [source])
      return
    }
    for id in program.events.indices {
      let layout = TableLayout(.event(EventID(id)), program: program)
      guard layout.isForAccount == (subject == .account) else { continue }
      try database.execute(
        sql: "UPDATE OR IGNORE \(quoted(layout.name)) SET \(layout.ownerColumn) = ? WHERE \(layout.ownerColumn) = ?",
        arguments: [target, source])
    }
    switch subject {
    case .contact:
      try database.execute(
        sql: "UPDATE OR IGNORE consent SET contact = ? WHERE contact = ?", arguments: [target, source])
      try database.execute(
        sql: """
          UPDATE contact SET _suppressed = 1 WHERE _id = ? AND (SELECT _suppressed FROM contact WHERE _id = ?) = 1
          """, arguments: [target, source])
      for table in ["message_withdrawn", "sequence_entry", "enrolment", "recommendation"] {
        try database.execute(
          sql: "UPDATE OR IGNORE \(table) SET contact = ? WHERE contact = ?", arguments: [target, source])
      }
    case .account:
      try database.execute(sql: "UPDATE contact SET _account = ? WHERE _account = ?", arguments: [target, source])
      try database.execute(sql: "UPDATE deal SET _account = ? WHERE _account = ?", arguments: [target, source])
    }
    // What was decided about the other is carried out for the one that stays and counts for it; where the same was decided
    // about both, once.
    try database.execute(
      sql: """
        UPDATE outbox SET status = 'dropped', finished_at = ?, due_at = NULL
        WHERE subject = ? AND record = ? AND status = 'pending' AND EXISTS (
          SELECT 1 FROM outbox AS own WHERE own.subject = outbox.subject AND own.record = ? AND own.rule = outbox.rule
            AND own.action = outbox.action AND own.arguments = outbox.arguments
            AND (own.run = outbox.run OR own.status IN ('pending', 'claimed', 'unknown', 'waiting')))
        """, arguments: [now.milliseconds, subject.code, source, target])
    let layout = TableLayout(object.table, program: program)
    try database.execute(
      sql: """
        UPDATE outbox SET record = ?, key = coalesce(
          (SELECT \(quoted(layout.keyColumn)) FROM \(quoted(layout.name)) WHERE _id = ?), key)
        WHERE subject = ? AND record = ?
        """, arguments: [target, target, subject.code, source])
    // Who was in an arm of an experiment stays in it; where both were, the arm counts of the one that stays.
    for table in ["occurrence_handled", "experiment_assignment", "approval_subject"] {
      try database.execute(
        sql: "UPDATE OR IGNORE \(table) SET record = ? WHERE subject = ? AND record = ?",
        arguments: [target, subject.code, source])
    }
    // What people are asked about the other they are asked about the one that stays; about the same of both, once.
    try database.execute(
      sql: """
        UPDATE approval SET record = ?, key = coalesce(
          (SELECT \(quoted(layout.keyColumn)) FROM \(quoted(layout.name)) WHERE _id = ?), key)
        WHERE subject = ? AND record = ? AND NOT (settled_by_run IS NULL AND EXISTS (
          SELECT 1 FROM approval AS own WHERE own.subject = approval.subject AND own.record = ? AND own.rule = approval.rule
            AND own.action = approval.action AND own.arguments = approval.arguments AND own.settled_by_run IS NULL))
        """, arguments: [target, target, subject.code, source, target])
    // A rule that acted on either has acted on the one that stays.
    try database.execute(
      sql: """
        INSERT INTO firing (rule, subject, record, last, armed, excluded, reached)
          SELECT rule, subject, ?, last, armed, excluded, reached FROM firing WHERE subject = ? AND record = ?
        ON CONFLICT (rule, subject, record) DO UPDATE SET
          reached = max(coalesce(reached, last, 0), coalesce(excluded.reached, excluded.last, 0)),
          last = max(coalesce(last, excluded.last), coalesce(excluded.last, last)),
          armed = min(armed, excluded.armed), excluded = max(firing.excluded, excluded.excluded)
        """, arguments: [target, subject.code, source])
    try database.execute(
      sql: "INSERT OR REPLACE INTO record_merged (kind, source, target) VALUES (?, ?, ?)",
      arguments: [subject.rawValue, source, target])
    try remove(subject, source, database, forGood: false, now: now)
  }

  private static func erase(contact: Int64, _ database: Database, now: Instant) throws {
    try database.execute(
      sql: """
        UPDATE outbox SET key = 'erased', idempotency_key = 'erased:' || id, arguments = '{}', request = '{}',
          result = NULL WHERE subject = 0 AND record = ?
        """, arguments: [contact])
    // What other programs told of the person, and what people did by hand.
    let column = try String.fetchOne(
      database, sql: "SELECT field FROM schema_field WHERE table_name = 'contact' AND is_key = 1")
    let key = try String.fetchOne(
      database, sql: "SELECT \(quoted(column ?? "_key")) FROM contact WHERE _id = ?", arguments: [contact])
    try Strangers.forget(hubSpot: nil, key: key, database)
    try database.execute(
      sql: "UPDATE sequence_command SET contact = NULL WHERE contact = ? COLLATE NOCASE", arguments: [key])
    let names = try Names(database)
    try database.execute(
      sql: "UPDATE decision SET arguments = ?, reason = NULL WHERE subject = 0 AND record = ?",
      arguments: [try names.id("{}"), contact])
    // Whom they were merged from is who they were, too.
    let sources = try Int64.fetchAll(
      database, sql: "SELECT source FROM record_merged WHERE kind = 'contact' AND target = ?", arguments: [contact])
    try database.execute(
      sql: "DELETE FROM record_merged WHERE kind = 'contact' AND target = ?", arguments: [contact])
    for source in sources { try erase(contact: source, database, now: now) }
    try remove(.contact, contact, database, forGood: true, now: now)
  }

  /// Takes a record out of every table that says something about it, but for the log of decisions and the outbox.
  ///
  /// - Parameter forGood: whether the past forgets it too; otherwise runs of before can be decided again.
  private static func remove(
    _ subject: Subject, _ record: Int64, _ database: Database, forGood: Bool, now: Instant
  ) throws {
    try database.execute(
      sql: """
        UPDATE outbox SET status = 'dropped', finished_at = ?, due_at = NULL
        WHERE subject = ? AND record = ? AND status IN ('pending', 'unknown')
        """, arguments: [now.milliseconds, subject.code, record])
    if forGood {
      try database.execute(
        sql: "DELETE FROM field_history WHERE kind = ? AND record = ?", arguments: [subject.rawValue, record])
    }
    if subject == .contact {
      for table in ["enrolment_step", "enrolment_arm"] {
        try database.execute(
          sql: "DELETE FROM \(table) WHERE enrolment IN (SELECT id FROM enrolment WHERE contact = ?)",
          arguments: [record])
      }
    }
    try database.execute(
      sql: "DELETE FROM approval_answer WHERE approval IN (SELECT id FROM approval WHERE subject = ? AND record = ?)",
      arguments: [subject.code, record])
    // Whatever table refers to a record does it by these columns, so that a table that is added later is not forgotten.
    let kept: Set<String> = ["decision", "outbox", "field_history", "hubspot_deleted", "hubspot_record"]
    let tables = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for table in tables where !kept.contains(table) && !table.hasSuffix("_gone") {
      if !forGood, table.hasSuffix("_past") { continue }
      let columns = Set(try database.columns(in: table).map(\.name))
      if columns.contains("subject"), columns.contains("record") {
        try database.execute(
          sql: "DELETE FROM \(quoted(table)) WHERE subject = ? AND record = ?", arguments: [subject.code, record])
      }
      if columns.contains(subject.rawValue), table != subject.rawValue {
        try database.execute(
          sql: "DELETE FROM \(quoted(table)) WHERE \(subject.rawValue) = ?", arguments: [record])
      }
      if table.hasPrefix("event_"), columns.contains("_\(subject.rawValue)") {
        try database.execute(
          sql: "DELETE FROM \(quoted(table)) WHERE _\(subject.rawValue) = ?", arguments: [record])
      }
    }
    let table = subject == .contact ? "contact" : "account"
    try database.execute(sql: "DELETE FROM \(table) WHERE _id = ?", arguments: [record])
    if forGood { try RecordHistory.forget(table, record: record, database) }
  }
}
