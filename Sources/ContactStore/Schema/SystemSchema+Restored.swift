import GRDB

extension SystemSchema {
  /// When the database was put back from a backup, and when a person let actions be carried out again.
  static func registerRestored(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("restored") { database in
      try database.execute(
        sql: """
          CREATE TABLE restored (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            resumed_at INTEGER
          ) STRICT;
          """)
    }
  }
}
