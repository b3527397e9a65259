package import BusinessTime
import Decisioning
import GRDB
package import RuleSemantics

/// Something that people were asked: whether a rule may act on so many, or whether one action may be carried out.
package struct ApprovalRecord: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable, CaseIterable {
    case open
    /// The next run acts.
    case approved
    /// The next run records it.
    case rejected
    /// Its time is over; the next run records it.
    case expired
    /// A run has taken it up.
    case used, refused, lapsed, moot
  }

  package var id: Int64
  package var rule: String
  package var reason: String
  /// How many it is about.
  package var people: Int
  package var askedAt: Instant
  package var expiresAt: Instant
  package var status: Status
  package var answeredBy: String?
  package var answeredAt: Instant?
  package var note: String?
  /// Of a single action: the key of its subject, the action and its arguments as JSON.
  package var item: Item?

  package struct Item: Hashable, Sendable {
    package var subject: Subject
    package var key: String
    package var action: String
    package var arguments: String
    /// The step of a sequence; `nil` for a rule.
    package var step: String?
    /// What a recommendation found: `DecidedPicks.json`.
    package var picks: String?
  }
}

extension Store {
  /// What waits for an answer or for the next run; everything that was ever asked where `all`. Oldest first.
  package func approvals(now: Instant, all: Bool = false) throws(StoreError) -> [ApprovalRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT id, rule, reason, people, asked_at, expires_at, answer, answered_at, answered_by, note, result, subject,
            key, action, arguments, occurrence, picks
          FROM approval \(all ? "" : "WHERE settled_by_run IS NULL") ORDER BY id
          """
      ).map { row in ApprovalRecord(row, now: now) }
    }
  }

  /// Whom the question of a rule is about: keys, in their order, as many as asked for.
  package func approvalSubjects(
    of id: Int64, limit: Int, program: CheckedProgram
  ) throws(StoreError) -> [(subject: Subject, key: String)] {
    try read { database in
      try [Subject.contact, .account].flatMap { subject in
        let layout = TableLayout(subject == .contact ? .contact : .account, program: program)
        let key = quoted(layout.keyColumn)
        return try String.fetchAll(
          database,
          sql: """
            SELECT DISTINCT \(key) FROM approval_subject JOIN \(quoted(layout.name)) ON _id = record
            WHERE approval = ? AND subject = ? ORDER BY \(key) LIMIT ?
            """, arguments: [id, subject.code, limit]
        ).map { (subject, $0) }
      }
    }
  }

  /// Writes down what a person said. An answer may be changed until a run has taken it up, and an approval until all that
  /// it let through is carried out: taken back, the rest is not.
  ///
  /// - Returns: the ids that were answered: those of `ids` that are open, answered, or used and now rejected.
  package func answer(
    _ ids: [Int64], isApproval: Bool, by name: String, note: String?, now: Instant
  ) throws(StoreError) -> [Int64] {
    try write { database in
      try ids.filter { id in
        // A no is heard as long as anything can still be kept from happening, a yes only in time.
        try database.execute(
          sql: """
            UPDATE approval SET answer = ?, answered_at = ?, answered_by = ?, note = ?
            WHERE id = ? AND ((settled_by_run IS NULL AND expires_at > ?) OR (result = 'used' AND ?))
            """,
          arguments: [
            isApproval ? "approved" : "rejected", now.milliseconds, name, note, id, now.milliseconds, !isApproval,
          ])
        return database.changesCount > 0
      }
    }
  }
}

extension ApprovalRecord {
  fileprivate init(_ row: Row, now: Instant) {
    id = row["id"]
    rule = row["rule"]
    reason = row["reason"]
    people = row["people"]
    askedAt = Instant(milliseconds: row["asked_at"])
    expiresAt = Instant(milliseconds: row["expires_at"])
    answeredBy = row["answered_by"]
    answeredAt = (row["answered_at"] as Int64?).map(Instant.init(milliseconds:))
    note = row["note"]
    let result = (row["result"] as String?).flatMap(ApprovalChanges.Result.init(rawValue:))
    let answer: String? = row["answer"]
    status =
      switch (result, answer) {
      case (.used, _): .used
      case (.rejected, _): .refused
      case (.expired, _): .lapsed
      case (.moot, _): .moot
      case (nil, "approved"): .approved
      case (nil, "rejected"): .rejected
      case (nil, _): expiresAt <= now ? .expired : .open
      }
    if let action: String = row["action"], let arguments: String = row["arguments"], let key: String = row["key"] {
      var step: String?
      if let text: String = row["occurrence"], case .enrolment(_, let place, _)? = OccurrenceKey(text: text) {
        step = place.step
      }
      item = Item(
        subject: Subject(code: row["subject"]), key: key, action: action, arguments: arguments, step: step,
        picks: row["picks"])
    }
  }
}
