import BusinessTime
import Decisioning
import GRDB
import RuleDiagnostics
import RuleSemantics

/// Writes one run, inside its transaction.
struct RunWriter {
  let database: Database
  let program: CheckedProgram
  let rows: RowIdentities
  let decisions: Decisions
  let rulebook: RulebookVersion
  let basis: RunBasis
  /// `nil` for a run that nobody will decide again.
  let kept: RunProtocol?

  func write() throws -> CommittedRun {
    let names = try Names(database)
    try writeRulebook()
    let contacts = rows.contacts.count
    try database.executeKept(
      sql: "INSERT INTO run (at, rulebook, contacts, halted) VALUES (?, ?, ?, ?)",
      arguments: [decisions.now.milliseconds, rulebook.hash, contacts, decisions.halt == nil ? 0 : 1])
    let run = database.lastInsertedRowID
    for rule in decisions.rules {
      try database.executeKept(
        sql: """
          INSERT OR REPLACE INTO run_rule (run, rule, matched, acted, waiting, skipped, unknown)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run, names.id(rule.name), rule.matched, rule.acted, rule.waiting, rule.skipped, rule.unknown,
        ])
    }
    try writeBasis(run)
    try writeDecisions(run, names)
    let changes = StateWriter(
      database: database, program: program, rows: rows, now: decisions.now.milliseconds, run: run, names: names)
    try changes.write(decisions.changes)
    let (added, repeated) = try writeOutbox(run)
    return CommittedRun(id: run, outboxCount: added, repeatedCount: repeated)
  }

  private func writeBasis(_ run: Int64) throws {
    guard let kept else { return }
    try database.executeKept(
      sql: """
        INSERT INTO run_basis (run, revision, field_history, import_id, contact, account, deal, options, digest)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        run, basis.revision, basis.fieldHistory, basis.importID, basis.contact, basis.account, basis.deal, kept.options,
        kept.digest,
      ])
  }

  private func writeRulebook() throws {
    let isKnown = try Bool.fetchOne(
      database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM rulebook WHERE hash = ?)"),
      arguments: [rulebook.hash])
    if isKnown == true { return }
    try database.executeKept(
      sql: "INSERT OR IGNORE INTO rulebook (hash, deployed_at) VALUES (?, ?)",
      arguments: [rulebook.hash, decisions.now.milliseconds])
    for (position, file) in rulebook.files.enumerated() {
      try database.executeKept(
        sql: "INSERT OR IGNORE INTO rulebook_file (hash, position, path, content) VALUES (?, ?, ?, ?)",
        arguments: [rulebook.hash, position, file.path, file.text])
    }
  }

  /// With the rule book of the run, its time and the history of fields and events, a row answers why it was decided:
  /// all of them can be evaluated again as they were.
  private func writeDecisions(_ run: Int64, _ names: Names) throws {
    let zone = Zone(identifier: program.policy.zone) ?? .utc
    let insert = try RawStatement(
      database,
      """
      INSERT INTO decision (run, position, subject, record, rule, action, arguments, occurrence, outcome, reason)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    let latest = try latestDecision()
    for (position, action) in decisions.actions.enumerated() {
      let entry = try LoggedEntry(action, record(action.subject, action.row), decisions.now, zone, names)
      // A message without consent is decided in every run; that nothing has changed since is no news.
      if action.outcome != .act, try entry.isKnown(latest) { continue }
      insert.bind(1, run)
      insert.bind(2, Int64(position))
      insert.bind(3, entry.subject)
      insert.bind(4, entry.record)
      insert.bind(5, entry.rule)
      insert.bind(6, entry.action)
      insert.bind(7, entry.arguments)
      insert.bind(8, ifPresent: entry.occurrence)
      insert.bind(9, entry.outcome)
      insert.bind(10, ifPresent: entry.reason)
      try insert.run()
    }
  }

  private func latestDecision() throws -> RawStatement {
    try RawStatement(
      database,
      """
      SELECT outcome, reason FROM decision WHERE subject = ? AND record = ? AND rule = ? AND action = ?
        AND arguments = ? AND occurrence IS ? ORDER BY run DESC, position DESC LIMIT 1
      """)
  }

  /// Whether anything is done or changes, or is decided otherwise than before.
  func holdsNews() throws -> Bool {
    if !decisions.changes.isEmpty { return true }
    let zone = Zone(identifier: program.policy.zone) ?? .utc
    let (names, latest) = (try Names(database), try latestDecision())
    return try decisions.actions.contains { action in
      if action.outcome == .act { return true }
      return try !LoggedEntry(action, record(action.subject, action.row), decisions.now, zone, names).isKnown(latest)
    }
  }

  /// A decision as the log keeps it.
  private struct LoggedEntry {
    var subject: Int64
    var record: Int64
    var rule: Int64
    var action: Int64
    var arguments: Int64
    var occurrence: String?
    var outcome: Int64
    var reason: Int64?

    init(_ decided: DecidedAction, _ record: Int64, _ now: Instant, _ zone: Zone, _ names: Names) throws {
      subject = decided.subject.code
      self.record = record
      rule = try names.id(decided.rule)
      action = try names.id(decided.action.rawValue)
      arguments = try names.id(RunWriter.text(of: decided.arguments))
      // What a `when` rule found in this very run needs no words.
      occurrence = decided.occurrence == .state(at: now) ? nil : decided.occurrence.text
      outcome = try names.id(decided.outcome.name)
      reason = try decided.outcome.reason(in: zone).map { try names.id($0) }
    }

    /// Whether the log says the same of it already.
    func isKnown(_ latest: RawStatement) throws -> Bool {
      latest.bind(1, subject)
      latest.bind(2, record)
      latest.bind(3, rule)
      latest.bind(4, action)
      latest.bind(5, arguments)
      latest.bind(6, ifPresent: occurrence)
      defer { latest.reset() }
      return try latest.step() && latest.integer(0) == outcome && latest.integerIfPresent(1) == reason
    }
  }

  /// As `plan --format json` prints them.
  private static func text(of arguments: [DecidedAction.Argument]) -> String {
    JSONValue.record(arguments.map { JSONValue.Member($0.parameter.rawValue, $0.value) }).text
  }

  private func writeOutbox(_ run: Int64) throws -> (added: Int, repeated: Int) {
    let insert = try RawStatement(
      database,
      """
      INSERT INTO outbox (idempotency_key, run, rule, subject, record, key, action, arguments, request)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (idempotency_key) DO NOTHING
      """)
    var added = 0
    var repeated = 0
    for action in decisions.actions where action.outcome == .act {
      insert.bind(1, action.idempotencyKey)
      insert.bind(2, run)
      insert.bind(3, action.rule)
      insert.bind(4, action.subject.code)
      insert.bind(5, record(action.subject, action.row))
      insert.bind(6, action.key)
      insert.bind(7, action.action.rawValue)
      insert.bind(8, RunWriter.text(of: action.arguments))
      insert.bind(9, action.request.text)
      if try insert.run() > 0 { added += 1 } else { repeated += 1 }
    }
    return (added, repeated)
  }

  private func record(_ subject: Subject, _ row: Int32) -> Int64 {
    switch subject {
    case .contact: rows.contacts[Int(row)]
    case .account: rows.accounts[Int(row)]
    }
  }
}
