import GRDB

extension SystemSchema {
  /// Records that were taken away: into which they were merged, and that there were some who were erased.
  static func addRemovals(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE record_erased (entry INTEGER PRIMARY KEY, kind TEXT NOT NULL) STRICT;
        CREATE TABLE record_merged (
          kind TEXT NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (kind, source)
        ) STRICT, WITHOUT ROWID;
        """)
    try StateHistory.track(database)
  }

  /// What is needed to decide a past run again: what it could know, and what it was told.
  static func registerHistory(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("history") { database in
      try database.execute(
        sql: """
          CREATE TABLE run_basis (
            run INTEGER PRIMARY KEY REFERENCES run (id),
            revision INTEGER NOT NULL,
            field_history INTEGER NOT NULL,
            import_id INTEGER NOT NULL,
            contact INTEGER NOT NULL,
            account INTEGER NOT NULL,
            deal INTEGER NOT NULL,
            options TEXT NOT NULL,
            digest TEXT NOT NULL
          ) STRICT;

          CREATE TABLE record_past (
            entry INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            record INTEGER NOT NULL,
            account INTEGER,
            owner TEXT,
            suppressed INTEGER
          ) STRICT;

          CREATE TABLE field_appeared (
            kind TEXT NOT NULL,
            field TEXT NOT NULL,
            import_id INTEGER NOT NULL,
            PRIMARY KEY (kind, field, import_id)
          ) STRICT, WITHOUT ROWID;
          """)
      try StateHistory.track(database)
    }
  }
}
