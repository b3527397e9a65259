package import BusinessTime
package import Decisioning
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
    /// A run had acted upon it when a person said no; what was not carried out by then is not.
    case takenBack = "taken back"
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
  /// All that was said, oldest first; the last counts.
  package var answers: [ApprovalState.Answer] = []
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
      var answers: [Int64: [ApprovalState.Answer]] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT * FROM approval_answer ORDER BY id") {
        answers[row["approval"], default: []].append(
          .init(
            isApproval: row["answer"] == "approved", by: row["by"], at: Instant(milliseconds: row["at"]),
            note: row["note"]))
      }
      return try Row.fetchAll(
        database,
        sql: """
          SELECT id, rule, reason, people, asked_at, expires_at, answer, answered_at, answered_by, note, result, subject,
            key, action, arguments, occurrence, picks
          FROM approval \(all ? "" : "WHERE settled_by_run IS NULL") ORDER BY id
          """
      ).map { row in
        var record = ApprovalRecord(row, now: now)
        record.answers = answers[record.id] ?? []
        return record
      }
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

  /// Who last said yes to what a rule did for a record, and when; `nil` where nobody was asked about it.
  package func lastApproval(
    of rule: String, _ subject: Subject, key: String, program: CheckedProgram
  ) throws(StoreError) -> (by: String, at: Instant)? {
    let layout = TableLayout(subject == .contact ? .contact : .account, program: program)
    return try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT answered_by, answered_at FROM approval AS a, (
            SELECT _id AS id FROM \(quoted(layout.name)) WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE) AS asked
          WHERE rule = ? AND answer = 'approved' AND result = 'used' AND (
            (subject = ? AND record = asked.id) OR EXISTS (
              SELECT 1 FROM approval_subject AS s WHERE s.approval = a.id AND s.subject = ? AND s.record = asked.id))
          ORDER BY answered_at DESC, a.id DESC LIMIT 1
          """, arguments: [key, rule, subject.code, subject.code]
      ).map { row in (by: row["answered_by"], at: Instant(milliseconds: row["answered_at"])) }
    }
  }

  package enum AnswerResult: Hashable, Sendable {
    case written
    /// The same was said before.
    case unchanged
    /// Its time is over, or a run took it up.
    case tooLate
    /// Somebody else said no.
    case refusedBefore(by: String)
  }

  /// Writes down what a person said. An answer may be changed until a run has taken it up, and an approval until all that
  /// it let through is carried out: taken back, the rest is not. A no of somebody else stands unless `isForced`; a yes of
  /// somebody else can always be taken back, since nothing is lost by waiting.
  ///
  /// - Returns: what became of each of `ids`, in their order.
  package func answer(
    _ ids: [Int64], isApproval: Bool, by name: String, note: String?, isForced: Bool = false, now: Instant
  ) throws(StoreError) -> [AnswerResult] {
    try write { database in
      try ids.map { id in
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM approval WHERE id = ?", arguments: [id]) else {
          return .tooLate
        }
        // A no is heard as long as anything can still be kept from happening, a yes only in time.
        let (settledBy, result): (Int64?, String?) = (row["settled_by_run"], row["result"])
        let isOpen = settledBy == nil && row["expires_at"] > now.milliseconds
        guard isOpen || (result == "used" && !isApproval) else { return .tooLate }
        let answer = isApproval ? "approved" : "rejected"
        let (said, sayer): (String?, String?) = (row["answer"], row["answered_by"])
        if said == answer { return .unchanged }
        if said == "rejected", isApproval, let sayer, sayer != name, !isForced { return .refusedBefore(by: sayer) }
        try database.execute(
          sql: "UPDATE approval SET answer = ?, answered_at = ?, answered_by = ?, note = ? WHERE id = ?",
          arguments: [answer, now.milliseconds, name, note, id])
        try database.execute(
          sql: "INSERT INTO approval_answer (approval, answer, at, by, note) VALUES (?, ?, ?, ?, ?)",
          arguments: [id, answer, now.milliseconds, name, note])
        return .written
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
      case (.used, "rejected"): .takenBack
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
