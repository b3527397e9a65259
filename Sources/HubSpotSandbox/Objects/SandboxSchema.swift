import GRDB

/// The tables of the sandbox's own database. It is a plaything: another format is another file.
enum SandboxSchema {
  static func create(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        -- `indexed` and `indexed_at` are what searches see; they follow when `index_due` has come.
        CREATE TABLE IF NOT EXISTS object (
          type TEXT NOT NULL, id INTEGER NOT NULL, properties TEXT NOT NULL,
          created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
          archived_at INTEGER, merged_into INTEGER,
          indexed TEXT, indexed_at INTEGER, index_due INTEGER,
          PRIMARY KEY (type, id)
        ) STRICT;
        CREATE INDEX IF NOT EXISTS object_due ON object (index_due) WHERE index_due IS NOT NULL;
        CREATE INDEX IF NOT EXISTS object_indexed ON object (type, indexed_at);
        CREATE TABLE IF NOT EXISTS unique_value (
          type TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE, id INTEGER NOT NULL,
          PRIMARY KEY (type, property, value)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS unique_value_by_object ON unique_value (type, id);
        CREATE TABLE IF NOT EXISTS property_history (
          type TEXT NOT NULL, id INTEGER NOT NULL, property TEXT NOT NULL, at INTEGER NOT NULL, value TEXT NOT NULL,
          source TEXT NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS property_history_by_object ON property_history (type, id, property, at);
        CREATE TABLE IF NOT EXISTS property (
          type TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, definition TEXT NOT NULL,
          PRIMARY KEY (type, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS property_group (
          type TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (type, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS association (
          from_type TEXT NOT NULL, from_id INTEGER NOT NULL, to_type TEXT NOT NULL, to_id INTEGER NOT NULL,
          category TEXT NOT NULL, kind INTEGER NOT NULL,
          PRIMARY KEY (from_type, from_id, to_type, to_id, category, kind)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE IF NOT EXISTS list (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL, processing TEXT NOT NULL,
          created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS list_member (
          list INTEGER NOT NULL, record INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (list, record)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS owner (
          id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, first_name TEXT NOT NULL,
          last_name TEXT NOT NULL, user_id INTEGER, archived INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE IF NOT EXISTS send (
          id INTEGER PRIMARY KEY, status_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, send_id TEXT,
          email_id INTEGER NOT NULL, recipient TEXT NOT NULL COLLATE NOCASE, at INTEGER NOT NULL, result TEXT NOT NULL,
          request TEXT NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS send_by_send_id ON send (send_id);
        CREATE TABLE IF NOT EXISTS preference (
          email TEXT NOT NULL COLLATE NOCASE, subscription INTEGER NOT NULL, state TEXT NOT NULL, basis TEXT,
          at INTEGER NOT NULL, PRIMARY KEY (email, subscription)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS opt_out (email TEXT PRIMARY KEY COLLATE NOCASE, at INTEGER NOT NULL) STRICT,
          WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS enrollment (
          id INTEGER PRIMARY KEY, kind TEXT NOT NULL, contact INTEGER NOT NULL, target TEXT NOT NULL,
          sender TEXT NOT NULL, user TEXT NOT NULL, at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS enrollment_by_contact ON enrollment (contact);
        CREATE TABLE IF NOT EXISTS custom_event (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL, uuid TEXT, object_type TEXT NOT NULL, object INTEGER,
          email TEXT, at INTEGER NOT NULL, properties TEXT NOT NULL, UNIQUE (name, uuid)
        ) STRICT;
        CREATE TABLE IF NOT EXISTS token (
          access TEXT PRIMARY KEY, refresh TEXT NOT NULL, expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS refresh_token (token TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS webhook (
          id INTEGER PRIMARY KEY, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
          state TEXT NOT NULL DEFAULT 'waiting'
        ) STRICT;
        CREATE INDEX IF NOT EXISTS webhook_due ON webhook (due_at, id) WHERE state = 'waiting';
        """)
  }
}

extension Database {
  /// The next number of a series; the first is `start`.
  func next(_ name: String, from start: Int64) throws -> Int64 {
    try Int64.fetchOne(
      self,
      sql: """
        INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1
        RETURNING value
        """, arguments: [name, start]) ?? start
  }

  func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    let statement = try cachedStatement(sql: sql)
    try statement.execute(arguments: arguments)
  }
}
