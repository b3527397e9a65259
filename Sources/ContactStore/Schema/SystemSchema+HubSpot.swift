import GRDB

// What is kept of HubSpot: which of its records ours are, how far reading has come, and what became of actions.
extension SystemSchema {
  static func addHubSpot(_ database: Database) throws {
    try database.execute(sql: outboxTable)
    try database.execute(sql: hubSpotTables)
  }

  /// One row at most: the account of HubSpot that the database belongs to.
  static func registerHubSpotAccount(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("hubspot account") { database in
      try database.execute(
        sql: """
          CREATE TABLE hubspot_account (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            account TEXT NOT NULL
          ) STRICT;
          """)
    }
  }

  /// Records of HubSpot of which it is not known whether they are one here, until they are read anew together.
  static func registerDoubts(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("hubspot doubts") { database in
      try database.execute(
        sql: """
          CREATE TABLE hubspot_doubt (
            object TEXT NOT NULL,
            hubspot_id TEXT NOT NULL,
            PRIMARY KEY (object, hubspot_id)
          ) STRICT, WITHOUT ROWID;
          """)
    }
  }

  /// `due_at` is when an entry may be carried out, `NULL` for at once; `doubtful_since` when an attempt was made of which
  /// nobody knows the outcome; `remote` what HubSpot calls what it did.
  private static let outboxTable = """
    DROP INDEX outbox_open;
    ALTER TABLE outbox RENAME TO outbox_before;
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
      status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN (
        'pending', 'claimed', 'unknown', 'waiting', 'done', 'refused', 'failed', 'parked', 'dropped')),
      attempts INTEGER NOT NULL DEFAULT 0,
      due_at INTEGER,
      claimed_at INTEGER,
      doubtful_since INTEGER,
      finished_at INTEGER,
      result TEXT,
      remote TEXT
    ) STRICT;
    INSERT INTO outbox (id, idempotency_key, run, rule, subject, record, key, action, arguments, request, status,
        attempts, claimed_at, finished_at, result)
      SELECT id, idempotency_key, run, rule, subject, record, key, action, arguments, request, status, attempts,
        claimed_at, finished_at, result
      FROM outbox_before;
    DROP TABLE outbox_before;
    CREATE INDEX outbox_open ON outbox (id) WHERE status IN ('pending', 'claimed', 'unknown', 'waiting');
    CREATE INDEX outbox_open_by_record ON outbox (subject, record) WHERE status IN ('pending', 'claimed', 'unknown');
    CREATE INDEX outbox_unsettled ON outbox (status, id) WHERE status IN ('refused', 'failed', 'parked');
    CREATE VIEW view_outbox AS
      SELECT id, status, CASE subject WHEN 0 THEN 'contact' ELSE 'account' END AS subject, key, rule, action, arguments,
        attempts, strftime('%Y-%m-%dT%H:%M:%SZ', due_at / 1000, 'unixepoch') AS due_at,
        strftime('%Y-%m-%dT%H:%M:%SZ', finished_at / 1000, 'unixepoch') AS finished_at, result, remote
      FROM outbox;
    """

  /// `object` is HubSpot's name of the kind of record, `record` the `_id` of ours.
  private static let hubSpotTables = """
    CREATE TABLE hubspot_record (
      object TEXT NOT NULL,
      hubspot_id TEXT NOT NULL,
      record INTEGER NOT NULL,
      modified_at INTEGER,
      PRIMARY KEY (object, hubspot_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hubspot_record_by_record ON hubspot_record (object, record);

    CREATE TABLE hubspot_deleted (
      object TEXT NOT NULL,
      hubspot_id TEXT NOT NULL,
      record INTEGER,
      at INTEGER NOT NULL,
      was_suppressed INTEGER NOT NULL,
      PRIMARY KEY (object, hubspot_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hubspot_deleted_by_record ON hubspot_deleted (object, record);

    CREATE TABLE hubspot_cursor (
      stream TEXT PRIMARY KEY,
      phase TEXT NOT NULL,
      properties TEXT NOT NULL,
      window_from INTEGER NOT NULL,
      window_to INTEGER NOT NULL,
      position TEXT,
      import_id INTEGER REFERENCES import (id),
      records INTEGER NOT NULL DEFAULT 0,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE hubspot_owner (
      id TEXT PRIMARY KEY,
      email TEXT NOT NULL,
      archived INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hubspot_owner_by_email ON hubspot_owner (email COLLATE NOCASE);

    CREATE TABLE hubspot_link (
      object TEXT NOT NULL,
      hubspot_id TEXT NOT NULL,
      company TEXT NOT NULL,
      PRIMARY KEY (object, hubspot_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hubspot_link_by_company ON hubspot_link (company);

    CREATE TABLE hubspot_correction (
      object TEXT NOT NULL,
      hubspot_id TEXT NOT NULL,
      property TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (object, hubspot_id, property)
    ) STRICT, WITHOUT ROWID;
    """
}
