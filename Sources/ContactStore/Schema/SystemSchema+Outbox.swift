import GRDB

extension SystemSchema {
  /// `unknowns` is how many attempts came to nothing that is known.
  static func registerUnknowns(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("unknown outcomes") { database in
      try database.execute(sql: "ALTER TABLE outbox ADD COLUMN unknowns INTEGER NOT NULL DEFAULT 0")
    }
  }

  /// When a person had an action tried again: it counts as decided then. And when a turn of a rule last came to something,
  /// where that was not the last: NULL stands for the last turn, 0 for never.
  static func addTurns(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE outbox ADD COLUMN retried_at INTEGER;
        ALTER TABLE firing ADD COLUMN reached INTEGER;
        ALTER TABLE sequence_entry ADD COLUMN reached INTEGER;
        """)
    try StateHistory.track(database)
  }
}
