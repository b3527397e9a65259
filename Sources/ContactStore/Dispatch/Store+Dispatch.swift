package import BusinessTime
package import Decisioning
import GRDB
package import RuleSemantics

/// What is known of an action that is about to be carried out, beside the policies.
package struct DispatchFacts: Hashable, Sendable {
  /// The present key of its record; `nil` where that is no longer there.
  package var key: String?
  /// The approval that let it through was taken back.
  package var withdrawn: ApprovalState.Answer?
  /// When it was first held back on its way out, since a person had it tried again.
  package var heldSince: Instant?
  /// A person said yes to this very action.
  package var isApproved = false
  /// Of a step of a sequence; the row is 0.
  package var enrolment: Enrolment?
  /// Whether a person has paused the sequence of the step.
  package var isSequencePaused = false
}

/// An action that was not carried out when it was its turn.
package struct DispatchRecord: Hashable, Sendable {
  package var rule: String
  package var action: ActionID
  /// JSON.
  package var arguments: String
  package var at: Instant
  /// As `Outcome` names it.
  package var outcome: String
  package var reason: String
  /// Of one that is held.
  package var until: Instant?
}

extension Store {
  /// In the order of the entries.
  package func dispatchFacts(
    of entries: [OutboxEntry], program: CheckedProgram
  ) throws(StoreError) -> [DispatchFacts] {
    try read { database in
      let keys = try [Subject.contact, .account].map { subject in
        let layout = TableLayout(subject == .contact ? .contact : .account, program: program)
        return try RawStatement(
          database, "SELECT \(quoted(layout.keyColumn)) FROM \(quoted(layout.name)) WHERE _id = ?")
      }
      let withdrawn = try RawStatement(
        database,
        """
        SELECT answered_by, answered_at, note FROM approval
        WHERE answer = 'rejected' AND result = 'used' AND (idempotency_key = ? OR (
          idempotency_key IS NULL AND rule = ? AND (settled_by_run = ? OR (
            -- What the steps of a sequence do is decided by later runs, for those who came in by this one.
            ? LIKE 'sequence:%' AND (SELECT at FROM run WHERE id = ?) <= answered_at AND EXISTS (
              SELECT 1 FROM approval_subject AS s
              WHERE s.approval = approval.id AND s.subject = ? AND s.record = ?)))))
        """)
      let held = try RawStatement(database, "SELECT min(at) FROM dispatch_check WHERE outbox = ? AND at > ?")
      let approved = try RawStatement(
        database, "SELECT 1 FROM approval WHERE idempotency_key = ? AND answer = 'approved' AND result = 'used'")
      let steps = try EntryEnrolments(database, program)
      return try entries.map { entry in
        var facts = DispatchFacts()
        let statement = keys[Int(entry.subject.code)]
        statement.bind(1, entry.record)
        if try statement.step() { facts.key = statement.text(0) }
        statement.reset()
        withdrawn.bind(1, entry.idempotencyKey)
        withdrawn.bind(2, entry.rule)
        withdrawn.bind(3, entry.run)
        withdrawn.bind(4, entry.idempotencyKey)
        withdrawn.bind(5, entry.run)
        withdrawn.bind(6, entry.subject.code)
        withdrawn.bind(7, entry.record)
        if try withdrawn.step() {
          facts.withdrawn = ApprovalState.Answer(
            isApproval: false, by: withdrawn.text(0), at: Instant(milliseconds: withdrawn.integer(1)),
            note: withdrawn.textIfPresent(2))
        }
        withdrawn.reset()
        approved.bind(1, entry.idempotencyKey)
        facts.isApproved = try approved.step()
        approved.reset()
        if let step = try steps.find(entry) { (facts.enrolment, facts.isSequencePaused) = step }
        held.bind(1, entry.id)
        held.bind(2, entry.retriedAt?.milliseconds ?? Instant.earliest.milliseconds)
        if try held.step() { facts.heldSince = held.integerIfPresent(0).map(Instant.init(milliseconds:)) }
        held.reset()
        return facts
      }
    }
  }

