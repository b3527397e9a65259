package import BusinessTime
import GRDB
package import RuleSemantics

/// An action that waits to be carried out, or was.
package struct OutboxEntry: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable, CaseIterable {
    case pending
    /// Being carried out; where a program ended meanwhile, it is not known whether it was.
    case claimed
    case done, failed
    /// For a person to look at.
    case parked
  }

  package var id: Int64
  package var idempotencyKey: String
  package var run: Int64
  package var rule: String
  package var subject: Subject
  /// The `_id` of the contact or account.
  package var record: Int64
  /// The key of the contact or account.
  package var key: String
  package var action: ActionID
  /// JSON.
  package var arguments: String
  /// JSON.
  package var request: String
  package var status: Status
  package var attempts: Int
  package var result: String?
}

extension Store {
  /// Takes the oldest pending actions that no check holds back until later, which nobody else gets from then on.
  package func claimOutbox(limit: Int, now: Instant) throws(StoreError) -> [OutboxEntry] {
    try write { database in
      let entries = try Store.entries(
        database,
        """
        WHERE status = 'pending' AND NOT EXISTS (
          SELECT 1 FROM dispatch_check AS c WHERE c.outbox = outbox.id AND c.until > ?)
        ORDER BY id LIMIT ?
        """, [now.milliseconds, limit])
      for entry in entries {
        try database.execute(
          sql: "UPDATE outbox SET status = 'claimed', claimed_at = ?, attempts = attempts + 1 WHERE id = ?",
          arguments: [now.milliseconds, entry.id])
      }
      return entries.map { entry in
        var entry = entry
        entry.status = .claimed
        entry.attempts += 1
        return entry
      }
    }
  }

  /// Records what became of claimed actions: `done`, `failed` for good, `parked`, or `pending` to be tried again.
  ///
  /// - Parameter result: what the other side said.
  package func finishOutbox(
    _ ids: [Int64], as status: OutboxEntry.Status, result: String? = nil, now: Instant
  ) throws(StoreError) {
    try write { database in
      let update = try RawStatement(
        database, "UPDATE outbox SET status = ?, result = ?, finished_at = ? WHERE id = ? AND status = 'claimed'")
      for id in ids {
        update.bind(1, status.rawValue)
        update.bind(2, ifPresent: result)
        update.bind(3, ifPresent: status == .pending ? nil : now.milliseconds)
        update.bind(4, id)
        try update.run()
      }
    }
  }

  /// In the order in which they were decided.
  package func outbox(_ status: OutboxEntry.Status) throws(StoreError) -> [OutboxEntry] {
    try read { database in
      try Store.entries(database, "WHERE status = ? ORDER BY id", [status.rawValue])
    }
  }

  private static func entries(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [OutboxEntry] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, idempotency_key, run, rule, subject, record, key, action, arguments, request, status, attempts, result
        FROM outbox \(condition)
        """, arguments: arguments)
    return rows.compactMap { row in
      guard let action = ActionID(rawValue: row["action"]), let status = OutboxEntry.Status(rawValue: row["status"])
      else { return nil }
      return OutboxEntry(
        id: row["id"], idempotencyKey: row["idempotency_key"], run: row["run"], rule: row["rule"],
        subject: Subject(code: row["subject"]), record: row["record"], key: row["key"], action: action,
        arguments: row["arguments"],
        request: row["request"], status: status, attempts: row["attempts"], result: row["result"])
    }
  }
}
