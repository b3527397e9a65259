import GRDB

// What people are asked and say, who is in which arm of an experiment, and what was held back on its way out.
extension SystemSchema {
  static func registerPolicies(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("policies") { database in
      try database.execute(sql: policyTables)
      try database.execute(sql: policyViews)
    }
    migrator.registerMigration("approval answers") { database in
      try database.execute(sql: answerTable)
    }
  }

  /// All that people said, of which `approval` holds the last.
  private static let answerTable = """
    CREATE TABLE approval_answer (
      id INTEGER PRIMARY KEY,
      approval INTEGER NOT NULL REFERENCES approval (id),
      answer TEXT NOT NULL CHECK (answer IN ('approved', 'rejected')),
      at INTEGER NOT NULL,
      by TEXT NOT NULL,
      note TEXT
    ) STRICT;
    CREATE INDEX approval_answer_by_approval ON approval_answer (approval);
    INSERT INTO approval_answer (approval, answer, at, by, note)
      SELECT id, answer, answered_at, coalesce(answered_by, ''), note FROM approval WHERE answer IS NOT NULL ORDER BY id;
    """

  /// What a recommendation found when it was asked about, as JSON.
  static func addApprovalPicks(_ database: Database) throws {
    try database.execute(sql: "ALTER TABLE approval ADD COLUMN picks TEXT")
    try StateHistory.track(database)
  }

  /// `approval` without an `idempotency_key` is the question of a rule, whose `approval_subject`s it would act upon; with
  /// one it is a single action.
  private static let policyTables = """
    DROP TABLE approval;
    CREATE TABLE approval (
      id INTEGER PRIMARY KEY,
      rule TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      idempotency_key TEXT UNIQUE,
      subject INTEGER,
      record INTEGER,
      key TEXT,
      action TEXT,
      arguments TEXT,
      request TEXT,
      occurrence TEXT,
      position INTEGER,
      reason TEXT NOT NULL,
      people INTEGER NOT NULL,
      asked_at INTEGER NOT NULL,
      asked_by_run INTEGER NOT NULL REFERENCES run (id),
      expires_at INTEGER NOT NULL,
      answer TEXT CHECK (answer IN ('approved', 'rejected')),
      answered_at INTEGER,
      answered_by TEXT,
      note TEXT,
      settled_by_run INTEGER REFERENCES run (id),
      result TEXT CHECK (result IN ('used', 'rejected', 'expired', 'moot'))
    ) STRICT;
    CREATE INDEX approval_open ON approval (rule) WHERE settled_by_run IS NULL;
    CREATE INDEX approval_by_record ON approval (subject, record) WHERE record IS NOT NULL;
    CREATE TABLE approval_subject (
      approval INTEGER NOT NULL REFERENCES approval (id),
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      occurrence TEXT NOT NULL,
      PRIMARY KEY (approval, subject, record, occurrence)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE experiment (
      name TEXT PRIMARY KEY,
      salt TEXT NOT NULL,
      first_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE experiment_assignment (
      experiment TEXT NOT NULL REFERENCES experiment (name) ON UPDATE CASCADE,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      arm TEXT NOT NULL,
      at INTEGER NOT NULL,
      run INTEGER NOT NULL REFERENCES run (id),
      PRIMARY KEY (experiment, subject, record)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dispatch_check (
      outbox INTEGER NOT NULL REFERENCES outbox (id),
      at INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      reason TEXT NOT NULL,
      until INTEGER,
      PRIMARY KEY (outbox, at)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX outbox_by_record ON outbox (subject, record);
    CREATE TABLE message_withdrawn (
      contact INTEGER NOT NULL,
      at INTEGER NOT NULL,
      id INTEGER NOT NULL,
      PRIMARY KEY (contact, at, id)
    ) STRICT, WITHOUT ROWID;
    """

  private static let policyViews = """
    CREATE VIEW view_approval AS
      SELECT id, rule, action, arguments, reason, people,
        strftime('%Y-%m-%dT%H:%M:%SZ', asked_at / 1000, 'unixepoch') AS asked_at,
        strftime('%Y-%m-%dT%H:%M:%SZ', expires_at / 1000, 'unixepoch') AS expires_at, answer, answered_by,
        strftime('%Y-%m-%dT%H:%M:%SZ', answered_at / 1000, 'unixepoch') AS answered_at, note, result
      FROM approval;
    CREATE VIEW view_experiment_assignment AS
      SELECT experiment, CASE subject WHEN 0 THEN 'contact' ELSE 'account' END AS subject, record, arm,
        strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS at
      FROM experiment_assignment;
    CREATE VIEW view_dispatch_check AS
      SELECT outbox.rule, outbox.key, outbox.action, outbox.arguments,
        strftime('%Y-%m-%dT%H:%M:%SZ', dispatch_check.at / 1000, 'unixepoch') AS at, outcome, reason,
        strftime('%Y-%m-%dT%H:%M:%SZ', until / 1000, 'unixepoch') AS until
      FROM dispatch_check JOIN outbox ON outbox.id = dispatch_check.outbox;
    """
}