  /// The messages that went out after `start` to the contacts of a load, or of which a file said that they did.
  ///
  /// - Parameter rows: of the load; where it is about few, only theirs are read.
  package func sentMessages(
    after start: Instant, rows: RowIdentities, isEveryone: Bool
  ) throws(StoreError) -> [SentMessage] {
    try read { database in
      let index = RowIndex(rows.contacts)
      var sent: [SentMessage] = []
      for (table, owner) in [("outbox", "record"), ("event_message", "_contact")] {
        // What may have been sent counts as sent.
        let time = table == "outbox" ? "coalesce(finished_at, claimed_at)" : "_at"
        let columns =
          table == "outbox"
          ? "request ->> '$.asset', request ->> '$.template', coalesce(request ->> '$.transactional', 0)"
          : "asset, template, coalesce(transactional, 0)"
        let what =
          table == "outbox"
          ? """
          subject = 0 AND request ->> '$.kind' = 'send_email' AND (status IN ('done', 'waiting', 'unknown', 'parked')
            OR status <> 'claimed' AND doubtful_since IS NOT NULL)
          """
          : "rule IS NULL"
        let who = isEveryone ? "" : " AND \(owner) IN (\(rows.contacts.map(String.init).joined(separator: ", ")))"
        let statement = try RawStatement(
          once: database, "SELECT \(owner), \(time), \(columns) FROM \(table) WHERE \(what) AND \(time) > ?\(who)")
        statement.bind(1, start.milliseconds)
        while try statement.step() {
          let row = index[statement.integer(0)]
          if row < 0 { continue }
          let content =
            statement.textIfPresent(2).map(MessageContent.asset)
            ?? statement.textIfPresent(3).map(MessageContent.template)
          sent.append(
            SentMessage(
              row: row, content: content, isTransactional: statement.integer(4) == 1,
              at: Instant(milliseconds: statement.integer(1))))
        }
      }
      return sent
    }
  }

  /// Records that claimed actions are not carried out now, and why: those that are held are pending again, and not
  /// claimed before their time; all others are over, and a message among them no longer counts as one. What an earlier
  /// attempt may have done already is parked instead, and still counts.
  package func settle(
    _ refused: [(entry: OutboxEntry, outcome: Outcome)], zone: Zone, now: Instant
  ) throws(StoreError) {
    try write { database in try Store.settle(refused, from: .claimed, zone: zone, now: now, database) }
  }

  private static func settle(
    _ refused: [(entry: OutboxEntry, outcome: Outcome)], from status: OutboxEntry.Status, zone: Zone, now: Instant,
    _ database: Database
  ) throws {
    let record = try RawStatement(
      database, "INSERT OR REPLACE INTO dispatch_check (outbox, at, outcome, reason, until) VALUES (?, ?, ?, ?, ?)")
    let update = try RawStatement(
      database, "UPDATE outbox SET status = ?, result = ?, finished_at = ?, due_at = ? WHERE id = ? AND status = ?")
    for (entry, outcome) in refused {
      var until: Instant?
      if case .held(let time, _) = outcome { until = time }
      let reason = outcome.reason(in: zone) ?? outcome.name
      record.bind(1, entry.id)
      record.bind(2, now.milliseconds)
      record.bind(3, outcome.name)
      record.bind(4, reason)
      record.bind(5, ifPresent: until?.milliseconds)
      try record.run()
      let isDoubtful = entry.doubtfulSince != nil
      let after: OutboxEntry.Status = until != nil ? .pending : isDoubtful ? .parked : .refusedByPolicy
      update.bind(1, after.rawValue)
      update.bind(2, ifPresent: until == nil ? (isDoubtful ? Store.mayBeDone(reason) : reason) : nil)
      update.bind(3, ifPresent: until == nil ? now.milliseconds : nil)
      update.bind(4, ifPresent: until?.milliseconds)
      update.bind(5, entry.id)
      update.bind(6, status.rawValue)
      try update.run()
      if until == nil, !isDoubtful { try Store.withdrawMessage(of: entry, database) }
    }
  }

  /// What steps asked about whoever was taken out of a sequence is moot.
  static func dropQuestions(
    about enrolment: Enrolment, of contact: Int64, in sequence: String, _ database: Database
  ) throws {
    let start = "enrolment:\(enrolment.enteredAt.milliseconds):"
    try database.execute(
      sql: """
        UPDATE approval SET settled_by_run = (SELECT max(id) FROM run), result = 'moot'
        WHERE idempotency_key IS NOT NULL AND settled_by_run IS NULL AND rule = ? AND subject = 0 AND record = ?
          AND substr(occurrence, 1, ?) = ?
        """, arguments: [sequence, contact, start.unicodeScalars.count, start])
  }

