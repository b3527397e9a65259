package import BusinessTime
import GRDB
package import RuleSemantics

extension Store {
  /// Takes the oldest actions that are due, which nobody else gets from then on.
  ///
  /// Changes of one record are carried out in the order in which they were decided: where an older one waits, so do those
  /// after it. The claim is on the disk when this returns, so that even after a loss of power it is known what may have
  /// been done.
  ///
  /// - Parameters:
  ///   - statuses: which to take.
  ///   - actions: of which kinds; `nil` for all.
  /// - Returns: the entries with the status that they had.
  package func claimOutbox(
    limit: Int, now: Instant, statuses: [OutboxEntry.Status] = [.pending], actions: [ActionID]? = nil
  ) throws(StoreError) -> [OutboxEntry] {
    let names = statuses.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    let kinds = actions.map { "AND o.action IN (\($0.map { "'\($0.rawValue)'" }.joined(separator: ", ")))" } ?? ""
    return try durablyWrite { database in
      if let at = try Store.restoredAt(database) { throw StoreError.restored(path: path, at: at) }
      let entries = try Store.entries(
        database,
        """
        WHERE o.\(Store.isOpen) AND o.status IN (\(names)) \(kinds) AND coalesce(o.due_at, 0) <= ? AND NOT (
          o.action IN \(Store.orderedActions) AND EXISTS (
            SELECT 1 FROM outbox AS older WHERE older.subject = o.subject AND older.record = o.record
              AND older.status IN ('pending', 'claimed', 'unknown') AND older.id < o.id
              AND older.action IN \(Store.orderedActions)
              AND (older.status = 'claimed' OR coalesce(older.due_at, 0) > ?)))
        ORDER BY o.id LIMIT ?
        """, [now.milliseconds, now.milliseconds, limit])
      let claim = try RawStatement(
        database, "UPDATE outbox SET status = 'claimed', claimed_at = ?, attempts = attempts + 1 WHERE id = ?")
      for entry in entries {
        claim.bind(1, now.milliseconds)
        claim.bind(2, entry.id)
        try claim.run()
      }
      return entries.map { entry in
        var entry = entry
        entry.attempts += 1
        return entry
      }
    }
  }

  /// Actions whose order matters for one record.
  private static let orderedActions: String = {
    let actions: [ActionID] = [.set, .clear, .advance, .addToList, .removeFromList, .assignOwner]
    return "(\(actions.map { "'\($0.rawValue)'" }.joined(separator: ", ")))"
  }()

