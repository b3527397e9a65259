import GRDB

/// The tables that every database has, whatever its rule book declares. A shipped migration never changes; a change is
/// another migration.
enum SystemSchema {
  /// `ABMR`, in the header of the file.
  static let applicationID = 0x4142_4D52
  /// The format that this program writes.
  static let version = 1

  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(sql: tables)
      try database.execute(sql: decisionTables)
      try database.execute(sql: views)
      try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = 1")
    }
    migrator.registerMigration("hubspot", migrate: addHubSpot)
    registerPolicies(in: &migrator)
    migrator.registerMigration("recommendations", migrate: addRecommendations)
    migrator.registerMigration("sequences", migrate: addSequences)
    registerHistory(in: &migrator)
    registerKeptColumns(in: &migrator)
    registerRecordIndexes(in: &migrator)
    registerHubSpotAccount(in: &migrator)
    registerDoubts(in: &migrator)
    registerStrangers(in: &migrator)
    registerRestored(in: &migrator)
    registerUnknowns(in: &migrator)
    migrator.registerMigration("removals", migrate: addRemovals)
    migrator.registerMigration("moves", migrate: addMoves)
    migrator.registerMigration("approval picks", migrate: addApprovalPicks)
    registerHandledIndex(in: &migrator)
    migrator.registerMigration("turns", migrate: addTurns)
    migrator.registerMigration("experiment shares", migrate: addShares)
    return migrator
  }()

  /// About the data. `subject` is 0 for a contact, 1 for an account; times are milliseconds since 1970.
  private static let tables = """
    CREATE TABLE schema_field (
      table_name TEXT NOT NULL,
      field TEXT NOT NULL,
      storage TEXT NOT NULL,
      choices TEXT,
      is_key INTEGER NOT NULL,
      removed INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (table_name, field)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE import (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      file TEXT NOT NULL,
      at INTEGER NOT NULL,
      rows INTEGER NOT NULL DEFAULT 0,
      inserted INTEGER NOT NULL DEFAULT 0,
      updated INTEGER NOT NULL DEFAULT 0,
      unchanged INTEGER NOT NULL DEFAULT 0,
      duplicates INTEGER NOT NULL DEFAULT 0,
      rejected INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE import_field (
      kind TEXT NOT NULL,
      field TEXT NOT NULL,
      import_id INTEGER NOT NULL REFERENCES import (id),
      PRIMARY KEY (kind, field, import_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE name (
      id INTEGER PRIMARY KEY,
      text TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE field_history (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      record INTEGER NOT NULL,
      field TEXT NOT NULL,
      at INTEGER NOT NULL,
      old ANY,
      new ANY,
      import_id INTEGER REFERENCES import (id),
      run INTEGER,
      rule TEXT
    ) STRICT;
    CREATE INDEX field_history_by_field ON field_history (kind, field, record, at);
    CREATE INDEX field_history_by_record ON field_history (kind, record, field, at);

    CREATE TABLE consent (
      contact INTEGER NOT NULL,
      purpose TEXT NOT NULL,
      at INTEGER NOT NULL,
      granted INTEGER NOT NULL,
      import_id INTEGER REFERENCES import (id),
      PRIMARY KEY (contact, purpose, at)
    ) STRICT, WITHOUT ROWID;
    """

  /// About decisions and what they left behind.
  private static let decisionTables = """
    CREATE TABLE rulebook (
      hash TEXT PRIMARY KEY,
      deployed_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE rulebook_file (
      hash TEXT NOT NULL REFERENCES rulebook (hash),
      position INTEGER NOT NULL,
      path TEXT NOT NULL,
      content TEXT NOT NULL,
      PRIMARY KEY (hash, position)
    ) STRICT;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      rulebook TEXT NOT NULL REFERENCES rulebook (hash),
      contacts INTEGER NOT NULL,
      halted INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX run_by_time ON run (at);
    CREATE TABLE run_rule (
      run INTEGER NOT NULL REFERENCES run (id),
      rule INTEGER NOT NULL REFERENCES name (id),
      matched INTEGER NOT NULL,
      acted INTEGER NOT NULL,
      waiting INTEGER NOT NULL,
      skipped INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      PRIMARY KEY (run, rule)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE decision (
      run INTEGER NOT NULL,
      position INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      rule INTEGER NOT NULL,
      action INTEGER NOT NULL,
      arguments INTEGER NOT NULL,
      occurrence TEXT,
      outcome INTEGER NOT NULL,
      reason INTEGER,
      PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX decision_by_record ON decision (subject, record, rule, action);
    CREATE TABLE override (
      run INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      rule INTEGER NOT NULL,
      winner INTEGER NOT NULL,
      what TEXT NOT NULL,
      PRIMARY KEY (run, rule, subject, record, what)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE deployment (
      rule TEXT PRIMARY KEY,
      first_at INTEGER NOT NULL,
      fingerprint TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE firing (
      rule INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      last INTEGER,
      armed INTEGER NOT NULL,
      excluded INTEGER NOT NULL,
      PRIMARY KEY (rule, subject, record)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE occurrence_handled (
      rule INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      occurrence TEXT NOT NULL,
      result TEXT NOT NULL,
      due INTEGER NOT NULL,
      run INTEGER NOT NULL,
      PRIMARY KEY (rule, subject, record, occurrence)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE hold (
      rule INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      occurrence TEXT NOT NULL,
      since INTEGER NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (rule, subject, record, occurrence)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE approval (
      rule TEXT NOT NULL,
      approved_at INTEGER NOT NULL,
      used_by_run INTEGER,
      PRIMARY KEY (rule, approved_at)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE definition_seen (
      subject INTEGER NOT NULL,
      definition TEXT NOT NULL,
      first_at INTEGER NOT NULL,
      PRIMARY KEY (subject, definition)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE stage (
      definition INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      stage TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (definition, subject, record)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE stage_history (
      definition INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      at INTEGER NOT NULL,
      record INTEGER NOT NULL,
      old TEXT,
      new TEXT,
      PRIMARY KEY (definition, subject, at, record)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE membership (
      definition INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      member INTEGER NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (definition, subject, record)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE membership_history (
      definition INTEGER NOT NULL,
      subject INTEGER NOT NULL,
      at INTEGER NOT NULL,
      record INTEGER NOT NULL,
      member INTEGER NOT NULL,
      PRIMARY KEY (definition, subject, at, record)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE list_member (
      subject INTEGER NOT NULL,
      list TEXT NOT NULL,
      record INTEGER NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (subject, list, record)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE synced (
      subject INTEGER NOT NULL,
      property TEXT NOT NULL,
      record INTEGER NOT NULL,
      value ANY,
      at INTEGER NOT NULL,
      PRIMARY KEY (subject, property, record)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      idempotency_key TEXT NOT NULL UNIQUE,
      run INTEGER NOT NULL REFERENCES run (id),
      rule TEXT NOT NULL,
      subject INTEGER NOT NULL,
      record INTEGER NOT NULL,
      key TEXT NOT NULL,
      action TEXT NOT NULL,
      arguments TEXT NOT NULL,
      request TEXT NOT NULL,
      status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'claimed', 'done', 'failed', 'parked')),
      attempts INTEGER NOT NULL DEFAULT 0,
      claimed_at INTEGER,
      finished_at INTEGER,
      result TEXT
    ) STRICT;
    CREATE INDEX outbox_open ON outbox (id) WHERE status IN ('pending', 'claimed');
    """

  /// The same with names and times written out, for people.
  private static let views = """
    CREATE VIEW view_import AS
      SELECT id, kind, file, strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS at, rows, inserted, updated,
        unchanged, duplicates, rejected
      FROM import;
    CREATE VIEW view_field_history AS
      SELECT id, kind, record, field, strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS at, old, new,
        CASE WHEN import_id IS NOT NULL THEN 'import ' || import_id
          WHEN rule IS NOT NULL THEN 'rule ' || rule || ', run ' || run END AS source
      FROM field_history;
    CREATE VIEW view_run AS
      SELECT id, strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS at, rulebook, contacts, halted FROM run;
    CREATE VIEW view_decision AS
      SELECT decision.run, strftime('%Y-%m-%dT%H:%M:%SZ', run.at / 1000, 'unixepoch') AS at, decision.position,
        CASE subject WHEN 0 THEN 'contact' ELSE 'account' END AS subject, record, rule.text AS rule,
        action.text AS action, arguments.text AS arguments, occurrence, outcome.text AS outcome, reason.text AS reason
      FROM decision
      JOIN run ON run.id = decision.run
      JOIN name AS rule ON rule.id = decision.rule
      JOIN name AS action ON action.id = decision.action
      JOIN name AS arguments ON arguments.id = decision.arguments
      JOIN name AS outcome ON outcome.id = decision.outcome
      LEFT JOIN name AS reason ON reason.id = decision.reason;
    CREATE VIEW view_firing AS
      SELECT name.text AS rule, CASE subject WHEN 0 THEN 'contact' ELSE 'account' END AS subject, record,
        strftime('%Y-%m-%dT%H:%M:%SZ', last / 1000, 'unixepoch') AS last, armed, excluded
      FROM firing JOIN name ON name.id = firing.rule;
    CREATE VIEW view_stage AS
      SELECT name.text AS journey, CASE subject WHEN 0 THEN 'contact' ELSE 'account' END AS subject, record, stage,
        strftime('%Y-%m-%dT%H:%M:%SZ', since / 1000, 'unixepoch') AS since
      FROM stage JOIN name ON name.id = stage.definition;
    CREATE VIEW view_membership AS
      SELECT name.text AS segment, CASE subject WHEN 0 THEN 'contact' ELSE 'account' END AS subject, record,
        strftime('%Y-%m-%dT%H:%M:%SZ', since / 1000, 'unixepoch') AS since
      FROM membership JOIN name ON name.id = membership.definition WHERE member = 1;
    """
}