  /// What waits to be carried out for whoever was taken out of a sequence is not done any more. What is under way is
  /// asked about once more before it is.
  static func withdraw(
    _ enrolment: Enrolment, of contact: Int64, in sequence: String, _ program: CheckedProgram, _ now: Instant,
    _ database: Database
  ) throws {
    guard let ending = enrolment.ending else { return }
    let waiting = try entries(
      database, "WHERE o.subject = 0 AND o.record = ? AND o.rule = ? AND o.status = 'pending' ORDER BY o.id",
      [contact, sequence])
    let own = waiting.filter { entry in
      guard entry.action.reachesPeople, case .enrolment(enrolment.enteredAt, _, _)? = entry.origin?.occurrence else {
        return false
      }
      return true
    }
    let zone = Zone(identifier: program.policy.zone) ?? .utc
    try settle(own.map { ($0, .lapsed(.left(ending))) }, from: .pending, zone: zone, now: now, database)
  }

  /// Of an action that may not be carried out any more, though an attempt before may have done it.
  package static func mayBeDone(_ reason: String) -> String {
    "an attempt was made of which nobody knows the outcome, and now: \(reason)"
  }

  /// Runs before this one counted the message, so it stays where it is, and is left out from now on.
  static func withdrawMessage(of entry: OutboxEntry, _ database: Database) throws {
    guard entry.subject == .contact else { return }
    try database.execute(
      sql: """
        INSERT INTO message_withdrawn (contact, at, id)
        SELECT _contact, _at, _id FROM event_message
        WHERE \(Store.isMessageOfEntry) AND NOT EXISTS (SELECT 1 FROM message_withdrawn WHERE \(Store.isWithdrawn))
        ORDER BY rule = ? DESC, _id LIMIT 1
        """, arguments: [entry.record, entry.run, entry.request, entry.request, entry.rule])
  }

  /// The opposite, for a message that is to be sent after all.
  static func restoreMessage(of entry: OutboxEntry, _ database: Database) throws {
    guard entry.subject == .contact else { return }
    try database.execute(
      sql: """
        DELETE FROM message_withdrawn WHERE (contact, at, id) IN (
          SELECT _contact, _at, _id FROM event_message
          WHERE \(Store.isMessageOfEntry) AND EXISTS (SELECT 1 FROM message_withdrawn WHERE \(Store.isWithdrawn))
          ORDER BY rule = ? DESC, _id LIMIT 1)
        """, arguments: [entry.record, entry.run, entry.request, entry.request, entry.rule])
  }

  /// By what was sent to whom in which run; the rule may be called otherwise by now, and only decides between equals.
  private static let isMessageOfEntry = """
    _contact = ? AND _at = (SELECT at FROM run WHERE id = ?) AND rule IS NOT NULL
      AND asset IS (? ->> '$.asset') AND template IS (? ->> '$.template')
    """
  private static let isWithdrawn =
    "message_withdrawn.contact = _contact AND message_withdrawn.at = _at AND message_withdrawn.id = _id"

  /// Changes when anybody else writes to the database.
  package func dataVersion() throws(StoreError) -> Int {
    do {
      return try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    } catch {
      throw StoreError(error, path: path, timeoutSeconds: timeoutSeconds)
    }
  }

  /// What was held back on its way out for one record, latest first.
  package func dispatchRecords(
    of rule: String, _ subject: Subject, key: String, program: CheckedProgram
  ) throws(StoreError) -> [DispatchRecord] {
    let layout = TableLayout(subject == .contact ? .contact : .account, program: program)
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT action, arguments, c.at, c.outcome, c.reason, c.until FROM outbox
          JOIN dispatch_check AS c ON c.outbox = outbox.id
          WHERE subject = ? AND record = (
            SELECT _id FROM \(quoted(layout.name)) WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE) AND rule = ?
          ORDER BY c.at DESC, outbox.id DESC
          """, arguments: [subject.code, key, rule]
      ).compactMap { row in
        guard let action = ActionID(rawValue: row["action"]) else { return nil }
        return DispatchRecord(
          rule: rule, action: action, arguments: row["arguments"], at: Instant(milliseconds: row["at"]),
          outcome: row["outcome"], reason: row["reason"],
          until: (row["until"] as Int64?).map(Instant.init(milliseconds:)))
      }
    }
  }
}

extension OutboxEntry.Status {
  /// What becomes of an action that a policy keeps from being carried out.
  static let refusedByPolicy = OutboxEntry.Status.dropped
}