  /// Like `write`, and the disk has it when this returns.
  private func durablyWrite<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
    let result = try write(body)
    try makeDurable()
    return result
  }

  /// Records what became of claimed actions: `done`, `failed` for good, `parked`, or `pending` to be tried again.
  ///
  /// - Parameter result: what the other side said.
  package func finishOutbox(
    _ ids: [Int64], as status: OutboxEntry.Status, result: String? = nil, now: Instant
  ) throws(StoreError) {
    try settle(ids.map { OutboxSettlement(id: $0, status: status, result: result) }, now: now)
  }

  /// Records what became of claimed actions, each its own, in one transaction. What is not claimed stays as it is.
  package func settle(_ settlements: [OutboxSettlement], now: Instant) throws(StoreError) {
    if settlements.isEmpty { return }
    try durablyWrite { database in
      let update = try RawStatement(
        database,
        """
        UPDATE outbox SET status = ?, result = coalesce(?, result), remote = coalesce(?, remote), due_at = ?,
          doubtful_since = CASE WHEN ? THEN coalesce(doubtful_since, claimed_at) WHEN ? THEN doubtful_since END,
          unknowns = unknowns + ?, finished_at = ?
        WHERE id = ? AND status = 'claimed'
        """)
      for settlement in settlements {
        let isOpen = settlement.status.isOpen
        update.bind(1, settlement.status.rawValue)
        update.bind(2, ifPresent: settlement.result)
        update.bind(3, ifPresent: settlement.remote)
        update.bind(4, ifPresent: isOpen ? settlement.dueAt?.milliseconds : nil)
        update.bind(5, Int64(settlement.isDoubtful ? 1 : 0))
        // An unknown outcome stays one until it is found out, whatever another attempt comes to.
        update.bind(6, Int64(settlement.status == .done ? 0 : 1))
        update.bind(7, Int64(settlement.isDoubtful ? 1 : 0))
        update.bind(8, ifPresent: isOpen ? nil : now.milliseconds)
        update.bind(9, settlement.id)
        try update.run()
        // A message that was refused counts for no cap, unless an attempt before may have sent it.
        if settlement.status == .refused,
          let entry = try Store.entries(database, "WHERE o.id = ?", [settlement.id]).first,
          entry.action.descriptor.isMessage, entry.doubtfulSince == nil
        {
          try Store.withdrawMessage(of: entry, database)
        }
      }
    }
  }

  /// What was claimed when a program ended: whether it was done is to be found out.
  ///
  /// - Parameter due: when to look; until then what was on its way then has arrived, or never will.
  /// - Returns: how many there were.
  @discardableResult
  package func markInterrupted(until due: Instant) throws(StoreError) -> Int {
    try write { database in
      try database.execute(
        sql: """
          UPDATE outbox SET status = 'unknown', doubtful_since = coalesce(doubtful_since, claimed_at), due_at = ?
          WHERE status = 'claimed'
          """, arguments: [due.milliseconds])
      return database.changesCount
    }
  }

  /// Gives claimed actions back of which nothing was asked yet: each is what it was before it was claimed.
  ///
  /// - Parameter entries: as `claimOutbox` returned them.
  package func releaseOutbox(_ entries: [OutboxEntry]) throws(StoreError) {
    if entries.isEmpty { return }
    try write { database in
      let release = try RawStatement(
        database, "UPDATE outbox SET status = ?, attempts = attempts - 1 WHERE id = ? AND status = 'claimed'")
      for entry in entries {
        release.bind(1, entry.status.rawValue)
        release.bind(2, entry.id)
        try release.run()
      }
    }
  }

  /// Where the clock was ahead and has been set right: what was to wait from then on waits as long from now.
  package func forgetFutureClaims(now: Instant) throws(StoreError) {
    let isThere = try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE \(Store.isClaimedLater))",
        arguments: [now.milliseconds])
    }
    guard isThere == true else { return }
    try write { database in
      try database.execute(
        sql: """
          UPDATE outbox SET due_at = ? + (due_at - claimed_at), doubtful_since = min(doubtful_since, ?), claimed_at = ?
          WHERE \(Store.isClaimedLater)
          """, arguments: [now.milliseconds, now.milliseconds, now.milliseconds, now.milliseconds])
    }
  }

  /// In the words of the index `outbox_open`, without which what was done in years is looked at for what is to be done.
  package static let isOpen = "status IN ('pending', 'claimed', 'unknown', 'waiting')"
  /// In the words of the index `outbox_unsettled`.
  package static let isUnsettled = "status IN ('refused', 'failed', 'parked')"

  private static let isClaimedLater = "\(isOpen) AND status <> 'claimed' AND claimed_at > ?"

  /// When the next action is due; `nil` when none waits.
  package func nextOutboxDue() throws(StoreError) -> Instant? {
    try read { database in
      try Int64.fetchOne(
        database.cachedStatement(
          sql: "SELECT min(coalesce(due_at, 0)) FROM outbox WHERE \(Store.isOpen) AND status <> 'claimed'")
      ).map { Instant(milliseconds: $0) }
    }
  }

  /// How many entries there are of each status.
  package func outboxCounts() throws(StoreError) -> [OutboxEntry.Status: Int] {
    try counts(where: ["TRUE"])
  }

  /// How many entries there are of each status that asks for something yet, of the program or of a person. However many
  /// were done, they are not looked at.
  package func openOutboxCounts() throws(StoreError) -> [OutboxEntry.Status: Int] {
    try counts(where: [Store.isOpen, Store.isUnsettled])
  }

  private func counts(where conditions: [String]) throws(StoreError) -> [OutboxEntry.Status: Int] {
    try read { database in
      var counts: [OutboxEntry.Status: Int] = [:]
      for condition in conditions {
        let rows = try Row.fetchAll(
          database.cachedStatement(
            sql: "SELECT status, count(*) AS count FROM outbox WHERE \(condition) GROUP BY status"))
        for row in rows {
          if let status = OutboxEntry.Status(rawValue: row["status"]) { counts[status] = row["count"] }
        }
      }
      return counts
    }
  }

  /// In the order in which they were decided.
  package func outbox(_ status: OutboxEntry.Status) throws(StoreError) -> [OutboxEntry] {
    try outbox([status], limit: .max)
  }

  package func outbox(_ statuses: [OutboxEntry.Status], limit: Int) throws(StoreError) -> [OutboxEntry] {
    let names = statuses.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return try read { database in
      let index = statuses.allSatisfy(\.isOpen) ? "o.\(Store.isOpen) AND " : ""
      return try Store.entries(database, "WHERE \(index)o.status IN (\(names)) ORDER BY o.id LIMIT ?", [limit])
    }
  }

  /// `nil` when there is none of that number.
  package func outboxEntry(_ id: Int64) throws(StoreError) -> OutboxEntry? {
    try read { database in try Store.entries(database, "WHERE o.id = ?", [id]).first }
  }

  /// A person wants these tried again; only entries that failed, were refused, parked or dropped.
  ///
  /// - Returns: those that are tried again.
  package func retryOutbox(_ ids: [Int64], now: Instant) throws(StoreError) -> [Int64] {
    try write { database in
      try ids.filter { id in
        // A person who has a parked one tried again has seen that it was not done. Any other of which nobody knows is
        // looked up first.
        try database.execute(
          sql: """
            UPDATE outbox SET
              status = 'pending', doubtful_since = CASE WHEN status <> 'parked' THEN doubtful_since END, due_at = NULL,
              finished_at = NULL, remote = NULL, attempts = 0, unknowns = 0, retried_at = ?
            WHERE id = ? AND status IN ('failed', 'refused', 'parked', 'dropped')
            """, arguments: [now.milliseconds, id])
        guard database.changesCount > 0 else { return false }
        if let entry = try Store.entries(database, "WHERE o.id = ?", [id]).first, entry.action.descriptor.isMessage {
          try Store.restoreMessage(of: entry, database)
        }
        return true
      }
    }
  }

  /// A person does not want these done any more; not entries that are done or under way.
  ///
  /// - Returns: those that were dropped.
  package func dropOutbox(_ ids: [Int64], now: Instant) throws(StoreError) -> [Int64] {
    try write { database in
      try ids.filter { id in
        guard let entry = try Store.entries(database, "WHERE o.id = ?", [id]).first,
          [.pending, .unknown, .failed, .refused, .parked].contains(entry.status)
        else { return false }
        try database.execute(
          sql: "UPDATE outbox SET status = 'dropped', due_at = NULL, finished_at = ? WHERE id = ?",
          arguments: [now.milliseconds, id])
        // A message that nobody got counts for no cap, and may be sent again; of one that was refused that is known.
        if entry.action.descriptor.isMessage, entry.status != .refused, entry.doubtfulSince == nil, entry.remote == nil
        {
          try Store.withdrawMessage(of: entry, database)
        }
        return true
      }
    }
  }

  static func entries(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [OutboxEntry] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT o.id, o.idempotency_key, o.run, r.at, o.rule, o.subject, o.record, o.key, o.action, o.arguments, o.request,
          o.status, o.attempts, o.unknowns, o.due_at, o.doubtful_since, o.finished_at, o.result, o.remote, o.retried_at
        FROM outbox AS o JOIN run AS r ON r.id = o.run \(condition)
        """)
    return try Row.fetchAll(statement, arguments: arguments).compactMap { row in
      guard let action = ActionID(rawValue: row["action"]), let status = OutboxEntry.Status(rawValue: row["status"])
      else { return nil }
      return OutboxEntry(
        id: row["id"], idempotencyKey: row["idempotency_key"], run: row["run"],
        decidedAt: Instant(milliseconds: row["at"]), rule: row["rule"], subject: Subject(code: row["subject"]),
        record: row["record"], key: row["key"], action: action, arguments: row["arguments"], request: row["request"],
        status: status, attempts: row["attempts"], unknowns: row["unknowns"], dueAt: instant(row["due_at"]),
        doubtfulSince: instant(row["doubtful_since"]), finishedAt: instant(row["finished_at"]),
        result: row["result"], remote: row["remote"], retriedAt: instant(row["retried_at"]))
    }
  }

  private static func instant(_ milliseconds: Int64?) -> Instant? {
    milliseconds.map { Instant(milliseconds: $0) }
  }
}
