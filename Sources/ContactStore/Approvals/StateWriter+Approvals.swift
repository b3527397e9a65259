import BusinessTime
import Decisioning
import GRDB
import RuleDiagnostics
import RuleSemantics

// What a run asks of people, and which of their answers it took up.
extension StateWriter {
  func write(_ changes: ApprovalChanges) throws {
    for settled in changes.settled {
      try database.executeKept(
        sql: """
          UPDATE approval SET settled_by_run = ?, result = ?
          WHERE rule = ? AND idempotency_key IS NULL AND settled_by_run IS NULL
          """, arguments: [run, settled.result.rawValue, settled.rule])
    }
    for settled in changes.settledItems {
      try database.executeKept(
        sql: "UPDATE approval SET settled_by_run = ?, result = ? WHERE idempotency_key = ? AND settled_by_run IS NULL",
        arguments: [run, settled.result.rawValue, settled.idempotencyKey])
    }
    for asked in changes.asked { try write(asked) }
    for item in changes.askedItems { try write(item) }
  }

  private func write(_ asked: ApprovalChanges.Asked) throws {
    let people = Set(asked.occurrences.map(\.row)).count
    let open = try Int64.fetchOne(
      database,
      sql: """
        SELECT id FROM approval WHERE rule = ? AND fingerprint = ? AND idempotency_key IS NULL
          AND settled_by_run IS NULL AND answer IS NULL
        """, arguments: [asked.rule, asked.fingerprint])
    let id: Int64
    if let open {
      id = open
      try database.executeKept(
        sql: "UPDATE approval SET reason = ?, people = ? WHERE id = ?", arguments: [asked.reason.text, people, open])
      try database.executeKept(sql: "DELETE FROM approval_subject WHERE approval = ?", arguments: [open])
    } else {
      // A question about a text that has been edited since is over.
      try database.executeKept(
        sql: """
          UPDATE approval SET settled_by_run = ?, result = 'moot'
          WHERE rule = ? AND idempotency_key IS NULL AND settled_by_run IS NULL
          """, arguments: [run, asked.rule])
      try database.executeKept(
        sql: """
          INSERT INTO approval (rule, fingerprint, reason, people, asked_at, asked_by_run, expires_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          asked.rule, asked.fingerprint, asked.reason.text, people, asked.at.milliseconds, run,
          asked.expiresAt.milliseconds,
        ])
      id = database.lastInsertedRowID
    }
    let insert = try RawStatement(
      database, "INSERT OR IGNORE INTO approval_subject (approval, subject, record, occurrence) VALUES (?, ?, ?, ?)")
    for occurrence in asked.occurrences {
      insert.bind(1, id)
      insert.bind(2, occurrence.subject.code)
      insert.bind(3, record(occurrence.subject, occurrence.row))
      insert.bind(4, occurrence.occurrence?.text ?? "")
      try insert.run()
    }
  }

  private func write(_ item: ApprovalState.Item) throws {
    let action = item.action
    let arguments = JSONValue.record(action.arguments.map { .init($0.parameter.rawValue, $0.value) }).text
    try database.executeKept(
      sql: """
        INSERT OR IGNORE INTO approval (rule, fingerprint, idempotency_key, subject, record, key, action, arguments, request,
          occurrence, position, picks, reason, people, asked_at, asked_by_run, expires_at)
        VALUES (?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
        """,
      arguments: [
        action.rule, item.key, action.subject.code, record(action.subject, action.row),
        action.key, action.action.rawValue, arguments, action.request.text, action.occurrence.text, action.index,
        action.picks?.json.text, Outcome.ApprovalReason.recommendation.text, now, run, item.expiresAt.milliseconds,
      ])
  }
}
